// Correlation of one channel with a few weighted offsets, the work of every blur here. The channel is copied once
// with its border written out, so that the inner loop has no test in it, and eight offsets are summed in one pass
// over a row, so that the sum is loaded and stored an eighth as often.

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
  plane: Float32Array | Float64Array,
  taps: readonly Tap[],
  { height, width, border }: CorrelateOptions,
): Float32Array {
  const used = taps.filter(({ weight }) => weight !== 0)
  const top = Math.max(0, ...used.map(({ dy }) => -dy))
  const left = Math.max(0, ...used.map(({ dx }) => -dx))
  const right = Math.max(0, ...used.map(({ dx }) => dx))
  const bottom = Math.max(0, ...used.map(({ dy }) => dy))
  const across = left + width + right
  const padded = new Float32Array((top + height + bottom) * across)
  for (let y = 0; y < top + height + bottom; y++) {
    const from = border(y - top, height) * width
    const to = y * across
    for (let x = 0; x < left; x++) padded[to + x] = plane[from + border(x - left, width)]!
    padded.set(plane.subarray(from, from + width), to + left)
    for (let x = 0; x < right; x++) {
      padded[to + left + width + x] = plane[from + border(width + x, width)]!
    }
  }

  // Filled up with taps of weight 0 to a multiple of eight.
  const count = Math.ceil(used.length / 8) * 8
  const offsets = new Int32Array(count)
  const weights = new Float64Array(count)
  used.forEach(({ dy, dx, weight }, i) => {
    offsets[i] = (top + dy) * across + left + dx
    weights[i] = weight
  })
  const out = new Float32Array(height * width)
  const sums = new Float64Array(width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let k = 0; k < count; k += 8) addEight(sums, padded, { offsets, weights, k, from: y * across })
    out.set(sums, y * width)
  }
  return out
}

interface Eight {
  readonly offsets: Int32Array
  readonly weights: Float64Array
  readonly k: number
  readonly from: number
}

function addEight(sums: Float64Array, padded: Float32Array, { offsets, weights, k, from }: Eight): void {
  const a = from + offsets[k]!
  const b = from + offsets[k + 1]!
  const c = from + offsets[k + 2]!
  const d = from + offsets[k + 3]!
  const e = from + offsets[k + 4]!
  const f = from + offsets[k + 5]!
  const g = from + offsets[k + 6]!
  const h = from + offsets[k + 7]!
  const wa = weights[k]!
  const wb = weights[k + 1]!
  const wc = weights[k + 2]!
  const wd = weights[k + 3]!
  const we = weights[k + 4]!
  const wf = weights[k + 5]!
  const wg = weights[k + 6]!
  const wh = weights[k + 7]!
  for (let x = 0; x < sums.length; x++) {
    sums[x] =
      sums[x]! +
      wa * padded[a + x]! +
      wb * padded[b + x]! +
      wc * padded[c + x]! +
      wd * padded[d + x]! +
      we * padded[e + x]! +
      wf * padded[f + x]! +
      wg * padded[g + x]! +
      wh * padded[h + x]!
  }
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
