import fc from 'fast-check'
import { expect, it } from 'vitest'
import truths from './golden/truths.json' with { type: 'json' }
import { mcnemar, mcnemarOfPairs } from './mcnemar.ts'

it('gives the published p-values of the airway study', () => {
  // Fagerland, Lydersen and Laake 2013: exact 0.070, mid-p 0.039 for 1 against 7.
  const { exact, midP } = mcnemar(1, 7)
  expect(exact).toBeCloseTo(0.0703, 4)
  expect(midP).toBeCloseTo(0.0391, 4)
})

it('agrees with exact fractions', () => {
  for (const { b, c, exact, midP } of truths.mcnemar) {
    expect(mcnemar(b, c).exact).toBeCloseTo(exact, 13)
    expect(mcnemar(b, c).midP).toBeCloseTo(midP, 13)
  }
})

it('counts only the samples on which the runs differ', () => {
  const pairs = fc.array(fc.tuple(fc.boolean(), fc.boolean()))
  fc.assert(
    fc.property(pairs, (runs) => {
      const differing = runs.filter(([a, b]) => a !== b)
      const result = mcnemarOfPairs(
        runs.map(([a]) => a),
        runs.map(([, b]) => b),
      )
      const onlyFirst = differing.filter(([a]) => a).length
      expect(result).toEqual(mcnemar(onlyFirst, differing.length - onlyFirst))
    }),
  )
})

it('treats the runs alike, keeps to [0,1], and mid-p is the smaller', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2000), (b, c) => {
      const one = mcnemar(b, c)
      const other = mcnemar(c, b)
      expect([one.exact, one.midP]).toEqual([other.exact, other.midP])
      expect(one.midP >= 0 && one.midP <= one.exact && one.exact <= 1).toBe(true)
    }),
  )
})

it('does not fall below 0 where the tail is smaller than any number', () => {
  expect(mcnemar(2, 1093)).toMatchObject({ exact: 0, midP: 0 })
})

it('claims nothing when the runs never differ, and refuses what cannot be compared', () => {
  expect(mcnemar(0, 0)).toMatchObject({ exact: 1, midP: 1 })
  expect(() => mcnemar(-1, 2)).toThrow(RangeError)
  expect(() => mcnemar(0.5, 2)).toThrow(RangeError)
  expect(() => mcnemarOfPairs([true], [])).toThrow(RangeError)
})
