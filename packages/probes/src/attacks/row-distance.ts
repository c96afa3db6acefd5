import type { Norm } from './ball.ts'

/** Norms in which a shortest way can be looked for; l0 counts the numbers that differ. */
export type MinimumNorm = 'l0' | Norm

/** Distance between two rows of `size` numbers. */
export function rowDistance(
  a: Float32Array,
  rowA: number,
  b: Float32Array,
  { row, size, norm }: { readonly row: number; readonly size: number; readonly norm: MinimumNorm },
): number {
  const shift = (row - rowA) * size
  const from = rowA * size
  const to = from + size
  let total = 0
  if (norm === 'l0') {
    for (let i = from; i < to; i++) total += Number(a[i] !== b[i + shift])
    return total
  }
  if (norm === 'linf') {
    for (let i = from; i < to; i++)
      total = Math.max(total, Math.abs((a[i] as number) - (b[i + shift] as number)))
    return total
  }
  if (norm === 'l1') {
    for (let i = from; i < to; i++) total += Math.abs((a[i] as number) - (b[i + shift] as number))
    return total
  }
  for (let i = from; i < to; i++) {
    const d = (a[i] as number) - (b[i + shift] as number)
    total += d * d
  }
  return Math.sqrt(total)
}
