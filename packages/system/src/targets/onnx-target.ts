// An ONNX file as a model that answers. Samples come in unit space; the target maps them to what the model
// wants, cuts them into calls of one size (padding the last call of a model whose batch is fixed), and gives
// back classes or scores. A label model never hands out a score: the class is taken inside.

import {
  FailmodeError,
  type GradientModel,
  type ModelByAccess,
  rows,
  sizeOf,
  type Tensor,
  type WeightsModel,
} from '@failmode/core'
import {
  type Tensor as EngineTensor,
  fromNumbers,
  loadModel,
  type Model,
  openSession,
  type Session,
  toNumbers,
  untrained,
} from '@failmode/engine'
import { labelModel, scoreModel } from './answering.ts'
import { refuseNonFinite } from './finite-scores.ts'
import type { OnnxDescriptor } from './model-descriptor.ts'
import { modelDigest } from './model-digest.ts'
import { inputMap } from './model-input.ts'
import { embeddingModel, embeddingOutput } from './onnx-embeddings.ts'
import { gradientModel } from './onnx-gradients.ts'
import { noAccess, type OpenModel } from './opened-model.ts'

export async function openOnnx(
  descriptor: OnnxDescriptor,
  {
    threads,
    untrained: seed,
  }: {
    readonly threads: number
    /** Weights are drawn anew from this seed. */
    readonly untrained?: number
  },
): Promise<OpenModel> {
  const file: Model = await loadModel(descriptor.path)
  if ((await modelDigest(descriptor.path, file)) !== descriptor.facts.digest) {
    throw new FailmodeError('run-changed', {
      message: `${descriptor.path} changed while the run was under way.`,
      hint: 'Start the run again.',
    })
  }
  const model = seed === undefined ? file : await untrained(file, { seed })
  const session = await openSession(model, { intraOpThreads: threads })
  const { facts, output } = descriptor
  const feed = feeder(descriptor)
  const answering = {
    facts,
    form: output.form,
    async *ask(x: Tensor) {
      for await (const { tensor, count, call, from } of feed(session, output.name, x)) {
        const data = asFloats(tensor)
        refuseNonFinite(data, { call, count, from })
        yield { data, count }
      }
    },
  }
  const label = labelModel(answering)
  const score = scoreModel(answering)
  let gradients: ReturnType<typeof gradientModel> | undefined
  const gradient: GradientModel = {
    ...score,
    gradient(x, loss, classes) {
      gradients ??= gradientModel(model, descriptor, { threads, scores: score.scores })
      return gradients.gradient(x, loss, classes)
    },
  }
  let embeddings: ReturnType<typeof embeddingModel> | undefined
  const weights: WeightsModel = {
    embeddings(x) {
      if (descriptor.lastLayer === null) throw noAccess(descriptor, 'weights')
      embeddings ??= embeddingModel(
        model,
        { ...descriptor, lastLayer: descriptor.lastLayer },
        {
          threads,
          async *ask(opened, samples) {
            for await (const { tensor, count, call, from } of feed(opened, embeddingOutput, samples)) {
              const data = asFloats(tensor)
              refuseNonFinite(data, { call, count, from, what: 'embeddings' })
              yield { data, dims: tensor.dims, count }
            }
          },
        },
      )
      return embeddings.embeddings(x)
    },
  }
  return {
    access<A extends keyof ModelByAccess>(access: A): ModelByAccess[A] {
      if (!facts.access.includes(access)) throw noAccess(descriptor, access)
      const models: ModelByAccess = { label, score, gradient, weights }
      return models[access]
    },
    async close() {
      await gradients?.close()
      await embeddings?.close()
      await session.close()
    },
  }
}

/** One call's share of the samples and what the model gave for it; rows beyond `count` are padding. */
interface Fed {
  readonly tensor: EngineTensor
  readonly count: number
  readonly call: number
  readonly from: number
}

