// Whole runs on a model behind an address, as the command line makes them: the worker thread, the journal, the verdict.
// What is measured does not depend on whether the server stumbles, and nothing but the requests knows the token.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import { probes } from '@failmode/probes'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HttpConfig } from '../../config/http-schema.ts'
import { openSystem } from '../../open-system.ts'
import { readJournal } from '../../run/journal-file.ts'
import { planRun, type RunSettings, runSystem } from '../../run/run-system.ts'
import { type HttpSystem, halvesReply, httpSystem, sampleCount } from '../../testing/http-system.ts'
import {
  type Arrived,
  type LoopbackServer,
  type Reply,
  startLoopback,
} from '../../testing/loopback-server.ts'

const { signal } = new AbortController()
const token = 'wr0ng-horse-battery'
const settings: RunSettings = {
  probes,
  only: 'perturbation,common-corruption',
  budget: 'quick',
  maxQueries: null,
  seed: 7,
  bugBar: 'sdl-aiml-2019',
  origin: null,
  reproduce: (check) => check,
}

let system: HttpSystem
beforeAll(async () => {
  vi.stubEnv('TEST_RUN_TOKEN', token)
  system = await httpSystem()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await system.remove()
})

async function measure(name: string, reply: (request: Arrived) => Reply, http: Partial<HttpConfig> = {}) {
  const server: LoopbackServer = await startLoopback((request) =>
    request.headers['x-token'] === token ? reply(request) : { status: 401 },
  )
  try {
    const auth = { header: 'X-Token', env: 'TEST_RUN_TOKEN' }
    const source = system.source({
      model: { http: { url: `${server.url}/v2/models/m`, protocol: 'open-inference', auth, ...http } },
    })
    const opened = await openSystem(source, { signal })
    const before = server.arrived.length
    const folder = join(system.folder, name)
    const run = await runSystem(opened, settings, { folder, resume: false, signal })
    const { entries } = await readJournal(folder)
    const queries = [...entries.values()].reduce((sum, { cost }) => sum + cost.queries, 0)
    const sent = server.arrived.slice(before)
    return {
      run,
      folder,
      opened,
      queries,
      sent,
      samples: sent.reduce((sum, request) => sum + sampleCount(request), 0),
      server,
    }
  } finally {
    await server.close()
  }
}

/** What has to be the same whenever the same is measured: everything but timing, names and the address. */
function verdict({ modes, findings, sanity }: RunDocument): unknown {
  return JSON.parse(
    JSON.stringify({
      modes,
      findings: findings.map(({ title, severity, rule }) => ({ title, severity, rule })),
      sanity,
    }),
  )
}

describe('a run on a model behind an address', () => {
  let first: Awaited<ReturnType<typeof measure>>
  beforeAll(async () => {
    first = await measure('clean', (request) => ({ ...halvesReply(request), delayMs: 5 }), { concurrency: 3 })
  })

  it('gives findings by scores and by labels, and says why there are none by gradients', () => {
    const { run } = first
    const perturbation = run.modes.find(({ slug }) => slug === 'perturbation')
    expect(perturbation?.outcome).toBe('finding')
    const outcomes = Object.fromEntries(perturbation?.checks.map(({ id, outcome }) => [id, outcome]) ?? [])
    expect(outcomes['perturbation/score-untargeted']).toBe('finding')
    expect(outcomes['perturbation/gradient-untargeted']).toBe('not-applicable')
    expect(
      perturbation?.checks.find(({ id }) => id === 'perturbation/gradient-untargeted')?.reason,
    ).toContain('behind an address')
    const labelled = perturbation?.checks.filter(
      ({ access, outcome }) => access === 'label' && outcome !== 'not-applicable',
    )
    expect(labelled?.length).toBeGreaterThan(0)
    expect(run.system.model?.kind).toBe('http')
    expect(run.system.model?.note).toContain('can change without notice')
    expect(run.sanity.find(({ id }) => id === 'model-changed')).toMatchObject({ fired: false })
  })

  it('sends what was counted, once, within the limits of the whole run', () => {
    const { run, queries, samples, sent, server } = first
    expect(samples).toBe(queries)
    expect(run.timing.transport).toEqual({ requests: sent.length, retries: 0, samples })
    expect(run.environment.workers).toBe(1)
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3)
    // Several steps are under way at once, although one worker has them all.
    expect(server.mostAtOnce()).toBeGreaterThan(1)
  })

  it('comes to the same verdict on a server that stumbles, and counts the same queries', async () => {
    const faults: readonly Reply[] = [
      { status: 500 },
      { status: 429, headers: { 'retry-after': '0' } },
      { text: '{"outputs": [' },
      { act: (response) => response.destroy() },
      { json: { outputs: [{ name: 'y', shape: [1, 1], data: [0] }] } },
      { status: 503, delayMs: 5 },
    ]
    let asked = 0
    let opened = false
    const faulty = await measure(
      'faulty',
      (request) => {
        opened ||= sampleCount(request) > 1
        if (!opened || request.method !== 'POST' || ++asked % 9 !== 0) return halvesReply(request)
        return faults[(asked / 9) % faults.length] as Reply
      },
      { concurrency: 6 },
    )
    expect(verdict(faulty.run)).toEqual(verdict(first.run))
    expect(faulty.queries).toBe(first.queries)
    expect(faulty.samples).toBeGreaterThan(faulty.queries)
    const { transport } = faulty.run.timing
    expect(transport?.retries).toBeGreaterThan(5)
    expect(transport).toMatchObject({ requests: faulty.sent.length, samples: faulty.samples })
  })

  it('leaves the token nowhere', async () => {
    const names = await readdir(first.folder, { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile())
    expect(files.map(({ name }) => name)).toContain('run.json')
    for (const { parentPath, name } of files) {
      expect(await readFile(join(parentPath, name), 'latin1'), name).not.toContain(token)
    }
    expect(JSON.stringify([first.run, first.opened.descriptor.model, first.opened.config])).not.toContain(
      token,
    )
  })
})

describe('the cost ceiling', () => {
  it('limits what is planned, and what is kept back pays for opening and watching the model', async () => {
    const server = await startLoopback((request) => halvesReply(request))
    try {
      const model = { http: { url: `${server.url}/v2/models/m`, protocol: 'open-inference' } } as const
      const open = (parts: object) => openSystem(system.source({ model, ...parts }), { signal })
      const free = planRun(await open({}), settings).cost.queries
      const opened = await open({ pricePer1000Queries: 2, maxCost: 4 })
      const plan = planRun(opened, settings)
      expect(free).toBeGreaterThan(2000)
      expect(opened.costLimit).toBe(1800)
      expect(plan.cost.queries).toBeLessThanOrEqual(1800 - 3 * 18)
      expect(plan.cost.queries).toBeGreaterThan(900)
      const tighter = planRun(opened, { ...settings, maxQueries: 1200 })
      expect(tighter.cost.queries).toBeLessThanOrEqual(1200 - 3 * 12)
      const [descriptor] = [opened.descriptor.model]
      expect(descriptor?.kind === 'http' ? descriptor.connection.maxSamples : null).toBe(2000)
    } finally {
      await server.close()
    }
  })
})
