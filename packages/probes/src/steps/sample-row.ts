// A sample as a row of numbers to compare by, where no model lends its eyes. Pictures are coarsened, so that a shift by a
// pixel does not make two of them strangers, and lose their mean, so that light does not; the cosine between two is then
// their correlation. Short rows, such as those of a table, stay as they are.
import { isPicture } from './sample-image.ts'

/** Cells on the longer side of a coarsened picture, at most. */
const cells = 16
/** Rows of at most this many numbers stay as they are. */
const shortRow = 128
const windows = 64

export function sampleRow(sample: Float32Array, shape: readonly number[]): Float32Array {
  if (isPicture(shape)) return coarse(sample, shape as readonly [number, number, number])
  return sample.length <= shortRow ? sample : levels(sample)
}

/** Means of square cells, less the mean of them all. */
function coarse(
  sample: Float32Array,
  [channels, height, width]: readonly [number, number, number],
): Float32Array {
  const side = Math.ceil(Math.max(height, width) / cells)
  const [down, across] = [Math.ceil(height / side), Math.ceil(width / side)]
  const out = new Float32Array(channels * down * across)
  let at = 0
  for (let c = 0; c < channels; c++) {
    for (let top = 0; top < height; top += side) {
      for (let left = 0; left < width; left += side) {
        let sum = 0
        let count = 0
        for (let y = top; y < Math.min(height, top + side); y++) {
          for (let x = left; x < Math.min(width, left + side); x++) {
            sum += sample[(c * height + y) * width + x]!
            count++
          }
        }
        out[at++] = sum / count
      }
    }
  }
  const middle = out.reduce((sum, value) => sum + value, 0) / out.length
  return out.map((value) => value - middle)
}

/** Of a long signal the mean of each of 64 windows, and the mean distance from it. */
function levels(sample: Float32Array): Float32Array {
  const out = new Float32Array(2 * windows)
  for (let w = 0; w < windows; w++) {
    const own = sample.subarray(
      Math.floor((w * sample.length) / windows),
      Math.floor(((w + 1) * sample.length) / windows),
    )
    const middle = own.reduce((sum, value) => sum + value, 0) / own.length
    out[w] = middle
    out[windows + w] = own.reduce((sum, value) => sum + Math.abs(value - middle), 0) / own.length
  }
  return out
}
