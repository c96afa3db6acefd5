// The step that gives each sample its place among the others.
import type { StepHandler } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { putRows, type RowsFile } from '../steps/rows-file.ts'
import { sampleRow } from '../steps/sample-row.ts'
import { ask, type Embedding, placesOf } from './witness.ts'

export interface EmbedInput {
  readonly embedding: Embedding
  readonly split: string
  readonly indices: readonly number[]
}

export const embedStep: StepHandler<EmbedInput, { readonly file: RowsFile }> = {
  name: 'natural-adversarial-examples/embed',
  version: 1,
  async run({ embedding, split, indices }, context) {
    const samples = await context.samples(split)
    const maxQueries = indices.length
    const size = Math.min(64, context.modelFacts.maxBatch)
    const parts: Float32Array[] = []
    const inBatches = async (placesFor: (part: readonly number[]) => Promise<Float32Array>) => {
      for (const part of chunk(indices, size)) {
        context.signal.throwIfAborted()
        parts.push((await placesFor(part)).slice())
        context.progress((parts.length * size) / indices.length)
      }
    }
    if (embedding.kind === 'pixels') {
      await inBatches(async (part) => {
        const { data } = samples.read(part)
        const length = data.length / part.length
        return joined(
          part.map((_, i) => sampleRow(data.subarray(i * length, (i + 1) * length), samples.sampleShape)),
        )
      })
    } else if (embedding.kind === 'weights') {
      const model = await ask(context, embedding.who, { access: 'weights', maxQueries })
      await inBatches(async (part) => (await model.embeddings(samples.read(part))).data)
    } else {
      const model = await ask(context, embedding.who, { access: 'score', maxQueries })
      await inBatches(async (part) => placesOf(await model.scores(samples.read(part))))
    }
    return { file: await putRows(joined(parts), { rows: indices.length, blobs: context.blobs }) }
  },
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
