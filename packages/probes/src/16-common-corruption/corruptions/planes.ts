// Most corruptions treat the channels of a picture alike and apart. The channels lie one behind the other.
import type { ImageShape } from './corruption.ts'

/**
 * Treats every channel by itself.
 * @param image [channels, height, width]
 * @param treat gives the new channel, [height, width], from the old one, which it must not change
 */
export function eachPlane(
  image: Float32Array,
  { height, width }: ImageShape,
  treat: (plane: Float32Array) => Float32Array,
): Float32Array {
  const size = height * width
  const out = new Float32Array(image.length)
  for (let from = 0; from < image.length; from += size) {
    out.set(treat(image.subarray(from, from + size)), from)
  }
  return out
}
