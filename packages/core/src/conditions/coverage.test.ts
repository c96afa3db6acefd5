import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { conditionsSchema } from './conditions.ts'
import { combinationAt, countCombinations, coverage, possibleCombinations, subsets } from './coverage.ts'
import { type OperatingDomain, operatingDomain, type Readings } from './operating-domain.ts'
import { assumedLevel, readLevels } from './read-levels.ts'
import { untestedKinds, untestedOperation } from './untested-operation.ts'

const one = { leastSamples: 1, enoughSamples: 30 }

/** Factors with this many levels each, of equal share and cost. */
function domainOf(sizes: readonly number[]): OperatingDomain {
  return {
    factors: sizes.map((size, f) => ({
      name: `f${f}`,
      levels: Array.from({ length: size }, (_, level) => ({
        name: `l${level}`,
        share: 1 / size,
        stated: true,
        cost: 1,
      })),
    })),
  }
}

const columns = (rows: readonly (readonly number[])[]): Readings =>
  (rows[0] ?? []).map((_, f) => Int16Array.from(rows, (row) => row[f]!))

describe('the operating domain', () => {
  it('shares out evenly what the declared shares leave', () => {
    const domain = operatingDomain(
      conditionsSchema.parse({
        weather: { from: { metadata: 'w' }, levels: { sun: { share: 0.7 }, rain: {}, fog: { cost: 10 } } },
      }),
    )
    const [sun, rain, fog] = domain.factors[0]!.levels
    expect([sun!.share, rain!.share, fog!.share]).toEqual([
      0.7,
      expect.closeTo(0.15, 12),
      expect.closeTo(0.15, 12),
    ])
    expect([sun!.stated, rain!.stated]).toEqual([true, false])
    expect([sun!.cost, fog!.cost]).toEqual([1, 10])
    // The last one missing is no guess.
    const light = { from: { metadata: 'l' }, levels: { day: { share: 0.7 }, night: {} } }
    const [factor] = operatingDomain(conditionsSchema.parse({ light })).factors
    expect(factor!.levels[1]).toMatchObject({ share: expect.closeTo(0.3, 12), stated: true })
  })

  it.each([
    ['two levels that one text means', { levels: { a: { values: ['x'] }, b: { values: ['y', 'x'] } } }],
    ['ranges that overlap', { levels: { a: { from: 0, below: 2 }, b: { from: 1 } } }],
    ['a range beside values', { levels: { a: { from: 0, values: ['x'] }, b: {} } }],
    ['an object of no size', { levels: { a: {}, b: { make: { remove: [0.5, 0, 0.5, 1] } } } }],
    ['classes that nothing is made of', { levels: { a: {}, b: { of: ['stop'] } } }],
    ['shares above 1', { levels: { a: { share: 0.7 }, b: { share: 0.7 } } }],
  ])('refuses %s', (_, factor) => {
    expect(conditionsSchema.safeParse({ f: { from: { metadata: 'f' }, ...factor } }).success).toBe(false)
  })
})

describe('reading levels', () => {
  const factorOf = (factor: unknown) => conditionsSchema.parse({ f: factor }).f!

  it('takes texts as declared, and counts what no level takes', () => {
    const factor = factorOf({
      from: { metadata: 'w' },
      levels: { sun: {}, wet: { values: ['rain', 'snow'] } },
    })
    const read = readLevels(factor, ['sun', ' snow ', null, 'hail', 'rain', 'hail', 'Sun'])
    expect([...read.levels]).toEqual([0, 1, -1, -1, 1, -1, -1])
    expect(read.missing).toBe(1)
    expect(read.unknown).toEqual([
      { value: 'hail', samples: 2 },
      { value: 'Sun', samples: 1 },
    ])
  })

  it('reads file names by a pattern', () => {
    const factor = factorOf({
      from: { metadata: 'file', pattern: '_(night|day)\\.' },
      levels: { day: {}, night: {} },
    })
    expect([...readLevels(factor, ['a/1_day.png', 'a/2_night.png', 'a/3.png']).levels]).toEqual([0, 1, -1])
  })

  it('puts numbers into ranges that begin where they say and end before', () => {
    const levels = { near: { below: 10 }, far: { from: 10, below: 50 } }
    const column = factorOf({ from: { metadata: 'distance' }, levels })
    expect([...readLevels(column, ['9.9', '10', '50', 'far', '']).levels]).toEqual([0, 1, -1, -1, -1])
    const measured = factorOf({
      from: { measured: 'brightness' },
      levels: { dark: { below: 0.3 }, light: { from: 0.3 } },
    })
    expect([...readLevels(measured, [0.1, 0.3, 1]).levels]).toEqual([0, 1, 1])
  })

  it('takes samples of a factor that nothing reads to have the level that is not made', () => {
    const removed = { make: { remove: [0, 0, 1, 1] } }
    expect(assumedLevel(factorOf({ levels: { removed, there: {} } }))).toBe(1)
    expect(assumedLevel(factorOf({ levels: { removed, covered: { make: { occlude: 0.5 } } } }))).toBe(-1)
  })
})

