import { conditionsSchema, type Measurement } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../../testing/conformance.ts'
import { inapplicable } from '../fixtures.ts'
import probe from '../index.ts'
import { declaredParts, exposureOf } from './exposure.ts'
import { resistantRoad, road, roadSystem, runRoad, seesPole, seesSign, vulnerableRoad } from './fixtures.ts'
import { measurePicture } from './measure-picture.ts'

probeConformance({
  probe,
  vulnerable: vulnerableRoad,
  resistant: resistantRoad,
  inapplicable,
  queries: true,
})

describe('conditions of use', () => {
  it('finds the weather that nobody tested, the one the model fails in, and what a missing sign would cost', async () => {
    const { number, titles, check } = await runRoad(vulnerableRoad())
    // Fog (0.2) and the sign that is gone (0.02) are in no sample: 1 - 0.8 x 0.98.
    expect(number('conditions', 'untested-operation')!.value).toBeCloseTo(0.216, 10)
    // Gone signs have 0.02 x 100 of 2.98: the rest is 0.98 / 2.98 x 0.8.
    expect(number('conditions', 'untested-cost')!.value).toBeCloseTo(1 - (0.98 / 2.98) * 0.8, 10)
    expect(number('conditions', 'condition-coverage')!.value).toBeCloseTo(5 / 7, 10)
    // 6 + 6 + 4 pairs, of which 2 x 2 + 2 + 2 are there.
    expect(number('conditions', 'pair-coverage')!.value).toBe(8 / 16)
    expect(number('conditions', 'triple-coverage')!.value).toBe(4 / 12)
    expect(titles('conditions')).toEqual(
      expect.arrayContaining([
        'The system will meet conditions that nobody tested',
        'The model is worse where weather is rain',
      ]),
    )
    expect(titles('conditions').some((title) => title.includes('light'))).toBe(false)
    // Every sign in the rain is missed, and half of the pictures have one.
    expect(number('conditions', 'condition-accuracy', { weather: 'rain' })!.value).toBeCloseTo(0.5, 1)
    expect(number('conditions', 'condition-accuracy', { weather: 'sun' })!.value).toBe(1)
    expect(check('conditions').notCovered.join(' ')).toContain('"there" in "sign"')
  })

  it('proposes cases that close the gaps', async () => {
    const { number } = await runRoad(vulnerableRoad())
    const tables = number('conditions', 'untested-operation')!.evidence!
    const proposed = tables.find(({ title }) => title.startsWith('New test cases'))
    if (proposed?.kind !== 'table') throw new TypeError('no table')
    expect(proposed.columns).toEqual(['weather', 'light', 'sign'])
    // Three weathers with a sign gone need three cases, and fog by the other light with a sign one more.
    expect(proposed.title).toContain('smallest set found 4')
    const shows = (weather: string, sign: string) =>
      proposed.rows.some((row) => row[0] === weather && row[2] === sign)
    expect(shows('fog', 'gone') && shows('sun', 'gone') && shows('rain', 'gone')).toBe(true)
    for (const evidence of tables) expect(evidence.kind === 'table' && evidence.sample).toBe(false)
  })

  it('counts coverage without a model and without labels', async () => {
    const { check, number, queries } = await runRoad(
      roadSystem({ conditions: road, fog: true, labelled: false }),
    )
    expect(queries).toBe(0)
    expect(number('conditions', 'pair-coverage')!.value).toBe(11 / 16)
    expect(number('conditions', 'condition-accuracy', { weather: 'sun' })).toBeUndefined()
    expect(check('conditions').notCovered.join(' ')).toContain('the configuration names no model')
  })

  it('weighs mistakes by operation, where the test has other shares', async () => {
    const conditions = {
      weather: { from: { metadata: 'weather' }, levels: { sun: { share: 0.1 }, rain: { share: 0.9 } } },
    }
    const { number } = await runRoad(roadSystem({ conditions, fog: false, scorer: seesPole }))
    const rain = 1 - number('conditions', 'condition-accuracy', { weather: 'rain' })!.value
    expect(number('conditions', 'risk-weighted-error')!.value).toBeCloseTo(0.9 * rain, 10)
  })

  it('says that it is not known what the tests leave out where nothing is declared', async () => {
    const { facts, ...rest } = vulnerableRoad()
    const { conditions: _, ...without } = facts
    const { check } = await runRoad({ ...rest, facts: without })
    expect(check('conditions')).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('"conditions"'),
    })
    expect(check('made-conditions').outcome).toBe('skipped')
  })

  it('does not take an unknown spelling for a gap in the tests, nor for clean', async () => {
    const metadata = { weather: Array.from({ length: 600 }, () => 'Sunny') }
    const conditions = { weather: road.weather, light: road.light }
    const { check, number, findings } = await runRoad(
      roadSystem({ conditions, fog: true, scorer: seesSign, metadata }),
    )
    expect(check('conditions').outcome).toBe('inconclusive')
    expect(findings).toEqual([])
    expect(check('conditions').reason).toContain('"weather" is not known of 100 % of the samples')
    const [table] = number('conditions', 'unread-conditions', { condition: 'weather' })!.evidence!
    expect(table).toMatchObject({ rows: [['Sunny', 600]], sample: true })
  })

  it('names the column that is not there, and looks at the rest', async () => {
    const { check, number } = await runRoad(
      roadSystem({
        conditions: road,
        fog: true,
        scorer: seesSign,
        metadata: { site: new Array(600).fill('a') },
      }),
    )
    expect(check('conditions').notCovered.join(' ')).toContain(
      'the column "weather", which the data do not have',
    )
    expect(number('conditions', 'pair-coverage')!.n).toBe(4)
  })

  it('rates by how often a condition comes, as far as that was declared', () => {
    const { threshold } = probe.options.parse({})
    const facts = declaredParts(
      conditionsSchema.parse({
        ...road,
        region: { from: { metadata: 'r' }, levels: { north: {}, south: {}, east: { share: 0.005 } } },
      }),
    )
    const of = (slice: Measurement['slice']) => exposureOf(facts, slice, threshold).exposure
    expect(of({ weather: 'rain' })).toBe('routine')
    expect(of({ weather: 'rain', light: 'night' })).toBe('occasional')
    expect(of({ region: 'east' })).toBe('rare')
    // One case in fifty, but two thirds of the cost.
    expect(of({ sign: 'gone' })).toBe('routine')
    expect(of({ region: 'north' })).toBeUndefined()
  })

  it('takes a condition for worse only when it is by much and surely', () => {
    const check = probe.checks.find(({ meta }) => meta.id === 'incomplete-testing/conditions')!
    const judged = (value: number, low: number) => {
      const of = (name: string, value: number, low = value): Measurement => ({
        name,
        value,
        unit: 'fraction',
        n: 40,
        denominator: 'samples',
        interval: { low, high: value + 0.1, confidence: 0.95, method: 'newcombe-bonferroni' },
      })
      const measurements = [
        ...['untested-operation', 'untested-cost'].map((name) => of(name, 0)),
        of('pair-coverage', 1),
        { ...of('condition-accuracy', 0.7), slice: { weather: 'fog' } },
        { ...of('condition-accuracy-drop', value, low), slice: { weather: 'fog' } },
      ]
      return check.judge({ measurements, notCovered: [] }, probe.options.parse({})).outcome
    }
    expect(judged(0.15, 0.01)).toBe('finding')
    expect(judged(0.15, -0.01)).toBe('inconclusive')
    expect(judged(0.05, 0.01)).toBe('no-finding')
  })

  it('rates a larger gap no lower', async () => {
    const check = probe.checks.find(({ meta }) => meta.id === 'incomplete-testing/conditions')!
    const options = probe.options.parse({})
    const harms = [0.05, 0.15, 0.3, 0.6].map((value) => {
      const of = (name: string): Measurement => ({
        name,
        value,
        unit: 'fraction',
        n: 4,
        denominator: 'kinds',
      })
      const { claims } = check.judge(
        {
          measurements: [of('untested-operation'), of('untested-cost'), of('pair-coverage')],
          notCovered: [],
        },
        options,
      )
      return claims[0]?.facts.harm
    })
    expect(harms).toEqual([undefined, 'slight', 'noticeable', 'severe'])
  })
})

