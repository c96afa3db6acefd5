// What a two-sample test of these sizes could have seen. The answers are on the safe side: a shift of this size is found
// with at least the stated probability whatever the distributions are.
import { normalCdf, normalQuantile } from '../statistics/special.ts'
import { ksTail } from './kolmogorov-smirnov.ts'

export interface SmallestShiftOptions {
  /** 0.05 unless said. */
  readonly alpha?: number
  /** Probability with which the shift is to be found; 0.8 unless said. */
  readonly power?: number
  /** Tests that share alpha (Bonferroni); 1 unless said. */
  readonly tests?: number
}

/**
 * The smallest distance of Kolmogorov and Smirnov between the two distributions that the test finds with probability
 * `power`, at most 1. The test alarms above the critical distance c; at the place where the distributions are D
 * apart the empirical ones are nearly normal around D with a variance of at most (1/m + 1/n) / 4, so D = c + z_power
 * sqrt((1/m + 1/n) / 4) is enough.
 */
export function smallestKsDistance(
  m: number,
  n: number,
  { alpha = 0.05, power = 0.8, tests = 1 }: SmallestShiftOptions = {},
): number {
  if (m < 1 || n < 1) return 1
  let low = 0
  let high = 1
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (ksTail(middle, m, n) > alpha / tests) low = middle
    else high = middle
  }
  return Math.min(1, high + normalQuantile(power) * Math.sqrt((1 / m + 1 / n) / 4))
}

/** How many standard deviations a normal feature has to move for this KS distance, D = 2 Phi(d/2) - 1; infinite at 1. */
export function moveOfDistance(distance: number): number {
  return distance >= 1 ? Number.POSITIVE_INFINITY : 2 * normalQuantile((1 + distance) / 2)
}

/** The KS distance between normal distributions that lie `move` standard deviations apart. */
export function distanceOfMove(move: number): number {
  return 2 * normalCdf(Math.abs(move) / 2) - 1
}

/**
 * The smallest change of a share near `base` that a test of two proportions finds with probability `power`:
 * (z_(alpha/2) + z_power) sqrt(base (1 - base) (1/m + 1/n)), with base (1 - base) no less than at 5 %, where the normal
 * approximation ends.
 */
export function smallestShareChange(
  m: number,
  n: number,
  base: number,
  { alpha = 0.05, power = 0.8, tests = 1 }: SmallestShiftOptions = {},
): number {
  if (m < 1 || n < 1) return 1
  const spread = Math.max(base * (1 - base), 0.05 * 0.95)
  const z = normalQuantile(power) - normalQuantile(alpha / tests / 2)
  return Math.min(1, z * Math.sqrt(spread * (1 / m + 1 / n)))
}
