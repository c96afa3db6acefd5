// The way from a worker to a model that lives in the parent. A worker opens a channel and asks over it; the parent opens
// the model for that worker when the first question comes, and answers. Each question names the access it is asked
// with, so what a label check may not see never crosses.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import {
  type ErrorData,
  errorFromData,
  errorToData,
  type LossClasses,
  type LossName,
  type ModelByAccess,
  type Tensor,
} from '@failmode/core'
import { noAccess, type OpenModel } from '../opened-model.ts'
import type { HostedDescriptor } from './hosted-descriptor.ts'

/** Opens the model for one worker, in the parent; `signal` fires when the worker is done with it. */
export type ModelHost = (options: { readonly signal: AbortSignal }) => Promise<OpenModel>

/** What a worker posts to its parent to be connected, with the port transferred. */
export interface Connection {
  readonly modelPort: MessagePort
}

type Question =
  | { readonly access: 'label' | 'score'; readonly x: Tensor }
  | {
      readonly access: 'gradient'
      readonly x: Tensor
      readonly loss: LossName
      readonly classes: LossClasses
    }

interface Asked {
  readonly id: number
  readonly question: Question
}

type Answered = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorData }
)

/** In a worker: the model at the other end of a new channel, whose port `send` takes to the parent. */
export function connectHosted(
  descriptor: HostedDescriptor,
  send: (connection: Connection, transfer: readonly MessagePort[]) => void,
): OpenModel {
  const { port1: port, port2: modelPort } = new MessageChannel()
  send({ modelPort }, [modelPort])
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let ids = 0
  port.on('message', (answer: Answered) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) asker?.resolve(answer.value)
    else asker?.reject(errorFromData(answer.error))
  })
  const ask = <T>(question: Question): Promise<T> =>
    new Promise<unknown>((resolve, reject) => {
      const id = ids++
      waiting.set(id, { resolve, reject })
      // A row of a large array would take the whole array along.
      const x = { data: question.x.data.slice(), dims: question.x.dims }
      port.postMessage({ id, question: { ...question, x } } satisfies Asked, [x.data.buffer])
    }) as Promise<T>

  const models: Partial<ModelByAccess> = {
    label: { labels: (x) => ask({ access: 'label', x }) },
    score: { scores: (x) => ask({ access: 'score', x }) },
    gradient: {
      scores: (x) => ask({ access: 'score', x }),
      gradient: (x, loss, classes) => ask({ access: 'gradient', x, loss, classes }),
    },
  }
  return {
    access<A extends keyof ModelByAccess>(access: A): ModelByAccess[A] {
      const model = models[access]
      if (model === undefined || !descriptor.facts.access.includes(access)) throw noAccess(descriptor, access)
      return model
    },
    close: async () => port.close(),
  }
}

/** In the parent: answers at `port` with a model of its own. @returns what ends it */
export function serveHosted(port: MessagePort, host: ModelHost): () => Promise<void> {
  let opening: Promise<OpenModel> | undefined
  let opened = false
  const ending = new AbortController()
  port.on('message', async ({ id, question }: Asked) => {
    let answered: Answered
    try {
      opening ??= host(ending)
      const model = await opening
      opened = true
      answered = { id, ok: true, value: await answer(model, question) }
    } catch (error) {
      answered = { id, ok: false, error: errorToData(error, 'model-failed') }
    }
    port.postMessage(answered)
  })
  // What keeps the process alive is the run, not this.
  port.unref()
  return async () => {
    port.close()
    // One that is still being opened is not waited for.
    if (!opened) ending.abort()
    await opening?.then(
      (model) => model.close(),
      () => {},
    )
  }
}

function answer(model: OpenModel, question: Question): Promise<unknown> {
  const { x } = question
  switch (question.access) {
    case 'label':
      return model.access('label').labels(x)
    case 'score':
      return model.access('score').scores(x)
    case 'gradient':
      return model.access('gradient').gradient(x, question.loss, question.classes)
  }
}
