import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import truths from './golden/truths.json' with { type: 'json' }
import {
  binomialCdf,
  binomialProbability,
  chiSquareCdf,
  erfc,
  inverseRegularisedBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  regularisedBeta,
  regularisedGammaP,
  regularisedGammaQ,
} from './special.ts'

const functions: Record<keyof typeof truths.special, (...given: never[]) => number> = {
  logGamma,
  erfc,
  normalCdf,
  normalQuantile,
  regularisedGammaP,
  regularisedGammaQ,
  regularisedBeta,
  inverseRegularisedBeta,
  chiSquareCdf,
}

const relativeError = (value: number, truth: number): number =>
  value === truth ? 0 : Math.abs(value - truth) / Math.abs(truth)

describe('against values of 50 digits', () => {
  const names = Object.keys(functions) as (keyof typeof functions)[]
  it.each(names)('%s has a relative error below 1e-12', (name) => {
    const fn = functions[name] as (...given: number[]) => number
    for (const row of truths.special[name]) {
      const truth = row.at(-1)!
      expect(relativeError(fn(...row.slice(0, -1)), truth), `${name}(${row.slice(0, -1)})`).toBeLessThan(
        1e-12,
      )
    }
  })

  it('binomial probabilities agree with exact fractions', () => {
    for (const { k, n, p, probability, cdf } of truths.binomial) {
      expect(relativeError(binomialProbability(k, n, p), probability)).toBeLessThan(1e-12)
      expect(relativeError(binomialCdf(k, n, p), cdf)).toBeLessThan(1e-12)
    }
  })
})

describe('closed forms', () => {
  it('the gamma function of n is (n-1)!, of 1/2 the root of pi', () => {
    let factorial = 1
    for (let n = 1; n <= 20; n++) {
      expect(Math.exp(logGamma(n)) / factorial).toBeCloseTo(1, 12)
      factorial *= n
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14)
  })

  it('I_x(1/2,1/2) is the arcsine law, and the chi-square of 2 degrees is exponential', () => {
    for (const x of [1e-9, 0.01, 0.3, 0.5, 0.9, 0.999]) {
      expect(regularisedBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13)
      expect(chiSquareCdf(20 * x, 2)).toBeCloseTo(-Math.expm1(-10 * x), 14)
    }
  })

  it('the printed table of 95 % points of the chi-square distribution comes out', () => {
    const table = [
      [1, 3.841],
      [2, 5.991],
      [5, 11.07],
      [10, 18.307],
      [20, 31.41],
      [30, 43.773],
      [100, 124.342],
    ]
    for (const [degrees, point] of table) expect(chiSquareCdf(point!, degrees!)).toBeCloseTo(0.95, 4)
  })

  it('quantiles at the ends and arguments outside have the values that mathematics gives', () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY)
    expect([normalQuantile(-0.1), normalQuantile(1.1), logGamma(0), regularisedBeta(1.1, 1, 1)]).toEqual(
      new Array(4).fill(Number.NaN),
    )
    expect([erfc(Number.POSITIVE_INFINITY), erfc(Number.NEGATIVE_INFINITY)]).toEqual([0, 2])
    expect([inverseRegularisedBeta(0, 2, 3), inverseRegularisedBeta(1, 2, 3)]).toEqual([0, 1])
    expect([binomialProbability(-1, 5, 0.5), binomialProbability(6, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual(
      [0, 0, 1],
    )
  })
})

describe('identities', () => {
  const chance = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })
  const shape = fc.double({ min: 0.05, max: 5000, noNaN: true })

  it('the normal quantile undoes the distribution function', () => {
    fc.assert(
      fc.property(chance, (p) => {
        expect(relativeError(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-12)
      }),
    )
  })

  it('the inverse beta function undoes the beta function', () => {
    fc.assert(
      fc.property(chance, shape, shape, (p, a, b) => {
        const x = inverseRegularisedBeta(p, a, b)
        // Near the ends one step of a double in x can move the function by more than the error allowed.
        const step = 2 ** -52
        const slack =
          regularisedBeta(Math.min(1, x + step), a, b) - regularisedBeta(Math.max(0, x - step), a, b)
        expect(Math.abs(regularisedBeta(x, a, b) - p)).toBeLessThan(1e-10 * p + 2 * slack)
      }),
      { numRuns: 300 },
    )
  })

  it('swapping x with 1 - x and a with b gives the complement; P and Q sum to 1', () => {
    fc.assert(
      // A multiple of 2^-30, so that 1 - x is exact.
      fc.property(fc.integer({ min: 1, max: 2 ** 30 - 1 }), shape, shape, (steps, a, b) => {
        const x = steps * 2 ** -30
        expect(regularisedBeta(x, a, b) + regularisedBeta(1 - x, b, a)).toBeCloseTo(1, 11)
        expect(regularisedGammaP(a, b) + regularisedGammaQ(a, b)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('binomial probabilities sum to the distribution function', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), chance, chance, (n, p, at) => {
        const k = Math.floor(at * n)
        let sum = 0
        for (let i = 0; i <= k; i++) sum += binomialProbability(i, n, p)
        expect(sum).toBeCloseTo(binomialCdf(k, n, p), 11)
      }),
    )
  })
})
