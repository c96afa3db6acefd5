import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { auc, aucInterval, tprAtFpr } from './auc.ts'
import truths from './golden/truths.json' with { type: 'json' }
import { wilson } from './intervals.ts'
import { normalCdf } from './special.ts'

// Few distinct values, so that ties abound.
const scores = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 30 })

describe('the area under the curve', () => {
  it('agrees with scikit-learn, and its interval with DeLong’s definition pair by pair', () => {
    for (const { positives, negatives, ...truth } of truths.aucs) {
      const got = aucInterval(positives, negatives)
      expect(auc(positives, negatives)).toBeCloseTo(truth.auc, 13)
      expect(got.auc).toBeCloseTo(truth.auc, 13)
      expect(got.interval.method).toBe('delong')
      expect(got.interval.low).toBeCloseTo(truth.low, 12)
      expect(got.interval.high).toBeCloseTo(truth.high, 12)
    }
  })

  it('is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        let wins = 0
        for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0
        expect(auc(positives, negatives)).toBeCloseTo(wins / (positives.length * negatives.length), 12)
        expect(auc(positives, negatives) + auc(negatives, positives)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('lies in its interval, which lies in [0,1] and never shrinks to a point', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const got = aucInterval(positives, negatives)
        const { low, high } = got.interval
        expect(low <= got.auc && got.auc <= high && low >= 0 && high <= 1).toBe(true)
        expect(high - low).toBeGreaterThan(0)
      }),
    )
  })

  it('is covered about as often as the interval says', () => {
    // The area for two normals a distance d apart is Phi(d / sqrt 2).
    const truth = normalCdf(1 / Math.SQRT2)
    let covered = 0
    for (let run = 0; run < 1000; run++) {
      const { normal } = createRandom(run)
      const positives = Array.from({ length: 60 }, () => normal() + 1)
      const { low, high } = aucInterval(positives, Array.from({ length: 80 }, normal)).interval
      if (low <= truth && truth <= high) covered++
    }
    expect(covered / 1000).toBeGreaterThan(0.92)
    expect(covered / 1000).toBeLessThan(0.975)
  })

  it('of groups apart, where DeLong claims certainty, gets an interval that shrinks with the groups', () => {
    const apart = (size: number) => aucInterval(new Array(size).fill(1), new Array(size).fill(0))
    expect(apart(10).auc).toBe(1)
    expect(apart(10).interval).toMatchObject({ high: 1, method: 'newcombe' })
    // The low end solves (1 - t)^2 = z^2 t (1-t) (1 + 9 (1-t)/(2-t) + 9 t/(1+t)) / 100.
    const t = apart(10).interval.low
    const z2 = 1.959963984540054 ** 2
    expect((1 - t) ** 2).toBeCloseTo(
      (z2 * t * (1 - t) * (1 + (9 * (1 - t)) / (2 - t) + (9 * t) / (1 + t))) / 100,
      10,
    )
    expect(t).toBeGreaterThan(0.5)
    expect(apart(100).interval.low).toBeGreaterThan(t)
  })

  it('refuses an empty group and a score that is NaN', () => {
    expect(() => auc([], [1])).toThrow(RangeError)
    expect(() => auc([1], [])).toThrow(RangeError)
    expect(() => aucInterval([1, Number.NaN], [1])).toThrow(RangeError)
  })
})

describe('the true-positive rate at a false-positive rate', () => {
  const { positives, negatives, rates } = truths.roc

  it.each(rates)('of $fpr agrees with scikit-learn’s curve', ({ fpr, tpr, actual }) => {
    const got = tprAtFpr(positives, negatives, fpr)
    if (!got.ok) throw new Error(got.reason)
    expect(got.tpr).toBeCloseTo(tpr, 12)
    expect(got.fpr).toBeCloseTo(actual, 12)
    expect(got.interval).toEqual(wilson(Math.round(tpr * 300), 300))
    expect(positives.filter((score) => score > got.threshold).length / 300).toBe(got.tpr)
  })

  it('is refused below 10 / fpr negatives, and says how many it needs', () => {
    expect(tprAtFpr(positives, negatives, 0.001)).toEqual({
      ok: false,
      reason: expect.stringContaining('10000'),
      needed: 10_000,
    })
    expect(tprAtFpr([1], new Array(999).fill(0), 0.01)).toMatchObject({ ok: false, needed: 1000 })
    expect(tprAtFpr([1], new Array(1000).fill(0), 0.01)).toMatchObject({ ok: true, tpr: 1, fpr: 0 })
    expect(tprAtFpr([1], [], 0.5)).toMatchObject({ ok: false, needed: 20 })
  })

  it('never lets through more negatives than asked, and grows with the rate', () => {
    const many = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 100, maxLength: 200 })
    const rate = fc.double({ min: 0.1, max: 1, noNaN: true })
    fc.assert(
      fc.property(scores, many, rate, rate, (some, others, a, b) => {
        const lower = tprAtFpr(some, others, Math.min(a, b))
        const higher = tprAtFpr(some, others, Math.max(a, b))
        if (!lower.ok || !higher.ok) throw new Error('refused')
        expect(lower.fpr).toBeLessThanOrEqual(Math.min(a, b) + 1e-9)
        expect(lower.tpr).toBeLessThanOrEqual(higher.tpr)
      }),
    )
    expect(tprAtFpr([-5], new Array(10).fill(0), 1)).toMatchObject({ ok: true, tpr: 1, fpr: 1 })
  })

  it('refuses a rate outside (0,1] and no positives', () => {
    expect(() => tprAtFpr([1], [0], 0)).toThrow(RangeError)
    expect(() => tprAtFpr([], new Array(20).fill(0), 0.5)).toThrow(RangeError)
  })
})
