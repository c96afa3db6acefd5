// Reductions: the gradient of the small result is spread over what was reduced. Work is done at the small size as far
// as it can be, and the spreading is left to the broadcast of the last product.
import { intAttribute, intsAttribute } from '../../ir/graph.ts'
import { toNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formulaOf } from '../formula.ts'
import { sign, zero } from '../masks.ts'
import { axisOf, dimsOf, ints, product, reshape, same, unary } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** The axes that a reduction reduces, counted from the front; undefined where they are computed. */
export function reducedAxes({ node, constantOf, typeOf }: VjpContext): readonly number[] | undefined {
  const rank = typeOf(node.inputs[0]!).dims.length
  const given = node.inputs[1]
  const known = given ? constantOf(given) : undefined
  if (given && known === undefined) return undefined
  const axes = known === undefined ? (intsAttribute(node, 'axes') ?? []) : Array.from(toNumbers(known))
  if (axes.length > 0) return axes.map((axis) => axisOf(axis, rank))
  // None given means all, or with the attribute set, none: then each element is reduced on its own.
  return intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i)
}

interface Reduction {
  readonly o: Formula
  readonly x: string
  readonly dims: readonly number[]
  readonly axes: readonly number[]
  /** How many elements become one. */
  readonly count: number
  /** Gradient and result, with the reduced axes as size 1. */
  readonly g: string
  readonly y: string
}

/** A reduction's gradient, from a formula whose result has the input's size or broadcasts to it. */
function reduction(gradient: (at: Reduction) => string, { spread = false } = {}): readonly VjpVariant[] {
  return [
    {
      name: spread ? 'spread' : 'factor',
      applies: (c) => reducedAxes(c) !== undefined,
      emit: (c) => {
        const arriving = c.gradientOf(0)
        if (arriving === undefined || !c.wants(0)) return []
        const axes = reducedAxes(c)!
        const dims = dimsOf(c, 0)
        const kept = dims.map((size, axis) => (axes.includes(axis) ? 1 : size))
        const o = formulaOf(c)
        const result = c.node.outputs[0]!
        const keep = (value: string): string =>
          same(c.typeOf(result).dims, kept) ? value : reshape(o.builder, value, kept)
        const count = product(dims) / product(kept)
        const made = gradient({
          o,
          x: c.node.inputs[0]!,
          dims,
          axes,
          count,
          g: keep(arriving),
          get y() {
            return keep(result)
          },
        })
        return [spread && !same(dims, kept) ? o.of('Expand', [made, ints(o.builder, dims)]) : made]
      },
    },
  ]
}

/** Where the extreme is, shared evenly between equals (as PyTorch's amax). */
const extreme = reduction(({ o, x, axes, g, y }) => {
  const mask = o.cast(o.of('Equal', [x, y]))
  return o.mul(mask, o.div(g, o.reduce('ReduceSum', mask, axes)))
})

/**
 * The product of all others, also where some are zero: with ones in place of the zeros the product p is never zero
 * by them, and the product of the others is p / x without zeros, p at the only zero, and else 0.
 */
const prod = reduction(({ o, x, axes, g }) => {
  const isZero = zero(o, x)
  const zeros = o.reduce('ReduceSum', isZero, axes)
  const filled = o.add(x, isZero)
  const p =
    axes.length === 0
      ? filled
      : o.builder.node('ReduceProd', [filled, ints(o.builder, axes)], { keepdims: 1 })
  const none = o.cast(o.of('Equal', [zeros, 0]))
  const one = o.cast(o.of('Equal', [zeros, 1]))
  return o.mul(o.mul(g, p), o.add(o.div(none, filled), o.mul(one, isZero)))
})

export const reductionRules: Rules = {
  ReduceSum: reduction(({ g }) => g, { spread: true }),
  ReduceMean: reduction(({ o, g, count }) => o.mul(g, 1 / count), { spread: true }),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceProd: prod,
  ReduceL1: reduction(({ o, x, g }) => o.mul(sign(o, x), g)),
  // x / y, and 0 for the zero vector.
  ReduceL2: reduction(({ o, x, g, y }) => o.mul(x, o.div(g, o.add(y, zero(o, y))))),
  // log of the sum: 1 / sum, which is e^(-y).
  ReduceLogSum: reduction(({ o, g, y }) => o.mul(g, o.of('Exp', o.of('Neg', y))), { spread: true }),
  ReduceLogSumExp: reduction(({ o, x, g, y }) => o.mul(o.of('Exp', o.sub(x, y)), g)),
  ReduceSumSquare: reduction(({ o, x, g }) => o.mul(x, o.mul(g, 2))),
  // Each element is in the sums after it: the same sum in the other direction.
  CumSum: unary('reversed', ({ node, builder }, g) => {
    const reverse = 1 - intAttribute(node, 'reverse', 0)
    const exclusive = intAttribute(node, 'exclusive', 0)
    return builder.node('CumSum', [g, node.inputs[1]!], { reverse, exclusive })
  }),
}
