import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { memorySystem, runInMemory, sampleSet } from '../testing/memory-system.ts'
import { inapplicable, resistant, vulnerable } from './fixtures.ts'
import probe from './index.ts'

const options = { eps: 0.15, samples: 60, queries: 60, threshold: { successRate: 0.06 } }

probeConformance({ probe, vulnerable, resistant, inapplicable, queries: true, run: { options } })

function mode(run: Awaited<ReturnType<typeof runInMemory>>) {
  const found = run.modes.find(({ slug }) => slug === 'perturbation')
  if (found === undefined) throw new Error('no such mode')
  return found
}

describe('perturbation', () => {
  it('counts samples the model had wrong as not robust, and attacks only those it had right', async () => {
    // Class 1 for every light sample, but the labels of a third of them say 0.
    const labels = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 0 : 1))
    const samples = sampleSet(
      labels.map(() => new Array(16).fill(1)),
      { shape: [1, 4, 4], labels },
    )
    const system = memorySystem({ samples, scorer: () => [0, 1] })
    const run = await runInMemory(probe, system, { options })
    const check = mode(run).checks.find(({ id }) => id === 'perturbation/score-untargeted')
    const value = (name: string) => check?.measurements.find((m) => m.name === name)
    expect(value('clean-accuracy')?.value).toBeCloseTo(20 / 30)
    expect(value('robust-accuracy')?.value).toBeCloseTo(20 / 30)
    expect(value('attack-success-rate')).toMatchObject({ value: 0, n: 20 })
  })

  it('is inconclusive when the model has nothing right', async () => {
    const samples = sampleSet(
      Array.from({ length: 30 }, () => new Array(16).fill(1)),
      { shape: [1, 4, 4], labels: new Array(30).fill(0) },
    )
    const run = await runInMemory(probe, memorySystem({ samples, scorer: () => [0, 1] }), { options })
    expect(mode(run).outcome).toBe('inconclusive')
  })

  it('needs score access for Square and only label access for the control', async () => {
    const base = vulnerable()
    const labelOnly = {
      ...base,
      facts: { ...base.facts, model: { ...base.facts.model!, access: ['label' as const] } },
    }
    const run = await runInMemory(probe, labelOnly, { options })
    const outcomes = Object.fromEntries(mode(run).checks.map((check) => [check.id, check.outcome]))
    expect(outcomes['perturbation/score-untargeted']).toBe('not-applicable')
    expect(outcomes['perturbation/random-noise']).not.toBe('not-applicable')
  })

  it('takes the worst case per sample over all attacks as the headline', async () => {
    const run = await runInMemory(probe, vulnerable(), { options })
    const headline = mode(run).measurements[0]
    const least = Math.min(
      ...mode(run).checks.map(
        (check) => check.measurements.find((m) => m.name === 'robust-accuracy')?.value ?? 1,
      ),
    )
    expect(headline?.name).toBe('robust-accuracy')
    expect(headline?.value).toBeLessThanOrEqual(least)
  })

  it('calls a gradient attack inconclusive when there are no gradients to follow', async () => {
    // Answers by the rounded mean: right everywhere, flat everywhere.
    const samples = sampleSet(
      Array.from({ length: 40 }, (_, i) => new Array(16).fill(i % 2 === 0 ? 0.1 : 0.9)),
      { shape: [1, 4, 4], labels: Array.from({ length: 40 }, (_, i) => i % 2) },
    )
    const scorer = (x: Float32Array) => {
      const light = x.reduce((a, b) => a + b, 0) / 16 > 0.5 ? 1 : 0
      return [1 - light, light]
    }
    const system = memorySystem({ samples, scorer, access: ['label', 'score', 'gradient'] })
    const run = await runInMemory(probe, system, { options })
    const check = mode(run).checks.find(({ id }) => id === 'perturbation/gradient-untargeted')
    expect(check?.outcome).toBe('inconclusive')
    expect(run.sanity.find(({ id, check: of }) => id === 'zero-gradients' && of === check?.id)?.fired).toBe(
      true,
    )
  })

  it('attacks in L2 with gradients, and says that Square does not in this version', async () => {
    const run = await runInMemory(probe, vulnerable(), { options: { ...options, norm: 'l2', eps: 0.6 } })
    const outcomes = Object.fromEntries(mode(run).checks.map((check) => [check.id, check.outcome]))
    expect(outcomes['perturbation/gradient-untargeted']).toBe('finding')
    expect(outcomes['perturbation/score-untargeted']).toBe('not-applicable')
  })

  it('does not believe a model that answers differently the second time', async () => {
    let calls = 0
    const samples = sampleSet(
      Array.from({ length: 30 }, () => new Array(16).fill(1)),
      { shape: [1, 4, 4], labels: new Array(30).fill(1) },
    )
    const system = memorySystem({ samples, scorer: () => [0, 1] })
    const lying = {
      ...system,
      models: {
        ...system.models,
        // Scores say that the second point asked about is class 0; labels never say so.
        score: {
          scores: async (x: { dims: readonly number[] }) => {
            const count = x.dims[0] as number
            calls++
            return {
              kind: 'logits' as const,
              classes: 2,
              data: Float32Array.from({ length: count * 2 }, (_, i) => (calls > 1 ? 1 - (i % 2) : i % 2)),
            }
          },
        },
      },
    }
    const run = await runInMemory(probe, lying, { options })
    const check = mode(run).checks.find(({ id }) => id === 'perturbation/score-untargeted')
    expect(check?.outcome).toBe('inconclusive')
    expect(run.sanity.find(({ id }) => id === 'confirmed' && true)).toBeDefined()
    expect(run.sanity.some(({ id, fired }) => id === 'confirmed' && fired)).toBe(true)
  })
})