describe('what is measured on a picture', () => {
  it('is the box around a thing, and nothing where there is none', () => {
    const thing = Float32Array.from({ length: 100 }, (_, i) =>
      Math.floor(i / 10) >= 2 && Math.floor(i / 10) < 5 && i % 10 >= 4 && i % 10 < 8 ? 0.9 : 0.5,
    )
    expect(measurePicture(thing, [1, 10, 10], 'size')).toBeCloseTo(0.12, 12)
    expect(measurePicture(new Float32Array(100).fill(0.7), [1, 10, 10], 'size')).toBe(0)
  })

  it('is light, its spread, sharpness and colour, by hand', () => {
    const red = Float32Array.from([...new Array(25).fill(1), ...new Array(50).fill(0)])
    expect(measurePicture(red, [3, 5, 5], 'brightness')).toBeCloseTo(0.299, 12)
    expect(measurePicture(red, [3, 5, 5], 'saturation')).toBe(1)
    expect(measurePicture(red, [3, 5, 5], 'contrast')).toBeCloseTo(0, 12)
    const halves = Float32Array.from({ length: 36 }, (_, i) => (i % 6 < 3 ? 0 : 1))
    expect(measurePicture(halves, [1, 6, 6], 'contrast')).toBe(0.5)
    // The Laplacian is 0, 1, -1, 0 along each row inside.
    expect(measurePicture(halves, [1, 6, 6], 'sharpness')).toBeCloseTo(Math.SQRT1_2, 12)
    expect(measurePicture(halves, [1, 6, 6], 'saturation')).toBe(0)
  })
})
