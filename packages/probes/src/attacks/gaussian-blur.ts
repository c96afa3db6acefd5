// The kernel of the translation-invariant attack (Dong et al. 2019, arXiv:1904.02884): to blur a gradient is to take
// the mean of the gradients at the picture moved a little in all directions. The kernel spans three standard deviations
// to each side, and is the product of one down and one along, so that two passes of one dimension do.
import type { Picture } from './picture.ts'

/** Weights of `length` points from -3 to 3 standard deviations, which sum to 1. */
export function gaussianKernel(length: number): Float64Array {
  const weights = Float64Array.from({ length }, (_, i) => {
    const at = length === 1 ? 0 : -3 + (6 * i) / (length - 1)
    return Math.exp(-(at * at) / 2)
  })
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

/** Blurs each channel in place, as if zeros lay around the picture. The kernel has an odd number of weights. */
export function blur(values: Float32Array, { channels, height, width }: Picture, kernel: Float64Array): void {
  const row = new Float64Array(width)
  for (let from = 0; from < values.length; from += width) convolve(values, from, 1, row, kernel)
  const column = new Float64Array(height)
  for (let c = 0; c < channels; c++) {
    for (let j = 0; j < width; j++) convolve(values, c * height * width + j, width, column, kernel)
  }
}

/** Convolves the numbers at `from`, `from + stride`, ... as many as `line` holds. */
function convolve(
  values: Float32Array,
  from: number,
  stride: number,
  line: Float64Array,
  kernel: Float64Array,
): void {
  const half = kernel.length >> 1
  const length = line.length
  for (let i = 0; i < length; i++) {
    let sum = 0
    for (let k = Math.max(0, i - half); k <= Math.min(length - 1, i + half); k++) {
      sum += (kernel[k - i + half] as number) * (values[from + k * stride] as number)
    }
    line[i] = sum
  }
  for (let i = 0; i < length; i++) values[from + i * stride] = line[i] as number
}
