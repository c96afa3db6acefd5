// The published corruptions take and give 8-bit pictures, and two of them (pixelate and JPEG) compute in 8 bit. A
// value goes in by rounding to the nearest of the 256 levels. It comes out by cutting the fraction off, because that
// is what the authors' conversion to unsigned bytes does and what the published images hold.
import type { Image8 } from '@failmode/core'
import type { ImageShape } from './corruption.ts'
import { kernelWith } from './kernel/kernel.ts'

/**
 * A level k is stored as the 32-bit float nearest to k / 255, and blurs add in 32 bits, so that what is a level by the
 * formula may come a little below it. Cutting would then give k - 1, so a value this close below a level counts as it.
 */
export const slack = 5e-4

/** Level k of 256 as the number that stands for it. */
export const valueOfLevel = Float32Array.from({ length: 256 }, (_, level) => level / 255)

/** Numbers that are cut at once, few enough to stay in a processor's cache. */
const part = 2 ** 15

/** Clips to [0,1] and cuts to multiples of 1/255, in place. */
export function cutToEightBit(image: Float32Array): Float32Array {
  const { numbers, cut } = kernelWith(part)
  for (let from = 0; from < image.length; from += part) {
    const piece = image.subarray(from, from + part)
    numbers.set(piece)
    cut(0, 16 * Math.ceil(piece.length / 4), slack)
    piece.set(numbers.subarray(0, piece.length))
  }
  return image
}

/** The nearest 8-bit picture; channels planar in, interleaved out. */
export function toImage8(image: Float32Array, { channels, height, width }: ImageShape): Image8 {
  const plane = height * width
  // Clamped bytes round to the nearest level by themselves.
  const data = new Uint8ClampedArray(image.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0, at = c; i < plane; i++, at += channels) data[at] = image[c * plane + i]! * 255
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) }
}

/** [channels, height, width] in [0,1]. */
export function fromImage8({ width, height, channels, data }: Image8): Float32Array {
  const plane = height * width
  const image = new Float32Array(data.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) image[c * plane + i] = valueOfLevel[data[i * channels + c]!]!
  }
  return image
}
