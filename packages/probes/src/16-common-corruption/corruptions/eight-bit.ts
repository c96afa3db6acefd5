// The published corruptions take and give 8-bit pictures, and two of them (pixelate and JPEG) compute in 8 bit. A
// value goes in by rounding to the nearest of the 256 levels. It comes out by cutting the fraction off, because that
// is what the authors' conversion to unsigned bytes does and what the published images hold.
import type { Image8 } from '@failmode/core'
import type { ImageShape } from './corruption.ts'

// A level k is stored as the 32-bit float nearest to k / 255, which may lie below it by 2e-5 of a level. Cutting
// would then give k - 1, so a value this close below a level counts as the level.
const slack = 1e-4

/** Clips to [0,1] and cuts to multiples of 1/255, in place. */
export function cutToEightBit(image: Float32Array): Float32Array {
  for (let i = 0; i < image.length; i++) {
    image[i] = Math.floor(Math.min(Math.max(image[i]!, 0), 1) * 255 + slack) / 255
  }
  return image
}

/** The nearest 8-bit picture; channels planar in, interleaved out. */
export function toImage8(image: Float32Array, { channels, height, width }: ImageShape): Image8 {
  const plane = height * width
  const data = new Uint8Array(image.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) {
      data[i * channels + c] = Math.round(Math.min(Math.max(image[c * plane + i]!, 0), 1) * 255)
    }
  }
  return { width, height, channels, data }
}

/** [channels, height, width] in [0,1]. */
export function fromImage8({ width, height, channels, data }: Image8): Float32Array {
  const plane = height * width
  const image = new Float32Array(data.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) image[c * plane + i] = data[i * channels + c]! / 255
  }
  return image
}
