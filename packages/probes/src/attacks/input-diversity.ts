// Input diversity (Xie et al. 2019, arXiv:1803.06978): before a surrogate sees a picture it is shrunk by a random
// amount and put at a random place on a black ground of the old size, so that a change does not fit this one net alone.
// The transform is linear in the picture. A surrogate gives the gradient at what it saw; the adjoint, which is the
// transposed matrix, carries that back to the picture.
import type { Random } from '@failmode/core'
import type { Picture } from './picture.ts'

/** Size and place of the shrunken picture. */
export interface Placement {
  readonly height: number
  readonly width: number
  readonly top: number
  readonly left: number
}

/** The least share of each side that is left. */
const least = 0.9

/** Sides from 0.9 of the full ones up to just below them; a side too short to be shrunk stays. */
export function drawPlacement(picture: Picture, random: Random): Placement {
  const share = random.uniform()
  const side = (full: number): number => {
    const low = Math.max(1, Math.floor(full * least))
    return low + Math.floor(share * (full - low))
  }
  const height = side(picture.height)
  const width = side(picture.width)
  const top = random.int(picture.height - height + 1)
  const left = random.int(picture.width - width + 1)
  return { height, width, top, left }
}

/** The shrunken and padded picture. Bilinear, with pixels as areas (torch's `align_corners=False`). */
export function shrink(from: Float32Array, picture: Picture, placement: Placement): Float32Array {
  const { channels, height, width } = picture
  const down = interpolation(height, placement.height)
  const along = interpolation(width, placement.width)
  const to = new Float32Array(from.length)
  for (let c = 0; c < channels; c++) {
    for (let r = 0; r < placement.height; r++) {
      const above = (c * height + (down.low[r] as number)) * width
      const below = (c * height + (down.high[r] as number)) * width
      const t = down.share[r] as number
      const start = (c * height + placement.top + r) * width + placement.left
      for (let j = 0; j < placement.width; j++) {
        const low = along.low[j] as number
        const high = along.high[j] as number
        const s = along.share[j] as number
        const upper = (1 - s) * (from[above + low] as number) + s * (from[above + high] as number)
        const lower = (1 - s) * (from[below + low] as number) + s * (from[below + high] as number)
        to[start + j] = (1 - t) * upper + t * lower
      }
    }
  }
  return to
}

/** The adjoint of `shrink`: every number goes back to the four that it was made of, by the same weights. */
export function shrinkAdjoint(from: Float32Array, picture: Picture, placement: Placement): Float32Array {
  const { channels, height, width } = picture
  const down = interpolation(height, placement.height)
  const along = interpolation(width, placement.width)
  const to = new Float32Array(from.length)
  for (let c = 0; c < channels; c++) {
    for (let r = 0; r < placement.height; r++) {
      const above = (c * height + (down.low[r] as number)) * width
      const below = (c * height + (down.high[r] as number)) * width
      const t = down.share[r] as number
      const start = (c * height + placement.top + r) * width + placement.left
      for (let j = 0; j < placement.width; j++) {
        const low = along.low[j] as number
        const high = along.high[j] as number
        const s = along.share[j] as number
        const upper = (1 - t) * (from[start + j] as number)
        const lower = t * (from[start + j] as number)
        to[above + low] = (to[above + low] as number) + (1 - s) * upper
        to[above + high] = (to[above + high] as number) + s * upper
        to[below + low] = (to[below + low] as number) + (1 - s) * lower
        to[below + high] = (to[below + high] as number) + s * lower
      }
    }
  }
  return to
}

/** The two of `full` numbers that each of `short` lies between, and how far it is from the first to the second. */
function interpolation(full: number, short: number) {
  const low = new Int32Array(short)
  const high = new Int32Array(short)
  const share = new Float64Array(short)
  for (let i = 0; i < short; i++) {
    const at = Math.max(0, ((i + 0.5) * full) / short - 0.5)
    low[i] = Math.floor(at)
    high[i] = Math.min(Math.floor(at) + 1, full - 1)
    share[i] = at - Math.floor(at)
  }
  return { low, high, share }
}
