// Models behind an address: how close the target comes to what latency and concurrency allow, and what a server that
// stumbles does to a run. The server is that of examples/serve on the digits model.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { RunDocument } from '@failmode/core'
import { probes } from '@failmode/probes'
import { type OpenedSystem, openSystem, readJournal, runSystem } from '@failmode/system'
import type { Faults } from '../../../../examples/serve/faults.ts'
import { type Server, startServer } from '../../../../examples/serve/start-server.ts'
import { openModel } from '../../../../packages/system/src/targets/open-model.ts'
import type { BenchContext } from '../../bar.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import { repositoryRoot } from '../../shared-data.ts'
import { type EvasionNet, firstSamples } from './nets.ts'

export const latencyMs = 20
export const concurrency = 8

/** One query a request. */
const queriesOfCall = 200
/** Requests that a client without any program around it makes one after the other. */
const requestsAlone = 20

/**
 * Milliseconds of a call in requests of one sample, and of single requests by a bare client: what the server takes for
 * one, its delay with reading, computing and answering, is the latency that an ideal client would wait for. The server
 * is a process of its own.
 */
export async function queryTimes(
  net: EvasionNet,
  { signal }: BenchContext,
): Promise<{
  readonly times: Paired<'queries' | 'alone'>
  readonly queries: number
  readonly alone: number
}> {
  const server = await spawnServer(net, signal)
  const agent = new Agent({ keepAlive: true })
  try {
    const system = await openBehind(server.url, net, { signal, http: { batch: 1 } })
    const target = await openModel(system.descriptor.model!, { threads: 1 })
    const label = target.access('label')
    const { x } = firstSamples(net, queriesOfCall)
    const { inputs } = (await (await fetch(`${server.url}/v2/models/digits`)).json()) as {
      inputs: readonly { name: string }[]
    }
    const size = x.data.length / queriesOfCall
    const body = JSON.stringify({
      inputs: [
        {
          name: inputs[0]?.name,
          datatype: 'FP32',
          shape: [1, ...x.dims.slice(1)],
          data: Array.from(x.data.subarray(0, size)),
        },
      ],
    })
    const times = await measurePaired<'queries' | 'alone'>({
      candidates: {
        queries: () => label.labels(x),
        alone: async () => {
          for (let i = 0; i < requestsAlone; i++)
            await post(`${server.url}/v2/models/digits/infer`, body, agent)
        },
      },
      children: [server.pid],
      signal,
    })
    await target.close()
    return { times, queries: queriesOfCall, alone: requestsAlone }
  } finally {
    agent.destroy()
    server.kill()
  }
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { 'content-length': body.length } },
      (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`the server answered ${response.statusCode}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

async function spawnServer(net: EvasionNet, signal: AbortSignal) {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const script = join(repositoryRoot, 'examples', 'serve', 'serve.ts')
  const args = [net.onnx, '--name', 'digits', '--port', '0', '--fault', `slow:ms=${latencyMs}`]
  const child = spawn(process.execPath, ['--import', tsx, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('the server ended before it was ready')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /http:\/\/[^/\s]+/.exec(line)
      if (found) resolve(found[0])
    })
  })
  return { url, pid: child.pid!, kill: () => child.kill() }
}

async function openBehind(
  url: string,
  { system, mean, std }: EvasionNet,
  { signal, http = {} }: { readonly signal: AbortSignal; readonly http?: { readonly batch?: number } },
): Promise<OpenedSystem> {
  const perturbation = probes.find(({ meta }) => meta.mode === 'perturbation')!
  const config = {
    ...system.config,
    model: {
      http: { url: `${url}/v2/models/digits`, protocol: 'open-inference' as const, concurrency, ...http },
      input: {
        layout: 'NCHW' as const,
        shape: [1, 28, 28],
        range: [0, 1] as [number, number],
        mean: [...mean],
        std: [...std],
      },
      output: 'logits' as const,
    },
  }
  const options = { perturbation: perturbation.options.parse({ eps: 0.2, samples: 24, queries: 100 }) }
  return openSystem({ config, options, folder: repositoryRoot, configName: null }, { signal })
}

export interface EndpointRun {
  readonly run: RunDocument
  /** As the journal counts them. */
  readonly queries: number
  /** Samples that the server answered whole, once the system was open. */
  readonly answered: number
  readonly struck: number
}

/** What every fault but drift does often enough to be met many times. */
const stumbles: Faults = {
  seed: 1,
  '429': { share: 0.03, retryAfter: 0 },
  '500': { share: 0.03 },
  truncated: { share: 0.03 },
  'wrong-shape': { share: 0.03 },
  slow: { share: 0.05, ms: 30 },
}

/** The same run on a server that works, on one that stumbles, and on one whose model changes half way through. */
export async function runsBehind(
  net: EvasionNet,
  { signal }: BenchContext,
): Promise<{ readonly clean: EndpointRun; readonly stumbling: EndpointRun; readonly drifting: EndpointRun }> {
  const server = await startServer({ model: net.onnx, name: 'digits' })
  try {
    const clean = await runOn(server, {}, net, signal)
    const stumbling = await runOn(server, stumbles, net, signal)
    const drifting = await runOn(server, { drift: { after: Math.floor(clean.queries / 2) } }, net, signal)
    return { clean, stumbling, drifting }
  } finally {
    await server.close()
  }
}

async function runOn(
  server: Server,
  faults: Faults,
  net: EvasionNet,
  signal: AbortSignal,
): Promise<EndpointRun> {
  await server.setFaults({})
  const system = await openBehind(server.url, net, { signal })
  const folder = await mkdtemp(join(tmpdir(), 'failmode-bench-'))
  try {
    const before = server.counts()
    await server.setFaults(faults)
    const run = await runSystem(
      system,
      {
        probes,
        only: 'perturbation',
        budget: 'quick',
        maxQueries: null,
        seed: 1,
        bugBar: 'sdl-aiml-2019',
        origin: null,
        reproduce: (check) => check,
      },
      { folder, resume: false, signal },
    )
    const { entries } = await readJournal(folder)
    const after = server.counts()
    const struck = Object.values(after.faults).reduce((sum, count) => sum + count, 0)
    const struckBefore = Object.values(before.faults).reduce((sum, count) => sum + count, 0)
    return {
      run,
      queries: [...entries.values()].reduce((sum, { cost }) => sum + cost.queries, 0),
      answered: after.samples - before.samples,
      struck: struck - struckBefore,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What has to be the same whenever the same is measured: outcomes, measurements, findings and sanity checks. */
export function verdictOf({ modes, findings, sanity }: RunDocument): string {
  return JSON.stringify({
    modes,
    findings: findings.map(({ title, severity, rule }) => ({ title, severity, rule })),
    sanity,
  })
}
