import {
  type BlobStore,
  createRandom,
  type Measured,
  type Measurement,
  nearestNeighbours,
  type StepContext,
} from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getRows, putRows } from '../steps/rows-file.ts'
import { sampleRow } from '../steps/sample-row.ts'
import { probeConformance } from '../testing/conformance.ts'
import { type MemorySystem, memorySystem, runInMemory, sampleSet } from '../testing/memory-system.ts'
import { clusterCounts, distinctClusters } from './cluster-step.ts'
import {
  count,
  errsElsewhere,
  flipped,
  inapplicable,
  marked,
  pool,
  resistant,
  seesMark,
  seesQuadrants,
  system,
  truth,
  vulnerable,
} from './fixtures.ts'
import probe from './index.ts'
import { judgeMistakes } from './judge-mistakes.ts'
import { mergeNeighbours, neighboursStep } from './neighbours-step.ts'
import { options as optionsSchema } from './options.ts'
import { usableColumns } from './predicate-step.ts'

async function run(of: MemorySystem, options: object = {}) {
  const result = await runInMemory(probe, of, { options })
  const checks = result.modes.flatMap((mode) => mode.checks)
  const check = (name: string) => checks.find(({ id }) => id === `natural-adversarial-examples/${name}`)!
  const number = (name: string, measurement: string) =>
    check(name).measurements.find((one) => one.name === measurement)
  const columns = (name: string, measurement: string) => {
    const { samples } = number(name, measurement)!
    return JSON.parse(new TextDecoder().decode(result.blobs.get(samples!.blob.path)))
  }
  return { ...result, check, number, columns, titles: result.findings.map(({ title }) => title) }
}

const share = marked.size / count

describe('a group that the model is sure and wrong of', () => {
  it('is found among unaltered samples, and shown', async () => {
    const found = await run(vulnerable())
    expect(found.check('mistakes').outcome).toBe('finding')
    expect(found.number('mistakes', 'confident-mistakes')!.value).toBe(share)
    expect(found.number('mistakes', 'suspected-label-errors')!.value).toBe(0)
    expect(found.number('mistakes', 'clean-accuracy')!.value).toBeCloseTo(1 - share, 12)
    const finding = found.findings.find(({ check }) => check.endsWith('/mistakes'))!
    expect(finding).toMatchObject({ scale: 'safety', title: 'Sure of wrong answers on unaltered samples' })
    const [shown] = finding.evidence
    if (shown?.kind !== 'images') throw new Error('no gallery')
    expect(shown.images).toHaveLength(12)
    for (const { label, sample, blob } of shown.images) {
      expect(label).toMatch(/^says class 2 \(\d+(\.\d)? %\), is class 0$/)
      expect(sample).toBe(true)
      expect(found.blobs.has(blob.path)).toBe(true)
    }
  })

  it('is named row by row, so that it can be looked up', async () => {
    const found = await run(vulnerable())
    const { indices, columns } = found.columns('mistakes', 'confident-mistakes')
    for (const [at, index] of indices.entries())
      expect(columns['not-surely-wrong'][at]).toBe(marked.has(index) ? 0 : 1)
  })

  it('is a cluster of what the model makes of it before it decides', async () => {
    const found = await run(vulnerable())
    expect(found.check('slices').outcome).toBe('finding')
    expect(found.check('slices').facts['clustered-by']).toContain('last layer of the model itself')
    const { indices, columns } = found.columns('slices', 'worst-slice-error')
    const rows = indices.filter((_: number, at: number) => columns['outside-worst-slice'][at] === 0)
    expect(rows.every((row: number) => marked.has(row))).toBe(true)
    expect(rows.length).toBeGreaterThanOrEqual(30)
    const worst = found.number('slices', 'worst-slice-error')!
    expect(worst.value).toBe(1)
    expect(worst.slice).toMatchObject({ kind: 'cluster' })
    expect(found.number('slices', 'worst-slice-lift')!.value).toBeCloseTo(1 / share, 10)
    expect(found.titles).toContain('Mistakes gather in a group of samples')
  })

  it('is found by metadata that tell it apart, and said in their words', async () => {
    const cameras = truth.map((_, i) => (marked.has(i) ? 'old' : i % 5 === 0 ? null : `new ${i % 3}`))
    const found = await run(
      system({ scorer: seesMark, metadata: { camera: cameras, file: truth.map((_, i) => `${i}.png`) } }),
    )
    const said = found
      .check('slices')
      .measurements.filter(({ name, slice }) => name === 'slice-error' && slice?.kind === 'metadata')
    expect(said.map(({ slice }) => slice?.where)).toContain('camera is old')
  })

  it('fools another model too, which lays it at the samples', async () => {
    const found = await run(system({ scorer: seesMark, references: { older: seesMark } }))
    expect(found.check('filtration').outcome).toBe('finding')
    expect(found.number('filtration', 'natural-adversarial-accuracy')).toMatchObject({
      value: 0,
      n: marked.size,
    })
    expect(found.number('filtration', 'filtered-accuracy-drop')!.value).toBeCloseTo(1 - share, 12)
    expect(found.number('filtration', 'shared-mistakes')!.value).toBe(share)
    expect(found.number('filtration', 'mined-transfer')).toMatchObject({
      value: 1,
      slice: { to: 'older' },
    })
    expect(found.check('filtration').facts.miners).toContain('"older"')
  })

  it('says nothing of samples where another model errs elsewhere', async () => {
    const found = await run(system({ scorer: seesMark, references: { other: errsElsewhere } }))
    expect(found.number('filtration', 'natural-adversarial-accuracy')!.n).toBeGreaterThanOrEqual(10)
    expect(found.check('filtration').outcome).not.toBe('finding')
    expect(found.number('filtration', 'mined-transfer')!.value).toBeLessThan(0.3)
  })

  it('is a place and not an accident where no other model is given', async () => {
    const found = await run(vulnerable())
    expect(found.check('filtration').outcome).toBe('finding')
    expect(found.check('filtration').reason).toContain('name some under "references"')
    expect(found.number('filtration', 'mined-region-excess')!.value).toBeGreaterThan(0.8)
  })
})

