import { describe, expect, it } from 'vitest'
import { compareDistances, compareRobust } from './compare.ts'

describe('distances', () => {
  it('are compared by the median of the ratios and not by the ratio of the medians', () => {
    const { ratio } = compareDistances([1, 2, 30], [2, 4, 10])
    expect(ratio).toBe(0.5)
  })

  it('give the chance of as many losses among the samples that differ', () => {
    // One win and nine losses: (1 + 10) / 2^10.
    const ours = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 5]
    const theirs = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5]
    expect(compareDistances(ours, theirs).chance).toBeCloseTo(11 / 1024, 12)
    expect(compareDistances(theirs, ours).chance).toBe(1)
  })

  it('count a sample without an adversarial point as infinitely far, and as the same for both', () => {
    const { ratio, chance } = compareDistances([null, null, 1], [null, 1, 1])
    expect(ratio).toBe(1)
    expect(chance).toBeCloseTo(0.5, 12)
    expect(compareDistances([null], [3]).ratio).toBe(Number.POSITIVE_INFINITY)
    expect(compareDistances([3], [null]).ratio).toBe(0)
  })

  it('that differ by less than a thousandth are no wins', () => {
    expect(compareDistances([1.0005, 1.0005, 1.0005], [1, 1, 1]).chance).toBe(1)
  })

  it('of unlike many samples are refused', () => {
    expect(() => compareDistances([1], [1, 2])).toThrow(RangeError)
  })
})

describe('withstanding samples', () => {
  it('are compared in pairs', () => {
    const ours = [true, true, true, true, true, false]
    const theirs = [false, false, false, false, false, false]
    const { difference, chance } = compareRobust(ours, theirs)
    expect(difference).toBeCloseTo(5 / 6, 12)
    expect(chance).toBeCloseTo(1 / 32, 12)
    expect(compareRobust(theirs, ours)).toEqual({ difference: -5 / 6, chance: 1 })
  })
})
