// What it costs to ask a model through the target instead of onnxruntime itself. The whole way is taken: a step in a
// worker thread reads its samples, maps them from unit space to what the model takes, passes the budget door, and
// answers over the thread's port. Beside it stand bare calls of onnxruntime on numbers that are ready.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Meter, openDoor } from '@failmode/core'
import { openSystem } from '@failmode/system'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { createStepPool } from '../../../../packages/system/src/pool/step-pool.ts'
import type { SystemDescriptor } from '../../../../packages/system/src/system-descriptor.ts'
import { openModel } from '../../../../packages/system/src/targets/open-model.ts'
import type { BenchContext } from '../../bar.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import { type Net, readTruth } from './nets.ts'
import { threads } from './own-pgd.ts'

export type Way = 'bare' | 'door' | 'worker'

/** Samples of one step, as checks cut their work. */
const stepSamples = 64

/**
 * Milliseconds for 64 samples in calls of `batch`: bare; through target and door in this thread; as a step of a worker.
 */
export async function forwardTimes(
  net: Net,
  batch: number,
  { signal }: Pick<BenchContext, 'signal'>,
): Promise<Paired<Way>> {
  const folder = await mkdtemp(join(tmpdir(), 'failmode-bench-'))
  const descriptor = await describe(net, batch, signal)
  const { x, dims } = readTruth(net)
  const size = x.length / dims[0]!
  // Every sample has memory of its own, as those have that a step reads.
  const samples = new Float32Array(stepSamples * size)
  for (let at = 0; at < samples.length; at += x.length) samples.set(x, at)
  const calls = Array.from({ length: stepSamples / batch }, (_, i) => ({
    data: samples.subarray(i * batch * size, (i + 1) * batch * size),
    dims: [batch, ...dims.slice(1)],
  }))
  const session = await InferenceSession.create(net.onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const target = await openModel(descriptor.model!, { threads })
  const meter: Meter = { queries: 0, gradients: 0 }
  const door = openDoor('label', target.access('label'), { meter, maxQueries: 1e9, signal })
  // One worker gets as many threads as there are cores, which is what the others are given here.
  const pool = createStepPool({ descriptor, folder, seed: 1, workers: 1 })
  const step = { split: 'test', indices: Array.from({ length: stepSamples }, (_, i) => i % dims[0]!) }
  try {
    return await measurePaired<Way>({
      candidates: {
        bare: async () => {
          for (const call of calls) await session.run({ x: new Tensor('float32', call.data, call.dims) })
        },
        door: async () => {
          for (const call of calls) await door.labels(call)
        },
        worker: () => pool.run('model/predict-labels', step, { signal }),
      },
      // The difference is small, so more rounds than usual.
      rounds: 15,
      capMs: 300_000,
      signal,
    })
  } finally {
    await pool.close()
    await target.close()
    await session.release()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The net as a system under test, in calls of `batch` samples. */
async function describe(net: Net, batch: number, signal: AbortSignal): Promise<SystemDescriptor> {
  const folder = dirname(net.onnx)
  const config = {
    name: net.name,
    task: 'image-classification' as const,
    model: { onnx: `${net.name}.onnx`, output: 'logits' as const },
    data: { test: { npz: { file: `${net.name}.npz`, inputs: 'x', labels: 'labels' } } },
  }
  const { descriptor } = await openSystem({ config, options: {}, folder, configName: null }, { signal })
  const { model } = descriptor
  if (model?.kind !== 'onnx') throw new TypeError('an ONNX file was opened as something else')
  return { ...descriptor, model: { ...model, batch: { fixed: false, size: batch } } }
}
