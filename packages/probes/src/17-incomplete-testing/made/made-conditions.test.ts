import { conditionsSchema, createRandom, type Measurement } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { plainCodec } from '../../testing/memory-system.ts'
import { resistantRoad, road, roadSystem, runRoad, seesSign, vulnerableRoad } from '../conditions/fixtures.ts'
import probe from '../index.ts'
import { fillIn } from './fill-in.ts'
import { makeCondition } from './make-condition.ts'

describe('made conditions', () => {
  it('finds that a sign which was blown off is still seen', async () => {
    const { number, titles, check, findings } = await runRoad(vulnerableRoad())
    const gone = number('made-conditions', 'made-condition-accuracy', { sign: 'gone' })!
    // Rain hides the pole, and with it the mistake.
    expect(gone.value).toBeLessThan(0.5)
    expect(titles('made-conditions')).toEqual(['The model does not see that sign is gone'])
    const finding = findings.find(({ check: id }) => id === 'incomplete-testing/made-conditions')!
    const [pictures] = finding.evidence
    if (pictures?.kind !== 'images') throw new TypeError('no pictures')
    expect(pictures.images.map(({ label }) => label)).toEqual(['as it is: stop', 'gone: stop'])
    expect(pictures.images.every(({ sample }) => sample)).toBe(true)
    expect(check('made-conditions').cost.queries).toBeLessThanOrEqual(200)
  })

  it('finds nothing where the model looks at the sign, and knows that it sees nothing', async () => {
    const { check, number } = await runRoad(resistantRoad())
    expect(number('made-conditions', 'made-condition-accuracy', { sign: 'gone' })!.value).toBe(1)
    expect(number('made-conditions', 'made-condition-accuracy', { camera: 'blank' })!.value).toBe(1)
    expect(check('made-conditions')).toMatchObject({ outcome: 'no-finding' })
  })

  it('compares with the same samples as they are, in pairs', async () => {
    const conditions = {
      view: { levels: { clear: {}, covered: { make: { occlude: 0.4, at: 'centre' } } } },
    }
    const { number, titles } = await runRoad(roadSystem({ conditions, fog: true, scorer: seesSign }))
    const of = (name: string) => number('made-conditions', name, { view: 'covered' })!
    expect(of('clean-accuracy').value).toBe(1)
    expect(of('made-condition-drop').value).toBeCloseTo(1 - of('made-condition-accuracy').value, 12)
    expect(of('made-condition-p-value').value).toBeLessThan(1e-6)
    expect(titles('made-conditions')).toEqual(['The model fails where view is covered'])
  })

  it('finds that a stale or wrong input is believed, and can only see that with scores', async () => {
    const conditions = {
      camera: {
        levels: { live: {}, stale: { make: { input: 'stale' } }, swapped: { make: { input: 'wrong' } } },
      },
    }
    const system = roadSystem({
      conditions,
      fog: true,
      scorer: (x) => seesSign(x).map((value) => 40 * value),
    })
    const { number, titles } = await runRoad(system)
    expect(number('made-conditions', 'made-condition-accuracy', { camera: 'stale' })!.value).toBe(0)
    expect(titles('made-conditions')).toHaveLength(2)
    const model = { ...system.facts.model!, access: ['label' as const] }
    const { check } = await runRoad({ ...system, facts: { ...system.facts, model } })
    expect(check('made-conditions')).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('shows only in scores'),
    })
  })

  it('takes a loss for a finding only when it is large and no accident', () => {
    const check = probe.checks.find(({ meta }) => meta.id === 'incomplete-testing/made-conditions')!
    const judged = (drop: number, p: number) => {
      const of = (name: string, value: number): Measurement => ({
        name,
        value,
        unit: 'fraction',
        n: 40,
        denominator: 'samples',
        slice: { weather: 'fog' },
      })
      const measurements = [
        of('made-condition-accuracy', 0.9 - drop),
        of('clean-accuracy', 0.9),
        of('made-condition-drop', drop),
        of('made-condition-p-value', p),
      ]
      const { outcome, claims } = check.judge({ measurements, notCovered: [] }, probe.options.parse({}))
      return [outcome, claims[0]?.facts.harm]
    }
    expect(judged(0.05, 0.001)).toEqual(['no-finding', undefined])
    expect(judged(0.2, 0.2)).toEqual(['inconclusive', undefined])
    expect(judged(0.2, 0.01)).toEqual(['finding', 'slight'])
    expect(judged(0.3, 0.01)).toEqual(['finding', 'noticeable'])
    expect(judged(0.6, 0.01)).toEqual(['finding', 'severe'])
  })

  it('does not count as seen what already was of the expected class', async () => {
    const { of: _, ...gone } = road.sign.levels.gone
    const conditions = { sign: { levels: { there: {}, gone } } }
    const { number } = await runRoad(roadSystem({ conditions, fog: true, scorer: seesSign }), {
      options: { madeSamples: 600 },
    })
    expect(number('made-conditions', 'made-condition-accuracy', { sign: 'gone' })!.n).toBe(300)
  })

  it('makes a condition only of samples that lack it', async () => {
    const conditions = {
      weather: {
        from: { metadata: 'weather' },
        levels: { sun: {}, rain: {}, fog: { make: { corruption: 'fog', severity: 1 } } },
      },
    }
    const { number } = await runRoad(roadSystem({ conditions, fog: true, scorer: seesSign }), {
      options: { madeSamples: 600 },
    })
    const fog = number('conditions', 'condition-accuracy', { weather: 'fog' })!
    expect(number('made-conditions', 'made-condition-accuracy', { weather: 'fog' })!.n).toBe(600 - fog.n)
  })

  it('says which conditions it could not make, and why', async () => {
    const conditions = {
      weather: { levels: { sun: {}, smog: { make: { corruption: 'smog' } } } },
      sign: { levels: { there: {}, other: { make: { input: 'blank' }, expect: 'yield' } } },
      camera: { levels: { works: {}, blank: { make: { input: 'blank' } } } },
    }
    const { check } = await runRoad(roadSystem({ conditions, fog: true, scorer: seesSign }))
    const said = check('made-conditions').notCovered.join(' ')
    expect(said).toContain('there is no corruption "smog"')
    expect(said).toContain('"yield" is no class of the model')
    expect(check('made-conditions').outcome).toBe('no-finding')
  })
})

