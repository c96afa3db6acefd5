import { createRandom, type GradientModel, type SampleSet } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { memorySystem, runInMemory, sampleSet } from '../testing/memory-system.ts'
import { inapplicable, resistant, vulnerable } from './fixtures.ts'
import probe from './index.ts'

const options = { eps: 0.15, samples: 40, queries: 60, steps: 12, threshold: { successRate: 0.06 } }

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

  it('drives samples to a chosen class by labels alone, from samples of that class', async () => {
    const base = vulnerable()
    const labelOnly = {
      ...base,
      facts: { ...base.facts, model: { ...base.facts.model!, access: ['label' as const] } },
    }
    const run = await runInMemory(probe, labelOnly, { options: { ...options, eps: 0.3, queries: 200 } })
    const check = mode(run).checks.find(({ id }) => id === 'perturbation/label-source-target')!
    expect(check.outcome, check.reason).toBe('finding')
    const rate = check.measurements.find(({ name }) => name === 'attack-success-rate')!
    expect(rate).toMatchObject({ attack: 'hop-skip-jump', variant: '1b', access: 'label' })
    expect(rate.value).toBeGreaterThan(0.5)
    expect(run.findings.find(({ variant }) => variant === '1b')?.severity).toBe('critical')
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

  it('attacks in L2 and L1 as well, and says which checks have no attack there', async () => {
    for (const [norm, eps, label] of [
      ['l2', 0.6, 'finding'],
      ['l1', 2.4, 'not-applicable'],
    ] as const) {
      const run = await runInMemory(probe, vulnerable(), { options: { ...options, norm, eps } })
      const outcomes = Object.fromEntries(mode(run).checks.map((check) => [check.id, check.outcome]))
      expect(outcomes['perturbation/gradient-untargeted']).toBe('finding')
      expect(outcomes['perturbation/gradient-shortest']).toBe('finding')
      expect(outcomes['perturbation/label-untargeted']).toBe(label)
    }
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

  it('takes misleading gradients for what they are when scores do better', async () => {
    const base = vulnerable()
    const gradient = base.models.gradient as GradientModel
    const masked = {
      ...base,
      models: {
        ...base.models,
        gradient: {
          ...gradient,
          // Downhill in place of uphill.
          gradient: async (...call: Parameters<GradientModel['gradient']>) => {
            const pass = await gradient.gradient(...call)
            return { ...pass, gradient: pass.gradient.map((value) => -value) }
          },
        },
      },
    }
    // A model with a border that random starts alone do not reach.
    const run = await runInMemory(probe, masked, { options })
    const fired = run.sanity.filter((entry) => entry.fired).map(({ id }) => id)
    for (const id of ['gradients-describe-model', 'black-box-beats-white-box']) expect(fired).toContain(id)
    const outcomes = Object.fromEntries(mode(run).checks.map(({ id, outcome }) => [id, outcome]))
    expect(outcomes['perturbation/gradient-untargeted']).toBe('inconclusive')
    expect(outcomes['perturbation/score-untargeted']).toBe('finding')
  })

  it('asks a model that answers at random until a majority decides', async () => {
    const draws = createRandom(5)
    const base = resistant()
    const system = memorySystem({
      samples: base.data.test as SampleSet,
      classes: 3,
      access: ['label', 'score'],
      // Wrong one time in eight on its own, whatever is asked.
      scorer: (x) => {
        const mean = x.reduce((a, b) => a + b, 0) / 16
        const z = [20 * (0.25 - mean), 20 * (mean - 0.75), 20 * Math.min(mean - 0.25, 0.75 - mean)]
        return draws.uniform() < 0.125 ? z.map((_, k) => z[(k + 1) % 3] as number) : z
      },
    })
    const run = await runInMemory(probe, system, { options })
    expect(run.sanity.find(({ id }) => id === 'deterministic')?.fired).toBe(true)
    expect(run.findings).toEqual([])
    for (const { id, outcome } of mode(run).checks) expect([id, outcome]).not.toEqual([id, 'no-finding'])
  })

  it('says when another reading of the input would make the model better', async () => {
    // Samples are 0 and 1, and the model wants 0 and 255.
    const samples = sampleSet(
      Array.from({ length: 48 }, (_, i) => new Array(16).fill(i % 2)),
      { shape: [1, 4, 4], labels: Array.from({ length: 48 }, (_, i) => i % 2) },
    )
    const scorer = (x: Float32Array) => {
      const mean = x.reduce((a, b) => a + b, 0) / 16
      return [128 - mean, mean - 128]
    }
    const run = await runInMemory(probe, memorySystem({ samples, scorer }), { options })
    const entry = run.sanity.find(({ id }) => id === 'input-block')
    expect(entry?.fired).toBe(true)
    expect(entry?.meaning).toContain('255 times as large')
  })

  it('gives the curve of robust accuracy, falling, through the headline at eps', async () => {
    const run = await runInMemory(probe, vulnerable(), { options: { ...options, eps: 0.09 } })
    const list = mode(run).measurements
    const curve = list.filter(({ name }) => name === 'robust-accuracy-curve')
    expect(curve.length).toBeGreaterThanOrEqual(6)
    const values = curve.map(({ value }) => value)
    expect(values).toEqual([...values].sort((a, b) => b - a))
    // Every sample is 0.1 from the border: all stand at 0.09, none at 0.135.
    expect(list[0]).toMatchObject({ name: 'robust-accuracy', value: 1 })
    expect(curve.find(({ slice }) => slice?.eps === 0.09)?.value).toBe(1)
    expect(curve.find(({ slice }) => slice?.eps === 0.135)?.value).toBe(0)
    expect(list.find(({ name }) => name === 'median-linf')?.value).toBeCloseTo(0.1, 2)
    expect(list.find(({ name }) => name === 'median-l2')?.value).toBeCloseTo(0.4, 2)
  })

  it('rates a chosen answer above any wrong one, and doubt apart from both', async () => {
    const assets = { modelIsSecurityControl: false, dataSensitivity: 'public', actsOnPhysicalWorld: false }
    const run = await runInMemory(probe, vulnerable(), { options, assets })
    const severities = Object.fromEntries(run.findings.map(({ variant, severity }) => [variant, severity]))
    expect(severities).toMatchObject({
      '1a': 'critical',
      '1b': 'critical',
      '1c': 'important',
      '1d': 'important',
    })
  })

  it('runs the attacks that the options name, with the effort they give', async () => {
    const run = await runInMemory(probe, vulnerable(), {
      options: { ...options, attacks: ['pgd', 'rays', 'deepfool'], steps: 7 },
    })
    const work = Object.fromEntries(
      run.plan.checks.map(({ check, state }) => [
        check.meta.id,
        state.kind === 'run' ? state.work : state.reason,
      ]),
    )
    expect(work['perturbation/gradient-untargeted']).toMatch(/^pgd on .*pgd 7 steps/)
    expect(work['perturbation/gradient-shortest']).toContain('deepfool 7 steps')
    expect(work['perturbation/label-untargeted']).toContain('rays 60 queries')
    expect(work['perturbation/score-untargeted']).toContain('names none that this check could run')
  })

  it('carries attacks over from a surrogate, at one query a sample, and says when there is none', async () => {
    const base = vulnerable()
    const without = await runInMemory(probe, base, { options })
    const of = (run: typeof without) => mode(run).checks.find(({ id }) => id === 'perturbation/transfer')
    expect(of(without)).toMatchObject({ outcome: 'not-applicable' })
    expect(of(without)?.reason).toContain('"surrogate"')
    const surrogate = vulnerable()
    const run = await runInMemory(
      probe,
      {
        ...base,
        facts: { ...base.facts, surrogate: surrogate.facts.model },
        surrogate: surrogate.models,
      },
      { options },
    )
    expect(of(run)?.outcome).toBe('finding')
    expect(of(run)?.measurements.find(({ name }) => name === 'queries-to-success')?.value).toBe(1)
    expect(run.findings.find(({ check }) => check === 'perturbation/transfer')?.description).toContain(
      'another model',
    )
  })
})
