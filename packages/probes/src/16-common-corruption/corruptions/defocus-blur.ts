// A lens out of focus spreads each point over a disk. The published kernel is a disk of whole pixels, softened by a
// small Gaussian against its jagged edge; the image is then correlated with it. All borders mirror without
// repeating the edge pixel (OpenCV's reflect-101). The softening mirrors at the border of the kernel's own square
// too, so that a disk that touches it (radius 8 and 10) sums to a little more than 1 and the published images are
// that much brighter; this is kept, because it is in the data that others report on.
// Within a row of the kernel most weights are the same; the sum over such a run of pixels is the difference of two
// running sums, so that a disk of radius r costs some r lookups a pixel and not r^2.
import { correlatePadded, type Padded, padded, reachOf, type Tap } from './correlate.ts'
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
    const { alone, runs, reach } = splitRuns(diskKernel(radius, aliasBlur))
    const size = { height, width, border: mirror }
    return eachPlane(image, { channels, height, width }, (plane) => {
      const bordered = padded(plane, reach, size)
      const out = correlatePadded(bordered, alone, size)
      if (runs.length === 0) return out
      const inRuns = correlatePadded(runningSums(bordered), runs, size)
      for (let i = 0; i < out.length; i++) out[i] = out[i]! + inRuns[i]!
      return out
    })
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
  const weights = new Float32Array(side * side)
  const soft = gaussianWeights(radius <= 8 ? 1 : 2, aliasBlur)
  const away = (soft.length - 1) / 2
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0
      for (let dy = -away; dy <= away; dy++) {
        const row = mirror(y + dy, side) * side
        for (let dx = -away; dx <= away; dx++) {
          sum += soft[away + dy]! * soft[away + dx]! * disk[row + mirror(x + dx, side)]!
        }
      }
      weights[y * side + x] = sum / inside
    }
  }
  return { reach, weights }
}

/** The weights of distance -reach .. reach, which sum to 1. */
function gaussianWeights(reach: number, sigma: number): Float64Array {
  const line = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  )
  const sum = line.reduce((a, b) => a + b)
  return line.map((weight) => weight / sum)
}

/** Runs shorter than this are cheaper pixel by pixel. */
const shortestRun = 4

/** The kernel as taps on the picture and taps on its running sums, two for each run of equal weights. */
function splitRuns({ reach, weights }: Kernel) {
  const side = 2 * reach + 1
  const alone: Tap[] = []
  const runs: Tap[] = []
  for (let row = 0; row < side; row++) {
    const dy = row - reach
    for (let from = 0, end = 0; from < side; from = end) {
      const weight = weights[row * side + from]!
      while (end < side && weights[row * side + end] === weight) end++
      if (weight === 0) continue
      if (end - from >= shortestRun) {
        runs.push({ dy, dx: from - reach, weight: -weight }, { dy, dx: end - reach, weight })
      } else {
        for (let x = from; x < end; x++) alone.push({ dy, dx: x - reach, weight })
      }
    }
  }
  return { alone, runs, reach: reachOf([...alone, ...runs]) }
}

/** At each place of a row the sum of the pixels before it. */
function runningSums({ data, across, ...places }: Padded): Padded {
  const sums = new Float32Array(data.length)
  for (let from = 0; from < data.length; from += across) {
    let sum = 0
    for (let at = from; at < from + across; at++) {
      sums[at] = sum
      sum += data[at]!
    }
  }
  return { data: sums, across, ...places }
}

/** Index of the pixel that stands for place `i` of a line of `n`: ... 2 1 | 0 1 2 ... n-1 | n-2 n-3 ... */
export function mirror(i: number, n: number): number {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const folded = ((i % period) + period) % period
  return folded < n ? folded : period - folded
}
