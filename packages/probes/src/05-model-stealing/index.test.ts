import type { CheckResult } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { type MemoryRunOptions, type MemorySystem, runInMemory } from '../testing/memory-system.ts'
import { hidden } from './copy-step.ts'
import { inapplicable, resistant, system, vulnerable } from './fixtures.ts'
import probe from './index.ts'
import { chooseThief } from './thief.ts'

async function run(target: MemorySystem, options: object = {}, rest: MemoryRunOptions = {}) {
  const result = await runInMemory(probe, target, { options, ...rest })
  const checks = result.modes.flatMap((mode) => mode.checks)
  const check = (name: string): CheckResult => checks.find(({ id }) => id === `model-stealing/${name}`)!
  return {
    ...result,
    check,
    number: (name: string, measurement: string) =>
      check(name).measurements.find((one) => one.name === measurement),
    mode: result.modes.find(({ slug }) => slug === 'model-stealing')!,
  }
}

describe('a linear model', () => {
  it('is taken exactly by equations, and nearly by training', async () => {
    const found = await run(vulnerable())
    expect(found.check('equations').outcome).toBe('finding')
    expect(found.number('equations', 'agreement')!.value).toBe(1)
    expect(found.number('equations', 'agreement-uniform')!.value).toBe(1)
    // Twice the nine unknowns of a class.
    expect(found.number('equations', 'queries')!.value).toBe(18)
    expect(found.number('equations', 'equation-residual')!.value).toBeLessThan(1e-4)
    expect(found.check('copies').outcome).toBe('finding')
    expect(found.mode.measurements[0]).toMatchObject({ name: 'agreement', value: 1 })
  })

  it('shows what each further query and each hidden part of an answer is worth', async () => {
    const found = await run(vulnerable(), { queries: 400 })
    const curve = found.check('copies').measurements.filter(({ name }) => name === 'agreement-by-queries')
    expect(curve.filter(({ attack }) => attack === 'knockoff').map(({ slice }) => slice!.queries)).toEqual([
      50, 100, 200, 400,
    ])
    expect(
      curve.filter(({ attack }) => attack === 'adaptive-retraining').map(({ slice }) => slice!.queries),
    ).toEqual([100, 200])
    const answers = found.check('copies').measurements.filter(({ name }) => name === 'agreement-by-answers')
    expect(answers.map(({ slice }) => slice!.answers)).toEqual([
      'all probabilities',
      'probabilities to one decimal',
      'the three largest',
      'the class',
    ])
    const least = found.number('copies', 'queries-to-90-percent-agreement')!
    const reached = curve.filter(({ value }) => value >= 0.9).map(({ slice }) => Number(slice!.queries))
    expect(least.value).toBe(Math.min(...reached))
  })

  it('is deceived by what deceives the copy', async () => {
    const found = await run(vulnerable(), { transfer: { eps: 0.3 } })
    const rate = found.number('copies', 'transfer-rate')!
    expect(rate.n).toBeGreaterThan(20)
    expect(rate.interval!.low).toBeGreaterThan(0.5)
    expect(found.check('copies').reason).toContain('adversarial examples')
  })

  it('that gives classes only is copied from classes', async () => {
    const found = await run(system({ access: ['label'] }))
    expect(found.check('equations').outcome).toBe('not-applicable')
    expect(found.check('copies').outcome).toBe('not-applicable')
    expect(found.number('copies-of-classes', 'agreement')!.value).toBeGreaterThan(0.85)
    expect(found.number('copies-of-classes', 'agreement-by-answers')).toBeUndefined()
  })
})

describe('what cannot be said', () => {
  it('without training is that of copies, and it is said', async () => {
    const found = await run(system({ training: false }))
    expect(found.check('copies').outcome).toBe('skipped')
    expect(found.check('copies').reason).toContain('"training"')
    expect(found.check('equations').outcome).toBe('finding')
  })

  it('with next to nothing to send or to compare on is skipped', async () => {
    const few = await run(system({ n: 30 }))
    expect(few.check('equations').outcome).toBe('skipped')
    const some = await run(system({ n: 200 }))
    expect(some.check('copies').outcome).toBe('skipped')
    expect(some.check('copies').reason).toContain('inputs to send')
    const nowhere = await run(vulnerable(), { compared: 'nowhere' })
    expect(nowhere.check('equations').reason).toContain('"nowhere"')
  })

  it('of a model that gives one class to all is not that a copy is faithful', async () => {
    const found = await run(system({ scorer: (x) => [5 + x[0]!, 0, 0] }))
    for (const name of ['copies', 'copies-of-classes']) {
      expect(found.check(name).outcome).toBe('inconclusive')
      expect(found.check(name).reason).toContain('one class')
    }
  })
})

it('copies are compared on samples that were not sent', () => {
  const { facts } = vulnerable()
  for (let seed = 0; seed < 5; seed++) {
    const budget = { name: 'quick', maxQueries: null } as const
    const { sent, compared } = chooseThief({ system: facts, options: probe.options.parse({}), budget, seed })
    expect(sent.indices).toHaveLength(500)
    expect(compared.indices).toHaveLength(600)
    expect(new Set([...sent.indices, ...compared.indices]).size).toBe(1100)
  }
})

it('answers are hidden as a service would', () => {
  const answer = Float64Array.of(0.5, 0.24, 0.16, 0.1)
  expect(Array.from(hidden(answer, 'all'))).toEqual([0.5, 0.24, 0.16, 0.1])
  expect(Array.from(hidden(answer, 'class'))).toEqual([1, 0, 0, 0])
  const coarse = [0.5, 0.2, 0.2, 0.1]
  for (const [k, p] of hidden(answer, 'rounded').entries()) expect(p).toBeCloseTo(coarse[k]!, 12)
  expect(hidden(answer, 'top-3')[3]).toBe(0)
  expect(hidden(answer, 'top-3').reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  const flat = new Float64Array(40).fill(1 / 40)
  expect(Array.from(hidden(flat, 'rounded')).filter((p) => p > 0)).toEqual([1])
})

probeConformance({ probe, vulnerable, resistant, inapplicable, queries: true })
