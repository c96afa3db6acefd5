import type { MeasuredProperty, StepHandler } from '@failmode/core'
import { measurePicture } from './measure-picture.ts'

export interface MeasureInput {
  readonly split: string
  readonly indices: readonly number[]
  readonly property: MeasuredProperty
}

/** One property of each picture of `indices`. */
export const measureStep: StepHandler<MeasureInput, { readonly values: readonly number[] }> = {
  name: 'incomplete-testing/measure-pictures',
  version: 1,
  async run({ split, indices, property }, { samples, signal, progress }) {
    const set = await samples(split)
    const values = indices.map((index, i) => {
      signal.throwIfAborted()
      if (i % 64 === 0) progress(i / indices.length)
      return measurePicture(set.read([index]).data, set.sampleShape, property)
    })
    return { values }
  },
}
