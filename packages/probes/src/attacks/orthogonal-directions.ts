// Random directions that do not repeat each other. Independent random vectors in d dimensions overlap by about
// 1/sqrt(d) each, and of many of them that overlap is what blurs an estimate made from their answers; orthogonal ones
// spend every query on something not asked yet (Choromanski et al. 2018, arXiv:1804.02395, for evolution strategies).
// A direction is a row of H (x) Q with random signs on its columns: H is a Walsh-Hadamard matrix, whose entries are
// parities and need no memory, and Q a small random orthogonal matrix, drawn from the uniform distribution, which
// gives the entries the spread that signs alone lack (with signs alone one large slope would hide all small ones).
// After all rows come new signs and a new Q. Where the size is no power of two times that of Q, columns are left out
// and the rows are nearly orthogonal.
import type { Random } from '@failmode/core'

/** Size of Q: large enough for spread, small enough to cost nothing. */
const blockSize = 16

/** Returns a function that fills its argument, `size` numbers, with the next direction, of length 1. */
export function orthogonalDirections(random: Random, size: number): (out: Float32Array) => void {
  const width = Math.min(blockSize, size)
  const blocks = Math.ceil(size / width)
  const order = 2 ** Math.ceil(Math.log2(blocks))
  const signs = new Float32Array(size)
  let q: readonly Float64Array[] = []
  let row = order * width
  return (out) => {
    if (row === order * width) {
      row = 0
      q = randomRotation(random, width)
      for (let i = 0; i < size; i++) signs[i] = random.sign()
    }
    // Rows of one block of Q follow each other: together they look at every coordinate equally.
    const h = Math.floor(row / width)
    const entries = q[row % width] as Float64Array
    row++
    let tail = 0
    for (let j = 0; j < size - (blocks - 1) * width; j++) tail += (entries[j] as number) ** 2
    const scale = 1 / Math.sqrt(blocks - 1 + tail)
    for (let block = 0; block < blocks; block++) {
      const signed = parity(h & block) === 0 ? scale : -scale
      const from = block * width
      const to = Math.min(size, from + width)
      for (let i = from; i < to; i++) out[i] = signed * (signs[i] as number) * (entries[i - from] as number)
    }
  }
}

/** Whether the number of ones among the low 32 bits is odd. */
function parity(bits: number): number {
  const folded = bits ^ (bits >>> 16)
  const byte = folded ^ (folded >>> 8)
  // Bit k of 0x6996 is the parity of k.
  return (0x6996 >>> ((byte ^ (byte >>> 4)) & 15)) & 1
}

/** Orthonormal rows by Gram-Schmidt from normal draws, which are distributed evenly over all rotations. */
function randomRotation(random: Random, size: number): Float64Array[] {
  const rows: Float64Array[] = []
  while (rows.length < size) {
    const row = Float64Array.from({ length: size }, () => random.normal())
    // Twice, since what is left of the first pass may be small and mostly rounding.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = dot(row, other)
        for (let i = 0; i < size; i++) row[i] = (row[i] as number) - along * (other[i] as number)
      }
    }
    const length = Math.sqrt(dot(row, row))
    rows.push(row.map((value) => value / length))
  }
  return rows
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}
