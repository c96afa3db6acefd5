// Welch's test of two means with variances that may differ (Welch 1947): what "no difference at the 5 % level" means here.
import { mean, regularisedBeta, variance } from '@failmode/core'

/** Difference of the means, first minus second, and the two-sided p-value. */
export function welch(
  first: readonly number[],
  second: readonly number[],
): { readonly difference: number; readonly p: number } {
  const difference = mean(first) - mean(second)
  const [a, b] = [variance(first) / first.length, variance(second) / second.length]
  if (a + b === 0) return { difference, p: difference === 0 ? 1 : 0 }
  const t = difference / Math.sqrt(a + b)
  const degrees = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1))
  return { difference, p: regularisedBeta(degrees / (degrees + t * t), degrees / 2, 0.5) }
}
