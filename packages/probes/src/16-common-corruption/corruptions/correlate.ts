// Correlation of one channel with a few weighted offsets, the work of every blur here. The channel is copied once with
// its border written out, so that the inner loop has no test in it. That loop is in
// kernel/loops.ts. It adds in 32-bit numbers: the errors are some 10^-7, and a grey level is 4 10^-3.
import { kernelWith } from './kernel/kernel.ts'

/** A pixel at a distance, and how much it counts. */
export interface Tap {
  readonly dy: number
  readonly dx: number
  readonly weight: number
}

export interface CorrelateOptions {
  readonly height: number
  readonly width: number
  /** Which of n pixels stands for place i of a line, i from -reach to n - 1 + reach. */
  readonly border: (i: number, n: number) => number
}

/** out[y, x] = sum over taps of weight * plane[y + dy, x + dx]; plane is [height, width]. */
export function correlate(
  plane: Float32Array,
  taps: readonly Tap[],
  options: CorrelateOptions,
): Float32Array {
  const used = taps.filter(({ weight }) => weight !== 0)
  return correlatePadded(padded(plane, reachOf(used), options), used, options)
}

/** How many pixels past the border are looked at, on each side. */
export interface Reach {
  readonly top: number
  readonly left: number
  readonly right: number
  readonly bottom: number
}

export function reachOf(taps: readonly Tap[]): Reach {
  return taps.reduce(
    ({ top, left, right, bottom }, { dy, dx }) => ({
      top: Math.max(top, -dy),
      left: Math.max(left, -dx),
      right: Math.max(right, dx),
      bottom: Math.max(bottom, dy),
    }),
    { top: 0, left: 0, right: 0, bottom: 0 },
  )
}

/** A plane with its border. */
export interface Padded {
  /** [top + height + bottom, across] */
  readonly data: Float32Array
  readonly across: number
  readonly top: number
  readonly left: number
}

export function padded(
  plane: Float32Array,
  { top, left, right, bottom }: Reach,
  { height, width, border }: CorrelateOptions,
): Padded {
  const across = left + width + right
  const data = new Float32Array((top + height + bottom) * across)
  const before = Int32Array.from({ length: left }, (_, x) => border(x - left, width))
  const after = Int32Array.from({ length: right }, (_, x) => border(width + x, width))
  for (let y = 0; y < top + height + bottom; y++) {
    const from = border(y - top, height) * width
    const to = y * across
    for (let x = 0; x < left; x++) data[to + x] = plane[from + before[x]!]!
    data.set(plane.subarray(from, from + width), to + left)
    const end = to + left + width
    for (let x = 0; x < right; x++) data[end + x] = plane[from + after[x]!]!
  }
  return { data, across, top, left }
}

/** Numbers of a plane that are at work in the kernel at once, so that its memory stays small for large pictures. */
const numbersAtOnce = 2 ** 20

/** As `correlate`, on a plane that has its border already. */
export function correlatePadded(
  { data, across, top, left }: Padded,
  taps: readonly Tap[],
  { height, width }: { readonly height: number; readonly width: number },
): Float32Array {
  const out = new Float32Array(height * width)
  // Groups of eight, the last one filled up with weights of 0; whole groups of four pixels a row.
  const groups = Math.max(1, Math.ceil(taps.length / 8))
  const wide = Math.ceil(width / 4) * 4
  const { top: above, bottom: below } = reachOf(taps)
  const rows = Math.min(height, Math.max(16, Math.floor(numbersAtOnce / across)))
  const planeAt = groups * 16
  const outAt = Math.ceil((planeAt + (above + rows + below) * across + 4) / 4) * 4
  const { numbers, correlate: run } = kernelWith(outAt + rows * wide)

  const words = new Int32Array(numbers.buffer, 0, planeAt)
  words.fill(0)
  taps.forEach(({ dy, dx, weight }, i) => {
    const at = (i >> 3) * 16 + (i & 7)
    words[at] = 4 * ((above + dy) * across + left + dx)
    numbers[at + 8] = weight
  })
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y)
    const from = (top + y - above) * across
    numbers.set(data.subarray(from, from + (above + count + below) * across), planeAt)
    numbers.fill(0, outAt, outAt + count * wide)
    run(0, 4 * planeAt, 4 * planeAt, 4 * across, 4 * outAt, count, 4 * wide)
    for (let row = 0; row < count; row++) {
      const at = outAt + row * wide
      out.set(numbers.subarray(at, at + width), (y + row) * width)
    }
  }
  return out
}

/** The border that repeats the edge pixel: 0 0 | 0 1 2 ... n-1 | n-1 n-1. */
export function repeatEdge(i: number, n: number): number {
  return i < 0 ? 0 : i < n ? i : n - 1
}

/** The border that mirrors between pixels, so that the edge pixel comes twice: 1 0 | 0 1 2 ... n-1 | n-1 n-2. */
export function mirrorTwice(i: number, n: number): number {
  const folded = ((i % (2 * n)) + 2 * n) % (2 * n)
  return folded < n ? folded : 2 * n - 1 - folded
}
