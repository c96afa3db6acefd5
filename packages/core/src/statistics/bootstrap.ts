// Intervals for any statistic, by drawing samples from the sample (Efron 1979). The percentile interval takes the
// quantiles of what the statistic did on them; BCa moves those quantiles to make up for bias and for a spread that
// changes with the value (Efron, "Better Bootstrap Confidence Intervals", J. Am. Stat. Assoc. 82, 1987). Two runs on
// the same samples are resampled together, so that what they share cancels.
import type { Random } from '../random/random.ts'
import { mean, quantileOfSorted } from './describe.ts'
import { confidenceOf, type Interval, type IntervalOptions } from './interval.ts'
import { normalCdf, normalQuantile } from './special.ts'

export interface BootstrapOptions extends IntervalOptions {
  /** `bca` unless said. It calls the statistic once more for each element. */
  readonly method?: 'bca' | 'percentile'
  /** Samples drawn; 2000 unless said. */
  readonly resamples?: number
}

/**
 * A bootstrap interval for `statistic(data)`. Where BCa is not defined (every resample on one side of the
 * estimate, as for a maximum) the percentile interval is given instead, and its `method` says so.
 * @throws RangeError when data is empty, resamples is below 1 or the statistic is NaN on a resample
 */
export function bootstrap<T>(
  data: readonly T[],
  statistic: (sample: readonly T[]) => number,
  random: Random,
  options: BootstrapOptions = {},
): Interval {
  return bootstrapIndices(data.length, (indices) => statistic(pick(data, indices)), random, options)
}

/**
 * A bootstrap interval for `statistic(second) - statistic(first)`, where first[i] and second[i] are of the same
 * sample i and are drawn together.
 * @throws RangeError when lengths differ, and as `bootstrap` does
 */
export function pairedBootstrap<T>(
  first: readonly T[],
  second: readonly T[],
  statistic: (sample: readonly T[]) => number,
  random: Random,
  options: BootstrapOptions = {},
): Interval {
  if (first.length !== second.length) {
    throw new RangeError(`runs are compared on the same samples, got ${first.length} and ${second.length}`)
  }
  const difference = (indices: Int32Array): number =>
    statistic(pick(second, indices)) - statistic(pick(first, indices))
  return bootstrapIndices(first.length, difference, random, options)
}

function pick<T>(data: readonly T[], indices: Int32Array): T[] {
  const sample = new Array<T>(indices.length)
  for (let i = 0; i < sample.length; i++) sample[i] = data[indices[i]!]!
  return sample
}

function bootstrapIndices(
  n: number,
  statistic: (indices: Int32Array) => number,
  random: Random,
  options: BootstrapOptions,
): Interval {
  const { method = 'bca', resamples = 2000 } = options
  const confidence = confidenceOf(options)
  if (n === 0) throw new RangeError('a bootstrap needs at least one sample')
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`resamples is an integer of at least 1, got ${resamples}`)
  }
  const checked = (indices: Int32Array): number => {
    const value = statistic(indices)
    if (Number.isNaN(value)) throw new RangeError('the statistic is NaN on a resample')
    return value
  }
  const drawn = new Float64Array(resamples)
  const indices = new Int32Array(n)
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; i++) indices[i] = random.int(n)
    drawn[r] = checked(indices)
  }
  drawn.sort()
  const tail = (1 - confidence) / 2
  const levels = method === 'bca' ? bcaLevels(n, checked, drawn, tail) : undefined
  const [low, high] = levels ?? [tail, 1 - tail]
  return {
    low: quantileOfSorted(drawn, low),
    high: quantileOfSorted(drawn, high),
    confidence,
    method: levels === undefined ? 'bootstrap-percentile' : 'bootstrap-bca',
  }
}

/**
 * The levels whose quantiles bound the BCa interval: Phi(z0 + (z0 + z) / (1 - a (z0 + z))) at z = -+z_tail, with
 * bias z0 from the share of resamples below the estimate, and acceleration a from the jackknife (Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, eqs. 14.10, 14.14 and 14.15). Undefined where z0 is infinite.
 */
function bcaLevels(
  n: number,
  statistic: (indices: Int32Array) => number,
  drawn: Float64Array,
  tail: number,
): readonly [number, number] | undefined {
  const all = Int32Array.from({ length: n }, (_, i) => i)
  const estimate = statistic(all)
  // Ties count half, so that a discrete statistic does not look biased.
  const below = mean(drawn.map((value) => (value < estimate ? 1 : value === estimate ? 0.5 : 0)))
  const bias = normalQuantile(below)
  if (!Number.isFinite(bias)) return undefined
  const left = n === 1 ? [] : Array.from(all, (out) => statistic(all.filter((i) => i !== out)))
  const centre = mean(left)
  let squares = 0
  let cubes = 0
  for (const value of left) {
    squares += (centre - value) ** 2
    cubes += (centre - value) ** 3
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
  const level = (z: number): number => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
  const z = -normalQuantile(tail)
  return [level(-z), level(z)]
}
