import type { CheckResult, SampleOutcomes } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { type MemoryRunOptions, type MemorySystem, runInMemory } from '../testing/memory-system.ts'
import { count, inapplicable, resistant, system, vulnerable } from './fixtures.ts'
import probe from './index.ts'
import { copiesOf, makeCopies } from './query-copies.ts'
import { insideOf } from './shadow-step.ts'

const few = { shadows: 8, population: 200, canaries: { made: 200 } }

async function run(target: MemorySystem, options: object = few, rest: MemoryRunOptions = {}) {
  const result = await runInMemory(probe, target, { options, ...rest })
  const checks = result.modes.flatMap((mode) => mode.checks)
  const check = (name: string): CheckResult => checks.find(({ id }) => id === `membership-inference/${name}`)!
  return {
    ...result,
    check,
    number: (name: string, measurement: string, attack?: string) =>
      check(name).measurements.find(
        (one) => one.name === measurement && (attack === undefined || one.attack === attack),
      ),
    titles: result.findings.map(({ title }) => title),
    mode: result.modes.find(({ slug }) => slug === 'membership-inference')!,
  }
}

describe('a model that remembers', () => {
  it('is found by scores, and by shadows more sharply', async () => {
    const found = await run(vulnerable())
    for (const name of ['scores', 'shadows']) expect(found.check(name).outcome).toBe('finding')
    const byLoss = found.number('scores', 'auc', 'loss-threshold')!.value
    const byLira = found.number('shadows', 'auc', 'lira-online')!.value
    // What a record's luck adds is the same in every shadow, so that only the memory is left.
    expect(byLira).toBeGreaterThan(byLoss + 0.1)
    expect(found.number('shadows', 'auc', 'rmia')!.value).toBeGreaterThan(byLoss)
    expect(found.number('shadows', 'auc', 'lira-offline')!.value).toBeGreaterThan(byLoss)
    expect(found.number('shadows', 'shadow-accuracy')!.interval).toBeDefined()
    expect(found.mode.measurements[0]).toMatchObject({ name: 'auc' })
    expect(found.mode.measurements[0]!.value).toBeGreaterThanOrEqual(byLira)
  })

  it('shows the curve, the most exposed records by their places, and a number for each of them', async () => {
    const found = await run(vulnerable())
    const area = found.check('scores').measurements.find(({ evidence }) => evidence !== undefined)!
    const [curve, table] = area.evidence!
    expect(curve).toMatchObject({ kind: 'curve', x: { scale: 'log' }, y: { scale: 'log' } })
    expect(table).toMatchObject({ kind: 'table', sample: false })
    const blob = found.blobs.get(area.samples!.blob.path)!
    const stored = JSON.parse(new TextDecoder().decode(blob)) as SampleOutcomes
    expect(stored.split).toBe('train')
    for (const share of stored.columns.hidden!) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
    const first = table?.kind === 'table' ? table.rows[0] : undefined
    expect(stored.columns.hidden![stored.indices.indexOf(Number(first![0]))]).toBe(
      Number(first![1]) / stored.indices.length,
    )
  })

  it('tells classes apart, and columns of metadata', async () => {
    const target = vulnerable()
    const groups = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'north' : 'south'))
    const found = await run({
      ...target,
      metadata: { train: { region: groups(count) }, test: { region: groups(2 * count) } },
    })
    const sliced = found.check('scores').measurements.filter(({ slice }) => slice !== undefined)
    expect(sliced.map(({ slice }) => JSON.stringify(slice)).sort()).toEqual([
      '{"class":"class 0"}',
      '{"class":"class 1"}',
      '{"region":"north"}',
      '{"region":"south"}',
    ])
  })

  it('that gives classes only is asked by classes only', async () => {
    const found = await run(system({ leak: 3, near: true, access: ['label'] }), { ...few, records: 400 })
    expect(found.check('scores').outcome).toBe('not-applicable')
    expect(found.check('labels').outcome).toBe('finding')
    expect(found.check('gap').outcome).toBe('finding')
    expect(found.number('gap', 'generalisation-gap')!.interval!.low).toBeGreaterThan(0)
  })

  it('is told by the distance to the border, too', async () => {
    const found = await run(system({ leak: 8, near: true, n: 200, access: ['label'] }), {
      records: 60,
      population: 60,
      labelOnly: { records: 40, queries: 150 },
      threshold: { minRecords: 40 },
    })
    const far = found.number('labels', 'auc', 'label-only-distance')!
    expect(far.n).toBe(80)
    expect(far.value).toBeGreaterThan(0.6)
  })
})

