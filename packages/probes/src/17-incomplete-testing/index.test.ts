import { describe, expect, it } from 'vitest'
import { surest } from '../probabilities.ts'
import { probeConformance } from '../testing/conformance.ts'
import { memorySystem, runInMemory, sampleSet } from '../testing/memory-system.ts'
import { inapplicable, resistant, vulnerable } from './fixtures.ts'
import probe from './index.ts'

probeConformance({ probe, vulnerable, resistant, inapplicable, queries: true })

async function run(...args: Parameters<typeof runInMemory> extends [unknown, ...infer Rest] ? Rest : never) {
  const { modes, findings } = await runInMemory(probe, ...args)
  const mode = modes.find(({ slug }) => slug === 'incomplete-testing')!
  const check = (id: string) => mode.checks.find((each) => each.id === `incomplete-testing/${id}`)!
  const value = (id: string, name: string) =>
    check(id).measurements.find((each) => each.name === name && each.slice === undefined)?.value
  return { mode, findings, check, value }
}

describe('the test set itself', () => {
  it('counts exactly the copies that were planted, and tells exact ones from others', async () => {
    const { value, findings } = await run(vulnerable())
    expect(value('test-set', 'test-leakage')).toBe(0.1)
    expect(value('test-set', 'exact-test-leakage')).toBe(0.05)
    expect(value('test-set', 'repeated-test-samples')).toBe(0)
    expect(findings.map(({ title }) => title)).toContain('Test samples are in the training set')
  })

  it('says what it could not look for when there is no training set', async () => {
    const { data, ...rest } = resistant()
    const { train: _, ...facts } = rest.facts.data
    const without = { ...rest, facts: { ...rest.facts, data: facts }, data: { test: data.test! } }
    const { check, value } = await run(without)
    expect(value('test-set', 'test-leakage')).toBeUndefined()
    expect(check('test-set').notCovered.join(' ')).toContain('no data set "train"')
  })

  it('counts the same sample twice in the test set once', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i % 80, (i % 80) ** 2, 1])
    const samples = sampleSet(rows, { shape: [3], labels: rows.map((_, i) => i % 2) })
    const { value } = await run(memorySystem({ samples, scorer: (x) => [x[0]!, 0] }))
    expect(value('test-set', 'repeated-test-samples')).toBe(0.2)
  })

  it('finds classes that nothing tests', async () => {
    const base = resistant()
    const own = memorySystem({ samples: base.data.test!, classes: 5, scorer: () => [0, 0, 0, 0, 0] })
    const { value, findings } = await run({
      ...own,
      facts: { ...own.facts, data: base.facts.data },
      data: base.data,
    })
    expect(value('test-set', 'untested-classes')).toBe(3)
    expect(value('test-set', 'smallest-class-samples')).toBe(0)
    expect(findings.some(({ title }) => title === 'Classes that the test set does not test')).toBe(true)
  })

  it('states the margin that Wilson gives for a set of this size', async () => {
    const { value } = await run(resistant())
    // 0.9 of 1,000: 0.8799 to 0.9171.
    expect(value('test-set', 'accuracy-margin')).toBeCloseTo((91.71 - 87.99) / 2, 1)
  })
})

describe('answers where there is nothing', () => {
  it('is sure of everything, or of nothing, as the model is', async () => {
    const sure = memorySystem({ samples: resistant().data.test!, scorer: () => [20, 0] })
    expect((await run(sure)).value('nothing-there', 'confident-on-nothing')).toBe(1)
    const unsure = memorySystem({ samples: resistant().data.test!, scorer: () => [0, 0] })
    const { value, check } = await run(unsure)
    expect(value('nothing-there', 'confident-on-nothing')).toBe(0)
    expect(check('nothing-there').outcome).toBe('no-finding')
  })

  it('asks about blank inputs, noise, stripes and shuffled samples, each as often', async () => {
    const { check } = await run(resistant(), { options: { garbage: 80 } })
    const kinds = check('nothing-there').measurements.flatMap(({ slice, n }) =>
      slice ? [[slice.kind, n]] : [],
    )
    expect(kinds).toEqual([
      ['blank', 20],
      ['noise', 20],
      ['stripes', 20],
      ['shuffled', 20],
    ])
    expect(check('nothing-there').cost.queries).toBe(80)
  })

  it('needs scores, and says so', async () => {
    const base = vulnerable()
    const labels = {
      ...base,
      facts: { ...base.facts, model: { ...base.facts.model!, access: ['label' as const] } },
    }
    expect((await run(labels)).check('nothing-there')).toMatchObject({
      outcome: 'not-applicable',
      reason: expect.stringContaining('no score access'),
    })
  })

  it('reads logits by softmax and probabilities as they stand', () => {
    const [row] = surest({ kind: 'logits', classes: 3, data: Float32Array.of(1, 3, 2) })
    expect(row?.label).toBe(1)
    expect(row?.confidence).toBeCloseTo(Math.exp(3) / (Math.exp(1) + Math.exp(3) + Math.exp(2)), 6)
    expect(surest({ kind: 'probabilities', classes: 2, data: Float32Array.of(0.25, 0.75) })).toEqual([
      { label: 1, confidence: 0.75 },
    ])
  })
})