describe('wrong labels', () => {
  const labels = flipped(21)
  const wrong = new Set(labels.flatMap((label, i) => (label === truth[i] ? [] : [i])))

  it('are told apart from mistakes of the model and shown, and are no finding', async () => {
    const found = await run(resistant())
    expect(found.titles).toEqual([])
    expect(wrong.size).toBe(24)
    // Two wrong labels of one class that lie side by side look like a hard group, and are left unclear.
    const suspected = found.number('mistakes', 'suspected-label-errors')!.value
    expect(suspected).toBeLessThanOrEqual(wrong.size / count)
    expect(suspected).toBeGreaterThanOrEqual((wrong.size - 2) / count)
    expect(found.number('mistakes', 'confident-mistakes')!.value).toBe(0)
    expect(found.check('mistakes').outcome).toBe('no-finding')
    expect(found.check('mistakes').reason).toContain('no failure of the model')
    const [shown] = found.number('mistakes', 'suspected-label-errors')!.evidence!
    expect(shown?.title).toContain('Labels that may be wrong')
    const { indices, columns } = found.columns('mistakes', 'suspected-label-errors')
    for (const [at, index] of indices.entries()) {
      if (columns['label-trusted'][at] === 0) expect(wrong.has(index)).toBe(true)
      expect(columns['label-trust'][at] < 0.5).toBe(wrong.has(index))
    }
  })

  it('beside a hard group leave the group to the model', async () => {
    const found = await run(system({ scorer: seesMark, samples: pool(labels) }))
    const { indices, columns } = found.columns('mistakes', 'suspected-label-errors')
    for (const [at, index] of indices.entries()) {
      if (columns['label-trusted'][at] === 0) expect(wrong.has(index)).toBe(true)
      if (marked.has(index) && !wrong.has(index)) expect(columns['not-surely-wrong'][at]).toBe(0)
    }
    expect(found.titles).toContain('Sure of wrong answers on unaltered samples')
    expect(found.titles).toContain('Mistakes gather in a group of samples')
  })

  it('do not make the model look less calibrated', async () => {
    const found = await run(resistant())
    expect(found.number('mistakes', 'overconfidence')!.value).toBeLessThan(0.005)
    expect(found.number('mistakes', 'aurra')!.value).toBeGreaterThan(0.99)
  })

  it('cannot be told apart where neighbours are strangers, and nobody is blamed', async () => {
    // The class is one pixel among noise, so near samples are of any class.
    const noise = createRandom('noise')
    const samples = truth.map((label) =>
      Array.from({ length: 64 }, (_, at) => (at === 0 ? label / 4 : noise.uniform())),
    )
    const found = await run(
      memorySystem({
        classes: 4,
        samples: sampleSet(samples, { shape: [1, 8, 8], labels: flipped(11) }),
        scorer: (x) => [0, 1, 2, 3].map((k) => (Math.abs(x[0]! - k / 4) < 0.1 ? 10 : 0)),
      }),
    )
    expect(found.number('mistakes', 'neighbour-agreement')!.value).toBeLessThan(0.4)
    expect(found.check('mistakes')).toMatchObject({ outcome: 'inconclusive' })
    expect(found.check('mistakes').reason).toContain('cannot be told apart')
  })
})

