import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import type { RunDocument, Tensor } from '@failmode/core'
import { probes } from '@failmode/probes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SystemConfig } from '../config/config-schema.ts'
import type { FunctionGradient } from '../config/own-model-schema.ts'
import { validateConfig } from '../config/validate-config.ts'
import { openSystem } from '../open-system.ts'
import { planRun, type RunSettings, runSystem } from './run-system.ts'

// The greys of docs/targets.md: 8 x 8 pictures of one grey, a model that is right about all of them and whose border is
// 0.1 away from each, so that everything is found in a ball of 0.2.
const side = 8
const size = side * side
let folder: string
let runs = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-own-'))
  const rows = Array.from({ length: 24 }, (_, i) => {
    const grey = i % 2 === 0 ? 0.4 : 0.6
    return [...new Array(size).fill(grey), i % 2 === 0 ? 'dark' : 'bright'].join()
  })
  const header = [...Array.from({ length: size }, (_, i) => `p${i}`), 'label'].join()
  await writeFile(join(folder, 'test.csv'), [header, ...rows, ''].join('\n'))
  const guide = await readFile(new URL('../../../../docs/targets.md', import.meta.url), 'utf8')
  const code = /```js\n(.*?)```/s.exec(guide)?.[1] ?? ''
  await writeFile(join(folder, 'model.cjs'), code)
  await writeFile(
    join(folder, 'failing.cjs'),
    code.replace(
      'const answer',
      "if (id > 0) { console.error('out of memory'); process.exit(1) }\n    const answer",
    ),
  )
  await writeFile(
    join(folder, 'hanging.cjs'),
    code.replace(
      'const answer',
      "if (id > 0) { require('node:fs').writeFileSync('hung.pid', ''); return }\n    const answer",
    ),
  )
})
afterAll(() => rm(folder, { recursive: true }))

const base: SystemConfig = {
  name: 'greys',
  task: 'image-classification',
  labels: ['dark', 'bright'],
  data: { test: { csv: { file: 'test.csv', label: 'label', shape: [1, side, side] } } },
}
const told = { input: { shape: [1, side, side] }, output: 'logits' as const }
const command: SystemConfig['model'] = { command: [process.execPath, 'model.cjs'], ...told }

const logits = ({ data, dims }: Tensor): number[][] =>
  Array.from({ length: dims[0] as number }, (_, i) => {
    const z = data.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + value, 0) - size / 2
    return [-z, z]
  })

interface Choice {
  readonly only: string
  readonly workers?: number
  readonly signal?: AbortSignal
}

async function open(model: NonNullable<SystemConfig['model']>, { only, workers = 1, signal }: Choice) {
  const value = { ...base, model, probes: { perturbation: { eps: 0.2, samples: 12, queries: 100 } } }
  const { config, options } = validateConfig(value, {
    file: 'test',
    probes,
    ratingFacts: catalogue.ratingFacts,
  })
  const system = await openSystem(
    { config, options, folder, configName: null },
    { signal: signal ?? new AbortController().signal },
  )
  const settings: RunSettings = {
    probes,
    only,
    budget: 'quick',
    maxQueries: null,
    seed: 7,
    workers,
    bugBar: 'sdl-aiml-2019',
    origin: null,
    reproduce: () => '',
  }
  return { system, settings }
}

async function run(model: NonNullable<SystemConfig['model']>, choice: Choice): Promise<RunDocument> {
  const { system, settings } = await open(model, choice)
  const signal = choice.signal ?? new AbortController().signal
  return runSystem(system, settings, { folder: join(folder, `run-${runs++}`), resume: false, signal })
}

const checksOf = (document: RunDocument) =>
  document.modes.find(({ slug }) => slug === 'perturbation')?.checks ?? []
const outcomeOf = (document: RunDocument, id: string) => {
  const check = checksOf(document).find((candidate) => candidate.id === `perturbation/${id}`)
  return `${check?.outcome}${check?.outcome === 'error' ? `: ${check.reason}` : ''}`
}
const measured = (document: RunDocument) =>
  checksOf(document).flatMap(({ id, measurements }) =>
    measurements.map(({ name, value, n }) => [id, name, value, n] as const),
  )

