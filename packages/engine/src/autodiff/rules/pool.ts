// Pools. The maximum's gradient goes to one winner per window (`max-pool.ts`). An average is a convolution with equal
// weights, so its gradient is that of a depthwise convolution (`convolution.ts`), or plain repetition where windows
// do not overlap. A p-norm is an average of powers with the chain rule around it.

import { intAttribute, intsAttribute } from '../../ir/graph.ts'
import type { GraphBuilder } from '../../ir/graph-builder.ts'
import { type DataType, dataTypeCode, fromNumbers, int64, scalar } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { largeGradient, outer } from '../convolution.ts'
import { formulaOf } from '../formula.ts'
import { positive } from '../masks.ts'
import { maxPoolGradient } from '../max-pool.ts'
import { dimsOf, ints, number, product, reshape } from '../rule-tools.ts'
import { type SlidingAxis, slidingWindow } from '../window.ts'
import type { Rules } from './rules.ts'

interface Pool {
  readonly axes: readonly SlidingAxis[]
  readonly batch: number
  readonly channels: number
  readonly dtype: DataType
}

function poolOf({ node, typeOf }: VjpContext): Pool {
  const { dims, dtype } = typeOf(node.inputs[0]!)
  const [batch, channels, ...large] = dims as [number, number, ...number[]]
  const small = typeOf(node.outputs[0]!).dims.slice(2)
  const kernel = intsAttribute(node, 'kernel_shape')!
  return { axes: slidingWindow(node, kernel, large, small), batch, channels, dtype }
}

/** A rule for an operator with one input: `emit` gets the gradient that arrives and gives back the input's. */
function single(name: string, emit: (context: VjpContext, gradient: string) => string): VjpVariant {
  return {
    name,
    emit: (context) => {
      const gradient = context.gradientOf(0)
      return gradient === undefined ? [] : [emit(context, gradient)]
    },
  }
}

/** Each element given to all places of its window, summed where windows overlap, times `factor`. */
function spreadSum(builder: GraphBuilder, pool: Pool, gradient: string, factor: number): string {
  const { axes, channels, dtype } = pool
  const kernel = axes.map((axis) => axis.kernel)
  const weights = fromNumbers(
    dtype,
    [channels, 1, ...kernel],
    new Array(channels * product(kernel)).fill(factor),
  )
  const conv = { ...pool, filters: channels, group: channels }
  return largeGradient(builder, conv, gradient, builder.constant(weights))
}

/** How many elements each window's sum is divided by, per axis. */
function divisors({ node }: VjpContext, axes: readonly SlidingAxis[]): readonly (readonly number[])[] {
  const countsPads = intAttribute(node, 'count_include_pad', 0) === 1
  return axes.map(({ kernel, stride, dilation, begin, end, large, small }) => {
    // A window that ceil_mode lets reach beyond the padding is divided by what lies inside of it only.
    const last = countsPads ? large + end : large
    const first = countsPads ? -begin : 0
    return Array.from({ length: small }, (_, j) => {
      let count = 0
      for (let t = 0; t < kernel; t++) {
        const at = j * stride + t * dilation - begin
        if (at >= first && at < last) count++
      }
      return count
    })
  })
}

/** The gradient divided by the number of elements in its window; where that is the same for all, as a factor. */
function perElement(context: VjpContext, pool: Pool, gradient: string): { gradient: string; factor: number } {
  const byAxis = divisors(context, pool.axes)
  if (byAxis.every((counts) => counts.every((count) => count === counts[0]))) {
    return { gradient, factor: 1 / product(byAxis.map((counts) => counts[0]!)) }
  }
  const inverse = outer(byAxis.map((counts) => counts.map((count) => 1 / count)))
  const dims = [1, 1, ...pool.axes.map(({ small }) => small)]
  const constant = context.builder.constant(fromNumbers(pool.dtype, dims, inverse))
  return { gradient: context.builder.node('Mul', [gradient, constant]), factor: 1 }
}

/** |x|^(p-2) x, the derivative of |x|^p / p. */
function powerDerivative(context: VjpContext, p: number): string {
  const { builder, node } = context
  const x = node.inputs[0]!
  if (p === 1) return builder.node('Sign', [x])
  if (p === 2) return x
  const size = builder.node('Pow', [builder.node('Abs', [x]), number(context, p - 2)])
  return builder.node('Mul', [x, size])
}

/** gradient / y^(p-1). Where the norm y is 0 all elements are 0, so any finite number does; division by 1 gives one. */
function byNorm(context: VjpContext, p: number, gradient: string): string {
  const { builder, node, typeOf } = context
  const y = node.outputs[0]!
  if (p === 1) return gradient
  const power = p === 2 ? y : builder.node('Pow', [y, number(context, p - 1)])
  const isZero = builder.node('Equal', [power, number(context, 0)])
  const one = builder.node('Cast', [isZero], { to: dataTypeCode(typeOf(y).dtype) })
  return builder.node('Div', [gradient, builder.node('Add', [power, one])])
}

