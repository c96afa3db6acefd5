// The step that trains a copy on answers and lets it answer what the model is compared on. An answer of several classes is learnt
// as the class it is: one sample for each class, weighted by its probability, which is the same loss as with soft labels.
// Where part of the answers is hidden from the thief, it is hidden here: the answers as they were given are in a file.
import { createRandom, type Scores, type StepHandler, sizeOf, type Tensor } from '@failmode/core'
import { square } from '../attacks/square.ts'
import { chunk } from '../steps/chunk.ts'
import { getRows, type RowsFile } from '../steps/rows-file.ts'
import { topOf, uniformInputs } from './compare.ts'
import type { Part } from './thief.ts'

/** What the thief gets to see of an answer. */
export type Shown = 'all' | 'rounded' | 'top-3' | 'class'

export interface Transfer {
  /** Places in the compared part. */
  readonly rows: readonly number[]
  /** The model's classes of these. */
  readonly labels: readonly number[]
  readonly eps: number
  readonly queries: number
}

export interface CopyInput {
  readonly sent: Part
  /** Answers to all that was sent, in that order. */
  readonly answers: readonly RowsFile[]
  /** Places in `sent` that the thief has asked about. */
  readonly taken: readonly number[]
  readonly shown: Shown
  readonly compared: Part
  readonly seed: number
  /** Whether the copy is also asked how sure it is of everything in `sent`. */
  readonly margins?: boolean
  readonly transfer?: Transfer
}

export interface Copied {
  readonly samples: readonly number[]
  readonly uniform: readonly number[]
  /** Difference of the copy's two largest probabilities, for each of `sent`. */
  readonly margins?: readonly number[]
  /** Of the transferred rows: deceived the copy, and deceived the model as well. */
  readonly transfer?: { readonly copy: readonly (0 | 1)[]; readonly model: readonly (0 | 1)[] }
}

/** By how much another class has to be ahead in the copy before the search for an example ends, in logits. */
const caution = 50
/** Probabilities below this are left out of what is learnt. */
const least = 0.01

export const copyStep: StepHandler<CopyInput, Copied> = {
  name: 'model-stealing/copy',
  version: 1,
  async run({ sent, answers, taken, shown, compared, seed, margins = false, transfer }, context) {
    const set = await context.samples(sent.split)
    const other = await context.samples(compared.split)
    const shape = set.sampleShape
    const size = sizeOf(shape)
    const given = await getRows(answers, context.blobs)
    const classes = given.columns
    const places: number[] = []
    const labels: number[] = []
    const weights: number[] = []
    for (const place of taken) {
      const row = hidden(given.values.subarray(place * classes, (place + 1) * classes), shown)
      for (let k = 0; k < classes; k++) {
        if (row[k]! < least) continue
        places.push(sent.indices[place]!)
        labels.push(k)
        weights.push(row[k]!)
      }
    }
    const trainer = await context.trainer()
    const copy = await trainer.train({
      data: {
        x: { data: set.read(places).data, dims: [places.length, ...shape] },
        labels: Int32Array.from(labels),
        weights: Float32Array.from(weights),
      },
      seed: createRandom(seed, ['model-stealing', 'copy', shown])
        .split(taken.length)
        .int(2 ** 31),
      signal: context.signal,
      onProgress: (share) => context.progress(0.8 * share),
    })
    try {
      const scoresOf = async (x: Tensor): Promise<Scores> => {
        const { data, width } = await copy.scores(x)
        if (width !== classes) {
          throw new RangeError(`the copy gives ${width} scores for a sample, the model ${classes}`)
        }
        // Only their order, and differences of logarithms, are looked at.
        return { kind: 'logits', data, classes }
      }
      const samples: number[] = []
      for (const part of chunk(compared.indices, 256)) {
        samples.push(...topOf((await scoresOf(other.read(part))).data, classes))
      }
      const uniform = await scoresOf(uniformInputs(shape, { seed, from: 0, count: compared.indices.length }))
      return {
        samples,
        uniform: topOf(uniform.data, classes),
        ...(margins ? { margins: marginsOf(await scoresOf(set.read(sent.indices))) } : {}),
        ...(transfer === undefined || transfer.rows.length === 0
          ? {}
          : { transfer: await deceive(transfer) }),
      }

      async function deceive({ rows, labels: truth, eps, queries }: Transfer) {
        const random = createRandom(seed, ['model-stealing', 'transfer'])
        const adversarial = new Float32Array(rows.length * size)
        for (const [i, row] of rows.entries()) {
          const label = truth[i]!
          // An example that only just deceives the copy deceives nobody else: the search goes on as far as it gets.
          const wary = async (x: Tensor): Promise<Scores> => {
            const scores = await scoresOf(x)
            for (let at = label; at < scores.data.length; at += classes) scores.data[at]! += caution
            return scores
          }
          const id = compared.indices[row]!
          const found = await square(
            { scores: wary },
            { x: other.read([id]), labels: Int32Array.of(label), ids: [id] },
            { norm: 'linf', eps, queries, initialShare: 0.8, random, signal: context.signal },
          )
          adversarial.set(found.adversarial.data, i * size)
          context.progress(0.8 + (0.2 * i) / rows.length)
        }
        const own = topOf(
          (await scoresOf({ data: adversarial, dims: [rows.length, ...shape] })).data,
          classes,
        )
        const model = await context.model('label', { maxQueries: rows.length })
        const seen: number[] = []
        for (let from = 0; from < rows.length; from += Math.min(128, context.modelFacts.maxBatch)) {
          const count = Math.min(rows.length - from, 128, context.modelFacts.maxBatch)
          const part = adversarial.subarray(from * size, (from + count) * size)
          seen.push(...(await model.labels({ data: part, dims: [count, ...shape] })))
        }
        const differs = (answers: readonly number[]) => answers.map((k, i): 0 | 1 => (k === truth[i] ? 0 : 1))
        return { copy: differs(own), model: differs(seen) }
      }
    } finally {
      await copy.close()
    }
  },
}

/** What is left of an answer, as shares that sum to 1. */
export function hidden(answer: Float64Array, shown: Shown): Float64Array {
  const order = Array.from(answer.keys()).sort((a, b) => answer[b]! - answer[a]! || a - b)
  const kept =
    shown === 'all'
      ? answer.slice()
      : shown === 'rounded'
        ? answer.map((p) => Math.round(p * 10) / 10)
        : answer.map((p, k) => (order.indexOf(k) < (shown === 'top-3' ? 3 : 1) ? p : 0))
  const sum = kept.reduce((total, p) => total + p, 0)
  // Rounded to nothing: the class is known all the same.
  if (sum === 0) return answer.map((_, k) => (k === order[0] ? 1 : 0))
  return kept.map((p) => p / sum)
}

function marginsOf({ data, classes }: Scores): readonly number[] {
  return Array.from({ length: data.length / classes }, (_, row) => {
    const own = Array.from(data.subarray(row * classes, (row + 1) * classes)).sort((a, b) => b - a)
    return own[0]! - (own[1] ?? own[0]!)
  })
}
