import type { ImageShape } from './corruption.ts'

/**
 * How bright each pixel is, [height, width]: 0.299 red + 0.587 green + 0.114 blue; a picture of one channel is its own
 * brightness, and of other numbers of channels the mean is taken.
 */
export function greyOf(image: Float32Array, { channels, height, width }: ImageShape): Float32Array {
  const plane = height * width
  const shares = channels === 3 ? [0.299, 0.587, 0.114] : new Array<number>(channels).fill(1 / channels)
  const grey = new Float32Array(plane)
  for (let c = 0; c < channels; c++) {
    const from = c * plane
    const share = shares[c]!
    for (let i = 0; i < plane; i++) grey[i] = grey[i]! + share * image[from + i]!
  }
  return grey
}

/** A colour for pictures of another number of channels: as it is for three, else its brightness in each. */
export function colourFor(channels: number, [red, green, blue]: readonly [number, number, number]): number[] {
  if (channels === 3) return [red, green, blue]
  return new Array<number>(channels).fill(0.299 * red + 0.587 * green + 0.114 * blue)
}
