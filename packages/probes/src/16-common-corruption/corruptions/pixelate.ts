// The picture is shrunk to a share c of its sides and blown up again, both by averaging over boxes of pixels. The
// published images were made with Pillow, which works in 8 bit, rounds after rows and again after columns, and gives
// a box whole pixels only (those whose centre it holds), so the same is done here.
import { defineCorruption, type ImageShape } from './corruption.ts'
import { valueOfLevel } from './eight-bit.ts'

export const pixelate = defineCorruption<number>({
  name: 'pixelate',
  inLevels: true,
  constants: {
    imagenet: [0.6, 0.5, 0.4, 0.3, 0.25],
    cifar: [0.95, 0.9, 0.85, 0.75, 0.65],
  },
  apply(image, share, { channels, height, width }) {
    const small = smallSize({ height, width }, share)
    const shrunk = resizeByBoxes(image, { channels, height, width }, small)
    // A box no larger than a pixel holds one.
    const rows = boxes(small.height, height).from
    const columns = boxes(small.width, width).from
    const out = new Float32Array(image.length)
    for (let c = 0, to = 0; c < channels; c++) {
      for (let y = 0; y < height; y++, to += width) {
        if (y > 0 && rows[y] === rows[y - 1]) {
          out.copyWithin(to, to - width, to)
          continue
        }
        const from = (c * small.height + rows[y]!) * small.width
        for (let x = 0; x < width; x++) out[to + x] = shrunk[from + columns[x]!]!
      }
    }
    return out
  },
})

/** A share of both sides, cut to whole pixels. Pillow refuses a size of 0; sides below 1 / share shrink to 1. */
export function smallSize({ height, width }: Size, share: number): Size {
  return { height: Math.max(1, Math.trunc(height * share)), width: Math.max(1, Math.trunc(width * share)) }
}

/** Every channel of a picture resized in 8 bit; the result is in levels. */
export function resizeByBoxes(
  image: Float32Array,
  { channels, height, width }: ImageShape,
  size: Size,
): Float32Array {
  const plane = height * width
  const levels = new Uint8Array(plane)
  const resized = size.height * size.width
  const out = new Float32Array(channels * resized)
  for (let c = 0; c < channels; c++) {
    const from = c * plane
    for (let i = 0; i < plane; i++) levels[i] = image[from + i]! * 255 + 0.5
    const { data } = boxResize({ data: levels, height, width }, size)
    const to = c * resized
    for (let i = 0; i < resized; i++) out[to + i] = valueOfLevel[data[i]!]!
  }
  return out
}

export interface Size {
  readonly height: number
  readonly width: number
}

interface Plane extends Size {
  /** [height, width] */
  readonly data: Uint8Array
}

/** Resizes one channel as Pillow's `resize` does with its BOX filter: along the rows, then down the columns. */
export function boxResize(plane: Plane, { height, width }: Size): Plane {
  const wide = new Uint8Array(plane.height * width)
  const across = boxes(plane.width, width)
  for (let y = 0; y < plane.height; y++) averageRow(wide, plane, y, across)
  if (height === plane.height) return { data: wide, height, width }
  const data = new Uint8Array(height * width)
  const down = boxes(plane.height, height)
  const sums = new Int32Array(width)
  for (let y = 0; y < height; y++) {
    const from = down.from[y]!
    const count = down.end[y]! - from
    if (count === 1) {
      data.set(wide.subarray(from * width, (from + 1) * width), y * width)
      continue
    }
    sums.fill(0)
    for (let row = from * width; row < (from + count) * width; row += width) {
      for (let x = 0; x < width; x++) sums[x] = sums[x]! + wide[row + x]!
    }
    const to = y * width
    for (let x = 0; x < width; x++) data[to + x] = sums[x]! / count + 0.5
  }
  return { data, height, width }
}

function averageRow(wide: Uint8Array, { data, width }: Plane, y: number, { from, end }: Boxes): void {
  const row = y * width
  const to = y * from.length
  for (let x = 0; x < from.length; x++) {
    const first = row + from[x]!
    const count = row + end[x]! - first
    let sum = data[first]!
    for (let i = first + 1; i < first + count; i++) sum += data[i]!
    wide[to + x] = count === 1 ? sum : sum / count + 0.5
  }
}

interface Boxes {
  readonly from: Int32Array
  readonly end: Int32Array
}

/** For each of `to` output pixels the input pixels [from, end) whose centres its box holds. */
function boxes(length: number, to: number): Boxes {
  const scale = length / to
  const side = Math.max(scale, 1)
  const found = { from: new Int32Array(to), end: new Int32Array(to) }
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale
    let first = Math.max(0, Math.trunc(centre - side / 2 + 0.5))
    let end = Math.min(length, Math.trunc(centre + side / 2 + 0.5))
    while (first < end - 1 && !holds({ pixel: first, centre, side })) first++
    while (end > first + 1 && !holds({ pixel: end - 1, centre, side })) end--
    found.from[i] = first
    found.end[i] = end
  }
  return found
}

interface InBox {
  readonly pixel: number
  readonly centre: number
  readonly side: number
}

/**
 * A pixel's centre counts on the upper edge of the box and not on its lower one. The arithmetic follows Pillow's order,
 * because where an edge meets a centre the rounding decides.
 */
function holds({ pixel, centre, side }: InBox): boolean {
  const distance = (pixel - centre + 0.5) * (1 / side)
  return distance > -0.5 && distance <= 0.5
}
