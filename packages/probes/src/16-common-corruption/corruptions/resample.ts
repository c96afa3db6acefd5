// A picture read at places between its pixels, by mixing the four pixels around each place. This is SciPy's
// map_coordinates of order 1 and OpenCV's linear warp; past the border the picture goes on as `border` says.
import type { ImageShape } from './corruption.ts'

export interface Places {
  /** Row of the place that each pixel is read at, [height, width]. */
  readonly y: Float32Array
  /** Column of the place. */
  readonly x: Float32Array
}

/** The picture that has at each pixel what `image`, [channels, height, width], has at its place. */
export function resample(
  image: Float32Array,
  places: Places,
  { channels, height, width, border }: ImageShape & { readonly border: (i: number, n: number) => number },
): Float32Array {
  const plane = height * width
  const out = new Float32Array(channels * plane)
  for (let i = 0; i < plane; i++) {
    const y = places.y[i]!
    const x = places.x[i]!
    let top = Math.floor(y)
    let left = Math.floor(x)
    const down = y - top
    const right = x - left
    let bottom = top + 1
    let next = left + 1
    if (top < 0 || bottom >= height) {
      top = border(top, height)
      bottom = border(bottom, height)
    }
    if (left < 0 || next >= width) {
      left = border(left, width)
      next = border(next, width)
    }
    const a = top * width + left
    const b = top * width + next
    const c = bottom * width + left
    const d = bottom * width + next
    for (let from = 0; from < out.length; from += plane) {
      const above = image[from + a]! + right * (image[from + b]! - image[from + a]!)
      const below = image[from + c]! + right * (image[from + d]! - image[from + c]!)
      out[from + i] = above + down * (below - above)
    }
  }
  return out
}

/** Linear map of the plane: column a x + b y + c and row d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** The places that a linear map sends the pixels to. */
export function affinePlaces(
  [a, b, c, d, e, f]: Affine,
  { height, width }: Pick<ImageShape, 'height' | 'width'>,
): Places {
  const places = { y: new Float32Array(height * width), x: new Float32Array(height * width) }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      places.x[y * width + x] = a * x + b * y + c
      places.y[y * width + x] = d * x + e * y + f
    }
  }
  return places
}
