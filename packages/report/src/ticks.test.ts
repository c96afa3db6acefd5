import fc from 'fast-check'
import { expect, it } from 'vitest'
import { powers, ticks } from './ticks.ts'

it('gives round numbers', () => {
  expect(ticks(0, 1)).toEqual([0, 0.5, 1])
  expect(ticks(0, 0.1, 6)).toEqual([0, 0.02, 0.04, 0.06, 0.08, 0.1])
  expect(ticks(3, 97)).toEqual([0, 50, 100])
  expect(ticks(5, 5)).toEqual([0, 2, 4, 6])
})

it('covers every range with a handful of rising, distinct numbers', () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      fc.pre(high - low > 1e-6 * Math.max(1, Math.abs(low), Math.abs(high)))
      const axis = ticks(low, high)
      const slack = (high - low) * 1e-6
      expect(axis[0]).toBeLessThanOrEqual(low + slack)
      expect(axis.at(-1)).toBeGreaterThanOrEqual(high - slack)
      expect(axis.length).toBeGreaterThanOrEqual(2)
      expect(axis.length).toBeLessThanOrEqual(8)
      expect(axis.every((tick, i) => i === 0 || tick > (axis[i - 1] as number))).toBe(true)
    }),
  )
})

it('gives the powers of ten around values above 0', () => {
  expect(powers([0.0007, 0.4, 1])).toEqual([0.0001, 0.001, 0.01, 0.1, 1])
  expect(powers([0.01, 1])).toEqual([0.01, 0.1, 1])
  expect(powers([5])).toEqual([1, 10])
})
