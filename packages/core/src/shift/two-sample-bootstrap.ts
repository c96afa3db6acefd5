// Intervals for what is computed of two samples that have nothing to do with each other: each is drawn anew from
// itself. Percentiles of the draws; for distances that cannot fall below zero they lie a little high near zero.
import type { Random } from '../random/random.ts'
import { quantileOfSorted } from '../statistics/describe.ts'
import { confidenceOf, type Interval, type IntervalOptions } from '../statistics/interval.ts'

export interface TwoSampleBootstrapOptions extends IntervalOptions {
  /** 500 unless said. */
  readonly resamples?: number
}

/**
 * Interval for `statistic`, which gets the places of the rows drawn from either sample.
 * @throws RangeError when a sample is empty or the statistic is NaN on a draw
 */
export function twoSampleBootstrap(
  sizes: readonly [reference: number, current: number],
  statistic: (reference: Int32Array, current: Int32Array) => number,
  random: Random,
  options: TwoSampleBootstrapOptions = {},
): Interval {
  const { resamples = 500 } = options
  const confidence = confidenceOf(options)
  if (sizes[0] === 0 || sizes[1] === 0) throw new RangeError('a sample is empty')
  const [a, b] = [new Int32Array(sizes[0]), new Int32Array(sizes[1])]
  const drawn = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < a.length; i++) a[i] = random.int(a.length)
    for (let i = 0; i < b.length; i++) b[i] = random.int(b.length)
    drawn[r] = statistic(a, b)
    if (Number.isNaN(drawn[r])) throw new RangeError('the statistic is NaN on a resample')
  }
  drawn.sort()
  const tail = (1 - confidence) / 2
  return {
    low: quantileOfSorted(drawn, tail),
    high: quantileOfSorted(drawn, 1 - tail),
    confidence,
    method: 'bootstrap-two-sample',
  }
}
