// The step that stores samples as pictures for a gallery, as they are in the data.
import type { Blob, StepHandler } from '@failmode/core'
import { sampleImage } from './sample-image.ts'

export interface Shown {
  readonly blob: Blob
  readonly width: number
  readonly height: number
}

export const showStep: StepHandler<
  { readonly split: string; readonly indices: readonly number[] },
  { readonly pictures: readonly Shown[] }
> = {
  name: 'samples/show',
  version: 1,
  async run({ split, indices }, { samples, blobs, images }) {
    const set = await samples(split)
    const pictures: Shown[] = []
    for (const index of indices) {
      const image = sampleImage(set.read([index]).data, set.sampleShape)
      const blob = await blobs.put(await images.encodePng(image), {
        folder: 'evidence',
        extension: 'png',
        mediaType: 'image/png',
      })
      pictures.push({ blob, width: image.width, height: image.height })
    }
    return { pictures }
  },
}
