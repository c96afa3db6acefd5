// The pattern that Square draws in L2 and L1: two bumps side by side, one up and one down, so that half of the window
// gets brighter and the other half darker. A bump is a stack of squares of side 1, 3, 5, ... around its middle, the
// k-th of weight 1/k^2 (Andriushchenko et al. 2020, arXiv:1912.00049, section 3.3 and equation 2).

/** A pattern of `height` x `width` and length 1 whose halves lie one above the other, or side by side. */
export function tile(height: number, width: number, halves: 'stacked' | 'beside'): Float64Array {
  if (halves === 'beside') return transposed(tile(width, height, 'stacked'), width, height)
  const upper = height >> 1
  const pattern = new Float64Array(height * width)
  pattern.set(bump(upper, width))
  pattern.set(
    bump(height - upper, width).map((v) => -v),
    upper * width,
  )
  return normalised(pattern)
}

function bump(height: number, width: number): Float64Array {
  const middleRow = height >> 1
  const middleColumn = width >> 1
  // A cell at distance d from the middle lies in all squares but the first d.
  const stacked = new Float64Array(Math.max(middleRow, middleColumn) + 1)
  for (let d = stacked.length - 1; d >= 0; d--) stacked[d] = (stacked[d + 1] ?? 0) + 1 / (d + 1) ** 2
  const pattern = new Float64Array(height * width)
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const d = Math.max(Math.abs(r - middleRow), Math.abs(c - middleColumn))
      pattern[r * width + c] = stacked[d] as number
    }
  }
  return normalised(pattern)
}

function normalised(pattern: Float64Array): Float64Array {
  const length = Math.sqrt(pattern.reduce((sum, v) => sum + v * v, 0))
  return length === 0 ? pattern : pattern.map((v) => v / length)
}

function transposed(pattern: Float64Array, height: number, width: number): Float64Array {
  const result = new Float64Array(pattern.length)
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) result[c * height + r] = pattern[r * width + c] as number
  }
  return result
}
