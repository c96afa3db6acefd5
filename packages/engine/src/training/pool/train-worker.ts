// One thread of the pool. It opens the trainer for its first model and keeps it for those after.
import { workerData } from 'node:worker_threads'
import { EngineError, messageOf } from '../../errors.ts'
import { readModel } from '../../onnx/read.ts'
import { lossOf } from '../loss-spec.ts'
import { openTrainer, type Trainer } from '../train.ts'
import { flatten, trainableOf } from '../trainable.ts'
import type { WorkerAnswer, WorkerJob, WorkerSetup } from './train-pool.ts'

const setup = (workerData as { readonly workerData?: WorkerSetup }).workerData ?? (workerData as WorkerSetup)
let opened: Promise<Trainer> | undefined

async function open(): Promise<Trainer> {
  // Protobuf reads bytes of memory that is not shared.
  const graph = readModel(Uint8Array.from(setup.graph))
  return openTrainer({ ...setup.options, graph, loss: lossOf(setup.loss), intraOpThreads: 1 })
}

export default async function train({ seed, subset, replace, state }: WorkerJob): Promise<WorkerAnswer> {
  const stop = new AbortController()
  const look = (): void => {
    if (Atomics.load(state, 1) === 1) stop.abort()
  }
  try {
    look()
    opened ??= open()
    const trainer = await opened
    const made = await trainer.fit({
      data: { ...setup.data, samples: { ...setup.data.samples, ...replace } },
      ...(setup.validation === undefined ? {} : { validation: setup.validation }),
      ...(subset === undefined ? {} : { subset }),
      seed,
      signal: stop.signal,
      onStep: look,
      onEpoch: ({ epoch }) => void Atomics.store(state, 0, epoch),
    })
    const { frozen } = setup.options.recipe
    const { model, weights, statistics } = await trainableOf(made.model, {
      normalized: true,
      ...(frozen === undefined ? {} : { frozen }),
    })
    const measured = setup.evaluate && (await trainer.evaluate(made.model, setup.evaluate))
    const answer: WorkerAnswer = {
      ok: true,
      weights: flatten(model, weights),
      statistics: flatten(model, statistics),
      curve: made.curve,
      ...(made.bestEpoch === undefined ? {} : { bestEpoch: made.bestEpoch }),
      ...(measured === undefined
        ? {}
        : {
            evaluated: {
              losses: measured.losses,
              logits: measured.logits.data as Float32Array,
              ...(measured.accuracy === undefined ? {} : { accuracy: measured.accuracy }),
            },
          }),
    }

    return answer
  } catch (error) {
    if (!(error instanceof EngineError))
      return { ok: false, code: 'session-failed', message: messageOf(error) }
    const { code, message, hint } = error
    return { ok: false, code, message, ...(hint === undefined ? {} : { hint }) }
  }
}
