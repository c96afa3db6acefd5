// Access to what an ONNX model makes of a sample before it decides. A session of its own, opened when it is first asked for,
// since most runs never need it and it holds the weights a second time.
import { FailmodeError, type Tensor, type WeightsModel } from '@failmode/core'
import { type LastLayer, type Model, openSession, type Session, withOnlyOutput } from '@failmode/engine'
import type { OnnxDescriptor } from './model-descriptor.ts'

/** Name of the added output; no exporter writes such names. */
export const embeddingOutput = 'failmode:embedding'

/** Answers of one call: `data` of [count or more, ...dims]. */
export interface EmbeddingPart {
  readonly data: Float32Array
  readonly dims: readonly number[]
  readonly count: number
}

export type AskEmbeddings = (session: Session, x: Tensor) => AsyncIterable<EmbeddingPart>

export function embeddingModel(
  model: Model,
  descriptor: OnnxDescriptor & { readonly lastLayer: LastLayer },
  { threads, ask }: { readonly threads: number; readonly ask: AskEmbeddings },
): WeightsModel & { close(): Promise<void> } {
  let session: Promise<Session> | undefined
  return {
    async embeddings(x) {
      session ??= openSession(withOnlyOutput(model, descriptor.lastLayer.input, embeddingOutput), {
        intraOpThreads: threads,
      })
      const total = x.dims[0] as number
      let out: Float32Array | undefined
      let at = 0
      let width = 0
      for await (const { data, dims, count } of ask(await session, x)) {
        const flat = pooled(data, dims, { count, channels: descriptor.lastLayer.channels })
        if (flat === null) {
          throw new FailmodeError('model-failed', {
            message: `what goes into the last layer of the model has the shape [${dims.join(', ')}], expected one row a sample.`,
          })
        }
        width = flat.length / count
        out ??= new Float32Array(total * width)
        out.set(flat, at)
        at += flat.length
      }
      return { data: out ?? new Float32Array(0), width }
    },
    async close() {
      await (await session)?.close()
    },
  }
}

/** One row a sample, averaged over places; null when the first axis is not the samples. */
export function pooled(
  data: Float32Array,
  dims: readonly number[],
  { count, channels }: { readonly count: number; readonly channels: LastLayer['channels'] },
): Float32Array | null {
  const rows = dims[0] ?? 0
  if (dims.length < 2 || rows < count || data.length % rows !== 0) return null
  const size = data.length / rows
  if (dims.length === 2) return data.subarray(0, count * size)
  const width = channels === 'second' ? dims[1]! : dims[dims.length - 1]!
  if (width === 0) return null
  const places = size / width
  const [step, stride] = channels === 'second' ? [1, places] : [width, 1]
  const out = new Float32Array(count * width)
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < width; k++) {
      let sum = 0
      const from = row * size + k * stride
      for (let place = 0; place < places; place++) sum += data[from + place * step]!
      out[row * width + k] = sum / places
    }
  }
  return out
}
