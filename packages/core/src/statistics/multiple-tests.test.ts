import fc from 'fast-check'
import { expect, it } from 'vitest'
import truths from './golden/truths.json' with { type: 'json' }
import { benjaminiHochberg, holm } from './multiple-tests.ts'

const close = (got: readonly number[], truth: readonly number[]): void => {
  expect(got).toHaveLength(truth.length)
  got.forEach((p, i) => void expect(p).toBeCloseTo(truth[i]!, 12))
}

it('agrees with statsmodels', () => {
  for (const { pValues, holm: byHolm, bh } of truths.corrections) {
    close(holm(pValues), byHolm)
    close(benjaminiHochberg(pValues), bh)
  }
})

it('adjusts a textbook example as one does by hand, in the order given', () => {
  close(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
  close(benjaminiHochberg([0.01, 0.04, 0.03, 0.005]), [0.02, 0.04, 0.04, 0.02])
})

it('repeats the published analysis: of fifteen tests, Benjamini and Hochberg reject four at 5 %', () => {
  // Benjamini and Hochberg 1995, section 4.1 (thrombolysis trial); Bonferroni's method rejects three.
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ]
  expect(benjaminiHochberg(published).filter((p) => p <= 0.05)).toHaveLength(4)
  expect(holm(published).filter((p) => p <= 0.05)).toHaveLength(3)
})

it('never lowers a p-value, keeps the order, stays at most 1, and Holm is the stricter', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })
  fc.assert(
    fc.property(pValues, (ps) => {
      const strict = holm(ps)
      const lenient = benjaminiHochberg(ps)
      ps.forEach((p, i) => {
        expect(lenient[i]! >= p * (1 - 1e-12)).toBe(true)
        expect(strict[i]! >= lenient[i]! * (1 - 1e-12) && strict[i]! <= 1).toBe(true)
        ps.forEach((q, j) => {
          if (p <= q) expect(strict[i]! <= strict[j]! && lenient[i]! <= lenient[j]!).toBe(true)
        })
      })
    }),
  )
})

it('takes no tests, and refuses what is no p-value', () => {
  expect([holm([]), benjaminiHochberg([])]).toEqual([[], []])
  expect(() => holm([0.1, 1.1])).toThrow(RangeError)
  expect(() => benjaminiHochberg([Number.NaN])).toThrow(RangeError)
})