function expandTo(context: VjpContext, value: string): string {
  return context.builder.node('Expand', [value, ints(context.builder, dimsOf(context, 0))])
}

export const poolRules: Rules = {
  MaxPool: [
    single('max-pool-by-axis', (context, gradient) => {
      const { node, builder, isBetween } = context
      const [x, y] = [node.inputs[0]!, node.outputs[0]!]
      const { axes, batch, channels, dtype } = poolOf(context)
      const pool = { axes, planes: [batch, channels] as const, dtype, node }
      // Only the winners get a gradient, and a winner is positive where the maximum is: Relu's mask is cheaper here.
      const o = formulaOf(context)
      const own = isBetween(x, 'Relu', 'MaxPool') ? o.mul(gradient, positive(o, y)) : gradient
      return maxPoolGradient(builder, pool, x, y, own)
    }),
  ],
  GlobalMaxPool: [
    single('global-max-pool', (context, gradient) => {
      const { node, builder, typeOf } = context
      const { dims, dtype } = typeOf(node.inputs[0]!)
      const [batch, channels, ...spatial] = dims as [number, number, ...number[]]
      const size = product(spatial)
      const flat = reshape(builder, node.inputs[0]!, [batch, channels, size])
      const winner = builder.node('ArgMax', [flat], { axis: 2 })
      const places = builder.constant(int64(Array.from({ length: size }, (_, i) => i)))
      const wins = builder.node('Cast', [builder.node('Equal', [winner, places])], {
        to: dataTypeCode(dtype),
      })
      const line = builder.node('Mul', [wins, reshape(builder, gradient, [batch, channels, 1])])
      return reshape(builder, line, dims)
    }),
  ],
  AveragePool: [
    {
      ...single('average-pool-repeat', (context, given) => {
        const pool = poolOf(context)
        const { gradient, factor } = perElement(context, pool, given)
        return repeat(context.builder, pool, gradient, factor)
      }),
      applies: (context) => poolOf(context).axes.every(isTiling),
    },
    single('average-pool-spread', (context, given) => {
      const pool = poolOf(context)
      const { gradient, factor } = perElement(context, pool, given)
      return spreadSum(context.builder, pool, gradient, factor)
    }),
  ],
  GlobalAveragePool: [
    single('global-average-pool', (context, gradient) => {
      const count = product(dimsOf(context, 0).slice(2))
      return expandTo(context, context.builder.node('Mul', [gradient, number(context, 1 / count)]))
    }),
  ],
  LpPool: [
    single('lp-pool', (context, gradient) => {
      const p = intAttribute(context.node, 'p', 2)
      const spread = spreadSum(context.builder, poolOf(context), byNorm(context, p, gradient), 1)
      return context.builder.node('Mul', [spread, powerDerivative(context, p)])
    }),
  ],
  GlobalLpPool: [
    single('global-lp-pool', (context, gradient) => {
      const p = intAttribute(context.node, 'p', 2)
      return context.builder.node('Mul', [byNorm(context, p, gradient), powerDerivative(context, p)])
    }),
  ],
  MaxUnpool: [
    {
      ...single('max-unpool', ({ node, builder }, gradient) =>
        builder.node('Gather', [reshape(builder, gradient, [-1]), node.inputs[1]!]),
      ),
      // With a size of its own, positions count in another tensor than the output.
      applies: ({ node }) => (node.inputs[2] ?? '') === '',
    },
  ],
}

/** Whether windows lie side by side, without overlap, gap or leading pad. */
function isTiling({ kernel, stride, dilation, begin }: SlidingAxis): boolean {
  return kernel === stride && begin === 0 && (dilation === 1 || kernel === 1)
}

function repeat(builder: GraphBuilder, { axes, dtype }: Pool, gradient: string, factor: number): string {
  const scales = builder.constant(
    fromNumbers('float32', [axes.length + 2], [1, 1, ...axes.map(({ stride }) => stride)]),
  )
  const scaled =
    factor === 1 ? gradient : builder.node('Mul', [gradient, builder.constant(scalar(dtype, factor))])
  const repeated = builder.node('Resize', [scaled, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
  const ends = axes.map(({ small, stride, large }) => large - small * stride)
  if (ends.every((end) => end === 0)) return repeated
  return builder.node('Pad', [repeated, ints(builder, [0, 0, ...axes.map(() => 0), 0, 0, ...ends])])
}
