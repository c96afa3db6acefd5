// The step that sends the thief's inputs to the model: probabilities where the check sees scores, classes where it does not.
import type { StepHandler } from '@failmode/core'
import { probabilities } from '../probabilities.ts'
import { chunk } from '../steps/chunk.ts'
import { putRows, type RowsFile } from '../steps/rows-file.ts'
import type { Part } from './thief.ts'

export interface AnswersInput extends Part {
  readonly access: 'label' | 'score'
}

export const answersStep: StepHandler<AnswersInput, { readonly file: RowsFile }> = {
  name: 'model-stealing/answers',
  version: 1,
  async run({ split, indices, access }, context) {
    const set = await context.samples(split)
    const { classes, maxBatch } = context.modelFacts
    const rows = new Float32Array(indices.length * classes)
    let at = 0
    for (const part of chunk(indices, Math.min(128, maxBatch))) {
      if (access === 'score') {
        const model = await context.model('score', { maxQueries: part.length })
        rows.set(probabilities(await model.scores(set.read(part))), at * classes)
      } else {
        const model = await context.model('label', { maxQueries: part.length })
        for (const [i, label] of (await model.labels(set.read(part))).entries())
          rows[(at + i) * classes + label] = 1
      }
      at += part.length
      context.progress(at / indices.length)
    }
    return { file: await putRows(rows, { rows: indices.length, blobs: context.blobs }) }
  },
}
