import { defineCorruption } from './corruption.ts'
import { fromImage8, toImage8 } from './eight-bit.ts'

/** JPEG compression at quality c, with colour at half resolution, and decompression. */
export const jpeg = defineCorruption<number>({
  name: 'jpeg',
  inLevels: true,
  constants: {
    imagenet: [25, 18, 15, 10, 7],
    cifar: [80, 65, 58, 50, 40],
  },
  async apply(image, quality, context) {
    const through = await context.images.throughJpeg(toImage8(image, context), quality)
    if (through.channels !== context.channels || through.data.length !== image.length) {
      throw new RangeError(
        `the codec turned ${context.channels} channels and ${image.length} numbers into ${through.channels} and ${through.data.length}`,
      )
    }
    return fromImage8(through)
  },
})
