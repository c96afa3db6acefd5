// Programs learnt by gradients (Elsayed et al. 2019) or by scores alone (Tsai et al. 2020): the loss of the mapped class goes down the
// steps of Adam. By scores the gradient is estimated from differences along random directions of the program, each
// asked about on the same samples.
import type { GradientModel, Random, ScoreModel } from '@failmode/core'
import { probabilities } from '../../probabilities.ts'
import type { GuestSet } from '../guests/guest.ts'
import { embed, type Frame, isInside, programGradient } from './embed.ts'
import {
  frequencyMapping,
  guestClasses,
  type LabelMapping,
  leastLossMapping,
  randomMapping,
} from './label-mapping.ts'

export interface ProgramOptions {
  readonly frame: Frame
  readonly guestClasses: number
  readonly hostClasses: number
  /** Host classes that stand for one class of the guest. */
  readonly each: number
  readonly mapping: 'least-loss' | 'frequency' | 'random'
  readonly steps: number
  readonly batch: number
  /** Of Adam, falling to a tenth along a cosine; 0.05 unless said. */
  readonly rate?: number
  readonly maxBatch: number
  readonly random: Random
  readonly signal?: AbortSignal
  readonly progress?: (share: number) => void
}

export interface Program {
  /** One number a pixel of the host. */
  readonly weights: Float64Array
  readonly mapping: LabelMapping
  /** Mean loss of about twenty stretches of the training. */
  readonly curve: readonly number[]
}

/** Samples that the mapping is chosen by. */
const mappingSamples = 256

/** Directions of one estimate, and how far along them is looked. */
export const directions = 12
const reach = 0.1

/** Queries of the white box besides gradients, and of one step of the black box for each sample of its batch. */
export const queriesOfMapping = mappingSamples
export const queriesOfEstimate = directions + 1

export function trainByGradients(
  model: GradientModel,
  set: GuestSet,
  options: ProgramOptions,
): Promise<Program> {
  return train(model, set, options, async (weights, rows, targets) => {
    const { frame, maxBatch } = options
    const gradient = new Float64Array(weights.length)
    let loss = 0
    for (let from = 0; from < rows.length; from += maxBatch) {
      const part = rows.slice(from, from + maxBatch)
      const found = await model.gradient(embed(weights, set, { frame, rows: part }), 'cross-entropy', {
        labels: await likeliest(model, weights, set, {
          part,
          targets: targets.slice(from, from + maxBatch),
          options,
        }),
      })
      const own = programGradient(found.gradient, weights, { frame, rows: part.length })
      for (let i = 0; i < own.length; i++) gradient[i]! += (own[i]! * part.length) / rows.length
      for (const value of found.loss) loss += value / rows.length
    }
    return { gradient, loss }
  })
}

/** One class of the host for each row: of several that stand for its class the one that is likeliest now. */
async function likeliest(
  model: ScoreModel,
  weights: Float64Array,
  set: GuestSet,
  {
    part,
    targets,
    options,
  }: {
    readonly part: readonly number[]
    readonly targets: readonly (readonly number[])[]
    readonly options: ProgramOptions
  },
): Promise<Int32Array> {
  if (options.each === 1) return Int32Array.from(targets, ([only]) => only!)
  const { data, classes } = await model.scores(embed(weights, set, { frame: options.frame, rows: part }))
  return Int32Array.from(targets, (own, row) =>
    own.reduce((best, k) => (data[row * classes + k]! > data[row * classes + best]! ? k : best)),
  )
}

export function trainByScores(model: ScoreModel, set: GuestSet, options: ProgramOptions): Promise<Program> {
  const { frame, random, maxBatch } = options
  const draws = random.split('directions')
  const [channels, height, width] = frame.shape
  let step = 0
  return train(model, set, options, async (weights, rows, targets) => {
    const lossAt = async (program: Float64Array): Promise<number> => {
      let sum = 0
      for (let from = 0; from < rows.length; from += maxBatch) {
        const part = rows.slice(from, from + maxBatch)
        const scores = await model.scores(embed(program, set, { frame, rows: part }))
        const shares = probabilities(scores)
        for (let r = 0; r < part.length; r++) {
          const p = targets[from + r]!.reduce((total, k) => total + shares[r * scores.classes + k]!, 0)
          // The focal loss of the paper: what is nearly right pulls less.
          sum -= (1 - p) ** 2 * Math.log(Math.max(p, 1e-12))
        }
      }
      return sum / rows.length
    }
    const loss = await lossAt(weights)
    const gradient = new Float64Array(weights.length)
    const own = draws.split(step++)
    for (let d = 0; d < directions; d++) {
      const u = own.split(d).fillNormal(new Float32Array(weights.length))
      for (let c = 0; c < channels; c++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) if (isInside(frame, y, x)) u[(c * height + y) * width + x] = 0
        }
      }
      const slope = ((await lossAt(weights.map((w, i) => w + reach * u[i]!))) - loss) / reach
      for (let i = 0; i < u.length; i++) gradient[i]! += (slope * u[i]!) / directions
    }
    return { gradient, loss }
  })
}

