// A model behind an address as a model that answers. A call is cut into requests of the size that was found to work,
// several are under way at once, and the rows come back in the order in which they were given.
import { setMaxListeners } from 'node:events'
import { FailmodeError, type ModelByAccess, rows, sizeOf, type Tensor } from '@failmode/core'
import { type AnsweredPart, labelModel, scoreModel } from '../answering.ts'
import { type CallOptions, noAccess, type OpenModel } from '../opened-model.ts'
import { type Row, readRow, widthOf, writeRow } from './answers.ts'
import { valuesOf } from './batch-values.ts'
import { badAnswer, Failure } from './failure.ts'
import type { HttpDescriptor } from './http-descriptor.ts'
import { type Batch, codecOf } from './protocol.ts'
import { createTransport, noTransport, type Transport } from './transport.ts'

export async function openHttp(descriptor: HttpDescriptor): Promise<OpenModel> {
  const { connection, facts, output } = descriptor
  const transport = createTransport(connection, { answered: true, samplesBefore: descriptor.opening.samples })
  const exchange = exchanger(descriptor, transport)
  const expected = { form: output.form, facts }
  const width = widthOf(expected)
  return {
    access<A extends keyof ModelByAccess>(access: A, options: CallOptions = {}): ModelByAccess[A] {
      if (!facts.access.includes(access)) throw noAccess(descriptor, access)
      const answering = {
        ...expected,
        async *ask(x: Tensor): AsyncGenerator<AnsweredPart> {
          const count = x.dims[0] as number
          const data = new Float32Array(count * width)
          await exchange(x, options, (row, at) => writeRow(row, expected, data, at * width))
          yield { data, count }
        },
      }
      const models: Partial<ModelByAccess> = { label: labelModel(answering), score: scoreModel(answering) }
      const model = models[access]
      if (model === undefined) throw noAccess(descriptor, access)
      return model
    },
    async close() {
      transport.close()
    },
  }
}

/** Answers that do not fit until they are taken to be meant. */
const openingMisfits = 2

/** Requests that are written while all places are taken, so that no place stays empty meanwhile. */
const writtenAhead = 2

export interface ExchangeOptions extends CallOptions {
  /** Takes the place of the connection's. */
  readonly retries?: number
  /** Whether no answer of this server has fitted before: what does not fit is then taken to be meant so soon. */
  readonly opening?: boolean
}

/**
 * @returns a function that asks about all rows of `x` and hands each row of the answers to `take`, with its number in
 * `x`; a row is handed over again when its request is repeated because `take` threw a Failure that passes
 */
export function exchanger(
  {
    facts,
    input,
    protocol,
    batch,
    connection,
  }: Pick<HttpDescriptor, 'facts' | 'input' | 'protocol' | 'batch' | 'connection'>,
  transport: Transport,
): (x: Tensor, options: ExchangeOptions, take: (row: Row, at: number) => void) => Promise<void> {
  const codec = codecOf(protocol)
  const values = valuesOf(input, facts.sampleShape)
  const size = sizeOf(facts.sampleShape)
  return async (x, { signal, transport: tally = noTransport(), retries, opening = false }, take) => {
    const total = x.dims[0] as number
    if (sizeOf(x.dims) !== total * size) {
      throw new FailmodeError('data-mismatch', {
        message: `samples have the shape [${x.dims.slice(1).join(', ')}], the model takes [${facts.sampleShape.join(', ')}].`,
      })
    }
    // What stops one request of the call stops the others, too.
    const stop = new AbortController()
    setMaxListeners(0, stop.signal)
    const onAbort = () => stop.abort(signal?.reason)
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort)

    let misfits = 0
    const send = async (from: number): Promise<void> => {
      const count = Math.min(batch.size, total - from)
      const padded = batch.fixed ? batch.size : count
      const sent: Batch = {
        values: values(rows(x, from, from + count).data, { count, padded }),
        count: padded,
        dims: input.dims,
        dtype: input.dtype,
        alone: batch.alone,
      }
      await transport.send(codec.encode(sent), {
        samples: padded,
        signal: stop.signal,
        tally,
        ...(retries === undefined ? {} : { retries }),
        read(answer) {
          try {
            const found = codec.decode(answer, sent)
            for (let row = 0; row < count; row++) take(readRow(found[row]), from + row)
          } catch (error) {
            const final = opening && error instanceof Failure && ++misfits > openingMisfits
            if (final) throw badAnswer(error.message, { hint: error.hint })
            throw error
          }
        },
      })
    }
    let next = 0
    const run = async (): Promise<void> => {
      while (next < total) {
        const from = next
        next += batch.size
        await send(from)
      }
    }
    const requests = Math.ceil(total / batch.size)
    const runners = Array.from({ length: Math.min(requests, connection.concurrency + writtenAhead) }, run)
    try {
      await Promise.all(runners)
    } catch (error) {
      stop.abort(error)
      await Promise.allSettled(runners)
      throw error
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }
}