/** Cuts samples into calls and gives one output of each. */
function feeder({ input, batch, facts }: OnnxDescriptor) {
  const size = sizeOf(facts.sampleShape)
  const map = inputMap(input, facts.sampleShape)
  const buffers = new Map<number, { floats: Float32Array | Float64Array; feed: EngineTensor }>()
  const written = (samples: Float32Array, count: number, call: number): EngineTensor => {
    let buffer = buffers.get(call)
    if (buffer === undefined) {
      buffer = makeFeed(input, call, size)
      // Attacks shrink their batch as samples fall; keeping every size would keep every buffer.
      if (buffers.size >= 4) buffers.clear()
      buffers.set(call, buffer)
    }
    map.write(samples, buffer.floats, count)
    buffer.floats.fill(0, count * size)
    castInto(buffer.floats, buffer.feed)
    return buffer.feed
  }

  return async function* (session: Session, output: string, x: Tensor): AsyncGenerator<Fed> {
    const total = x.dims[0] as number
    if (sizeOf(x.dims) !== total * size) {
      throw new FailmodeError('data-mismatch', {
        message: `samples have the shape [${x.dims.slice(1).join(', ')}], the model takes [${facts.sampleShape.join(', ')}].`,
      })
    }
    for (let from = 0; from < total; from += batch.size) {
      const count = Math.min(batch.size, total - from)
      const call = batch.fixed ? batch.size : count
      const samples = rows(x, from, from + count).data
      // Copying a large batch takes several percent of the time that a small net needs for it.
      const feed: EngineTensor =
        map.identity && input.dtype === 'float32' && count === call
          ? { dtype: input.dtype, dims: [call, ...input.dims], data: samples }
          : written(samples, count, call)
      let results: Readonly<Record<string, EngineTensor>>
      try {
        results = await session.run({ [input.name]: feed }, { outputs: [output] })
      } catch (cause) {
        throw new FailmodeError('model-failed', {
          message: cause instanceof Error ? cause.message : String(cause),
          cause,
        })
      }
      yield { tensor: results[output] as EngineTensor, count, call, from }
    }
  }
}

function makeFeed(input: OnnxDescriptor['input'], count: number, size: number) {
  const dims = [count, ...input.dims]
  const length = count * size
  switch (input.dtype) {
    case 'float32': {
      const data = new Float32Array(length)
      return { floats: data, feed: { dtype: input.dtype, dims, data } }
    }
    case 'float64': {
      const data = new Float64Array(length)
      return { floats: data, feed: { dtype: input.dtype, dims, data } }
    }
    case 'uint8':
      return {
        floats: new Float32Array(length),
        feed: { dtype: input.dtype, dims, data: new Uint8Array(length) },
      }
    case 'int32':
      return {
        floats: new Float32Array(length),
        feed: { dtype: input.dtype, dims, data: new Int32Array(length) },
      }
    case 'int64':
      return {
        floats: new Float32Array(length),
        feed: { dtype: input.dtype, dims, data: new BigInt64Array(length) },
      }
    case 'float16':
      return {
        floats: new Float32Array(length),
        feed: { dtype: input.dtype, dims, data: new Uint16Array(length) },
      }
  }
}

/** Whole-number inputs are rounded to the nearest value: a model that takes bytes cannot see less than one. */
function castInto(floats: Float32Array | Float64Array, feed: EngineTensor): void {
  const { data } = feed
  if (data === floats) return
  if (feed.dtype === 'float16') {
    ;(data as Uint16Array).set(fromNumbers('float16', feed.dims, floats).data as Uint16Array)
  } else if (data instanceof BigInt64Array) {
    for (let i = 0; i < floats.length; i++) data[i] = BigInt(Math.round(floats[i] as number))
  } else if (data instanceof Uint8Array) {
    for (let i = 0; i < floats.length; i++)
      data[i] = Math.min(255, Math.max(0, Math.round(floats[i] as number)))
  } else {
    for (let i = 0; i < floats.length; i++) (data as Int32Array)[i] = Math.round(floats[i] as number)
  }
}

function asFloats(tensor: EngineTensor): Float32Array {
  const { data } = tensor
  if (data instanceof Float32Array) return data
  return Float32Array.from(toNumbers(tensor))
}
