// Elementwise arithmetic with broadcasting: the gradient of each operand is summed over what was repeated.
import type { VjpContext } from '../../registry/operator.ts'
import { broadcastDims, dimsOf, rule, unbroadcast } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** Both operands' gradients, from functions that give the gradient at the broadcast size. */
function binary(
  context: VjpContext,
  first: (g: string) => string,
  second: (g: string) => string,
): readonly (string | undefined)[] {
  const g = context.gradientOf(0)
  if (g === undefined) return []
  const a = dimsOf(context, 0)
  const b = dimsOf(context, 1)
  const full = broadcastDims(a, b)
  const { builder } = context
  return [
    context.wants(0) ? unbroadcast(builder, first(g), full, a) : undefined,
    context.wants(1) ? unbroadcast(builder, second(g), full, b) : undefined,
  ]
}

export const arithmeticRules: Rules = {
  Add: rule('add', (c) =>
    binary(
      c,
      (g) => g,
      (g) => g,
    ),
  ),
  Sub: rule('sub', (c) =>
    binary(
      c,
      (g) => g,
      (g) => c.builder.node('Neg', [g]),
    ),
  ),
  Mul: rule('mul', (c) => {
    const [a, b] = c.node.inputs as [string, string]
    return binary(
      c,
      (g) => c.builder.node('Mul', [g, b]),
      (g) => c.builder.node('Mul', [g, a]),
    )
  }),
}
