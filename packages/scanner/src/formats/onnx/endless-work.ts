// Sizes that a model writes down as constants, and that would take all memory or all time of whoever runs it.
import type { Node } from './model.ts'

/** Elements of a tensor: with four bytes each, 8 GiB. */
const mostElements = 1n << 31n
const mostRounds = 1_000_000_000n
/** Exporters write these for a loop that ends by its condition. */
const unlimited: ReadonlySet<bigint> = new Set([2n ** 63n - 1n, 2n ** 31n - 1n])

/** What a node asks for beyond reason, or null. */
export function endlessWork(
  { operator, domain, inputs }: Node,
  constants: ReadonlyMap<string, readonly bigint[]>,
): string | null {
  if (domain !== '') return null
  const input = (index: number): readonly bigint[] | null => constants.get(inputs[index] ?? '') ?? null
  switch (operator) {
    case 'ConstantOfShape':
      return filled(input(0))
    case 'Expand':
    case 'Tile':
      return filled(input(1))
    case 'Range': {
      const [from, to, step] = [input(0)?.[0], input(1)?.[0], input(2)?.[0]]
      if (from === undefined || to === undefined || step === undefined || step === 0n) return null
      const count = (to - from) / step
      return count > mostElements ? `${count} numbers` : null
    }
    case 'Loop': {
      const rounds = input(0)?.[0]
      if (rounds === undefined || rounds <= mostRounds) return null
      const conditional = inputs[1] !== undefined && inputs[1] !== ''
      return unlimited.has(rounds) && conditional ? null : `${rounds} rounds of a loop`
    }
    default:
      return null
  }
}

function filled(shape: readonly bigint[] | null): string | null {
  if (shape === null) return null
  const count = shape.reduce((product, dim) => product * (dim < 0n ? 1n : dim), 1n)
  return count > mostElements ? `a tensor of ${count} numbers` : null
}
