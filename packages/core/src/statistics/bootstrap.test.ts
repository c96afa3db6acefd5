import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { bootstrap, pairedBootstrap } from './bootstrap.ts'
import { mean } from './describe.ts'
import truths from './golden/truths.json' with { type: 'json' }

const { values, percentile, BCa } = truths.bootstrap

describe('the interval of a skewed mean', () => {
  it.each([
    ['percentile', percentile],
    ['bca', BCa],
  ] as const)('by %s agrees with SciPy up to the noise of the resamples', (method, [low, high]) => {
    const got = bootstrap(values, mean, createRandom(1), { method, resamples: 20_000 })
    expect(got.method).toBe(`bootstrap-${method}`)
    expect(Math.abs(got.low - low!)).toBeLessThan(0.01)
    expect(Math.abs(got.high - high!)).toBeLessThan(0.015)
  })

  it('moves upwards by BCa, as it should for a long right tail', () => {
    const plain = bootstrap(values, mean, createRandom(1), { method: 'percentile' })
    const corrected = bootstrap(values, mean, createRandom(1))
    expect(corrected.low).toBeGreaterThan(plain.low)
    expect(corrected.high).toBeGreaterThan(plain.high)
  })
})

it('covers the truth about as often as it says', () => {
  const random = createRandom(2)
  let covered = 0
  for (let i = 0; i < 300; i++) {
    const data = Array.from({ length: 40 }, random.split(`data-${i}`).normal)
    const { low, high } = bootstrap(data, mean, random.split(`draws-${i}`), {
      resamples: 400,
      confidence: 0.9,
    })
    if (low <= 0 && 0 <= high) covered++
  }
  expect(covered / 300).toBeGreaterThan(0.82)
  expect(covered / 300).toBeLessThan(0.96)
})

it('resamples elements of any kind', () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({ right: i % 4 !== 0 }))
  const accuracy = (sample: readonly { right: boolean }[]): number => mean(sample.map(({ right }) => +right))
  const { low, high } = bootstrap(rows, accuracy, createRandom(3))
  // Close to the normal interval 0.75 -+ 1.96 sqrt(0.75 * 0.25 / 200).
  expect(low).toBeCloseTo(0.69, 1)
  expect(high).toBeCloseTo(0.81, 1)
  expect(low < 0.75 && 0.75 < high).toBe(true)
})

it('says percentile where BCa is not defined, and is a point where nothing varies', () => {
  // Counts what is distinct: every resample but the rarest has fewer than the data itself.
  const distinct = bootstrap(values, (sample) => new Set(sample).size, createRandom(4))
  expect(distinct.method).toBe('bootstrap-percentile')
  expect(bootstrap([2, 2, 2], mean, createRandom(4))).toMatchObject({ low: 2, high: 2 })
})

describe('in pairs', () => {
  const base = Array.from({ length: 100 }, createRandom(5).normal)

  it('cancels what both runs share', () => {
    const better = base.map((x) => x + 0.1)
    const { low, high } = pairedBootstrap(base, better, mean, createRandom(6))
    expect(low).toBeCloseTo(0.1, 10)
    expect(high).toBeCloseTo(0.1, 10)
  })

  it('equals the bootstrap of the differences for a mean, and turns over when the runs are swapped', () => {
    const noise = createRandom(7)
    const other = base.map((x) => x + 0.5 * noise.normal())
    const options = { method: 'percentile' } as const
    const paired = pairedBootstrap(base, other, mean, createRandom(8), options)
    const ofDifferences = bootstrap(
      other.map((x, i) => x - base[i]!),
      mean,
      createRandom(8),
      options,
    )
    const swapped = pairedBootstrap(other, base, mean, createRandom(8), options)
    expect(paired.low).toBeCloseTo(ofDifferences.low, 12)
    expect(paired.high).toBeCloseTo(ofDifferences.high, 12)
    expect(swapped.low).toBeCloseTo(-paired.high, 12)
  })
})

it('refuses empty data, unequal runs and a statistic that is NaN', () => {
  expect(() => bootstrap([], mean, createRandom(0))).toThrow(RangeError)
  expect(() => bootstrap([1], mean, createRandom(0), { resamples: 0 })).toThrow(RangeError)
  expect(() => bootstrap([1], () => Number.NaN, createRandom(0))).toThrow(RangeError)
  expect(() => pairedBootstrap([1], [1, 2], mean, createRandom(0))).toThrow(RangeError)
})
