// Finds the same sample in two data sets. Exact copies are found by a hash of the numbers and then compared number by
// number. Copies that were saved again, made lighter or darker, or carry a little noise are found by the correlation of
// grey values, which none of these changes much: first on pictures shrunk to 8 x 8, where most pairs drop out, then in
// full. A picture that is one colour everywhere correlates with nothing and can only be an exact copy.
import type { SampleSet } from '@failmode/core'
import { isPicture } from '../steps/sample-image.ts'

export interface Copy {
  /** Row of the other set. */
  readonly of: number
  readonly exact: boolean
}

/** Side of the small pictures. */
const coarse = 8
/**
 * How much less two small pictures may correlate than the full ones are asked to: shrinking averages noise away, so
 * copies correlate more there, and 0.02 leaves room for what rounding at the borders of the cells does.
 */
const slack = 0.02
/** Samples held at once. */
const readAtOnce = 500

export interface CopyIndex {
  /** The first sample that this one is a copy of, exact ones first; null when there is none. */
  find(sample: Float32Array, accepts?: (of: number) => boolean): Copy | null
}

/** @param least correlation from which two pictures are copies; other samples have exact copies only */
export function indexCopies(samples: SampleSet, least: number): CopyIndex {
  const { count, sampleShape } = samples
  const pictures = isPicture(sampleShape)
  const hashes = new Map<number, number[]>()
  const small = new Float32Array(pictures ? count * coarse * coarse : 0)
  for (let from = 0; from < count; from += readAtOnce) {
    const rows = Array.from({ length: Math.min(readAtOnce, count - from) }, (_, i) => from + i)
    const { data } = samples.read(rows)
    const size = data.length / rows.length
    for (const [i, row] of rows.entries()) {
      const sample = data.subarray(i * size, (i + 1) * size)
      const key = hashOf(sample)
      const known = hashes.get(key)
      if (known === undefined) hashes.set(key, [row])
      else known.push(row)
      if (pictures)
        small.set(standardised(shrunk(greyOf(sample, sampleShape), sampleShape)), row * coarse ** 2)
    }
  }
  const read = (row: number) => samples.read([row]).data
  return {
    find(sample, accepts = () => true) {
      for (const of of hashes.get(hashOf(sample)) ?? []) {
        if (accepts(of) && sameNumbers(sample, read(of))) return { of, exact: true }
      }
      if (!pictures) return null
      const grey = greyOf(sample, sampleShape)
      const own = standardised(shrunk(grey, sampleShape))
      const full = standardised(grey)
      for (let of = 0; of < count; of++) {
        if (product(small, of * own.length, own) < least - slack || !accepts(of)) continue
        const other = standardised(greyOf(read(of), sampleShape))
        if (product(other, 0, full) >= least) return { of, exact: false }
      }
      return null
    },
  }
}

/** FNV-1a over the bits of the numbers. Samples with the same hash are compared in full, so a collision does no harm. */
function hashOf(sample: Float32Array): number {
  const words = new Uint32Array(sample.buffer, sample.byteOffset, sample.length)
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ (words[i] as number), 0x01000193)
  return hash >>> 0
}

function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** The mean of the channels, [H * W]. */
function greyOf(sample: Float32Array, shape: readonly number[]): Float32Array {
  const [channels, height, width] = shape as [number, number, number]
  if (channels === 1) return sample
  const plane = height * width
  const grey = new Float32Array(plane)
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++)
      grey[i] = (grey[i] as number) + (sample[c * plane + i] as number) / channels
  return grey
}

/** Means of an 8 x 8 grid of cells; a picture with fewer pixels repeats them. */
function shrunk(grey: Float32Array, shape: readonly number[]): Float32Array {
  const [, height, width] = shape as [number, number, number]
  const out = new Float32Array(coarse * coarse)
  for (let row = 0; row < coarse; row++) {
    const top = Math.floor((row * height) / coarse)
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / coarse))
    for (let column = 0; column < coarse; column++) {
      const left = Math.floor((column * width) / coarse)
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / coarse))
      let sum = 0
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) sum += grey[y * width + x] as number
      out[row * coarse + column] = sum / ((bottom - top) * (right - left))
    }
  }
  return out
}

/** Mean 0 and length 1, so that a product of two is their correlation; all zero where nothing varies. */
function standardised(values: Float32Array): Float32Array {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  const mean = sum / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2
  const length = Math.sqrt(squares)
  // Below float32's resolution what varies is rounding.
  if (length < 1e-5 * Math.sqrt(values.length)) return new Float32Array(values.length)
  return values.map((value) => (value - mean) / length)
}

function product(rows: Float32Array, from: number, other: Float32Array): number {
  let sum = 0
  for (let i = 0; i < other.length; i++) sum += (rows[from + i] as number) * (other[i] as number)
  return sum
}
