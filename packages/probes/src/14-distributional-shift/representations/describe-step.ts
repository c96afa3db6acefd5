// The step that turns samples into rows of numbers to compare: tables as they are, pictures and long signals by features
// that need no training. It asks no model.
import type { StepHandler } from '@failmode/core'
import { chunk } from '../../steps/chunk.ts'
import { isPicture } from '../../steps/sample-image.ts'
import { imageFeatureNames, imageFeatures } from './image-features.ts'
import { signalFeatureNames, signalFeatures } from './signal-features.ts'

/** Samples of at most this many numbers are rows of a table, each number a column. */
export const mostColumns = 128

/** Samples held in memory together. */
const batch = 64

export interface Described {
  readonly rows: readonly (readonly number[])[]
}

/** Names of the numbers that stand for a sample of this shape. */
export function featureNames(shape: readonly number[]): readonly string[] {
  if (isPicture(shape)) return imageFeatureNames(pictureShape(shape))
  const size = shape.reduce((product, length) => product * length, 1)
  return size <= mostColumns ? Array.from({ length: size }, (_, c) => `column ${c}`) : signalFeatureNames
}

export const describeStep: StepHandler<
  { readonly split: string; readonly indices: readonly number[] },
  Described
> = {
  name: 'distributional-shift/describe-inputs',
  version: 2,
  async run({ split, indices }, context) {
    const samples = await context.samples(split)
    const shape = samples.sampleShape
    const describe = (sample: Float32Array): readonly number[] => {
      if (isPicture(shape)) return imageFeatures(sample, pictureShape(shape))
      return sample.length <= mostColumns ? Array.from(sample) : signalFeatures(sample)
    }
    const rows: (readonly number[])[] = []
    for (const part of chunk(indices, batch)) {
      context.signal.throwIfAborted()
      const { data } = samples.read(part)
      const size = data.length / part.length
      for (let i = 0; i < part.length; i++) {
        rows.push(describe(data.subarray(i * size, (i + 1) * size)).map(shortened))
      }
      context.progress(rows.length / indices.length)
    }
    return { rows }
  },
}

/** Samples are float32, so that further digits say nothing, and rows travel as text. */
export function shortened(value: number): number {
  return Number(value.toPrecision(7))
}

function pictureShape(shape: readonly number[]) {
  const [channels, height, width] = shape as readonly [number, number, number]
  return { channels, height, width }
}
