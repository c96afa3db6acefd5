// Reads an Einsum equation: spaces removed, the result filled in where it is left out, and every ellipsis replaced by
// letters of its own, so that after it there is one letter per axis.

export interface EinsumEquation {
  readonly operands: readonly (readonly string[])[]
  readonly result: readonly string[]
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']

/**
 * The equation for operands with these numbers of axes, or undefined where it does not fit them.
 */
export function parseEinsum(equation: string, ranks: readonly number[]): EinsumEquation | undefined {
  const [left, right] = equation.replaceAll(/\s/g, '').split('->') as [string, string | undefined]
  const terms = left.split(',')
  if (terms.length !== ranks.length) return undefined
  const widths = terms.map((term, i) => (term.includes('...') ? ranks[i]! - (term.length - 3) : 0))
  const widest = Math.max(0, ...widths)
  const free = letters.filter((letter) => !equation.includes(letter))
  if (widths.some((width) => width < 0) || free.length < widest) return undefined
  const broadcast = free.slice(0, widest)
  const expand = (term: string, width: number): readonly string[] => {
    const [before, after] = term.split('...') as [string, string | undefined]
    return after === undefined ? [...before] : [...before, ...broadcast.slice(widest - width), ...after]
  }
  const operands = terms.map((term, i) => expand(term, widths[i]!))
  if (operands.some((labels, i) => labels.length !== ranks[i])) return undefined
  return { operands, result: right === undefined ? implied(left, broadcast) : expand(right, widest) }
}

/** Without a result given: the ellipsis, then the letters that occur once, in alphabetical order. */
function implied(left: string, broadcast: readonly string[]): readonly string[] {
  const used = [...left.replaceAll(/[,.]/g, '')]
  return [
    ...broadcast,
    ...used.filter((label, _, all) => all.filter((other) => other === label).length === 1).sort(),
  ]
}
