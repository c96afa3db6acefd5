// The two-sample test of Kolmogorov and Smirnov: the largest distance between two empirical distributions. Where the
// samples are small its p-value is the share of all splits of the pooled values that put them as far apart; a
// split is a path through a grid, and the paths that get out of a band are counted by chance rather than by number, so
// that nothing overflows. Ties only take away places at which the distance can be read.
import { sorted } from '../statistics/describe.ts'

export interface KolmogorovSmirnov {
  /** max |F_reference - F_current|, in [0,1]; itself an effect size. */
  readonly distance: number
  readonly pValue: number
  readonly method: 'exact' | 'asymptotic'
}

/** Largest m n for which all splits are counted. */
const mostForExact = 250_000

/**
 * max |F_m - F_n| of two samples.
 * @throws RangeError when a sample is empty or holds NaN
 */
export function ksDistance(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [a, b] = [prepare(reference), prepare(current)]
  let distance = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! === value) i++
    while (j < b.length && b[j]! === value) j++
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length))
  }
  return distance
}

/**
 * Two-sided test. Exact, given the ties, while m n is at most 250,000 (Schröer and Trenkler, "Exact and randomization
 * distributions of Kolmogorov-Smirnov tests for two or three samples", Comput. Stat. Data Anal. 20, 1995); else
 * Kolmogorov's limit at (sqrt(e) + 0.12 + 0.11 / sqrt(e)) D with e = m n / (m + n) (Stephens, J. R. Stat. Soc. B 32,
 * 1970).
 * @throws RangeError when a sample is empty or holds NaN
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): KolmogorovSmirnov {
  const distance = ksDistance(reference, current)
  const [m, n] = [reference.length, current.length]
  if (m * n > mostForExact) return { distance, pValue: ksTail(distance, m, n), method: 'asymptotic' }
  const pooled = new Float64Array(m + n)
  pooled.set(reference)
  pooled.set(current, m)
  pooled.sort()
  return { distance, pValue: exactTail(distance, pooled, m), method: 'exact' }
}

/** Chance that two samples of these sizes from one continuous distribution are at least `distance` apart; Stephens. */
export function ksTail(distance: number, m: number, n: number): number {
  const root = Math.sqrt((m * n) / (m + n))
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance)
}

/** 1 - K(x) of Kolmogorov's distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), or its theta transform for small x. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1
  if (x < 1) {
    let sum = 0
    for (let k = 1; k <= 7; k += 2) sum += Math.exp((-k * k * Math.PI ** 2) / (8 * x * x))
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum
  }
  let sum = 0
  for (let k = 1; k <= 8; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x)
  return sum
}

/**
 * P(D >= distance) over all splits. A path ends at (i, j) by a step from (i-1, j) with chance i / (i+j); what is
 * carried is the chance to have been outside the band before.
 */
function exactTail(distance: number, pooled: Float64Array, m: number): number {
  const n = pooled.length - m
  // Distances are multiples of 1 / (m n): half of one keeps equal ones equal.
  const bound = distance - 0.5 / (m * n)
  // Inside a tie there is no point at which the distributions can be read.
  const outside = (i: number, j: number): boolean =>
    Math.abs(i / m - j / n) >= bound && (i + j === m + n || pooled[i + j - 1] !== pooled[i + j])
  const chance = new Float64Array(n + 1)
  for (let j = 1; j <= n; j++) chance[j] = outside(0, j) ? 1 : chance[j - 1]!
  for (let i = 1; i <= m; i++) {
    if (outside(i, 0)) chance[0] = 1
    for (let j = 1; j <= n; j++) {
      chance[j] = outside(i, j) ? 1 : (i * chance[j]! + j * chance[j - 1]!) / (i + j)
    }
  }
  return distance === 0 ? 1 : chance[n]!
}

function prepare(values: ArrayLike<number>): Float64Array {
  const ascending = sorted(values)
  if (ascending.length === 0) throw new RangeError('a sample is empty')
  if (Number.isNaN(ascending.at(-1))) throw new RangeError('a sample holds NaN')
  return ascending
}
