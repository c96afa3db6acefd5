import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as describing from './describe.ts'
import truths from './golden/truths.json' with { type: 'json' }

const { mean, median, quantile, sorted, standardDeviation, variance, weightedMean, weightedVariance } =
  describing
const { values, weights, ...truth } = truths.describe
const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 50 })

it('agrees with NumPy', () => {
  expect(mean(values)).toBeCloseTo(truth.mean, 12)
  expect(variance(values)).toBeCloseTo(truth.variance, 12)
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(truth.variance), 12)
  expect(median(values)).toBeCloseTo(truth.median, 12)
  for (const [p, at] of truth.quantiles) expect(quantile(values, p!)).toBeCloseTo(at!, 12)
  expect(weightedMean(values, weights)).toBeCloseTo(truth.weightedMean, 12)
  expect(weightedVariance(values, weights)).toBeCloseTo(truth.weightedVariance, 12)
})

it('keeps its digits when the mean is large', () => {
  const shifted = [4, 7, 13, 16].map((x) => x + 1e9)
  expect(variance(shifted)).toBe(30)
  expect(weightedVariance(shifted, [1, 1, 1, 1])).toBeCloseTo(30, 9)
})

it('equal weights of any size change nothing, and a weight of 0 leaves a value out', () => {
  fc.assert(
    fc.property(numbers, fc.double({ min: 0.01, max: 100, noNaN: true }), (xs, weight) => {
      const same = xs.map(() => weight)
      const scale = 1 + Math.max(...xs.map(Math.abs))
      expect(weightedMean(xs, same) / scale).toBeCloseTo(mean(xs) / scale, 10)
      expect(weightedVariance(xs, same) / scale ** 2).toBeCloseTo(variance(xs) / scale ** 2, 10)
      expect(weightedMean([...xs, 1e9], [...same, 0])).toBe(weightedMean(xs, same))
    }),
  )
})

it('quantiles grow with p, lie within the values and leave the array alone', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(numbers, share, share, (xs, p, q) => {
      const before = [...xs]
      expect(quantile(xs, Math.min(p, q))).toBeLessThanOrEqual(quantile(xs, Math.max(p, q)))
      expect(quantile(xs, 0)).toBe(sorted(xs)[0])
      expect(quantile(xs, 1)).toBe(sorted(xs).at(-1))
      expect(xs).toEqual(before)
    }),
  )
})

it('gives NaN where there is too little, and takes infinities', () => {
  expect([
    mean([]),
    median([]),
    variance([1]),
    weightedMean([1], [0]),
    weightedVariance([1, 2], [1, 0]),
  ]).toEqual(new Array(5).fill(Number.NaN))
  expect(median([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY)
})

it('refuses what cannot be meant', () => {
  expect(() => quantile([1], 1.5)).toThrow(RangeError)
  expect(() => weightedMean([1, 2], [1])).toThrow(RangeError)
  expect(() => weightedMean([1, 2], [1, -1])).toThrow(RangeError)
})