describe('what cannot be said', () => {
  it('is put down to the data where members and strangers differ without the model', async () => {
    const found = await run(system({ leak: 1.5, moved: 0.3 }))
    expect(found.number('scores', 'blind-auc')!.value).toBeGreaterThan(0.8)
    expect(found.findings.filter(({ check }) => check !== 'membership-inference/canaries')).toEqual([])
    expect(found.check('scores').outcome).toBe('inconclusive')
    expect(found.check('scores').reason).toContain('without the model')
    expect(found.sanity.find(({ id }) => id === 'members-differ-without-model')?.fired).toBe(true)
  })

  it('without training is that by shadow models and canaries, and it is said', async () => {
    const found = await run(system({ leak: 1.5, training: false }))
    expect(found.check('shadows')).toMatchObject({ outcome: 'skipped' })
    expect(found.check('shadows').reason).toContain('"training"')
    expect(found.check('canaries').outcome).toBe('skipped')
    expect(found.check('scores').outcome).toBe('finding')
    expect(found.check('scores').notCovered.join(' ')).toContain('shadow models')
  })

  it('in the quick budget is what takes training', async () => {
    const found = await run(vulnerable(), {})
    expect(found.check('shadows').reason).toContain('--budget standard')
    expect(found.check('canaries').reason).toContain('--budget standard')
  })

  it('of too few records is said, and not that nothing was found', async () => {
    const found = await run(system({ leak: 0, n: 60 }), { population: 20 })
    expect(found.check('scores').outcome).toBe('inconclusive')
    expect(found.check('scores').reason).toContain('too few')
    const without = await run(vulnerable(), { members: 'nowhere' })
    expect(without.check('scores')).toMatchObject({ outcome: 'skipped' })
    expect(without.check('scores').reason).toContain('"nowhere"')
    const same = await run(vulnerable(), { members: 'test' })
    expect(same.check('scores').reason).toContain('same data')
  })

  it('of a rate at one false alarm in a thousand needs ten thousand strangers', async () => {
    const found = await run(vulnerable())
    expect(found.number('scores', 'tpr-at-fpr-0.1')).toBeDefined()
    expect(found.number('scores', 'tpr-at-fpr-0.01')).toBeUndefined()
  })
})

it('canaries in a model that failmode trains show what the training remembers', async () => {
  const found = await run(system({ leak: 5 }))
  expect(found.check('canaries')).toMatchObject({ outcome: 'finding', facts: { canaries: 'made' } })
  expect(found.titles).toContain('The training remembers canaries')
  expect(found.number('canaries', 'canary-exposure')!.value).toBeGreaterThan(4)
  expect(found.number('canaries', 'epsilon-lower-bound')!.value).toBeGreaterThan(1)
})

it('canaries of the owner are asked about in the model itself', async () => {
  const options = { canaries: { inserted: 'canaries', heldOut: 'absent' } }
  const found = await run(system({ leak: 3, training: false }), options)
  expect(found.check('canaries').facts.canaries).toBe('own')
  expect(found.check('canaries').outcome).toBe('finding')
  expect(found.titles).toContain('The model remembers canaries')
  const clean = await run(system({ leak: 0, training: false }), options)
  expect(clean.check('canaries').outcome).toBe('no-finding')
})

it('shadow models that are another kind of model speak for nothing', async () => {
  const target = resistant()
  const blunt = {
    ...target,
    trainer: {
      ...target.trainer!,
      train: async () => ({
        onnx: new Uint8Array(),
        losses: [],
        scores: async ({ dims }: { dims: readonly number[] }) => ({
          data: new Float32Array(dims[0]! * 2).map((_, i) => (i % 2 === 0 ? 1 : 0) + 1e-3 * Math.sin(i)),
          width: 2,
        }),
        close: async () => {},
      }),
    },
  }
  const found = await run(blunt, few)
  expect(found.sanity.find(({ id }) => id === 'shadows-resemble-model')?.fired).toBe(true)
  expect(found.check('shadows').outcome).toBe('inconclusive')
})

it('every record is in half of the shadow models', () => {
  const all = Array.from({ length: 8 }, (_, shadow) =>
    insideOf(
      { seed: 1, split: 'train', shadow, of: 8 },
      Array.from({ length: 50 }, (_, i) => i),
    ),
  )
  for (let r = 0; r < 50; r++) expect(all.reduce((sum, one) => sum + one[r]!, 0)).toBe(4)
  expect(new Set(all.map((one) => one.join())).size).toBe(8)
})

it('copies are mirrored and moved, with the border carried on', () => {
  const copies = copiesOf([1, 2, 3], { flip: true, shift: 1 })
  expect(copies).toHaveLength(10)
  const made = makeCopies(
    Float32Array.of(1, 2, 3, 4, 5, 6),
    [1, 2, 3],
    [
      { flip: false, down: 0, right: 0 },
      { flip: true, down: 0, right: 0 },
      { flip: false, down: 1, right: 0 },
      { flip: false, down: 0, right: -1 },
    ],
  )
  expect(Array.from(made)).toEqual([1, 2, 3, 4, 5, 6, 3, 2, 1, 6, 5, 4, 1, 2, 3, 1, 2, 3, 2, 3, 3, 5, 6, 6])
  expect(copiesOf([8], { flip: true, shift: 1 })).toHaveLength(1)
})

probeConformance({ probe, vulnerable, resistant, inapplicable, run: { options: few }, queries: true })
