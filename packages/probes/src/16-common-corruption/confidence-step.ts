// The step that asks how sure the model is of corrupted images, with the same pictures as the step that counts answers.
import type { StepHandler } from '@failmode/core'
import { surest } from '../probabilities.ts'
import { chunk } from '../steps/chunk.ts'
import { type Cell, corruptSamples } from './corrupt-step.ts'

export interface ConfidenceInput {
  readonly split: string
  readonly indices: readonly number[]
  /** Null for the images as they are. */
  readonly cell: Cell | null
}

export interface SureAnswers {
  /** Probability of the class that the model names. */
  readonly confidence: readonly number[]
  readonly correct: readonly (0 | 1)[]
}

export const confidenceStep: StepHandler<ConfidenceInput, SureAnswers> = {
  name: 'common-corruption/ask-confidence',
  version: 1,
  async run({ split, indices, cell }, context) {
    const samples = await context.samples(split)
    const { labels } = samples
    if (labels === null) throw new RangeError(`the data set "${split}" has no labels`)
    const model = await context.model('score', { maxQueries: indices.length })
    const confidence: number[] = []
    const correct: (0 | 1)[] = []
    for (const part of chunk(indices, Math.min(32, context.modelFacts.maxBatch))) {
      const clean = samples.read(part)
      const data = cell === null ? clean.data : await corruptSamples(samples, part, cell, context)
      for (const [row, own] of surest(await model.scores({ data, dims: clean.dims })).entries()) {
        // A model's own probabilities may be above 1 by rounding.
        confidence.push(Math.min(1, Number(own.confidence.toPrecision(6))))
        correct.push(own.label === labels[part[row]!] ? 1 : 0)
      }
      context.progress(confidence.length / indices.length)
    }
    return { confidence, correct }
  },
}
