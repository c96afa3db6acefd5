// The step that asks the model about records: scores where it gives any. What single answers tell comes back, what shadow
// attacks need goes into a file.
import type { Scores, StepHandler } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import type { RowsFile } from '../steps/rows-file.ts'
import { answerRows, putAnswers } from './answers.ts'
import { membershipSignals } from './attacks/signals.ts'
import type { Part } from './audited.ts'
import { type Copy, makeCopies } from './query-copies.ts'

export interface AskInput extends Part {
  readonly copies: readonly Copy[]
}

/** One number a record in each. */
export interface Asked {
  readonly labels: readonly number[]
  readonly correct: readonly number[]
  readonly loss: readonly number[]
  readonly confidence: readonly number[]
  readonly entropy: readonly number[]
  readonly modifiedEntropy: readonly number[]
  readonly file: RowsFile
}

export const askStep: StepHandler<AskInput, Asked> = {
  name: 'membership-inference/ask',
  version: 1,
  async run({ split, indices, copies }, context) {
    const samples = await context.samples(split)
    const all = samples.labels
    if (all === null) throw new RangeError(`the data set "${split}" has no labels`)
    const labels = Int32Array.from(indices, (index) => all[index]!)
    const model = await context.model('score', { maxQueries: indices.length * copies.length })
    const most = Math.max(1, Math.floor(Math.min(128, context.modelFacts.maxBatch) / copies.length))
    const parts: Scores[] = []
    let done = 0
    for (const part of chunk(indices, most)) {
      const x = samples.read(part)
      const data = makeCopies(x.data, samples.sampleShape, copies)
      // A model of fixed batch takes the copies of one record one at a time.
      for (const rows of batches(data, part.length * copies.length, context.modelFacts.maxBatch)) {
        parts.push(await model.scores({ data: rows.data, dims: [rows.count, ...samples.sampleShape] }))
      }
      done += part.length
      context.progress(done / indices.length)
    }
    const scores = joined(parts)
    const first = copies.length === 1 ? scores : everyNth(scores, copies.length)
    const { correct, loss, confidence, entropy, modifiedEntropy } = membershipSignals(first, labels)
    return {
      labels: Array.from(labels),
      correct: Array.from(correct),
      loss: Array.from(loss),
      confidence: Array.from(confidence),
      entropy: Array.from(entropy),
      modifiedEntropy: Array.from(modifiedEntropy),
      file: await putAnswers(answerRows(scores, labels, copies.length), labels.length, context.blobs),
    }
  },
}

function* batches(data: Float32Array, count: number, most: number) {
  const size = data.length / count
  for (let from = 0; from < count; from += most) {
    const n = Math.min(most, count - from)
    yield { count: n, data: data.subarray(from * size, (from + n) * size) }
  }
}

export function joined(parts: readonly Scores[]): Scores {
  const [first] = parts
  if (first === undefined) throw new RangeError('nobody was asked about')
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { kind: first.kind, data, classes: first.classes }
}

function everyNth({ kind, data, classes }: Scores, n: number): Scores {
  const rows = data.length / classes / n
  const out = new Float32Array(rows * classes)
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * n * classes, (r * n + 1) * classes), r * classes)
  return { kind, data: out, classes }
}
