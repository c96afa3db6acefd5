// The gradient of max pooling without a search for positions. A window's maximum is found axis by axis, the last axis
// first: along each row, then over the rows. Its gradient goes back the other way: first to the row, then to the
// place in it; along one axis, the first tap that equals the maximum takes the gradient and the others get none. So of
// equal maxima the first in reading order wins, as in PyTorch. Taps are whole strided slices, so a window of k costs k
// passes per axis where onnxruntime's own way (positions from MaxPool, then MaxUnpool or ScatterElements) runs on one
// thread.
import { intAttribute, type Node, stringAttribute } from '../ir/graph.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { type DataType, dataTypeCode, scalar } from '../ir/tensor.ts'
import { ints, padAxis, product, reshape } from './rule-tools.ts'
import { extent, type SlidingAxis } from './window.ts'

export interface MaxPool {
  readonly axes: readonly SlidingAxis[]
  /** Batch times channels. */
  readonly planes: readonly [number, number]
  readonly dtype: DataType
  readonly node: Node
}

/** The gradient of the input `x`, from the pool's output `y` and its `gradient`. */
export function maxPoolGradient(
  builder: GraphBuilder,
  pool: MaxPool,
  x: string,
  y: string,
  gradient: string,
): string {
  const { axes, planes, dtype } = pool
  const pooled = axes.flatMap((axis, i) => (isTrivial(axis) ? [] : [i]))
  const maxima = new Map<number, string>()
  let value = x
  for (const i of pooled.toReversed()) {
    maxima.set(i, value)
    value = i === pooled[0] ? y : maximumAlong(builder, pool, i, value)
  }
  let result = gradient
  let maximum = y
  for (const i of pooled) {
    const before = maxima.get(i)!
    const sizes = axes.map((axis, j) => (j > i ? axis.small : axis.large))
    const flat = {
      outer: product([...planes, ...sizes.slice(0, i)]),
      inner: product(sizes.slice(i + 1)),
      dtype,
    }
    const along = gradientAlong(builder, axes[i]!, flat, { before, maximum, gradient: result })
    result = reshape(builder, along, [...planes, ...sizes])
    maximum = before
  }
  return result
}

function isTrivial({ kernel, stride, begin, large, small }: SlidingAxis): boolean {
  return kernel === 1 && stride === 1 && begin === 0 && large === small
}

/** The node's own pool, along one axis. */
function maximumAlong(builder: GraphBuilder, { node, axes }: MaxPool, i: number, value: string): string {
  const only = <T>(here: T, elsewhere: T): readonly T[] => axes.map((_, j) => (j === i ? here : elsewhere))
  const axis = axes[i]!
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET')
  return builder.node('MaxPool', [value], {
    kernel_shape: only(axis.kernel, 1),
    strides: only(axis.stride, 1),
    dilations: only(axis.dilation, 1),
    ceil_mode: intAttribute(node, 'ceil_mode', 0),
    // Given as the node gives them: onnxruntime is stricter with explicit pads than with those it works out itself.
    ...(autoPad === 'NOTSET'
      ? { pads: [...only(axis.begin, 0), ...only(axis.end, 0)] }
      : { auto_pad: autoPad }),
  })
}

/**
 * One axis, with what is before it and after it folded into `outer` and `inner`. The large side is cut into blocks
 * of `stride` places, so that the elements a tap looks at are one place of every block: tap t looks at place
 * (t*d-begin) mod stride, shifted by whole blocks. Shifts are made on rows [outer, blocks * inner], because
 * onnxruntime pads a last axis of size 1 element by element.
 */
function gradientAlong(
  builder: GraphBuilder,
  axis: SlidingAxis,
  { outer, inner, dtype }: { readonly outer: number; readonly inner: number; readonly dtype: DataType },
  { before, maximum, gradient }: { readonly [K in 'before' | 'maximum' | 'gradient']: string },
): string {
  const { kernel, stride, dilation, begin, large, small } = axis
  const lowest = builder.constant(scalar(dtype, -Infinity))
  const whole = Math.floor(large / stride)
  const lastTouched = extent(axis) - 1 - begin
  const blocks = lastTouched < whole * stride ? whole : Math.ceil(large / stride)
  const overhang = (blocks * stride - large) * inner
  const rows = (value: string, size: number): string => reshape(builder, value, [outer, size * inner])
  const shifted = (value: string, left: number, right: number, fill?: string): string =>
    padAxis(builder, value, 2, 1, {
      begin: left * inner,
      end: right * inner,
      ...(fill === undefined ? {} : { fill }),
    })

  const fitted = padAxis(builder, rows(before, large), 2, 1, { begin: 0, end: overhang, fill: lowest })
  const byBlock = reshape(builder, fitted, [outer, blocks, stride, inner])
  const places =
    stride === 1
      ? [byBlock]
      : builder.nodes('Split', [byBlock, ints(builder, new Array(stride).fill(1))], stride, { axis: 2 })

  const top = rows(maximum, small)
  let rest = rows(gradient, small)
  const shares = places.map((): string[] => [])
  for (let tap = 0; tap < kernel; tap++) {
    const offset = tap * dilation - begin
    const shift = Math.floor(offset / stride)
    const place = offset - shift * stride
    let share = rest
    if (tap < kernel - 1) {
      const seen = shifted(rows(places[place]!, blocks), -shift, small + shift - blocks, lowest)
      const wins = builder.node('GreaterOrEqual', [seen, top])
      share = builder.node('Mul', [rest, builder.node('Cast', [wins], { to: dataTypeCode(dtype) })])
      rest = builder.node('Sub', [rest, share])
    }
    shares[place]!.push(shifted(share, shift, blocks - small - shift))
  }
  const sums = shares.map((parts) => {
    if (parts.length === 0) return zeros(builder, dtype, [outer, blocks * inner])
    return parts.length === 1 ? parts[0]! : builder.node('Sum', parts)
  })
  if (stride === 1) return sums[0]!
  const parts = sums.map((part) => reshape(builder, part, [outer, blocks, 1, inner]))
  const line = rows(builder.node('Concat', parts, { axis: 2 }), blocks * stride)
  return padAxis(builder, line, 2, 1, { begin: 0, end: -overhang })
}

function zeros(builder: GraphBuilder, dtype: DataType, dims: readonly number[]): string {
  return builder.node('Expand', [builder.constant(scalar(dtype, 0)), ints(builder, dims)])
}
