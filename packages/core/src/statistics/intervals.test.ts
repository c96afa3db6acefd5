import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean } from './describe.ts'
import truths from './golden/truths.json' with { type: 'json' }
import { clopperPearson, wilson } from './intervals.ts'
import { binomialCdf, binomialProbability } from './special.ts'

// Newcombe, Statistics in Medicine 17, 1998, table I: methods 3 and 5, as printed.
const published = [
  { of: [81, 263], wilson: [0.2553, 0.3662], clopperPearson: [0.2527, 0.3676] },
  { of: [15, 148], wilson: [0.0624, 0.1605], clopperPearson: [0.0578, 0.1617] },
  { of: [0, 20], wilson: [0, 0.1611], clopperPearson: [0, 0.1684] },
  { of: [1, 29], wilson: [0.0061, 0.1718], clopperPearson: [0.0009, 0.1776] },
] as const

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4

describe.each([
  ['wilson', wilson],
  ['clopperPearson', clopperPearson],
] as const)('%s', (name, interval) => {
  it.each(published)('gives the published interval of $of', (row) => {
    const { low, high } = interval(row.of[0], row.of[1])
    expect([rounded(low), rounded(high)]).toEqual(row[name])
  })

  it('agrees with statsmodels', () => {
    for (const row of truths.proportions) {
      const { low, high } = interval(row.successes, row.n, { confidence: row.confidence })
      expect(low).toBeCloseTo(row[name][0]!, 11)
      expect(high).toBeCloseTo(row[name][1]!, 11)
    }
  })

  const counts = fc
    .integer({ min: 1, max: 100_000 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))

  it('contains the estimate, stays in [0,1] and touches an end only there', () => {
    fc.assert(
      fc.property(counts, ([successes, n]) => {
        const { low, high } = interval(successes, n)
        expect(low <= successes / n && successes / n <= high).toBe(true)
        expect(low === 0).toBe(successes === 0)
        expect(high === 1).toBe(successes === n)
      }),
    )
  })

  it('mirrors when successes and failures are swapped', () => {
    fc.assert(
      fc.property(counts, ([successes, n]) => {
        const one = interval(successes, n)
        const other = interval(n - successes, n)
        expect(one.low).toBeCloseTo(1 - other.high, 12)
        expect(one.high).toBeCloseTo(1 - other.low, 12)
      }),
    )
  })

  it('narrows with more samples of the same rate, and widens with more confidence', () => {
    const width = ({ low, high }: { low: number; high: number }): number => high - low
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 9 }), ([successes, n], times) => {
        expect(width(interval(successes * times, n * times))).toBeLessThan(width(interval(successes, n)))
        expect(width(interval(successes, n, { confidence: 0.99 }))).toBeGreaterThan(
          width(interval(successes, n)),
        )
      }),
    )
  })

  it('says nothing of no samples, and names itself', () => {
    expect(interval(0, 0)).toMatchObject({ low: 0, high: 1, confidence: 0.95 })
    expect(interval(1, 2).method).toBe(name === 'wilson' ? 'wilson' : 'clopper-pearson')
  })

  it('refuses counts and confidences that make no sense', () => {
    expect(() => interval(2, 1)).toThrow(RangeError)
    expect(() => interval(-1, 1)).toThrow(RangeError)
    expect(() => interval(0.5, 1)).toThrow(RangeError)
    expect(() => interval(1, 2, { confidence: 1 })).toThrow(RangeError)
  })
})

it('Clopper and Pearson put exactly half the error beyond each end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, at) => {
      const successes = 1 + Math.floor(at * (n - 2))
      const { low, high } = clopperPearson(successes, n)
      expect(1 - binomialCdf(successes - 1, n, low)).toBeCloseTo(0.025, 9)
      expect(binomialCdf(successes, n, high)).toBeCloseTo(0.025, 9)
    }),
  )
})

describe('coverage, summed exactly over all outcomes of 30 trials', () => {
  const chances = Array.from({ length: 199 }, (_, i) => (i + 1) / 200)
  const coverages = (interval: typeof wilson): number[] => {
    const all = Array.from({ length: 31 }, (_, successes) => interval(successes, 30))
    return chances.map((p) =>
      all.reduce(
        (sum, { low, high }, k) => sum + (low <= p && p <= high ? binomialProbability(k, 30, p) : 0),
        0,
      ),
    )
  }

  it('is never below 95 % for Clopper and Pearson', () => {
    expect(Math.min(...coverages(clopperPearson))).toBeGreaterThanOrEqual(0.95)
  })

  it('is 95 % on average for Wilson, and never far below', () => {
    expect(mean(coverages(wilson))).toBeCloseTo(0.953, 2)
    expect(Math.min(...coverages(wilson))).toBeGreaterThan(0.82)
  })
})
