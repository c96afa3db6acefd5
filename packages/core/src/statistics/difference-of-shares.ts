import type { Interval, IntervalOptions } from './interval.ts'
import { confidenceOf } from './interval.ts'
import { wilson } from './intervals.ts'

/** How many of how many. */
export interface Tally {
  readonly right: number
  readonly n: number
}

/**
 * Interval for the difference of two independent shares, first less second, from the Wilson intervals of both (method 10
 * of Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998).
 */
export function differenceOfShares(first: Tally, second: Tally, options: IntervalOptions = {}): Interval {
  const confidence = confidenceOf(options)
  const [p, q] = [first.right / first.n, second.right / second.n]
  const [a, b] = [
    wilson(first.right, first.n, { confidence }),
    wilson(second.right, second.n, { confidence }),
  ]
  return {
    low: p - q - Math.hypot(p - a.low, b.high - q),
    high: p - q + Math.hypot(a.high - p, q - b.low),
    confidence,
    method: 'newcombe',
  }
}