describe('what is not there', () => {
  it('makes checks skipped where nobody handed in samples or labels', async () => {
    const bare = await run(system({ scorer: seesMark, samples: pool(null) }))
    const none = await run(system({ scorer: seesMark }), { pool: 'operation' })
    for (const found of [bare, none]) {
      for (const name of ['mistakes', 'filtration', 'slices']) {
        expect(found.check(name).outcome).toBe('skipped')
      }
    }
    expect(none.check('mistakes').reason).toContain('"operation"')
    expect(bare.check('mistakes').reason).toContain('no labels')
  })

  it('makes them inconclusive where the model has next to nothing right', async () => {
    const found = await run(system({ scorer: () => [0, 0, 0, 9], samples: pool(truth.map((k) => k % 3)) }))
    for (const name of ['mistakes', 'filtration', 'slices']) {
      expect(found.check(name).outcome).toBe('inconclusive')
    }
  })

  it('is said where the layers of the model are closed', async () => {
    const own = memorySystem({ samples: pool(), classes: 4, scorer: seesMark })
    const found = await run(own)
    expect(found.check('slices').notCovered.join()).toContain('layers are not open')
    expect(found.plan.cost.queries).toBe(3 * count)
  })

  it('leaves a model that answers with classes only out', async () => {
    const found = await run(
      memorySystem({ samples: pool(), scorer: seesMark, classes: 4, access: ['label'] }),
    )
    expect(found.check('mistakes').outcome).toBe('not-applicable')
  })
})

describe('clusters of several scales', () => {
  const cluster = (from: number, to: number, pValue: number) => ({
    rows: Array.from({ length: to - from }, (_, i) => from + i),
    errors: 1,
    lift: 2,
    pValue,
  })

  it('are told once, at the scale where chance explains them least, with a correction for all', () => {
    const kept = distinctClusters([
      cluster(0, 100, 0.01),
      cluster(0, 40, 0.001),
      cluster(10, 30, 0.02),
      cluster(30, 60, 0.04),
    ])
    expect(kept.map(({ rows }) => [rows[0], rows.length])).toEqual([
      [0, 40],
      [0, 100],
    ])
    expect(kept.map(({ adjusted }) => adjusted)).toEqual([0.004, 0.02])
  })

  it('are never so many that they would be small', () => {
    expect(clusterCounts({ clusters: 25, rows: 5000, minSlice: 30 })).toEqual([10, 15, 20, 30, 45])
    expect(clusterCounts({ clusters: 25, rows: 400, minSlice: 30 })).toEqual([10, 13])
    expect(clusterCounts({ clusters: 25, rows: 20, minSlice: 30 })).toEqual([1])
  })
})

describe('neighbours between blocks', () => {
  const files = new Map<string, Uint8Array>()
  const blobs: BlobStore = {
    async put(bytes) {
      const path = `samples/${files.size}`
      files.set(path, bytes)
      return { path, sha256: '0'.repeat(64), bytes: bytes.length, mediaType: '' }
    },
    get: async ({ path }) => files.get(path)!,
  }
  const context = { blobs, signal: new AbortController().signal } as unknown as StepContext

  it('are the same as among all at once', async () => {
    const random = createRandom('blocks')
    const sizes = [30, 25, 12]
    const rows = sizes.reduce((a, b) => a + b)
    // Few different numbers, so that there are ties and copies.
    const values = Float32Array.from({ length: rows * 3 }, () => 1 + random.int(4))
    let from = 0
    const blocks = []
    for (const size of sizes) {
      const file = await putRows(values.slice(from * 3, (from + size) * 3), { rows: size, blobs })
      blocks.push({ from, files: [file] })
      from += size
    }
    for (const metric of ['cosine', 'euclid'] as const) {
      const found = []
      for (const [a, b] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ] as const) {
        const out = await neighboursStep.run({ blocks: [blocks[a]!, blocks[b]!], k: 7, metric }, context)
        found.push({ blocks: out.blocks, ...(await getRows([out.file], blobs)) })
      }
      const merged = mergeNeighbours(found, { rows, k: 7 })
      const whole = nearestNeighbours(
        { rows, columns: 3, values: Float64Array.from(values) },
        { k: 7, metric },
      )
      for (let i = 0; i < rows * 7; i++) expect(merged.distances[i]).toBeCloseTo(whole.distances[i]!, 6)
      // Where a distance is one row's alone, so is the neighbour.
      for (let i = 1; i < rows * 7 - 1; i++) {
        const alone = [i - 1, i + 1].every((j) => Math.abs(whole.distances[j]! - whole.distances[i]!) > 1e-6)
        if (alone && (i + 1) % 7 !== 0) expect(merged.indices[i]).toBe(whole.indices[i])
      }
    }
  })
})

