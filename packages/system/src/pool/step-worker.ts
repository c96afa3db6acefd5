// The other side of the pool: one of these per worker thread. It opens the system from its descriptor when the
// first step needs it, and gives each step a context of its own with a meter at zero.
import { parentPort, workerData } from 'node:worker_threads'
import {
  createRandom,
  errorToData,
  FailmodeError,
  type Meter,
  type ModelByAccess,
  openDoor,
  type SampleSet,
  type StepContext,
} from '@failmode/core'
import { stepHandlers } from '@failmode/probes'
import { toSampleSet } from '../data/stored-samples.ts'
import { createImageCodec } from '../images/sharp-codec.ts'
import { createBlobStore } from '../run/run-folder.ts'
import { createArtifactTarget } from '../targets/artifact-target.ts'
import { openModel } from '../targets/open-model.ts'
import type { OpenModel } from '../targets/opened-model.ts'
import type { WorkerAnswer, WorkerData, WorkerProgress, WorkerTask } from './step-pool.ts'

const { descriptor, folder, seed, threads } = workerData as WorkerData
const handlers = stepHandlers()
const images = createImageCodec()
const artifacts = createArtifactTarget(descriptor.artifacts)
const sets = new Map<string, SampleSet>()
let model: Promise<OpenModel> | undefined

export default async function run({ task, handler: name, input }: WorkerTask): Promise<WorkerAnswer> {
  try {
    const handler = handlers.get(name)
    if (handler === undefined) {
      throw new FailmodeError('step-failed', {
        message: `no step is called ${name}.`,
        hint: 'The run was started by a version with other probes; start a new run.',
      })
    }
    const meter: Meter = { queries: 0, gradients: 0 }
    const blobs: string[] = []
    // Ending a worker is how a step is stopped, so the signal a handler sees here never fires by itself.
    const { signal } = new AbortController()
    const context: StepContext = {
      random: createRandom(seed).split(name),
      signal,
      get modelFacts() {
        return modelDescriptor().facts
      },
      async model<A extends keyof ModelByAccess>(access: A, options: { readonly maxQueries?: number } = {}) {
        model ??= openModel(modelDescriptor(), { threads })
        return openDoor(access, (await model).access(access), { ...options, meter, signal })
      },
      async samples(split) {
        let set = sets.get(split)
        if (set === undefined) {
          const stored = descriptor.data[split]
          if (stored === undefined) throw new RangeError(`the system has no data set ${split}`)
          set = toSampleSet(stored)
          sets.set(split, set)
        }
        return set
      },
      artifacts,
      blobs: createBlobStore(folder, blobs),
      images,
      progress: throttled((share) => parentPort?.postMessage({ task, share } satisfies WorkerProgress)),
    }
    const output = await handler.run(input, context)
    return { ok: true, outcome: { output, cost: { ...meter }, blobs: [...new Set(blobs)] } }
  } catch (error) {
    return { ok: false, error: errorToData(error) }
  }
}

function modelDescriptor() {
  if (descriptor.model === null) throw new RangeError('the system has no model')
  return descriptor.model
}

/** At most five calls a second. */
function throttled(send: (share: number) => void): (share: number) => void {
  let last = 0
  return (share) => {
    const now = performance.now()
    if (now - last < 200) return
    last = now
    send(share)
  }
}