describe('coverage of combinations', () => {
  it('counts what a small table shows by hand', () => {
    const domain = domainOf([2, 3])
    const readings = columns([
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 2],
      [1, -1],
    ])
    const of = (strength: 1 | 2) =>
      coverage(domain, countCombinations(domain, readings, strength), { leastSamples: 1, enoughSamples: 2 })
    expect(of(1)).toMatchObject({ possible: 5, covered: 5, enough: 3, uncovered: [] })
    const pairs = of(2)
    expect(pairs).toMatchObject({ possible: 6, covered: 3, enough: 1 })
    expect(pairs.uncovered.map(({ combination }) => combination.map(({ level }) => level))).toEqual([
      [0, 2],
      [1, 0],
      [1, 1],
    ])
  })

  it('lists first what is likeliest and dearest', () => {
    const domain = operatingDomain(
      conditionsSchema.parse({
        sign: {
          from: { metadata: 's' },
          levels: { there: { share: 0.99 }, gone: { share: 0.01, cost: 500 } },
        },
        light: { from: { metadata: 'l' }, levels: { day: { share: 0.8 }, night: { share: 0.2 } } },
      }),
    )
    const { uncovered } = coverage(domain, countCombinations(domain, columns([[0, 0]]), 2), one)
    expect(
      uncovered.map(({ combination, share, cost }) => [
        combination[0]!.level,
        combination[1]!.level,
        share * cost,
      ]),
    ).toEqual([
      [1, 0, expect.closeTo(4, 10)],
      [1, 1, expect.closeTo(1, 10)],
      [0, 1, expect.closeTo(0.198, 10)],
    ])
  })

  it('agrees with looking for each combination sample by sample', () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 3, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 60 }), fc.nat(), (sizes, n, seed) => {
        const random = createRandom(seed)
        const rows = Array.from({ length: n }, () => sizes.map((size) => random.int(size + 1) - 1))
        const domain = domainOf(sizes)
        const readings = n === 0 ? sizes.map(() => new Int16Array(0)) : columns(rows)
        for (const strength of [1, 2, 3] as const) {
          const { sets } = countCombinations(domain, readings, strength)
          for (const { factors, counts } of sets)
            for (const [at, count] of counts.entries()) {
              const wanted = combinationAt(domain, factors, at)
              const showing = rows.filter((row) => wanted.every(({ factor, level }) => row[factor] === level))
              expect(count).toBe(showing.length)
            }
          expect(sets.reduce((sum, { counts }) => sum + counts.length, 0)).toBe(
            possibleCombinations(domain, strength),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is quick: ten factors of five levels, ten thousand samples, triples', () => {
    const random = createRandom('speed')
    const domain = domainOf(new Array(10).fill(5))
    const readings = domain.factors.map(() => Int16Array.from({ length: 10_000 }, () => random.int(5)))
    const began = performance.now()
    const counts = countCombinations(domain, readings, 3)
    const { possible, covered } = coverage(domain, counts, one)
    untestedOperation(domain, counts, random, { by: 'share', leastSamples: 1 })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(possible).toBe(15_000)
    expect(covered).toBe(15_000)
  })

  it('chooses as many sets as the binomial coefficient says', () => {
    expect(subsets(10, 3)).toHaveLength(120)
    expect(subsets(2, 3)).toEqual([])
  })
})

describe('operation that is not tested', () => {
  const conditions = conditionsSchema.parse({
    weather: { from: { metadata: 'w' }, levels: { sun: { share: 0.9 }, fog: { share: 0.1, cost: 9 } } },
    light: { from: { metadata: 'l' }, levels: { day: { share: 0.7 }, night: { share: 0.3 } } },
  })
  const domain = operatingDomain(conditions)
  const random = createRandom(1)
  // Sun by day and by night, fog by day.
  const readings = columns([
    [0, 0],
    [0, 1],
    [1, 0],
  ])

  it('is the share of what was never seen, of levels and of pairs', () => {
    const of = (strength: 1 | 2, by: 'share' | 'cost') =>
      untestedOperation(domain, countCombinations(domain, readings, strength), random, {
        by,
        leastSamples: 1,
      }).value
    expect(of(1, 'share')).toBe(0)
    expect(of(2, 'share')).toBeCloseTo(0.1 * 0.3, 12)
    // Fog has half of all cost: 0.9 of 0.9 + 0.1 x 9.
    expect(of(2, 'cost')).toBeCloseTo(0.5 * 0.3, 12)
    expect(untestedKinds(domain, readings, { by: 'share', leastSamples: 1 }).value).toBeCloseTo(0.03, 12)
  })

  it('asks for as many samples as it is told', () => {
    expect(untestedKinds(domain, readings, { by: 'share', leastSamples: 2 }).value).toBe(1)
  })

  it('draws cases where there are too many kinds, and agrees with the product of shares', () => {
    const many = domainOf(new Array(12).fill(4))
    // The last level of the first factor is never seen, everything else is.
    const columnsOfAll = many.factors.map((_, f) =>
      Int16Array.from({ length: 4000 }, () => random.int(f === 0 ? 3 : 4)),
    )
    const found = untestedOperation(many, countCombinations(many, columnsOfAll, 1), random, {
      by: 'share',
      leastSamples: 1,
    })
    expect(found.drawn).toBe(true)
    expect(found.interval.low).toBeLessThan(0.25)
    expect(found.interval.high).toBeGreaterThan(0.25)
  })

  it('falls only when samples are added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1 }),
        fc.nat(1),
        fc.nat(1),
        (rows, a, b) => {
          const value = (all: readonly (readonly number[])[]) =>
            untestedOperation(domain, countCombinations(domain, columns(all), 2), random, {
              by: 'share',
              leastSamples: 1,
            }).value
          expect(value([...rows, [a, b]])).toBeLessThanOrEqual(value(rows) + 1e-12)
        },
      ),
    )
  })
})