async function train(
  model: ScoreModel,
  set: GuestSet,
  options: ProgramOptions,
  slope: (
    weights: Float64Array,
    rows: readonly number[],
    targets: readonly (readonly number[])[],
  ) => Promise<{ readonly gradient: Float64Array; readonly loss: number }>,
): Promise<Program> {
  const { frame, steps, batch, rate = 0.05, random, signal, progress } = options
  const size = frame.shape.reduce((a, b) => a * b, 1)
  // Not at 0, where every pixel would be the same grey.
  const weights = Float64Array.from(random.split('start').fillNormal(new Float32Array(size)), (w) => 0.5 * w)
  const mapping = await chooseMapping(model, set, weights, options)
  const [first, second] = [new Float64Array(size), new Float64Array(size)]
  const count = set.labels.length
  const losses: number[] = []
  let order: Int32Array = new Int32Array(0)
  let at = 0
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    if (at + batch > order.length) {
      order = random.split('order').split(step).permutation(count)
      at = 0
    }
    const rows = Array.from(order.subarray(at, at + batch))
    at += batch
    const { gradient, loss } = await slope(
      weights,
      rows,
      rows.map((row) => mapping[set.labels[row]!]!),
    )
    losses.push(loss)
    const pace = rate * (0.1 + 0.45 * (1 + Math.cos((Math.PI * step) / steps)))
    const [a, b] = [1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)]
    for (let i = 0; i < size; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!
      second[i] = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2
      weights[i]! -= (pace * first[i]!) / a / (Math.sqrt(second[i]! / b) + 1e-8)
    }
    progress?.((step + 1) / steps)
  }
  const stretch = Math.max(1, Math.ceil(losses.length / 20))
  return {
    weights,
    mapping,
    curve: Array.from({ length: Math.ceil(losses.length / stretch) }, (_, i) => {
      const part = losses.slice(i * stretch, (i + 1) * stretch)
      return part.reduce((sum, one) => sum + one, 0) / part.length
    }),
  }
}

async function chooseMapping(
  model: ScoreModel,
  set: GuestSet,
  weights: Float64Array,
  { frame, guestClasses: guest, hostClasses: host, each, mapping, maxBatch, random }: ProgramOptions,
): Promise<LabelMapping> {
  if (mapping === 'random') return randomMapping({ host, guest, each }, random.split('mapping'))
  const rows = Array.from({ length: Math.min(mappingSamples, set.labels.length) }, (_, i) => i)
  const shares = new Float64Array(rows.length * host)
  for (let from = 0; from < rows.length; from += maxBatch) {
    const part = rows.slice(from, from + maxBatch)
    shares.set(probabilities(await model.scores(embed(weights, set, { frame, rows: part }))), from * host)
  }
  return (mapping === 'frequency' ? frequencyMapping : leastLossMapping)(
    shares,
    set.labels.subarray(0, rows.length),
    { host, guest, each },
  )
}

/** Whether the program gets each sample of the set right. */
export async function runProgram(
  model: ScoreModel,
  set: GuestSet,
  { weights, mapping }: Pick<Program, 'weights' | 'mapping'>,
  { frame, maxBatch }: { readonly frame: Frame; readonly maxBatch: number },
): Promise<readonly (0 | 1)[]> {
  const out: (0 | 1)[] = []
  for (let from = 0; from < set.labels.length; from += maxBatch) {
    const rows = Array.from({ length: Math.min(maxBatch, set.labels.length - from) }, (_, i) => from + i)
    const scores = await model.scores(embed(weights, set, { frame, rows }))
    for (const [i, g] of guestClasses(probabilities(scores), mapping, scores.classes).entries()) {
      out.push(g === set.labels[from + i] ? 1 : 0)
    }
  }
  return out
}