describe('making', () => {
  const make = (sample: Float32Array, condition: unknown, shape: readonly number[], other?: Float32Array) => {
    const level = { levels: { a: {}, b: { make: condition } } }
    const { make } = conditionsSchema.parse({ f: level }).f!.levels.b!
    return makeCondition(sample, make!, {
      shape,
      other: other ?? null,
      random: createRandom(1),
      images: plainCodec,
    })
  }

  it('fills a hole in a slope with the slope, which is the harmonic answer', () => {
    const shape = [1, 20, 24]
    const slope = Float32Array.from(
      { length: 480 },
      (_, at) => 0.1 + 0.02 * Math.floor(at / 24) + 0.01 * (at % 24),
    )
    const box = { top: 5, left: 6, bottom: 15, right: 20 }
    const holed = slope.slice()
    for (let y = box.top; y < box.bottom; y++) holed.fill(1, y * 24 + box.left, y * 24 + box.right)
    const filled = fillIn(holed, shape, box)
    expect(Math.max(...filled.map((value, i) => Math.abs(value - slope[i]!)))).toBeLessThan(1e-3)
  })

  it('never goes beyond what is around the hole, also at the rim, and leaves the rest alone', () => {
    const random = createRandom('hole')
    const image = random.fillUniform(new Float32Array(3 * 100))
    const box = { top: 0, left: 4, bottom: 5, right: 10 }
    const filled = fillIn(image, [3, 10, 10], box)
    for (const [i, value] of filled.entries()) {
      const [y, x] = [Math.floor((i % 100) / 10), i % 10]
      if (y < box.bottom && x >= box.left) expect(value > 0 && value < 1).toBe(true)
      else expect(value).toBe(image[i])
    }
    expect([...fillIn(image, [3, 10, 10], { top: 0, left: 0, bottom: 10, right: 10 })]).toEqual(
      new Array(300).fill(0.5),
    )
  })

  it('covers the share that is asked for, loses the rows that are asked for, and shows another sample', async () => {
    const white = new Float32Array(3 * 400).fill(1)
    const covered = await make(white, { occlude: 0.25 }, [3, 20, 20])
    expect(covered.filter((value) => value === 0.5)).toHaveLength(3 * 100)
    const lines = await make(white, { dropout: 0.2 }, [3, 20, 20])
    expect(lines.filter((value) => value === 0)).toHaveLength(3 * 4 * 20)
    const columns = await make(new Float32Array(10).fill(1), { dropout: 0.3 }, [10])
    expect(columns.filter((value) => value === 0)).toHaveLength(3)
    const other = new Float32Array([1, 2])
    expect(await make(new Float32Array(2), { input: 'wrong' }, [2], other)).toEqual(other)
    await expect(make(new Float32Array(2), { input: 'stale' }, [2])).rejects.toThrow('needs another sample')
  })
})