describe('a sample as a row', () => {
  it('of a picture is of means of cells, less their mean', () => {
    const large = Float32Array.from({ length: 32 * 32 }, (_, at) => (at % 32 < 16 ? 1 : 0))
    const row = sampleRow(large, [1, 32, 32])
    expect(row).toHaveLength(256)
    expect(Array.from(new Set(row)).sort()).toEqual([-0.5, 0.5])
    const odd = sampleRow(new Float32Array(3 * 20 * 17).fill(0.25), [3, 20, 17])
    expect(odd).toHaveLength(3 * 10 * 9)
    expect(odd.every((value) => Math.abs(value) < 1e-6)).toBe(true)
  })

  it('of a table is the sample, and of a long signal its levels', () => {
    const table = Float32Array.from([0.1, 0.9])
    expect(sampleRow(table, [2])).toBe(table)
    const signal = Float32Array.from({ length: 640 }, (_, at) => (at % 2 === 0 ? 0.25 : 0.75))
    const row = sampleRow(signal, [640])
    expect(row).toHaveLength(128)
    expect([row[3], row[64]]).toEqual([0.5, 0.25])
  })
})

it('metadata make groups only where values repeat or are numbers', () => {
  const ten = Array.from({ length: 20 }, (_, i) => i)
  const columns = usableColumns(
    {
      file: Array.from({ length: 200 }, (_, i) => `${i}.png`),
      age: Array.from({ length: 200 }, (_, i) => (i === 3 ? null : String(i / 2))),
      place: Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'here' : 'there')),
      one: Array.from({ length: 200 }, () => 'same'),
      none: Array.from({ length: 200 }, () => null),
    },
    [...ten, ...Array.from({ length: 150 }, (_, i) => 20 + i)],
  )
  expect(columns.map(({ name }) => name)).toEqual(['age', 'place'])
  expect(columns[0]!.values.slice(0, 5)).toEqual([0, 0.5, 1, null, 2])
})

describe('the judge of mistakes', () => {
  const rate = (name: string, value: number, n = 1000): Measurement => ({
    name,
    value,
    unit: 'fraction',
    n,
    denominator: 'samples',
    interval: { low: Math.max(0, value - 0.01), high: value + 0.01, confidence: 0.95, method: 'wilson' },
  })
  const measured = (sure: number): Measured => ({
    measurements: [
      rate('clean-accuracy', 0.8),
      rate('confident-mistakes', sure),
      rate('suspected-label-errors', 0.01),
      rate('neighbour-agreement', 0.9),
      rate('overconfidence', 0),
    ],
    notCovered: [],
  })
  const levels = ['no-finding', 'inconclusive', 'slight', 'noticeable', 'severe']
  const level = (sure: number): number => {
    const { outcome, claims } = judgeMistakes(measured(sure), optionsSchema.parse({}))
    return levels.indexOf(outcome === 'finding' ? String(claims[0]!.facts.harm) : outcome)
  }

  it('never rates more mistakes lower', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        (a, b) => {
          expect(level(Math.max(a, b))).toBeGreaterThanOrEqual(level(Math.min(a, b)))
        },
      ),
    )
    expect([0, 0.005, 0.03, 0.05, 0.12].map(level)).toEqual([0, 1, 2, 3, 4])
  })
})

it('a pool that looks right is asked about once for all checks', async () => {
  const found = await run(system({ scorer: seesQuadrants }))
  // Answers once, and once what goes into the last layer.
  expect(found.queries).toBe(2 * count)
  expect(found.titles).toEqual([])
})

probeConformance({ probe, vulnerable, resistant, inapplicable, queries: true })
