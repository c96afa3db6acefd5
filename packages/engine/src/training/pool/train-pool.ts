// Many models of one architecture at once: shadow models, clean twins, retrainings for an interval. Every worker thread has
// one set of sessions with one compute thread, trains one model after another, and sees the data in memory that all share.
// A model's outcome hangs on its own seed and samples alone, so it is the same whatever the number of workers; two threads
// on two models are faster than two threads on one. How many workers there are is bounded by the cores and by memory.
import { createRequire } from 'node:module'
import { availableParallelism, freemem } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Piscina } from 'piscina'
import { EngineError, type EngineErrorCode, messageOf } from '../../errors.ts'
import type { Model } from '../../ir/graph.ts'
import type { NumericData, Tensor } from '../../ir/tensor.ts'
import { writeModel } from '../../onnx/write.ts'
import type { EpochCurve } from '../checkpoint.ts'
import { type LossSpec, lossOf } from '../loss-spec.ts'
import { stepGraph } from '../step-graph.ts'
import type { TrainerOptions } from '../train.ts'
import { type Trainable, totalSize, trainableOf, unflatten } from '../trainable.ts'
import type { TrainingData } from '../training-data.ts'

export interface TrainPoolOptions extends Omit<TrainerOptions, 'loss' | 'intraOpThreads'> {
  /** Cross-entropy unless given. */
  readonly loss?: LossSpec
  readonly data: TrainingData
  readonly validation?: TrainingData
  /** Every model is measured on these after its training: losses and scores of each sample. */
  readonly evaluate?: TrainingData
  /** As many as there are cores unless given; fewer where memory does not reach. */
  readonly workers?: number
  /** Bytes that all workers together may take; half of what is free unless given. */
  readonly memoryLimit?: number
  readonly signal?: AbortSignal
  /** Steps done by all models together, of all there are. */
  onProgress?(progress: PoolProgress): void
}

export interface PoolProgress {
  readonly models: number
  readonly modelsDone: number
  readonly epochsDone: number
  readonly epochs: number
}

export interface TrainJob {
  /** Comes back with the outcome. */
  readonly id: string
  readonly seed: number
  /** Which samples to train on; all unless given. */
  readonly subset?: ArrayLike<number>
  /** Tensors to train on instead of those of the data, by name, such as other labels. */
  readonly replace?: Readonly<Record<string, Tensor>>
}

export type TrainOutcome =
  | {
      readonly id: string
      readonly ok: true
      readonly model: Model
      readonly curve: readonly EpochCurve[]
      readonly bestEpoch?: number
      readonly evaluated?: {
        readonly losses: Float32Array
        readonly logits: Float32Array
        readonly accuracy?: number
      }
    }
  | { readonly id: string; readonly ok: false; readonly error: EngineError }

export interface TrainPool {
  readonly workers: number
  readonly notes: readonly string[]
  /** Outcomes in the order of the jobs. A job that fails is an outcome; the others go on. */
  run(jobs: readonly TrainJob[]): Promise<readonly TrainOutcome[]>
  close(): Promise<void>
}

/** What a worker is given when it starts. */
export interface WorkerSetup {
  readonly graph: Uint8Array
  readonly options: Pick<TrainerOptions, 'recipe' | 'output' | 'probabilities' | 'dims'>
  readonly loss: LossSpec
  readonly data: TrainingData
  readonly validation: TrainingData | undefined
  readonly evaluate: TrainingData | undefined
}

export interface WorkerJob {
  readonly seed: number
  readonly subset: Int32Array | undefined
  readonly replace: Readonly<Record<string, Tensor>> | undefined
  /** Two 32-bit numbers in shared memory: epochs done, and 1 to stop. Threads that compute get no messages. */
  readonly state: Int32Array
}

export type WorkerAnswer =
  | {
      readonly ok: true
      readonly weights: Float32Array
      readonly statistics: Float32Array
      readonly curve: readonly EpochCurve[]
      readonly bestEpoch?: number
      readonly evaluated?: {
        readonly losses: Float32Array
        readonly logits: Float32Array
        readonly accuracy?: number
      }
    }
  | { readonly ok: false; readonly code: EngineErrorCode; readonly message: string; readonly hint?: string }

/** A thread with Node, onnxruntime and its arena, before any model (measured, rounded up). */
const threadBytes = 120e6
const progressEveryMs = 200

