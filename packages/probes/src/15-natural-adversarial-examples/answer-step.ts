// The step that asks one model about unaltered samples. Probabilities of all classes go into a file for the steps that
// sort and mine; what the check itself counts comes back.
import type { StepHandler } from '@failmode/core'
import { probabilities } from '../probabilities.ts'
import { chunk } from '../steps/chunk.ts'
import { putRows, type RowsFile } from '../steps/rows-file.ts'
import { ask, type Who } from './witness.ts'

export interface AnswerInput {
  readonly who: Who
  readonly split: string
  readonly indices: readonly number[]
}

export interface Answered {
  readonly predicted: readonly number[]
  /** Probability of the predicted class. */
  readonly confidence: readonly number[]
  /** Probability of the given class. */
  readonly ofGiven: readonly number[]
  /** [indices, classes] */
  readonly file: RowsFile
}

export const answerStep: StepHandler<AnswerInput, Answered> = {
  name: 'natural-adversarial-examples/answer',
  version: 1,
  async run({ who, split, indices }, context) {
    const samples = await context.samples(split)
    const { labels } = samples
    if (labels === null) throw new RangeError(`the data set "${split}" has no labels`)
    const model = await ask(context, who, { access: 'score', maxQueries: indices.length })
    const all: number[] = []
    const out = { predicted: [] as number[], confidence: [] as number[], ofGiven: [] as number[] }
    for (const part of chunk(indices, Math.min(64, context.modelFacts.maxBatch))) {
      const scores = await model.scores(samples.read(part))
      const own = probabilities(scores)
      for (const [row, index] of part.entries()) {
        // Rounded as they are stored, so that ties are the same wherever they are read.
        const p = Float32Array.from(own.subarray(row * scores.classes, (row + 1) * scores.classes))
        let best = 0
        for (let k = 1; k < p.length; k++) if (p[k]! > p[best]!) best = k
        for (const value of p) all.push(value)
        out.predicted.push(best)
        out.confidence.push(shortened(p[best]!))
        out.ofGiven.push(shortened(p[labels[index]!] ?? 0))
      }
      context.progress(out.predicted.length / indices.length)
    }
    const file = await putRows(Float32Array.from(all), { rows: indices.length, blobs: context.blobs })
    return { ...out, file }
  },
}

/** Probabilities that a model gives itself may be above 1 by rounding. */
const shortened = (p: number): number => Math.min(1, Number(p.toPrecision(6)))
