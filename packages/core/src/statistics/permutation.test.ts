import { expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { mean } from './describe.ts'
import { permutationPValue, permutationTest, signFlipTest } from './permutation.ts'

const difference = (a: readonly number[], b: readonly number[]): number => mean(a) - mean(b)

it('counts the observed arrangement among the others', () => {
  expect(permutationPValue(5, [1, 2, 3], { alternative: 'greater' })).toBe(1 / 4)
  expect(permutationPValue(2, [1, 2, 3], { alternative: 'greater' })).toBe(3 / 4)
  expect(permutationPValue(2, [1, 2, 3], { alternative: 'less' })).toBe(3 / 4)
  expect(permutationPValue(5, [1, 2, 3])).toBe(2 / 4)
  expect(permutationPValue(2, [1, 2, 3])).toBe(1)
})

it('takes sums that differ by rounding for equal', () => {
  expect(permutationPValue(0.1 + 0.2, [0.3, 0.3, 0.3], { alternative: 'greater' })).toBe(1)
})

it('comes near the p-value of all 70 ways to split eight numbers', () => {
  // Only {4,6,7,8} and {5,6,7,8} sum to 25 or more.
  const p = permutationTest([4, 6, 7, 8], [1, 2, 3, 5], difference, createRandom(1), {
    alternative: 'greater',
  })
  expect(Math.abs(p - 2 / 70)).toBeLessThan(4 * Math.sqrt((2 / 70) * (68 / 70) * 1e-4))
})

it('comes near the p-value of all 2^6 sign patterns', () => {
  // All positive: 1 of 64 patterns reaches the mean, and doubling makes it 2 of 64.
  const p = signFlipTest([1, 2, 3, 4, 5, 6], createRandom(2))
  expect(Math.abs(p - 2 / 64)).toBeLessThan(4 * 2 * Math.sqrt((1 / 64) * (63 / 64) * 1e-4))
})

it('takes another statistic than the mean', () => {
  const largest = (xs: readonly number[]): number => Math.max(...xs)
  // The largest is 6 when the 6 keeps its sign, whatever the others do: half of the patterns.
  const p = signFlipTest([1, 2, 6], createRandom(3), { statistic: largest, alternative: 'greater' })
  expect(Math.abs(p - 0.5)).toBeLessThan(0.02)
})

it('calls a true null false no more often than it says', () => {
  const random = createRandom(4)
  const tests = Array.from({ length: 400 }, (_, i) => {
    const data = random.split(`data-${i}`)
    const [a, b] = [15, 10].map((size) => Array.from({ length: size }, data.normal)) as [number[], number[]]
    return permutationTest(a, b, difference, random.split(`test-${i}`), { permutations: 199 })
  })
  // 0.1 plus four standard errors.
  expect(tests.filter((p) => p <= 0.1).length / 400).toBeLessThan(0.1 + 4 * Math.sqrt(0.09 / 400))
  expect(tests.filter((p) => p <= 0.1).length / 400).toBeGreaterThan(0.1 - 4 * Math.sqrt(0.09 / 400))
})

it('gives the same p-value for the same stream', () => {
  const run = (): number =>
    permutationTest([1, 5, 3], [2, 2, 9], difference, createRandom(5), { permutations: 99 })
  expect(run()).toBe(run())
})

it('refuses empty samples and NaN, which would count as never extreme', () => {
  expect(() => permutationPValue(1, [])).toThrow(RangeError)
  expect(() => permutationPValue(Number.NaN, [1])).toThrow(RangeError)
  expect(() => permutationPValue(1, [Number.NaN])).toThrow(RangeError)
  expect(() => permutationTest([], [1], difference, createRandom(0))).toThrow(RangeError)
  expect(() => signFlipTest([], createRandom(0))).toThrow(RangeError)
})
