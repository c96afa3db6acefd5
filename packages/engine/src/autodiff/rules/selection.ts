// Operators that choose between operands element by element: the gradient goes to the chosen one. Masks are cast and
// multiplied, because onnxruntime's Where runs on one thread. Equal candidates share the gradient evenly, as in
// PyTorch.
import type { VjpVariant } from '../../registry/operator.ts'
import { formulaOf } from '../formula.ts'
import { positiveOrHalf } from '../masks.ts'
import { dimsOf, rule, unbroadcast } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** The gradients of Max (`direction` 1) and Min (-1). */
function extreme(direction: 1 | -1): readonly VjpVariant[] {
  return [
    {
      name: 'one operand',
      applies: ({ node }) => node.inputs.length === 1,
      emit: (c) => [c.gradientOf(0)],
    },
    {
      name: 'two operands, by their difference',
      applies: ({ node }) => node.inputs.length === 2,
      emit: (c) => {
        const g = c.gradientOf(0)
        if (g === undefined) return []
        const o = formulaOf(c)
        const [a, b] = c.node.inputs as [string, string]
        const full = c.typeOf(c.node.outputs[0]!).dims
        const first = o.mul(g, positiveOrHalf(o, direction === 1 ? o.sub(a, b) : o.sub(b, a)))
        return [
          c.wants(0) ? unbroadcast(o.builder, first, full, dimsOf(c, 0)) : undefined,
          c.wants(1) ? unbroadcast(o.builder, o.sub(g, first), full, dimsOf(c, 1)) : undefined,
        ]
      },
    },
    {
      name: 'many operands, by equality with the result',
      emit: (c) => {
        const g = c.gradientOf(0)
        if (g === undefined) return []
        const o = formulaOf(c)
        const y = c.node.outputs[0]!
        const full = c.typeOf(y).dims
        const masks = c.node.inputs.map((input) => o.cast(o.of('Equal', [input, y])))
        const share = o.div(g, o.of('Sum', masks))
        return masks.map((mask, i) =>
          c.wants(i) ? unbroadcast(o.builder, o.mul(share, mask), full, dimsOf(c, i)) : undefined,
        )
      },
    },
  ]
}

export const selectionRules: Rules = {
  Max: extreme(1),
  Min: extreme(-1),
  Where: rule('mask', (c) => {
    const g = c.gradientOf(0)
    if (g === undefined) return []
    const o = formulaOf(c)
    const condition = c.node.inputs[0]!
    const full = c.typeOf(c.node.outputs[0]!).dims
    const chosen = (input: number, mask: () => string): string | undefined =>
      c.wants(input) ? unbroadcast(o.builder, o.mul(g, o.cast(mask())), full, dimsOf(c, input)) : undefined
    return [undefined, chosen(1, () => condition), chosen(2, () => o.of('Not', condition))]
  }),
}
