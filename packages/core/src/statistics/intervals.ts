// Intervals for a proportion. Wilson's is the one to report: its coverage is near the nominal on average, and it
// behaves at 0 and at n. Clopper and Pearson's never covers less than it promises, and is wider for it; it is
// for statements that must not overclaim, such as "at most this rate". Both are compared in Newcombe,
// "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998.
import { confidenceOf, type Interval, type IntervalOptions } from './interval.ts'
import { inverseRegularisedBeta, normalQuantile } from './special.ts'

/** @throws RangeError unless successes and n are integers, 0 <= successes <= n */
function checkCounts(successes: number, n: number): void {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(n) && successes >= 0 && successes <= n)) {
    throw new RangeError(`successes and n are integers with 0 <= successes <= n, got ${successes} of ${n}`)
  }
}

/**
 * Wilson's score interval without continuity correction (J. Am. Stat. Assoc. 22, 1927):
 * (2 n p + z^2 -+ z sqrt(z^2 + 4 n p q)) / (2 (n + z^2)). With n = 0 it is [0,1].
 * @throws RangeError when the counts or the confidence make no sense
 */
export function wilson(successes: number, n: number, options: IntervalOptions = {}): Interval {
  checkCounts(successes, n)
  const confidence = confidenceOf(options)
  const z = -normalQuantile((1 - confidence) / 2)
  // The lower root; the upper one is the lower root for the failures, seen from 1. At 0 successes it is 0, which
  // the formula would miss by rounding.
  const lower = (s: number): number => {
    if (s === 0) return 0
    const spread = z * Math.sqrt(z * z + (4 * s * (n - s)) / n)
    // The product of the roots is s^2 / (n (n + z^2)): dividing by the upper one avoids a difference.
    return (2 * s * s) / (n * (2 * s + z * z + spread))
  }
  return { low: lower(successes), high: 1 - lower(n - successes), confidence, method: 'wilson' }
}

/**
 * The exact interval of Clopper and Pearson (Biometrika 26, 1934): each end is the chance at which the outcome, or
 * one further out, has probability (1 - confidence) / 2. With n = 0 it is [0,1].
 * @throws RangeError when the counts or the confidence make no sense
 */
export function clopperPearson(successes: number, n: number, options: IntervalOptions = {}): Interval {
  checkCounts(successes, n)
  const confidence = confidenceOf(options)
  const tail = (1 - confidence) / 2
  const lower = (s: number): number => (s === 0 ? 0 : inverseRegularisedBeta(tail, s, n - s + 1))
  return { low: lower(successes), high: 1 - lower(n - successes), confidence, method: 'clopper-pearson' }
}