/** @throws EngineError as `openTrainer`; training-input when not even one worker fits into memory */
export async function openTrainPool(options: TrainPoolOptions): Promise<TrainPool> {
  const { recipe } = options
  const trainable = await trainableOf(
    options.graph,
    recipe.frozen === undefined ? {} : { frozen: recipe.frozen },
  )
  const workers = await affordable(trainable, options)
  const setup: WorkerSetup = {
    graph: shared(writeModel(options.graph)),
    options: {
      recipe,
      ...(options.output === undefined ? {} : { output: options.output }),
      ...(options.probabilities === undefined ? {} : { probabilities: options.probabilities }),
      ...(options.dims === undefined ? {} : { dims: options.dims }),
    },
    loss: options.loss ?? { kind: 'cross-entropy' },
    data: sharedData(options.data),
    validation: options.validation && sharedData(options.validation),
    evaluate: options.evaluate && sharedData(options.evaluate),
  }
  const source = import.meta.url.endsWith('.ts')
  const pool = new Piscina({
    filename: fileURLToPath(new URL(source ? './train-worker.ts' : './train-worker.js', import.meta.url)),
    // In the repository the worker is TypeScript and needs the loader; in the package it is JavaScript.
    ...(source
      ? { execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] }
      : {}),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: setup,
  })
  // A thread is never ended while it loads or computes: Node and onnxruntime would take the whole process with it.
  const loaded = pool.threads.map(
    (thread) =>
      new Promise<void>((resolve) => {
        thread.once('message', () => resolve())
        thread.once('exit', () => resolve())
      }),
  )
  const running = new Set<Promise<unknown>>()
  const states = new Set<Int32Array>()
  const stop = (): void => {
    for (const state of states) Atomics.store(state, 1, 1)
  }

  async function one(job: TrainJob, state: Int32Array): Promise<TrainOutcome> {
    const task: WorkerJob = {
      seed: job.seed,
      subset: job.subset === undefined ? undefined : Int32Array.from(job.subset),
      replace: job.replace,
      state,
    }
    try {
      const answer: WorkerAnswer = await pool.run(task)
      if (!answer.ok) {
        const { code, message, hint } = answer
        return {
          id: job.id,
          ok: false,
          error: new EngineError(code, message, hint === undefined ? {} : { hint }),
        }
      }
      const { weights, statistics, curve, bestEpoch, evaluated } = answer
      const withWeights = unflatten(trainable.model, trainable.weights, weights)
      return {
        id: job.id,
        ok: true,
        model: unflatten(withWeights, trainable.statistics, statistics),
        curve,
        ...(bestEpoch === undefined ? {} : { bestEpoch }),
        ...(evaluated === undefined ? {} : { evaluated }),
      }
    } catch (cause) {
      const error = new EngineError('model-crashed', `the thread that trained ended: ${messageOf(cause)}`, {
        hint: 'It may have run out of memory: use fewer workers or a smaller batch.',
        cause,
      })
      return { id: job.id, ok: false, error }
    }
  }

  return {
    workers,
    notes: trainable.notes,
    async run(jobs) {
      const { signal, onProgress } = options
      const own = jobs.map(() => new Int32Array(new SharedArrayBuffer(8)))
      for (const state of own) states.add(state)
      if (signal?.aborted === true) stop()
      signal?.addEventListener('abort', stop)
      let modelsDone = 0
      const tell = (): void =>
        onProgress?.({
          models: jobs.length,
          modelsDone,
          epochsDone: own.reduce((sum, state) => sum + Atomics.load(state, 0), 0),
          epochs: jobs.length * recipe.epochs,
        })
      const timer = onProgress === undefined ? undefined : setInterval(tell, progressEveryMs)
      try {
        const all = jobs.map(async (job, i) => {
          const outcome = await one(job, own[i]!)
          modelsDone++
          tell()
          return outcome
        })
        for (const running1 of all) running.add(running1)
        const outcomes = await Promise.all(all)
        for (const running1 of all) running.delete(running1)
        if (signal?.aborted === true)
          throw new EngineError(
            'aborted',
            `training was stopped after ${modelsDone} of ${jobs.length} models`,
          )
        return outcomes
      } finally {
        clearInterval(timer)
        signal?.removeEventListener('abort', stop)
        for (const state of own) states.delete(state)
      }
    },
    async close() {
      stop()
      await Promise.allSettled(running)
      for (const thread of pool.threads) thread.ref()
      await Promise.all(loaded)
      await pool.destroy()
    },
  }
}

/** Workers that cores and memory allow. */
async function affordable(trainable: Trainable, options: TrainPoolOptions): Promise<number> {
  const { recipe, dims, output, probabilities } = options
  const { forwardBytes, slots } = await stepGraph(trainable, {
    loss: lossOf(options.loss ?? { kind: 'cross-entropy' }),
    optimizer: recipe.optimizer,
    batch: recipe.batch,
    ...(dims === undefined ? {} : { dims }),
    ...(output === undefined ? {} : { output }),
    ...(probabilities === undefined ? {} : { probabilities }),
  })
  const stateBytes = 4 * (totalSize(trainable.weights) + totalSize(trainable.statistics))
  // Backward holds about as much as forward and works on copies; the state is there twice, and its gradient.
  const each = threadBytes + 3 * forwardBytes + (4 + 2 * slots) * stateBytes
  const limit = options.memoryLimit ?? freemem() / 2
  const fitting = Math.floor(limit / each)
  if (fitting < 1) {
    throw new EngineError(
      'training-input',
      `one model in training takes about ${mega(each)} MB, and ${mega(limit)} MB may be used`,
      { hint: 'Use a smaller batch, or raise the limit.' },
    )
  }
  return Math.max(1, Math.min(options.workers ?? availableParallelism(), fitting))
}

function mega(bytes: number): number {
  return Math.round(bytes / 1e6)
}

function sharedData({ samples, weights }: TrainingData): TrainingData {
  return {
    samples: Object.fromEntries(
      Object.entries(samples).map(([name, tensor]) => [
        name,
        tensor.dtype === 'string' ? tensor : { ...tensor, data: shared(tensor.data as NumericData) },
      ]),
    ),
    ...(weights === undefined ? {} : { weights: shared(Float32Array.from(weights)) }),
  }
}

/** The same numbers in memory that threads share. */
function shared<T extends NumericData>(data: T): T {
  if (data.buffer instanceof SharedArrayBuffer) return data
  const kind = data.constructor as new (buffer: SharedArrayBuffer) => T
  const copy = new kind(new SharedArrayBuffer(data.byteLength))
  ;(copy as Float32Array).set(data as Float32Array)
  return copy
}
