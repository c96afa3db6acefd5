// The step that makes a condition of some samples and asks about them. Each sample has a stream of chance of its own, so
// neither the batch size nor which others are chosen changes what is made of it.
import type { Blob, Image8, MakeCondition, StepContext, StepHandler } from '@failmode/core'
import { surest } from '../../probabilities.ts'
import { chunk } from '../../steps/chunk.ts'
import { isPicture, sampleImage } from '../../steps/sample-image.ts'
import { makeCondition } from './make-condition.ts'

export interface MakeInput {
  readonly split: string
  readonly indices: readonly number[]
  readonly make: MakeCondition
  /** Samples shown in the place of `indices`, for stale and wrong inputs. */
  readonly others: readonly number[] | null
  /** Classes alone, or classes with how sure the model is. */
  readonly access: 'label' | 'score'
  /** Classes that would be right, one a sample, to choose the picture that is kept; null where none would be. */
  readonly expected: readonly number[] | null
  /** Whether to store one sample before and after; a wrong one where there is one. */
  readonly picture: boolean
}

export interface Made {
  readonly predictions: readonly number[]
  /** Probability of the class that is named; null where the model was only asked for classes. */
  readonly confidences: readonly number[] | null
  readonly picture: {
    /** Place in `indices`. */
    readonly row: number
    readonly before: Picture
    readonly after: Picture
  } | null
}

interface Picture {
  readonly blob: Blob
  readonly width: number
  readonly height: number
}

const batch = 32

export const makeStep: StepHandler<MakeInput, Made> = {
  name: 'incomplete-testing/make-condition',
  version: 1,
  async run({ split, indices, make, others, access, expected, picture }, context) {
    const samples = await context.samples(split)
    const shape = samples.sampleShape
    const ask = await asker(context, access, indices.length)
    const stream = context.random.split(JSON.stringify(make))
    const answers: { label: number; confidence: number }[] = []
    const kept = new Map<number, Float32Array>()
    const size = shape.reduce((product, dim) => product * dim, 1)
    for (const rows of chunk([...indices.keys()], Math.min(batch, context.modelFacts.maxBatch))) {
      const data = new Float32Array(rows.length * size)
      for (const [at, row] of rows.entries()) {
        context.signal.throwIfAborted()
        const other = others === null ? null : samples.read([others[row]!]).data
        const sample = samples.read([indices[row]!]).data
        const made = await makeCondition(sample, make, {
          shape,
          other,
          random: stream.split(indices[row]!),
          images: context.images,
        })
        data.set(made, at * size)
      }
      answers.push(...(await ask({ data, dims: [rows.length, ...shape] })))
      if (!picture || !isPicture(shape)) continue
      for (const [at, row] of rows.entries()) {
        const wrong = expected === null || answers[row]!.label !== expected[row]
        if (row === 0 || (wrong && kept.size < 2 && !kept.has(row)))
          kept.set(row, data.slice(at * size, (at + 1) * size))
      }
    }
    const isWrong = (row: number) => expected === null || answers[row]!.label !== expected[row]
    const row = [...kept.keys()].find(isWrong) ?? 0
    const after = kept.get(row)
    return {
      predictions: answers.map(({ label }) => label),
      confidences: access === 'score' ? answers.map(({ confidence }) => confidence) : null,
      picture:
        after === undefined
          ? null
          : {
              row,
              before: await store(sampleImage(samples.read([indices[row]!]).data, shape), context),
              after: await store(sampleImage(after, shape), context),
            },
    }
  },
}

async function asker(context: StepContext, access: 'label' | 'score', maxQueries: number) {
  if (access === 'score') {
    const model = await context.model('score', { maxQueries })
    return async (x: { readonly data: Float32Array; readonly dims: readonly number[] }) =>
      surest(await model.scores(x))
  }
  const model = await context.model('label', { maxQueries })
  return async (x: { readonly data: Float32Array; readonly dims: readonly number[] }) =>
    Array.from(await model.labels(x), (label) => ({ label, confidence: 1 }))
}

async function store(image: Image8, { blobs, images }: StepContext): Promise<Picture> {
  const blob = await blobs.put(await images.encodePng(image), {
    folder: 'evidence',
    extension: 'png',
    mediaType: 'image/png',
  })
  return { blob, width: image.width, height: image.height }
}
