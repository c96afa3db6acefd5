// Tests that need no distribution: what was observed is ranked among the same statistic on data rearranged as
// the null hypothesis allows. The observed arrangement is one of them, hence (1 + k) / (1 + m): k/m would
// call a result impossible that merely was not drawn (Phipson and Smyth, "Permutation P-values Should Never Be
// Zero", Stat. Appl. Genet. Mol. Biol. 9(1), 2010).
import type { Random } from '../random/random.ts'
import { mean } from './describe.ts'

/** `greater`: large statistics speak against the null; `less`: small ones do; `two-sided`: both. */
export type Alternative = 'greater' | 'less' | 'two-sided'

export interface PermutationOptions {
  /** `two-sided` unless said. */
  readonly alternative?: Alternative
  /** Rearrangements drawn; 9999 unless said, so that the smallest p-value is 0.0001. */
  readonly permutations?: number
}

/**
 * (1 + k) / (1 + m), k the number of the m null statistics at least as extreme as the observed one. Two-sided, the
 * smaller of the one-sided p-values is doubled, at most 1. Statistics that differ by rounding only count as equal.
 * @throws RangeError when there are no null statistics, or one of the statistics is NaN
 */
export function permutationPValue(
  observed: number,
  nullStatistics: ArrayLike<number>,
  { alternative = 'two-sided' }: Pick<PermutationOptions, 'alternative'> = {},
): number {
  const count = nullStatistics.length
  if (count === 0) throw new RangeError('a p-value needs at least one null statistic')
  if (Number.isNaN(observed)) throw new RangeError('the observed statistic is NaN')
  let greater = 1
  let less = 1
  for (let i = 0; i < count; i++) {
    const value = nullStatistics[i]!
    if (Number.isNaN(value)) throw new RangeError(`null statistic ${i} is NaN`)
    // The same sum in another order differs in its last digits, and would count against itself.
    const close = Math.abs(value - observed) <= 1e-12 * Math.max(Math.abs(observed), Math.abs(value))
    if (close || value > observed) greater++
    if (close || value < observed) less++
  }
  const tail = { greater, less, 'two-sided': 2 * Math.min(greater, less) }[alternative]
  return Math.min(1, tail / (1 + count))
}

/**
 * Two-sample permutation test: p-value of `statistic(first, second)` when the null says that all elements come
 * from one distribution, so that any split of the pooled data into these two sizes was as likely.
 * @throws RangeError when a sample is empty
 */
export function permutationTest<T>(
  first: readonly T[],
  second: readonly T[],
  statistic: (first: readonly T[], second: readonly T[]) => number,
  random: Random,
  { permutations = 9999, ...rest }: PermutationOptions = {},
): number {
  if (first.length === 0 || second.length === 0)
    throw new RangeError('both samples need at least one element')
  const pooled = [...first, ...second]
  const nullStatistics = new Float64Array(permutations)
  for (let i = 0; i < permutations; i++) {
    const mixed = random.shuffle(pooled)
    nullStatistics[i] = statistic(mixed.slice(0, first.length), mixed.slice(first.length))
  }
  return permutationPValue(statistic(first, second), nullStatistics, rest)
}

/**
 * Paired sign-flip test: p-value of the statistic of the differences (their mean unless said) when the null says
 * that each difference was as likely to have the other sign.
 * @throws RangeError when there are no differences
 */
export function signFlipTest(
  differences: readonly number[],
  random: Random,
  {
    statistic = mean,
    permutations = 9999,
    ...rest
  }: PermutationOptions & { readonly statistic?: (differences: readonly number[]) => number } = {},
): number {
  if (differences.length === 0) throw new RangeError('a sign-flip test needs at least one difference')
  const nullStatistics = new Float64Array(permutations)
  for (let i = 0; i < permutations; i++) {
    nullStatistics[i] = statistic(differences.map((difference) => difference * random.sign()))
  }
  return permutationPValue(statistic(differences), nullStatistics, rest)
}
