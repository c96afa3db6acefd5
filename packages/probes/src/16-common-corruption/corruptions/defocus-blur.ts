// A lens out of focus spreads each point over a disk. The published kernel is a disk of whole pixels, softened by a
// small Gaussian against its jagged edge; the image is then correlated with it. All borders mirror without
// repeating the edge pixel (OpenCV's reflect-101). The softening mirrors at the border of the kernel's own square
// too, so that a disk that touches it (radius 8 and 10) sums to a little more than 1 and the published images are
// that much brighter; this is kept, because it is in the data that others report on.
import { correlate, type Tap } from './correlate.ts'
import { defineCorruption } from './corruption.ts'
import { eachPlane } from './planes.ts'

export interface Kernel {
  /** The kernel covers -reach .. reach in both directions. */
  readonly reach: number
  /** [2 reach + 1, 2 reach + 1] */
  readonly weights: Float32Array
}

/** Disk radius, and standard deviation of the Gaussian that softens it. */
type Defocus = readonly [radius: number, aliasBlur: number]

export const defocusBlur = defineCorruption<Defocus>({
  name: 'defocus-blur',
  constants: {
    imagenet: [
      [3, 0.1],
      [4, 0.5],
      [6, 0.5],
      [8, 0.5],
      [10, 0.5],
    ],
    cifar: [
      [0.3, 0.4],
      [0.4, 0.5],
      [0.5, 0.6],
      [1, 0.2],
      [1.5, 0.1],
    ],
  },
  apply(image, [radius, aliasBlur], { channels, height, width }) {
    const taps = tapsOf(diskKernel(radius, aliasBlur))
    const size = { height, width, border: mirror }
    return eachPlane(image, { channels, height, width }, (plane) => correlate(plane, taps, size))
  },
})

/** The published disk: on a 17 x 17 square up to radius 8, else on the square of its radius. */
export function diskKernel(radius: number, aliasBlur: number): Kernel {
  const reach = radius <= 8 ? 8 : Math.ceil(radius)
  const side = 2 * reach + 1
  const disk = new Float64Array(side * side)
  let inside = 0
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      if (x * x + y * y > radius * radius) continue
      disk[(y + reach) * side + x + reach] = 1
      inside++
    }
  }
  const gaussian = gaussianWeights(radius <= 8 ? 1 : 2, aliasBlur)
  const weights = correlate(
    disk.map((x) => x / inside),
    tapsOf(gaussian),
    { height: side, width: side, border: mirror },
  )
  return { reach, weights }
}

function gaussianWeights(reach: number, sigma: number): Kernel {
  const line = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  )
  const sum = line.reduce((a, b) => a + b)
  const weights = new Float32Array(line.length ** 2)
  for (let y = 0; y < line.length; y++) {
    for (let x = 0; x < line.length; x++) weights[y * line.length + x] = (line[y]! * line[x]!) / sum ** 2
  }
  return { reach, weights }
}

function tapsOf({ reach, weights }: Kernel): readonly Tap[] {
  const side = 2 * reach + 1
  return Array.from(weights, (weight, i) => ({
    dy: Math.floor(i / side) - reach,
    dx: (i % side) - reach,
    weight,
  }))
}

/** Index of the pixel that stands for place `i` of a line of `n`: ... 2 1 | 0 1 2 ... n-1 | n-2 n-3 ... */
export function mirror(i: number, n: number): number {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const folded = ((i % period) + period) % period
  return folded < n ? folded : period - folded
}
