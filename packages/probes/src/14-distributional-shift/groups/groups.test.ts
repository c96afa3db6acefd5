import type { DataFacts, Metadata } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { type MemorySystem, memorySystem, runInMemory } from '../../testing/memory-system.ts'
import { comparing, fixedLevel, mixture, pictures, shiftSystem } from '../fixtures.ts'
import probe from '../index.ts'
import { options as optionsSchema } from '../options.ts'
import { chooseGroups } from './choose-groups.ts'
import { groupsApply } from './group-data.ts'

const check = probe.checks.find(({ meta }) => meta.id === 'distributional-shift/groups')!
const groupsOnly = { ...probe, checks: [check] }

/** By day both models are right; at night, in more light, the one with a fixed level errs. */
const lights = mixture('time', {
  day: { seed: 'day', count: 300 },
  night: { seed: 'night', count: 100, light: 1.2 },
})

async function run(system: MemorySystem, given: object = {}) {
  const result = await runInMemory(groupsOnly, system, { options: given })
  const own = result.modes.flatMap(({ checks }) => checks)[0]!
  const number = (name: string, slice: object) =>
    own.measurements.find((one) => one.name === name && JSON.stringify(one.slice) === JSON.stringify(slice))
  return { ...own, findings: result.findings, queries: result.queries, number, modes: result.modes }
}

describe('a group in which the model does worse', () => {
  it('is found in the reference alone, named and measured', async () => {
    const found = await run(shiftSystem(fixedLevel, { test: lights }))
    expect(found.outcome).toBe('finding')
    expect(found.findings.map(({ title }) => title)).toEqual([
      'The model is right less often than elsewhere where time is night',
    ])
    const day = found.number('group-accuracy', { data: 'reference', column: 'time', group: 'day' })!
    const night = found.number('group-accuracy', { data: 'reference', column: 'time', group: 'night' })!
    const all = found.number('clean-accuracy', { data: 'reference' })!
    // The truth, by asking the model itself.
    const right = (from: number, to: number) => {
      let count = 0
      for (let i = from; i < to; i++) {
        const scores = fixedLevel(lights.read([i]).data)
        if (scores.indexOf(Math.max(...scores)) === lights.labels![i]) count++
      }
      return count / (to - from)
    }
    expect(day.value).toBeCloseTo(right(0, 300), 12)
    expect(night.value).toBeCloseTo(right(300, 400), 12)
    expect(found.number('worst-group-accuracy', { data: 'reference' })!.value).toBe(night.value)
    expect(found.number('group-gap', { data: 'reference' })!.value).toBeCloseTo(all.value - night.value, 12)
    expect(found.queries).toBe(400)
    const headline = found.modes.flatMap(({ measurements }) => measurements).map(({ name }) => name)
    expect(headline).toEqual(['worst-group-accuracy', 'group-gap'])
  })

  it('is found in the current data too, and is one finding', async () => {
    const operation = mixture('time', {
      day: { seed: 'later day', count: 200 },
      night: { seed: 'later night', count: 200, light: 1.2 },
    })
    const found = await run(shiftSystem(fixedLevel, { test: lights, operation }))
    expect(found.findings).toHaveLength(1)
    expect(found.number('worst-group-accuracy', { data: 'current' })).toBeDefined()
    expect(found.facts.groups).toBe(4)
  })

  it('is not claimed of a model that does as well everywhere', async () => {
    const found = await run(shiftSystem(comparing, { test: lights }))
    expect(found.outcome).toBe('no-finding')
    expect(found.detectable!.value).toBeLessThan(0.3)
    expect(found.detectable!.text).toContain('time is night')
    expect(found.findings).toEqual([])
  })

  it('that is too small to measure is named as not covered', async () => {
    const test = mixture('time', {
      dawn: { seed: 'dawn', count: 20, light: 1.2 },
      day: { seed: 'day', count: 200 },
      noon: { seed: 'noon', count: 180 },
    })
    const found = await run(shiftSystem(comparing, { test }))
    expect(found.notCovered.join()).toContain('fewer than 50 samples: dawn (20)')
    expect(found.measurements.some(({ slice }) => slice?.group === 'dawn')).toBe(false)
    const lower = await run(shiftSystem(fixedLevel, { test }), { minGroup: 20 })
    expect(lower.findings.map(({ title }) => title).join()).toContain('dawn')
  })

  it('is not told from chance on few samples, and that is said', async () => {
    const test = mixture('time', {
      day: { seed: 'day', count: 30 },
      night: { seed: 'night', count: 30, light: 1.2 },
    })
    const found = await run(shiftSystem(comparing, { test }))
    expect(found.outcome).toBe('inconclusive')
    expect(found.reason).toContain('50 samples')
    // At twelve a group even a model that is always right there has not shown much.
    const tiny = mixture('time', { day: { seed: 'a', count: 12 }, night: { seed: 'b', count: 12 } })
    const little = await run(shiftSystem(comparing, { test: tiny }), { minGroup: 5 })
    expect(little.outcome).toBe('inconclusive')
    expect(little.reason).toContain('says little')
  })
})

