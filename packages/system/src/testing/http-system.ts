// A whole system whose model is behind an address: pictures of 8 x 8 whose left half is a little brighter (class 0) or
// darker (class 1) than the right, and a model that looks at just that, so that a change of 0.05 at every pixel fools
// it and the contrast of the picture does not. It is right about all of them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probes } from '@failmode/probes'
import type { SystemConfig } from '../config/config-schema.ts'
import { validateConfig } from '../config/validate-config.ts'
import type { SystemSource } from '../open-system.ts'
import { type Arrived, openInferenceReply, type Reply, samplesOf } from './loopback-server.ts'

const side = 8
const pixels = side * side

/** Whether pixel `i` is in the left half, as a sign. */
const half = (i: number) => (i % side < side / 2 ? 1 : -1)

export function halvesScores(sample: readonly number[]): number[] {
  const difference = sample.reduce((sum, value, i) => sum + half(i) * value, 0) / pixels
  return [20 * difference, -20 * difference]
}

/** The model in the Open Inference Protocol, as `m`. */
export function halvesReply(request: Arrived, scores = halvesScores): Reply {
  if (request.path === '/v2/models/m') {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 1, side, side] }]
    return { json: { inputs, outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }] } }
  }
  if (request.method !== 'POST') return openInferenceReply(request)
  const rows = samplesOf(request).map(scores)
  return { json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [rows.length, 2], data: rows.flat() }] } }
}

/** Samples in a request; 0 where it is none. */
export function sampleCount({ method, json }: Arrived): number {
  return method === 'POST' ? (json.inputs[0].shape[0] as number) : 0
}

export interface HttpSystem {
  readonly folder: string
  source(config: Partial<SystemConfig>): SystemSource
  remove(): Promise<void>
}

export async function httpSystem(): Promise<HttpSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'failmode-http-'))
  const lines = Array.from({ length: 40 }, (_, sample) => {
    const sign = sample % 2 === 0 ? 1 : -1
    const values = Array.from(
      { length: pixels },
      (_, i) => 0.5 + 0.02 * sign * half(i) + 0.002 * Math.sin(sample + i),
    )
    return [...values, sample % 2].join(',')
  })
  await writeFile(join(folder, 'test.csv'), `${lines.join('\n')}\n`)
  return {
    folder,
    source(parts) {
      const { config, options } = validateConfig(
        {
          name: 'halves',
          task: 'image-classification',
          labels: ['left', 'right'],
          data: { test: { csv: { file: 'test.csv', label: pixels, header: false, shape: [1, side, side] } } },
          probes: {
            perturbation: { eps: 0.05, samples: 16, queries: 60, noiseDraws: 2 },
            'common-corruption': { corruptions: ['contrast'], severities: [1], samples: 40 },
          },
          seed: 7,
          ...parts,
        },
        { file: 'failmode.config.json', probes },
      )
      return { config, options, folder, configName: 'failmode.config.json' }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
