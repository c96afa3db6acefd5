// What a test of this size could have shown. A report that finds nothing says how large a thing would have escaped
// it; these are the two numbers it says.
import { confidenceOf, type IntervalOptions } from './interval.ts'
import { normalQuantile } from './special.ts'

/**
 * The rate of an event that n trials without one still leave possible: the one-sided upper bound of Clopper and Pearson
 * at 0 successes, 1 - (1 - confidence)^(1/n). At 95 % this is about 3/n (Hanley and Lippman-Hand, "If Nothing Goes
 * Wrong, Is Everything All Right?", JAMA 249, 1983). An event with at least this rate would have been seen in
 * n trials with probability `confidence`. 1 for n = 0.
 * @throws RangeError when n is not an integer of at least 0
 */
export function smallestDetectableRate(n: number, options: IntervalOptions = {}): number {
  const confidence = confidenceOf(options)
  checkSize(n)
  return n === 0 ? 1 : -Math.expm1(Math.log1p(-confidence) / n)
}

export interface PowerOptions {
  /** Level of the two-sided test; 0.05 unless said. */
  readonly alpha?: number
  /** Probability with which the drop is to be found; 0.8 unless said. */
  readonly power?: number
}

/**
 * The smallest fall of a success rate from `base` that McNemar's test on n paired samples finds with probability
 * `power`; null where not even a fall to 0 would be found. With d the drop and s the share of samples
 * on which the runs differ, the test needs n = (z_(alpha/2) sqrt(s) + z_power sqrt(s - d^2))^2 / d^2 samples (Connor,
 * "Sample size for testing differences in proportions for the paired-sample design", Biometrics 43, 1987). Two
 * approximations: the normal one of that formula, and s, which is not known beforehand and is taken as if
 * the runs were independent, s = base (1 - base + d) + (1 - base) (base - d). Runs on the same samples mostly agree
 * more than that, and then smaller drops are found too: the answer is on the safe side.
 * @throws RangeError when n, base, alpha or power make no sense
 */
export function smallestDetectableDrop(
  n: number,
  base: number,
  { alpha = 0.05, power = 0.8 }: PowerOptions = {},
): number | null {
  checkSize(n)
  if (!(base >= 0 && base <= 1)) throw new RangeError(`base is a rate, got ${base}`)
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha lies between 0 and 1, got ${alpha}`)
  if (!(power > alpha && power < 1)) throw new RangeError(`power lies between alpha and 1, got ${power}`)
  const zAlpha = -normalQuantile(alpha / 2)
  const zPower = normalQuantile(power)
  const isFound = (drop: number): boolean => {
    const after = base - drop
    const differ = base * (1 - after) + (1 - base) * after
    return Math.sqrt(n) * drop >= zAlpha * Math.sqrt(differ) + zPower * Math.sqrt(differ - drop * drop)
  }
  if (base === 0 || !isFound(base)) return null
  let missed = 0
  let found = base
  for (let i = 0; i < 60; i++) {
    const middle = (missed + found) / 2
    if (isFound(middle)) found = middle
    else missed = middle
  }
  return found
}

function checkSize(n: number): void {
  if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`n is an integer of at least 0, got ${n}`)
}