/** A gradient of two losses of the greys, in closed form, that notes what it was asked for. */
const gradientOf =
  (asked: Set<string>) =>
  (batch: Tensor, loss: string, { labels }: { readonly labels: Int32Array }): FunctionGradient => {
    asked.add(loss)
    const scores = logits(batch)
    const gradient = new Float32Array(batch.data.length)
    const values = scores.map(([dark = 0, bright = 0], i) => {
      const y = labels[i] as number
      const difference = y === 0 ? bright - dark : dark - bright
      // Cross-entropy of two classes is log(1 + exp(d)), and d has the slope 2 or -2 by each pixel.
      const slope = loss === 'margin' ? 1 : 1 / (1 + Math.exp(-difference))
      gradient.fill((y === 0 ? 2 : -2) * slope, i * size, (i + 1) * size)
      return loss === 'margin' ? difference : Math.log1p(Math.exp(difference))
    })
    return { loss: values, gradient, scores }
  }

describe('a run on a model of the user', () => {
  it('finds in a program what is there, and the same in a function, where gradients find it too', async () => {
    const both = 'perturbation/score-untargeted,perturbation/label-untargeted'
    const program = await run(command, { only: both, workers: 2 })
    expect(outcomeOf(program, 'score-untargeted')).toBe('finding')
    expect(outcomeOf(program, 'label-untargeted')).toBe('finding')
    expect(program.findings.map(({ check }) => check).sort()).toEqual(both.split(',').sort())
    expect(program.system.model).toMatchObject({ kind: 'process', access: ['label', 'score'], classes: 2 })

    const asked = new Set<string>()
    const own = await run(
      { predict: logits, gradient: gradientOf(asked), ...told },
      { only: `${both},perturbation/gradient-one-step`, workers: 1 },
    )
    expect(own.system.model).toMatchObject({ kind: 'function', access: ['label', 'score', 'gradient'] })
    expect(outcomeOf(own, 'gradient-one-step')).toBe('finding')
    expect(asked.size).toBeGreaterThan(0)
    expect(measured(program).length).toBeGreaterThan(4)
    expect(measured(own).filter(([id]) => both.includes(id))).toEqual(measured(program))
  })

  it('is planned without the checks that need gradients, where there are none', async () => {
    const { system, settings } = await open({ predict: logits, ...told }, { only: 'perturbation' })
    const { checks } = planRun(system, settings)
    const states = new Map(checks.map(({ check, state }) => [check.meta.id, state]))
    expect(states.get('perturbation/score-untargeted')?.kind).toBe('run')
    const state = states.get('perturbation/gradient-untargeted')
    if (state?.kind !== 'skipped' && state?.kind !== 'not-applicable') throw new Error('it is planned')
    expect(state.reason).toContain('"gradient" beside "predict"')
  })

  it('says of a program that fails what it said itself', async () => {
    const failing = { ...command, command: [process.execPath, 'failing.cjs'], restarts: 1 }
    const document = await run(failing, { only: 'perturbation/label-untargeted', workers: 1 })
    expect(outcomeOf(document, 'label-untargeted')).toMatch(
      /^error: model-failed: .* ended with exit code 1 when it was asked, also after .* out of memory/,
    )
  })

  it('is interrupted at once, though the program hangs', async () => {
    const controller = new AbortController()
    const hanging = { ...command, command: [process.execPath, 'hanging.cjs'] }
    const running = run(hanging, {
      only: 'perturbation/label-untargeted',
      workers: 1,
      signal: controller.signal,
    })
    const pid = join(folder, 'hung.pid')
    while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
    const began = performance.now()
    controller.abort()
    expect((await running).complete).toBe(false)
    // Its second of grace, and some for a busy machine; an answer is waited for a minute.
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
