// The picture is shrunk to a share c of its sides and blown up again, both by averaging over boxes of pixels. The
// published images were made with Pillow, which works in 8 bit, rounds after rows and again after columns, and gives
// a box whole pixels only (those whose centre it holds), so the same is done here.
import { defineCorruption } from './corruption.ts'

export const pixelate = defineCorruption<number>({
  name: 'pixelate',
  constants: {
    imagenet: [0.6, 0.5, 0.4, 0.3, 0.25],
    cifar: [0.95, 0.9, 0.85, 0.75, 0.65],
  },
  apply(image, share, { channels, height, width }) {
    // Pillow refuses a size of 0; sides below 1 / c pixels shrink to 1.
    const small = {
      height: Math.max(1, Math.trunc(height * share)),
      width: Math.max(1, Math.trunc(width * share)),
    }
    const plane = height * width
    const out = new Float32Array(image.length)
    for (let from = 0; from < channels * plane; from += plane) {
      const levels = Uint8Array.from(image.subarray(from, from + plane), (x) => Math.round(x * 255))
      const shrunk = boxResize({ data: levels, height, width }, small)
      const { data } = boxResize(shrunk, { height, width })
      for (let i = 0; i < plane; i++) out[from + i] = data[i]! / 255
    }
    return out
  },
})

interface Size {
  readonly height: number
  readonly width: number
}

interface Plane extends Size {
  /** [height, width] */
  readonly data: Uint8Array
}

/** Resizes one channel as Pillow's `resize` does with its BOX filter. */
export function boxResize(plane: Plane, { height, width }: Size): Plane {
  const across = boxes(plane.width, width)
  const wide = new Uint8Array(plane.height * width)
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = across[x]!
      let sum = 0
      for (let i = from; i < to; i++) sum += plane.data[y * plane.width + i]!
      wide[y * width + x] = Math.round(sum / (to - from))
    }
  }
  const down = boxes(plane.height, height)
  const data = new Uint8Array(height * width)
  for (let y = 0; y < height; y++) {
    const [from, to] = down[y]!
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let i = from; i < to; i++) sum += wide[i * width + x]!
      data[y * width + x] = Math.round(sum / (to - from))
    }
  }
  return { data, height, width }
}

/** For each of `to` output pixels the input pixels [first, end) whose centres its box holds. */
function boxes(from: number, to: number): readonly (readonly [number, number])[] {
  const scale = from / to
  const side = Math.max(scale, 1)
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale
    // A pixel's centre counts on the upper edge of the box and not on its lower one. The arithmetic follows Pillow's
    // order, because where an edge meets a centre the rounding decides.
    const holds = (pixel: number): boolean => {
      const distance = (pixel - centre + 0.5) * (1 / side)
      return distance > -0.5 && distance <= 0.5
    }
    let first = Math.max(0, Math.trunc(centre - side / 2 + 0.5))
    let end = Math.min(from, Math.trunc(centre + side / 2 + 0.5))
    while (first < end - 1 && !holds(first)) first++
    while (end > first + 1 && !holds(end - 1)) end--
    return [first, end] as const
  })
}
