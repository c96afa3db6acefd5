// The orthonormal basis of the discrete cosine transform (type II) of a picture. The vector of frequency (u, v) is an
// outer product of two cosines, so that one is written in as many multiplications as it has numbers, and no transform
// is ever taken. Of a row of numbers, which is a picture of height 1, it is the transform in one dimension.

/** Writes the basis vector of frequency u (down) and v (along) times `amplitude`; row-major, height x width. */
export type WriteBasis = (out: Float64Array, u: number, v: number, amplitude: number) => void

export function dctBasis(height: number, width: number): WriteBasis {
  const down = cosines(height)
  const along = cosines(width)
  const column = new Float64Array(height)
  const row = new Float64Array(width)
  return (out, u, v, amplitude) => {
    down(column, u)
    along(row, v)
    for (let r = 0, j = 0; r < height; r++) {
      const factor = amplitude * (column[r] as number)
      for (let c = 0; c < width; c++, j++) out[j] = factor * (row[c] as number)
    }
  }
}

/**
 * Writes the vector of frequency k of n numbers: sqrt((k = 0 ? 1 : 2) / n) cos(pi (2 i + 1) k / (2 n)). The cosine has
 * 4 n values at these angles, which are kept: a matrix of all vectors would have n^2.
 */
function cosines(n: number): (out: Float64Array, k: number) => void {
  const table = Float64Array.from({ length: 4 * n }, (_, m) => Math.cos((Math.PI * m) / (2 * n)))
  return (out, k) => {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / n)
    for (let i = 0; i < n; i++) out[i] = scale * (table[((2 * i + 1) * k) % (4 * n)] as number)
  }
}
