import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { accuracyByCondition } from './accuracy-by-condition.ts'
import { conditionsSchema } from './conditions.ts'
import { type OperatingDomain, operatingDomain } from './operating-domain.ts'
import { riskWeightedError } from './risk-weighted-error.ts'

const domain = operatingDomain(
  conditionsSchema.parse({
    weather: { from: { metadata: 'w' }, levels: { sun: { share: 0.9 }, fog: { share: 0.1, cost: 9 } } },
    light: { from: { metadata: 'l' }, levels: { day: { share: 0.5 }, night: { share: 0.5 } } },
  }),
)

/** `n` samples of each kind, of which `wrong` are wrong. */
function samplesOf(kinds: readonly (readonly [weather: number, light: number, n: number, wrong: number])[]) {
  const rows = kinds.flatMap(([weather, light, n, wrong]) =>
    Array.from({ length: n }, (_, i) => ({ weather, light, right: i < wrong ? (0 as const) : (1 as const) })),
  )
  return {
    readings: [Int16Array.from(rows, ({ weather }) => weather), Int16Array.from(rows, ({ light }) => light)],
    right: rows.map(({ right }) => right),
  }
}

describe('accuracy by condition', () => {
  const { readings, right } = samplesOf([
    [0, 0, 400, 20],
    [0, 1, 400, 20],
    [1, 0, 100, 5],
    [1, 1, 100, 50],
  ])
  const found = accuracyByCondition(domain, readings, right, { leastSamples: 30 })
  const at = (...levels: (number | null)[]) =>
    found.find(
      ({ combination }) =>
        combination.length === levels.filter((level) => level !== null).length &&
        combination.every(({ factor, level }) => levels[factor] === level),
    )!

  it('counts each level and each pair', () => {
    expect(found).toHaveLength(8)
    expect(at(1, null)).toMatchObject({ n: 200, right: 145 })
    expect(at(null, 0)).toMatchObject({ n: 500, right: 475 })
    expect(at(1, 1)).toMatchObject({ n: 100, right: 50 })
  })

  it('leaves out pairs that are the same samples as one of their levels', () => {
    const { readings, right } = samplesOf([
      [0, 0, 100, 5],
      [1, 0, 100, 5],
    ])
    const cells = accuracyByCondition(domain, readings, right, { leastSamples: 30 })
    expect(cells.map(({ combination }) => combination.length)).toEqual([1, 1, 1])
  })

  it('states how far each is below the accuracy over all, corrected for looking at many', () => {
    // 905 of 1,000 are right.
    expect(at(1, 1).drop!.value).toBeCloseTo(0.905 - 0.5, 12)
    expect(at(1, 1).drop!.interval.low).toBeGreaterThan(0.2)
    expect(at(1, 0).drop!.value).toBeCloseTo(0.905 - 0.95, 12)
    expect(at(1, 0).drop!.interval.confidence).toBeCloseTo(1 - 0.05 / 8, 12)
  })

  it('has the interval that Newcombe published for 56 of 70 against 48 of 80', () => {
    // Method 10, row (a) of the paper's table II: 0.0524 to 0.3339 at 95 %. The part is the 80, so the rest is the 70.
    const { readings, right } = samplesOf([
      [0, 0, 70, 14],
      [1, 0, 80, 32],
    ])
    const both = accuracyByCondition(domain, readings, right, { leastSamples: 71, confidence: 0.95 })
    expect(both.every(({ drop }) => drop === null)).toBe(true)
    // Fog and sun are compared, day has no rest: a confidence that leaves 95 % to each.
    const each = accuracyByCondition(domain, readings, right, { leastSamples: 30, confidence: 0.9 })
    const fog = each.find(({ combination, n }) => combination.length === 1 && n === 80)!.drop!
    expect(fog.interval.confidence).toBeCloseTo(0.95, 12)
    expect((fog.interval.low * 150) / 70).toBeCloseTo(0.0524, 4)
    expect((fog.interval.high * 150) / 70).toBeCloseTo(0.3339, 4)
  })

  it('seldom accuses any condition of a model that is as good everywhere', () => {
    const random = createRandom('level')
    let alarms = 0
    for (let run = 0; run < 200; run++) {
      const readings = [2, 2].map((size) => Int16Array.from({ length: 400 }, () => random.int(size)))
      const right = Array.from({ length: 400 }, () => (random.uniform() < 0.9 ? (1 as const) : (0 as const)))
      const cells = accuracyByCondition(domain, readings, right, { leastSamples: 30 })
      if (cells.some(({ drop }) => drop !== null && drop.interval.low > 0)) alarms++
    }
    // Two-sided at 5 % over all cells, so at most about 2.5 % on this side; 12 of 200 has a chance below 1 in 300.
    expect(alarms).toBeLessThan(12)
  })
})

