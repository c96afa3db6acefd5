// The step that measures one cell of the table: one corruption at one severity on some samples. Each image has a
// stream of chance of its own, named by corruption, severity and sample, so neither the batch size nor which other
// samples are chosen changes a pixel. Asked for pictures, it stores what the model was shown; that it is the same
// handler makes them the very images that were counted.
import type { Blob, Image8, SampleSet, StepContext, StepHandler } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { sampleImage } from '../steps/sample-image.ts'
import { type CorruptionName, corruptImage } from './corruptions/corrupt-image.ts'
import type { ConstantSet, ImageShape, Severity } from './corruptions/corruption.ts'

/** What is done to the images. */
export interface Cell {
  readonly corruption: CorruptionName
  readonly severity: Severity
  readonly constants: ConstantSet
  /** Do as the released code where it differs from the paper. */
  readonly referenceCompatible: boolean
}

export interface CorruptInput extends Cell {
  readonly split: string
  readonly indices: readonly number[]
  /** Whether to store the images; for a few only. */
  readonly pictures: boolean
  /** Another model that is shown the same pictures, by its name among the references; null for none. */
  readonly reference: string | null
}

export interface Corrupted {
  /** 1 where the model is right, in the order of `indices`. */
  readonly correct: readonly (0 | 1)[]
  readonly predictions: readonly number[]
  /** 1 where the reference is right; none without one. */
  readonly referenceCorrect: readonly (0 | 1)[]
  /** One for each of `indices`, or none. */
  readonly pictures: readonly { readonly clean: Picture; readonly corrupted: Picture }[]
}

export interface Picture {
  readonly blob: Blob
  readonly width: number
  readonly height: number
}

/** Images held in memory together; 32 of 3 x 224 x 224 are 19 MB. */
const batch = 32

export const corruptStep: StepHandler<CorruptInput, Corrupted> = {
  name: 'common-corruption/corrupt-and-predict',
  version: 3,
  async run({ split, indices, pictures, reference, ...cell }, context) {
    const samples = await context.samples(split)
    const { labels, sampleShape } = samples
    if (labels === null) throw new RangeError(`the data set "${split}" has no labels`)
    const model = await context.model('label', { maxQueries: indices.length })
    const other = reference === null ? null : await context.reference(reference, 'label')
    const predictions: number[] = []
    const others: number[] = []
    const stored: Corrupted['pictures'][number][] = []
    for (const part of chunk(indices, Math.min(batch, context.modelFacts.maxBatch))) {
      const clean = samples.read(part)
      const corrupted = await corruptSamples(samples, part, cell, context)
      const shown = { data: corrupted, dims: clean.dims }
      predictions.push(...(await model.labels(shown)))
      if (other !== null) others.push(...(await other.labels(shown)))
      if (pictures) {
        const size = corrupted.length / part.length
        for (let at = 0; at < corrupted.length; at += size) {
          stored.push({
            clean: await store(sampleImage(clean.data.subarray(at, at + size), sampleShape), context),
            corrupted: await store(sampleImage(corrupted.subarray(at, at + size), sampleShape), context),
          })
        }
      }
      context.progress(predictions.length / indices.length)
    }
    const right = (answers: readonly number[]) =>
      answers.map((label, i) => (label === labels[indices[i]!] ? 1 : 0))
    return { correct: right(predictions), predictions, referenceCorrect: right(others), pictures: stored }
  },
}

/** The samples as the cell leaves them; which are asked for together changes no picture. */
export async function corruptSamples(
  samples: SampleSet,
  indices: readonly number[],
  cell: Cell,
  { random, images, signal }: StepContext,
): Promise<Float32Array> {
  const clean = samples.read(indices).data
  const size = clean.length / indices.length
  const stream = random.split(cell.corruption).split(cell.severity)
  const out = new Float32Array(clean.length)
  for (const [row, index] of indices.entries()) {
    signal.throwIfAborted()
    const image = await corruptImage(clean.subarray(row * size, (row + 1) * size), {
      ...cell,
      ...imageShape(samples.sampleShape),
      images,
      random: stream.split(index),
    })
    out.set(image, row * size)
  }
  return out
}

async function store(image: Image8, { blobs, images }: StepContext): Promise<Picture> {
  const blob = await blobs.put(await images.encodePng(image), {
    folder: 'evidence',
    extension: 'png',
    mediaType: 'image/png',
  })
  return { blob, width: image.width, height: image.height }
}

/** A sample shape C, H, W by name. */
export function imageShape(shape: readonly number[]): ImageShape {
  const [channels, height, width] = shape as readonly [number, number, number]
  return { channels, height, width }
}
