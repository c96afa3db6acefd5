import { mean } from './describe.ts'
import type { Interval, IntervalOptions } from './interval.ts'
import { confidenceOf } from './interval.ts'
import { normalQuantile } from './special.ts'

/**
 * Interval around `statistic(rows)` by leaving out one of `groups` parts of the rows at a time (delete-a-group jackknife; Shao
 * and Tu, "The Jackknife and Bootstrap", 1995, section 5.5.2). For statistics that a bootstrap would move, such as errors of calibration,
 * because drawing the same row twice makes two rows agree.
 * @param rows in random order; a row stands for everything that is measured on one sample
 * @param options.within the range that the statistic can have
 * @throws RangeError with fewer than two rows
 */
export function clusterJackknife(
  rows: readonly number[],
  statistic: (rows: readonly number[]) => number,
  options: IntervalOptions & { readonly groups?: number; readonly within: readonly [number, number] },
): Interval {
  if (rows.length < 2) throw new RangeError(`a jackknife needs at least 2 rows, got ${rows.length}`)
  const confidence = confidenceOf(options)
  const groups = Math.min(options.groups ?? 20, rows.length)
  const left = Array.from({ length: groups }, (_, g) => statistic(rows.filter((_, i) => i % groups !== g)))
  const middle = mean(left)
  const variance = ((groups - 1) / groups) * left.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  const reach = normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance)
  const value = statistic(rows)
  const [least, most] = options.within
  return {
    low: Math.max(least, value - reach),
    high: Math.min(most, value + reach),
    confidence,
    method: 'jackknife',
  }
}
