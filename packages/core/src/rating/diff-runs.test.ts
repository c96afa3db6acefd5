import { describe, expect, it } from 'vitest'
import type { SampleOutcomes } from '../probe/probe.ts'
import { createRandom } from '../random/random.ts'
import type { Blob, Measurement, RunDocument } from '../run/run-document.ts'
import { compareSamples } from './compare-samples.ts'
import { type DiffSide, diffRuns } from './diff-runs.ts'

const blob: Blob = { path: 'samples/a.json', sha256: '0'.repeat(64), bytes: 1, mediaType: 'application/json' }

function side(
  id: string,
  robust: readonly (number | null)[],
  options: { readonly data?: string } = {},
): DiffSide {
  const value = robust.filter((flag) => flag === 1).length / robust.length
  const measurement: Measurement = {
    name: 'robust-accuracy',
    value,
    unit: 'fraction',
    n: robust.length,
    denominator: 'samples',
    slice: { eps: 0.1 },
    samples: { blob, column: 'robust' },
  }
  const outcomes: SampleOutcomes = {
    split: 'test',
    indices: robust.map((_, i) => 100 + i),
    columns: { robust: [...robust] },
  }
  const run = {
    id,
    seed: 1,
    budget: { name: 'quick', maxQueries: null },
    tool: { name: 'failmode', version: '0', catalogue: '' },
    system: {
      name: 's',
      model: null,
      data: { test: { digest: options.data ?? 'd' } },
      options: {},
    },
    modes: [
      {
        slug: 'perturbation',
        measurements: [],
        checks: [
          {
            id: 'perturbation/x',
            outcome: value < 0.5 ? 'finding' : 'no-finding',
            measurements: [measurement, { ...measurement, name: 'median-l2', value: 2, samples: undefined }],
          },
        ],
      },
    ],
    findings: value < 0.5 ? [{ fingerprint: 'f', title: 'It falls.' }] : [],
  } as unknown as RunDocument
  return { run, readSamples: async () => outcomes }
}

describe('samples in pairs', () => {
  it('are tested by McNemar where they are right or wrong: nine of ten changes in one direction', () => {
    const before = Array.from({ length: 40 }, () => 1)
    const after = before.map((_, i) => (i < 9 ? 0 : 1))
    const [a, b] = [before, after].map(
      (robust, i): SampleOutcomes => ({
        split: 'test',
        indices: robust.map((_, k) => k),
        columns: { robust: i === 0 ? robust.map((v, k) => (k === 20 ? 0 : v)) : robust },
      }),
    ) as readonly SampleOutcomes[] as readonly [SampleOutcomes, SampleOutcomes]
    const paired = compareSamples(a, b, 'robust', createRandom(1))
    // Ten discordant pairs, one against nine: 2 (C(10,0) + C(10,1)) / 2^10.
    expect(paired?.p).toBeCloseTo((2 * 11) / 1024, 10)
    expect(paired?.difference).toBeCloseTo(-8 / 40, 10)
    expect(paired?.changed.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 20])
    expect(paired?.interval.high).toBeLessThan(0)
  })

  it('are tested by flipping signs where they are numbers, and only those that both runs have count', () => {
    const a: SampleOutcomes = { split: 't', indices: [1, 2, 3, 4, 9], columns: { d: [1, 2, 3, 4, null] } }
    const b: SampleOutcomes = {
      split: 't',
      indices: [4, 3, 2, 1, 7],
      columns: { d: [4.5, 3.5, 2.5, 1.5, 8] },
    }
    const paired = compareSamples(a, b, 'd', createRandom(1))
    expect(paired).toMatchObject({ n: 4, test: 'sign-flip', difference: 0.5 })
    // All four up: one of the 8 mirrored pairs of sign patterns, so p is about 1/8.
    expect(paired?.p).toBeCloseTo(1 / 8, 1)
    expect(compareSamples(a, { ...b, indices: [11, 12, 13, 14, 15] }, 'd', createRandom(1))).toBeNull()
  })
})

describe('the difference of two runs', () => {
  it('gives each measurement with its test, the samples that changed side, and what appeared', async () => {
    const before = Array.from({ length: 20 }, () => 1)
    const diff = await diffRuns(
      side('a', before),
      side(
        'b',
        before.map((_, i) => (i < 12 ? 0 : 1)),
      ),
    )
    const robust = diff.measurements.find(({ name }) => name === 'robust-accuracy')
    expect(robust).toMatchObject({ from: 1, to: 0.4, check: 'perturbation/x', unpaired: null })
    expect(robust?.p).toBeCloseTo(2 / 2 ** 12, 8)
    expect(robust?.paired?.changed).toHaveLength(12)
    expect(diff.measurements.find(({ name }) => name === 'median-l2')).toMatchObject({
      p: null,
      unpaired: 'the outcomes of its samples were not stored',
    })
    expect(diff.outcomes).toEqual([{ check: 'perturbation/x', from: 'no-finding', to: 'finding' }])
    expect(diff.appeared.map(({ title }) => title)).toEqual(['It falls.'])
    expect(diff.gone).toEqual([])
    expect(diff.differences).toEqual([])
  })

  it('does not test numbers of other data, and says that the data changed', async () => {
    const diff = await diffRuns(side('a', [1, 1]), side('b', [1, 0], { data: 'other' }))
    expect(diff.measurements[0]).toMatchObject({ paired: null, unpaired: 'the two runs used other data' })
    expect(diff.differences).toEqual(['data test: d, then other'])
  })
})
