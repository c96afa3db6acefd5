import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { clopperPearson } from './intervals.ts'
import { mcnemar } from './mcnemar.ts'
import { smallestDetectableDrop, smallestDetectableRate } from './power.ts'

describe('the smallest detectable rate', () => {
  it('is 3/n in the long run, the rule of three', () => {
    expect(smallestDetectableRate(100)).toBeCloseTo(1 - 0.05 ** 0.01, 14)
    expect(smallestDetectableRate(1e9) * 1e9).toBeCloseTo(-Math.log(0.05), 7)
  })

  it('is where n trials without the event have the probability 1 - confidence', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e5 }),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (n, confidence) => {
          const rate = smallestDetectableRate(n, { confidence })
          expect((1 - rate) ** n).toBeCloseTo(1 - confidence, 8)
          // One-sided at this level is two-sided at the level with half the error on each side.
          expect(rate).toBeCloseTo(clopperPearson(0, n, { confidence: 2 * confidence - 1 || 1e-16 }).high, 10)
        },
      ),
    )
  })

  it('is 1 when nothing was tried', () => {
    expect(smallestDetectableRate(0)).toBe(1)
    expect(() => smallestDetectableRate(-1)).toThrow(RangeError)
    expect(() => smallestDetectableRate(1, { confidence: 0 })).toThrow(RangeError)
  })
})

describe('the smallest detectable drop', () => {
  it.each([
    [100, 0.9],
    [300, 0.7],
    [1000, 0.95],
  ])('on %i samples from %d is found by the mid-p test about four times in five', (n, base) => {
    const after = base - smallestDetectableDrop(n, base)!
    const random = createRandom(1, [`${n}`, `${base}`])
    let found = 0
    for (let run = 0; run < 2000; run++) {
      let [onlyFirst, onlySecond] = [0, 0]
      for (let i = 0; i < n; i++) {
        const [first, second] = [random.uniform() < base, random.uniform() < after]
        if (first && !second) onlyFirst++
        if (!first && second) onlySecond++
      }
      if (onlyFirst > onlySecond && mcnemar(onlyFirst, onlySecond).midP <= 0.05) found++
    }
    expect(found / 2000).toBeGreaterThan(0.75)
    expect(found / 2000).toBeLessThan(0.85)
  })

  it('solves Connor’s equation', () => {
    // Connor's formula at s = p1 q2 + q1 p2 with z = 1.959964 and 0.841621, solved for n and rounded back.
    const [p1, p2] = [0.9, 0.8]
    const differ = p1 * (1 - p2) + (1 - p1) * p2
    const n = ((1.959964 * Math.sqrt(differ) + 0.841621 * Math.sqrt(differ - 0.01)) / 0.1) ** 2
    expect(smallestDetectableDrop(Math.round(n), 0.9)).toBeCloseTo(0.1, 3)
  })

  it('shrinks with more samples, grows with power, and is never more than the rate itself', () => {
    const rate = fc.double({ min: 0.05, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1e5 }), rate, (n, base) => {
        const drop = smallestDetectableDrop(n, base)
        if (drop === null) return
        expect(drop > 0 && drop <= base).toBe(true)
        expect(smallestDetectableDrop(4 * n, base)!).toBeLessThan(drop)
        expect(smallestDetectableDrop(n, base, { power: 0.95 }) ?? 2).toBeGreaterThan(drop)
        expect(smallestDetectableDrop(n, base, { alpha: 0.01 }) ?? 2).toBeGreaterThan(drop)
      }),
    )
  })

  it('is null where not even a fall to 0 would be noticed', () => {
    expect(smallestDetectableDrop(4, 0.9)).toBeNull()
    expect(smallestDetectableDrop(1000, 0)).toBeNull()
    expect(smallestDetectableDrop(0, 0.9)).toBeNull()
    expect(() => smallestDetectableDrop(10, 1.1)).toThrow(RangeError)
    expect(() => smallestDetectableDrop(10, 0.5, { power: 0.01 })).toThrow(RangeError)
  })
})
