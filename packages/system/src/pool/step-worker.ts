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

export default async function run({ task, handler: name, input, stop }: WorkerTask): Promise<WorkerAnswer> {
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
    const look = watch(stop)
    const signal = look()
    signal.throwIfAborted()
    const report = throttled((share) => parentPort?.postMessage({ task, share } satisfies WorkerProgress))
    const context: StepContext = {
      random: createRandom(seed).split(name),
      get signal() {
        return look()
      },
      get modelFacts() {
        return modelDescriptor().facts
      },
      async model<A extends keyof ModelByAccess>(access: A, options: { readonly maxQueries?: number } = {}) {
        model ??= openModel(modelDescriptor(), { threads })
        const watched = before((await model).access(access), () => look().throwIfAborted())
        return openDoor(access, watched, { ...options, meter, signal })
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
      progress(share) {
        look()
        report(share)
      },
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

/** The signal of a step, which fires when somebody looks after the parent has set `stop`. */
function watch(stop: SharedArrayBuffer): () => AbortSignal {
  const flag = new Int32Array(stop)
  const controller = new AbortController()
  return () => {
    if (Atomics.load(flag, 0) !== 0 && !controller.signal.aborted) {
      controller.abort(new FailmodeError('interrupted', { message: 'the run was stopped.' }))
    }
    return controller.signal
  }
}

/** The same methods, each of which does `first` first. */
function before<T extends object>(methods: T, first: () => void): T {
  const wrap =
    (method: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      first()
      return method(...args)
    }
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, wrap(method)])) as T
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