describe('the risk-weighted error', () => {
  it('weighs each kind of case by its share and its cost, by hand', () => {
    const { readings, right } = samplesOf([
      [0, 0, 100, 0],
      [0, 1, 100, 10],
      [1, 0, 10, 5],
      [1, 1, 10, 10],
    ])
    // At stake: sun 0.9, fog 0.1 x 9 = 0.9, so a quarter of the cost each.
    const { value, known, n, interval } = riskWeightedError(domain, readings, right)
    expect(value).toBeCloseTo((0 + 0.1 + 0.5 + 1) / 4, 12)
    expect(known).toBe(1)
    expect(n).toBe(220)
    expect(interval.low).toBeLessThan(value)
    expect(interval.high).toBeGreaterThan(value)
  })

  it('takes kinds without samples to be anything in the interval, and guesses them from their levels in the number', () => {
    const { readings, right } = samplesOf([
      [0, 0, 4000, 0],
      [0, 1, 4000, 800],
      [1, 0, 4000, 1600],
    ])
    const { value, known, interval } = riskWeightedError(domain, readings, right)
    expect(known).toBeCloseTo(0.75, 12)
    // Fog adds 0.4 and night 0.2, so fog by night should have 0.6.
    expect(value).toBeCloseTo((0 + 0.2 + 0.4 + 0.6) / 4, 2)
    expect(interval.low).toBeLessThan(0.15)
    expect(interval.low).toBeGreaterThan(0.14)
    expect(interval.high).toBeGreaterThan(0.4)
    expect(interval.high).toBeLessThan(0.41)
  })

  it('knows nothing without samples, and is not sure of a few without a mistake', () => {
    const nothing = riskWeightedError(domain, [new Int16Array(0), new Int16Array(0)], [])
    expect(nothing).toMatchObject({ known: 0, n: 0, interval: { low: 0, high: 1 } })
    const { readings, right } = samplesOf([0, 1].flatMap((w) => [0, 1].map((l) => [w, l, 5, 0] as const)))
    const few = riskWeightedError(domain, readings, right)
    expect(few.value).toBe(0)
    // Wilson of 0 in 20.
    expect(few.interval.high).toBeCloseTo(0.1611, 3)
  })

  it('covers the truth about as often as it says, where samples do not come as operation does', () => {
    const random = createRandom('coverage')
    const truth = [0.02, 0.1, 0.3, 0.5]
    const sizes = [300, 40, 25, 60]
    let covered = 0
    for (let run = 0; run < 400; run++) {
      const { readings, right } = samplesOf(
        truth.map((rate, kind) => {
          const wrong = Array.from({ length: sizes[kind]! }, () => random.uniform()).filter((u) => u < rate)
          return [kind >> 1, kind & 1, sizes[kind]!, wrong.length] as const
        }),
      )
      const { interval } = riskWeightedError(domain, readings, right)
      if (interval.low <= 0.23 && 0.23 <= interval.high) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.92)
  })

  it('is quick: ten factors of five levels and ten thousand samples', () => {
    const random = createRandom('speed')
    const levels = Array.from({ length: 5 }, (_, i) => ({ name: `${i}`, share: 0.2, stated: true, cost: 1 }))
    const wide: OperatingDomain = {
      factors: Array.from({ length: 10 }, (_, f) => ({ name: `${f}`, levels })),
    }
    const readings = wide.factors.map(() => Int16Array.from({ length: 10_000 }, () => random.int(5)))
    const right = Array.from({ length: 10_000 }, (_, i) =>
      random.uniform() < (readings[0]![i] === 0 ? 0.5 : 0.9) ? (1 as const) : (0 as const),
    )
    const began = performance.now()
    const { value, interval } = riskWeightedError(wide, readings, right)
    accuracyByCondition(wide, readings, right, { leastSamples: 30 })
    expect(performance.now() - began).toBeLessThan(2000)
    // A fifth of operation has an error of a half, the rest of a tenth.
    expect(value).toBeCloseTo(0.18, 1.5)
    expect(interval.high).toBeGreaterThan(0.9)
  })
})
