// A function of the user as a raw model. It may keep state between calls, so it is called once at a time, however many
// workers wait. Nothing can stop it while it computes: it is the user's own code in our own thread.
import { createHash } from 'node:crypto'
import { FailmodeError } from '@failmode/core'
import type { ModelFunctions } from '../../config/own-model-schema.ts'
import { flatRows, type RawModel } from './raw-model.ts'

export function functionModel({ predict, gradient, maxBatch }: ModelFunctions): RawModel {
  const inTurn = turns()
  return {
    maxBatch: maxBatch ?? Number.POSITIVE_INFINITY,
    predict: (batch) =>
      inTurn(async () => {
        const given = await called('predict', () => predict(batch))
        return flatRows(given, batch.dims[0] as number, 'scores')
      }),
    ...(gradient === undefined
      ? {}
      : {
          gradient: (batch, loss, classes) =>
            inTurn(async () => {
              const given = await called('gradient', () => gradient(batch, loss, classes))
              const count = batch.dims[0] as number
              return {
                loss: flatRows(given?.loss, count, 'losses'),
                gradient: flatRows(given?.gradient, count, 'derivatives'),
                scores: flatRows(given?.scores, count, 'scores'),
              }
            }),
        }),
    close: async () => {},
  }
}

/** Over the text of the functions; what they read from elsewhere does not show in it, which is what `version` is for. */
export function functionDigest({ predict, gradient, version }: ModelFunctions): string {
  const parts = [String(predict), String(gradient), version ?? null]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

async function called<T>(name: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new FailmodeError('model-failed', { message: `"model.${name}" failed: ${words}`, cause })
  }
}

/** Runs what it is given one after the other. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
}
