// The middle of a picture enlarged to the picture's size. The published scripts cut out ceil(side / factor) pixels,
// enlarge them with SciPy's linear zoom, whose first and last samples fall on the first and last pixel, and cut the
// surplus off both ends.

interface Line {
  /** Input pixel at or before each output pixel, and the share of the one after it. */
  readonly from: Int32Array
  readonly share: Float64Array
}

export interface Crop {
  readonly height: number
  readonly width: number
}

/** How many pixels of a side of n are looked at when it is enlarged by `factor`. */
export function cropSide(n: number, factor: number): number {
  return Math.ceil(n / factor)
}

function line(n: number, factor: number): Line {
  const cropped = cropSide(n, factor)
  // SciPy rounds halves to even, as Python does.
  const exact = cropped * factor
  const rounded = Math.round(exact)
  const enlarged = rounded - exact === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
  const step = enlarged > 1 ? (cropped - 1) / (enlarged - 1) : 0
  const trim = Math.max(0, enlarged - n) >> 1
  const from = new Int32Array(n)
  const share = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const place = Math.min((i + trim) * step, cropped - 1)
    from[i] = Math.max(0, Math.min(Math.floor(place), cropped - 2))
    share[i] = place - from[i]!
  }
  return { from, share }
}

/**
 * Adds to `out`, [height, width], the plane enlarged around its middle.
 * @param crop [cropSide(height), cropSide(width)]: the middle, rows `stride` numbers apart and the first at `start`
 */
export function addEnlarged(
  out: Float32Array,
  { height, width }: Crop,
  {
    factor,
    plane,
    start,
    stride,
  }: {
    readonly factor: number
    readonly plane: Float32Array
    readonly start: number
    readonly stride: number
  },
): void {
  const rows = line(height, factor)
  const columns = line(width, factor)
  const cropped = cropSide(width, factor)
  const tall = cropSide(height, factor)
  const mixed = new Float64Array(cropped + 1)
  const { from, share } = columns
  for (let y = 0; y < height; y++) {
    const above = start + rows.from[y]! * stride
    const below = tall > 1 ? above + stride : above
    const part = rows.share[y]!
    for (let x = 0; x < cropped; x++) {
      const a = plane[above + x]!
      mixed[x] = a + part * (plane[below + x]! - a)
    }
    const to = y * width
    for (let x = 0; x < width; x++) {
      const at = from[x]!
      const a = mixed[at]!
      out[to + x] = out[to + x]! + a + share[x]! * (mixed[at + 1]! - a)
    }
  }
}

/** Adds to `out` the middle of a plane of the same size, enlarged by `factor`. */
export function addClippedZoom(out: Float32Array, plane: Float32Array, factor: number, size: Crop): void {
  const top = (size.height - cropSide(size.height, factor)) >> 1
  const left = (size.width - cropSide(size.width, factor)) >> 1
  addEnlarged(out, size, { factor, plane, start: top * size.width + left, stride: size.width })
}
