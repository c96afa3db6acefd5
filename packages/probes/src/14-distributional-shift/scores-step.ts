// The step that asks the model for probabilities. Each sample becomes a row: the probability of every class, or for models
// of very many classes what sums them up.
import type { StepHandler } from '@failmode/core'
import { probabilities } from '../probabilities.ts'
import { chunk } from '../steps/chunk.ts'
import { shortened } from './representations/describe-step.ts'

/** With more classes than this, probabilities are summed up by confidence, margin and entropy. */
export const mostClasses = 50

export interface ScoredSamples {
  readonly predicted: readonly number[]
  /** Largest probability of each sample. */
  readonly confidence: readonly number[]
  readonly rows: readonly (readonly number[])[]
}

export function scoreNames(labels: readonly string[], classes: number): readonly string[] {
  if (classes > mostClasses) return ['confidence', 'margin', 'entropy']
  return Array.from({ length: classes }, (_, k) => `probability of ${labels[k] ?? k}`)
}

export const scoresStep: StepHandler<
  { readonly split: string; readonly indices: readonly number[] },
  ScoredSamples
> = {
  name: 'distributional-shift/ask-scores',
  version: 1,
  async run({ split, indices }, context) {
    const samples = await context.samples(split)
    const model = await context.model('score', { maxQueries: indices.length })
    const predicted: number[] = []
    const confidence: number[] = []
    const rows: (readonly number[])[] = []
    for (const part of chunk(indices, Math.min(64, context.modelFacts.maxBatch))) {
      const scores = await model.scores(samples.read(part))
      const all = probabilities(scores)
      for (let i = 0; i < part.length; i++) {
        const p = Array.from(all.subarray(i * scores.classes, (i + 1) * scores.classes))
        const order = [...p].sort((a, b) => b - a)
        predicted.push(p.indexOf(order[0]!))
        confidence.push(shortened(order[0]!))
        rows.push((p.length > mostClasses ? summed(p, order) : p).map(shortened))
      }
      context.progress(rows.length / indices.length)
    }
    return { predicted, confidence, rows }
  },
}

function summed(p: readonly number[], order: readonly number[]): number[] {
  const entropy = p.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0)
  return [order[0]!, order[0]! - order[1]!, entropy]
}
