// Gradient access to an ONNX model. A gradient graph is made for one batch size, and attacks shrink their batch as
// samples fall, so sessions are kept for a few sizes: the full one and powers of two below it. What is left over is
// padded into the next size where that wastes little, and cut otherwise.

import {
  FailmodeError,
  type GradientModel,
  isTargeted,
  type LossClasses,
  type LossName,
  type ModelFacts,
  rows,
  sizeOf,
  type Tensor,
} from '@failmode/core'
import {
  classDifference,
  crossEntropy,
  dlr,
  EngineError,
  type GradientSession,
  gradientGraph,
  type Loss,
  type Model,
  margin,
  normalize,
  openGradients,
  targetedCrossEntropy,
  targetedDlr,
  targetedMargin,
} from '@failmode/engine'
import { refuseNonFinite } from './finite-scores.ts'
import type { OnnxDescriptor } from './model-descriptor.ts'
import { unitInput, withUnitInput } from './unit-input.ts'

const losses: Readonly<Record<LossName, () => Loss>> = {
  'cross-entropy': crossEntropy,
  'targeted-cross-entropy': targetedCrossEntropy,
  margin,
  'targeted-margin': targetedMargin,
  'class-difference': classDifference,
  dlr,
  'targeted-dlr': targetedDlr,
}

/** Sessions kept open at once; each holds a copy of the weights. */
const mostSessions = 10

/** What differentiating the model brings: why it cannot be done, or which operators are passed by an estimate. */
export type GradientOutlook =
  | { readonly obstacle: string }
  | { readonly obstacle: null; readonly notes: NonNullable<ModelFacts['gradientNotes']> }

/**
 * Roundings are passed straight through: a step function in front of a model or in it is no reason to believe that it
 * resists, and whoever attacks one does the same (Athalye et al. 2018, arXiv:1802.00420, section 4.1).
 */
const straightThrough = true

/** Tries to differentiate the model, once, at the smallest batch. */
export async function gradientOutlook(model: Model, descriptor: OnnxDescriptor): Promise<GradientOutlook> {
  if (descriptor.output.form !== 'pair')
    return { obstacle: 'the model has no vector of class scores to differentiate' }
  try {
    const { notes } = await gradientGraph(withUnitInput(model, descriptor), {
      loss: crossEntropy(),
      batch: descriptor.batch.fixed ? descriptor.batch.size : 1,
      dims: {
        [unitInput]: [descriptor.batch.fixed ? descriptor.batch.size : 1, ...descriptor.facts.sampleShape],
      },
      wrt: [unitInput],
      output: descriptor.output.name,
      probabilities: descriptor.facts.output === 'probabilities',
      straightThrough,
    })
    const passed = notes.flatMap(({ operator, kind }) => (kind === 'straight-through' ? [operator] : []))
    return {
      obstacle: null,
      notes: [...new Set(passed)].map((operator) => ({ operator, kind: 'straight-through' })),
    }
  } catch (error) {
    if (error instanceof EngineError) return { obstacle: error.message }
    throw error
  }
}

export function gradientModel(
  source: Model,
  descriptor: OnnxDescriptor,
  { threads, scores }: { readonly threads: number; readonly scores: GradientModel['scores'] },
): GradientModel & { close(): Promise<void> } {
  const { facts, batch } = descriptor
  const size = sizeOf(facts.sampleShape)
  const largest = batch.fixed ? batch.size : floorPowerOfTwo(Math.min(128, batch.size))
  const sessions = new Map<string, Promise<GradientSession>>()
  let normal: Promise<Model> | undefined

  const sessionOf = async (loss: LossName, count: number): Promise<GradientSession> => {
    const key = `${loss} ${count}`
    const known = sessions.get(key)
    if (known !== undefined) {
      sessions.delete(key)
      sessions.set(key, known)
      return known
    }
    normal ??= normalize(withUnitInput(source, descriptor))
    const opened = openGradients(await normal, {
      loss: losses[loss](),
      batch: count,
      dims: { [unitInput]: [count, ...facts.sampleShape] },
      wrt: [unitInput],
      output: descriptor.output.name,
      probabilities: descriptor.facts.output === 'probabilities',
      normalized: true,
      straightThrough,
      intraOpThreads: threads,
    })
    sessions.set(key, opened)
    if (sessions.size > mostSessions) {
      const [oldest, session] = [...sessions][0] as [string, Promise<GradientSession>]
      sessions.delete(oldest)
      await (await session).close()
    }
    return opened
  }

  return {
    scores,
    async gradient(x: Tensor, loss: LossName, classes: LossClasses) {
      const total = x.dims[0] as number
      const gradient = new Float32Array(total * size)
      const values = new Float32Array(total)
      const logits = new Float32Array(total * facts.classes)
      for (let from = 0; from < total; ) {
        const left = total - from
        const call = batch.fixed ? batch.size : callSize(left, largest)
        const count = Math.min(call, left)
        const session = await sessionOf(loss, call)
        const feeds = {
          [unitInput]: {
            dtype: 'float32' as const,
            dims: [call, ...facts.sampleShape],
            data: padded(rows(x, from, from + count).data, call * size),
          },
          ...(readsLabels(loss) ? { labels: classFeed(classes.labels, from, count, call) } : {}),
          ...(isTargeted(loss) ? { targets: classFeed(targetsOf(loss, classes), from, count, call) } : {}),
        }
        let result: Awaited<ReturnType<GradientSession['run']>>
        try {
          result = await session.run(feeds)
        } catch (cause) {
          throw new FailmodeError('model-failed', {
            message: cause instanceof Error ? cause.message : String(cause),
            cause,
          })
        }
        refuseNonFinite(result.logits, { call, count, from })
        const own = result.gradients[unitInput]
        if (own !== undefined) {
          refuseNonFinite(own, { call, count, from, what: 'gradients' })
          gradient.set(own.subarray(0, count * size), from * size)
        }
        values.set(result.loss.subarray(0, count), from)
        logits.set(result.logits.subarray(0, count * facts.classes), from * facts.classes)
        from += count
      }
      return {
        loss: values,
        gradient,
        scores: { kind: 'logits' as const, data: logits, classes: facts.classes },
      }
    },
    async close() {
      for (const session of sessions.values()) await (await session).close()
    },
  }
}

/** Two of the targeted losses do not ask what the true class is. */
function readsLabels(loss: LossName): boolean {
  return loss !== 'targeted-cross-entropy' && loss !== 'targeted-margin'
}

function targetsOf(loss: LossName, { targets }: LossClasses): Int32Array {
  if (targets === undefined) throw new TypeError(`the loss ${loss} needs the classes to reach`)
  return targets
}

/** The size of the next call: full, or the next power of two when that pads at most a quarter, else the one below. */
export function callSize(left: number, largest: number): number {
  if (left >= largest) return largest
  const below = floorPowerOfTwo(left)
  if (below === left) return left
  return below * 2 <= largest && left >= below * 1.5 ? below * 2 : below
}

function floorPowerOfTwo(n: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(n, 1)))
}

function padded(data: Float32Array, length: number): Float32Array {
  if (data.length === length) return data
  const full = new Float32Array(length)
  full.set(data)
  return full
}

function classFeed(classes: Int32Array, from: number, count: number, call: number) {
  const data = new BigInt64Array(call)
  for (let i = 0; i < count; i++) data[i] = BigInt(classes[from + i] as number)
  return { dtype: 'int64' as const, dims: [call], data }
}
