// Steps run in worker threads, because onnxruntime's run blocks the thread it is called on and attacks compute a
// lot between calls. Each worker opens the system once from its descriptor and serves steps one at a time; with
// as many workers as cores, every session computes with one thread (workers x threads never exceed the cores).
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Cost, type ErrorData, errorFromData, FailmodeError } from '@failmode/core'
import { Piscina } from 'piscina'
import type { SystemDescriptor } from '../system-descriptor.ts'
import { type Connection, type ModelHost, serveHosted } from '../targets/hosted/model-port.ts'
import { addTransport, noTransport, type TransportCount } from '../targets/http/transport.ts'

export interface StepOutcome {
  readonly output: unknown
  readonly cost: Cost
  readonly blobs: readonly string[]
}

export interface StepPool {
  readonly workers: number
  readonly threadsPerWorker: number
  /** What all steps so far really sent, those that failed counted. */
  readonly transport: TransportCount
  run(
    handler: string,
    input: unknown,
    options: { readonly signal: AbortSignal; readonly onProgress?: (share: number) => void },
  ): Promise<StepOutcome>
  close(): Promise<void>
}

export interface WorkerData {
  readonly descriptor: SystemDescriptor
  readonly folder: string
  readonly seed: number
  readonly threads: number
}

export interface WorkerTask {
  readonly task: number
  readonly handler: string
  readonly input: unknown
  /** One 32-bit number, set to 1 to stop the step: a thread that computes without a pause gets no messages. */
  readonly stop: SharedArrayBuffer
}

/** What a worker answers; an error is data, since classes do not survive the way between threads. */
export type WorkerAnswer = { readonly transport: TransportCount } & (
  | { readonly ok: true; readonly outcome: StepOutcome }
  | { readonly ok: false; readonly error: ErrorData }
)

export interface WorkerProgress {
  readonly task: number
  readonly share: number
}

export function createStepPool(options: {
  readonly descriptor: SystemDescriptor
  readonly folder: string
  readonly seed: number
  /** As many as the cores when absent. */
  readonly workers?: number
  /** Opens the model of a worker here, where it cannot be opened there. */
  readonly host?: ModelHost
}): StepPool {
  const cores = availableParallelism()
  const { model } = options.descriptor
  // Steps that ask over a network wait more than they compute, and its limits hold for all of them together: they
  // share one worker, which has as many of them under way as there may be requests.
  const connection = model?.kind === 'http' ? model.connection : null
  const workers = connection === null ? Math.max(1, options.workers ?? cores) : 1
  const threadsPerWorker = Math.max(1, Math.floor(cores / workers))
  const source = import.meta.url.endsWith('.ts')
  const data: WorkerData = {
    descriptor: options.descriptor,
    folder: options.folder,
    seed: options.seed,
    threads: threadsPerWorker,
  }
  const pool = new Piscina({
    filename: fileURLToPath(new URL(source ? './step-worker.ts' : './step-worker.js', import.meta.url)),
    // In the repository the worker is TypeScript and needs the loader; in the package it is JavaScript.
    ...(source
      ? { execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] }
      : {}),
    minThreads: workers,
    maxThreads: workers,
    // A worker that sleeps between tasks does not see when the server closes a connection.
    ...(connection === null
      ? {}
      : { concurrentTasksPerWorker: connection.concurrency, atomics: 'disabled' as const }),
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: data,
  })
  const listeners = new Map<number, (share: number) => void>()
  const hosted: (() => Promise<void>)[] = []
  pool.on('message', (message: WorkerProgress | Connection) => {
    if ('task' in message) listeners.get(message.task)?.(message.share)
    else if (options.host !== undefined) hosted.push(serveHosted(message.modelPort, options.host))
  })
  // A thread is never ended while it loads or computes: Node and onnxruntime would take the whole process with it.
  // The first message of a thread says that it has loaded.
  const loaded = pool.threads.map(
    (thread) =>
      new Promise<void>((resolve) => {
        thread.once('message', () => resolve())
        thread.once('exit', () => resolve())
      }),
  )
  // Steps under way, with what stops them.
  const running = new Map<Promise<WorkerAnswer>, () => void>()
  const transport = noTransport()
  let tasks = 0
  return {
    workers,
    threadsPerWorker,
    transport,
    async run(handler, input, { signal, onProgress }) {
      const task = tasks++
      const stop = new SharedArrayBuffer(4)
      const onAbort = (): void => void Atomics.store(new Int32Array(stop), 0, 1)
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort)
      if (onProgress !== undefined) listeners.set(task, onProgress)
      const answering: Promise<WorkerAnswer> = pool.run({ task, handler, input, stop } satisfies WorkerTask)
      running.set(answering, onAbort)
      try {
        const answer = await answering
        addTransport(transport, answer.transport)
        if (!answer.ok) throw errorFromData(answer.error)
        return answer.outcome
      } catch (cause) {
        if (cause instanceof FailmodeError) throw cause
        throw new FailmodeError('worker-died', {
          message: `the worker that ran ${handler} ended: ${cause instanceof Error ? cause.message : String(cause)}`,
          hint: 'It may have run out of memory. Try fewer --workers, or resume the run.',
          cause,
        })
      } finally {
        running.delete(answering)
        listeners.delete(task)
        signal.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      for (const stop of running.values()) stop()
      await Promise.allSettled(running.keys())
      await Promise.all(hosted.map((end) => end()))
      for (const thread of pool.threads) thread.ref()
      await Promise.all(loaded)
      await pool.destroy()
    },
  }
}