describe('a system without groups', () => {
  const bare = pictures({ seed: 'bare', count: 60 })
  const facts = memorySystem({ scorer: comparing, classes: 4, samples: bare }).facts
  const verdict = (data: Readonly<Record<string, DataFacts>>, given: object = {}) => {
    const said = groupsApply({ ...facts, data }, optionsSchema.parse(given), {
      name: 'quick',
      maxQueries: null,
    })
    return said.applies ? 'applies' : `${said.outcome}: ${said.reason}`
  }

  it('is skipped and told how to give them, since it has groups all the same', () => {
    expect(verdict({ test: bare })).toMatch(/^skipped: .*"metadata": \{ "file"/)
    expect(verdict({ test: { ...bare, metadata: ['file'] } })).toMatch(/^skipped/)
    expect(verdict({ test: { ...bare, metadata: ['file', 'place'] } }, { groups: ['device'] })).toMatch(
      /^skipped: No data set has a column "device"; there are "file", "place"/,
    )
    expect(verdict({ test: { ...bare, metadata: ['file'] } }, { groups: ['file'] })).toBe('applies')
  })

  it('is skipped where the columns that it has do not divide the samples', async () => {
    const texts = {
      id: Array.from({ length: 60 }, (_, i) => `${i}`),
      camera: new Array<string>(60).fill('one'),
    }
    const found = await run(memorySystem({ scorer: comparing, classes: 4, samples: bare, metadata: texts }))
    expect(found.outcome).toBe('skipped')
    expect(found.notCovered.join()).toContain('"id", which has 60 different values')
    expect(found.notCovered.join()).toContain('"camera", which has 1 different value')
  })

  it('is not applicable without labels, model or data', () => {
    const place = { ...bare, metadata: ['place'] }
    expect(verdict({ test: { ...place, labelled: false } })).toMatch(/^not-applicable: .* has labels/)
    expect(verdict({})).toMatch(/^not-applicable: .* neither/)
    const said = groupsApply({ ...facts, model: null, data: { test: place } }, optionsSchema.parse({}), {
      name: 'quick',
      maxQueries: null,
    })
    expect(said).toMatchObject({ applies: false, outcome: 'not-applicable' })
  })

  it('that may ask little asks no more', async () => {
    const system = shiftSystem(comparing, { test: lights })
    const plan = check.applies(system.facts, optionsSchema.parse({}), { name: 'quick', maxQueries: 120 })
    expect(plan).toMatchObject({ applies: true, cost: { queries: 120, gradients: 0 } })
  })
})

describe('the choice of groups', () => {
  const metadata: Metadata = {
    place: ['north', 'south', null, 'north', 'south', 'north', 'east', 'north'],
  }
  const choose = (minGroup: number, indices = [0, 1, 2, 3, 4, 5, 6, 7]) =>
    chooseGroups(metadata, { columns: ['place'], named: false, indices, minGroup })

  it('takes values with samples enough and says what it leaves', () => {
    const { groups, left } = choose(2)
    expect(groups.map(({ value, places }) => [value, places])).toEqual([
      ['north', [0, 3, 5, 7]],
      ['south', [1, 4]],
    ])
    expect(left).toEqual([
      'Groups by "place" with fewer than 2 samples: east (1).',
      '1 of 8 samples whose "place" is not known.',
    ])
  })

  it('gives places among the samples asked about, not among all', () => {
    expect(choose(1, [4, 3, 7]).groups.map(({ value, places }) => [value, places])).toEqual([
      ['north', [1, 2]],
      ['south', [0]],
    ])
  })

  it('compares nothing where only one group is large enough', () => {
    const { groups, columns, left } = choose(3)
    expect([groups, columns]).toEqual([[], ['place']])
    expect(left[0]).toBe(
      'Groups by "place", of which fewer than two have 3 samples: east (1), north (4), south (2).',
    )
  })
})
