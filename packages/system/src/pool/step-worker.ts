// The other side of the pool: one of these per worker thread. It opens the system from its descriptor when the
// first step needs it, and gives each step a context of its own with a meter at zero.
import { setMaxListeners } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import {
  createRandom,
  errorToData,
  FailmodeError,
  type Meter,
  type ModelByAccess,
  openDoor,
  type SampleSet,
  type StepContext,
  type TrainerTarget,
} from '@failmode/core'
import { stepHandlers } from '@failmode/probes'
import { toSampleSet } from '../data/stored-samples.ts'
import { createImageCodec } from '../images/sharp-codec.ts'
import { sentinelStep } from '../run/drift.ts'
import { createBlobStore } from '../run/run-folder.ts'
import { createArtifactTarget } from '../targets/artifact-target.ts'
import type { Connection } from '../targets/hosted/model-port.ts'
import { noTransport } from '../targets/http/transport.ts'
import { openModel } from '../targets/open-model.ts'
import type { OpenModel } from '../targets/opened-model.ts'
import { openTrainerTarget } from '../trainers/open-trainer.ts'
import type { WorkerAnswer, WorkerData, WorkerProgress, WorkerTask } from './step-pool.ts'

const { descriptor, folder, seed, threads } = workerData as WorkerData
const handlers = new Map([...stepHandlers(), [sentinelStep.name, sentinelStep]])
const images = createImageCodec()
const artifacts = createArtifactTarget(descriptor.artifacts)
const sets = new Map<string, SampleSet>()
let model: Promise<OpenModel> | undefined
let trainer: Promise<TrainerTarget> | undefined
let untrained: Promise<OpenModel> | undefined
let surrogate: Promise<OpenModel> | undefined
const references = new Map<string, Promise<OpenModel>>()

export default async function run({ task, handler: name, input, stop }: WorkerTask): Promise<WorkerAnswer> {
  let looking: NodeJS.Timeout | undefined
  const transport = noTransport()
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
    // While a step waits for a model elsewhere, nobody else looks.
    looking = setInterval(look, 100)
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
        model ??= openModel(modelDescriptor(), { threads, connect })
        const opened = (await model).access(access, { signal, transport })
        const watched = stoppable(opened, look)
        return openDoor(access, watched, { ...options, meter, signal })
      },
      async surrogate<A extends keyof ModelByAccess>(access: A) {
        if (descriptor.surrogate === null) throw new RangeError('the system has no surrogate')
        surrogate ??= openModel(descriptor.surrogate, { threads, connect })
        return stoppable((await surrogate).access(access), look)
      },
      async reference<A extends keyof ModelByAccess>(name: string, access: A) {
        const other = descriptor.references[name]
        if (other === undefined) throw new RangeError(`the system has no reference model ${name}`)
        const opened = references.get(name) ?? openModel(other, { threads, connect })
        references.set(name, opened)
        return stoppable((await opened).access(access), look)
      },
      async untrained<A extends keyof ModelByAccess>(access: A) {
        const own = modelDescriptor()
        if (own.kind !== 'onnx') {
          throw new FailmodeError('model-failed', {
            message: 'only a model that is a file has weights that can be drawn anew.',
          })
        }
        untrained ??= openModel(own, {
          threads,
          untrained: createRandom(seed)
            .split('untrained')
            .int(2 ** 31),
        })
        return stoppable((await untrained).access(access), look)
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
      async trainer() {
        if (descriptor.training === null) throw new RangeError('the system says nothing of training')
        trainer ??= openTrainerTarget(descriptor.training, { threads })
        return trainer
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
    return { ok: true, outcome: { output, cost: { ...meter }, blobs: [...new Set(blobs)] }, transport }
  } catch (error) {
    return { ok: false, error: errorToData(error), transport }
  } finally {
    clearInterval(looking)
  }
}

function connect(connection: Connection, transfer: readonly MessagePort[]): void {
  parentPort?.postMessage(connection, transfer)
}

function modelDescriptor() {
  if (descriptor.model === null) throw new RangeError('the system has no model')
  return descriptor.model
}

/** The signal of a step, which fires when somebody looks after the parent has set `stop`. */
function watch(stop: SharedArrayBuffer): () => AbortSignal {
  const flag = new Int32Array(stop)
  const controller = new AbortController()
  // Every call that is under way listens.
  setMaxListeners(0, controller.signal)
  return () => {
    if (Atomics.load(flag, 0) !== 0 && !controller.signal.aborted) {
      controller.abort(new FailmodeError('interrupted', { message: 'the run was stopped.' }))
    }
    return controller.signal
  }
}

/** The same methods, none of which is begun or waited for once the step is to stop. */
function stoppable<T extends object>(methods: T, look: () => AbortSignal): T {
  const wrap =
    (method: (...args: unknown[]) => Promise<unknown>) =>
    (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const signal = look()
        signal.throwIfAborted()
        const stop = () => reject(signal.reason)
        signal.addEventListener('abort', stop)
        method(...args)
          .finally(() => signal.removeEventListener('abort', stop))
          .then(resolve, reject)
      })
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
