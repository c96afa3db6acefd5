// How thick the water of the published spatter is, before it is scaled: a chain of OpenCV steps whose results no
// formula gives shorter. Distance from the drops' edges is cut off at 20, equalised, sharpened by a kernel that lights
// it from one corner, and multiplied with the drops.
import { canny } from './canny.ts'
import { correlate } from './correlate.ts'
import { mirror } from './defocus-blur.ts'

export interface PlaneSize {
  readonly height: number
  readonly width: number
}

/**
 * Thickness of the water, [height, width], 0 where there is none.
 * @param levels the drops as an 8-bit plane
 */
export function dropThickness(levels: Uint8Array, size: PlaneSize): Float32Array {
  const edges = canny(levels, { ...size, low: 50, high: 150 })
  const near = distanceTo(edges, size)
  for (let i = 0; i < near.length; i++) near[i] = Math.min(near[i]!, 20)
  const smooth = Uint8Array.from(correlate3(near, box, size))
  const lit = correlate3(Float32Array.from(equalise(smooth)), light, size).map((x) =>
    Math.min(Math.max(x, 0), 255),
  )
  const thickness = correlate3(lit, box, size)
  for (let i = 0; i < thickness.length; i++) thickness[i] = Math.round(thickness[i]!) * levels[i]!
  return thickness
}

const box = new Array<number>(9).fill(1 / 9)
const light = [-2, -1, 0, -1, 1, 1, 0, 1, 2]

/** 3 x 3 correlation with OpenCV's default border. */
function correlate3(plane: Float32Array, kernel: readonly number[], size: PlaneSize): Float32Array {
  const taps = kernel.map((weight, i) => ({ dy: Math.floor(i / 3) - 1, dx: (i % 3) - 1, weight }))
  return correlate(plane, taps, { ...size, border: mirror })
}

/**
 * Distance to the nearest marked pixel, by two sweeps that add 1 for a step, 1.4 for a diagonal one and 2.1969 for a
 * knight's move (Borgefors, "Distance transformations in digital images", 1986, with OpenCV's weights).
 */
export function distanceTo(marked: Uint8Array, { height, width }: PlaneSize): Float32Array {
  const across = width + 4
  const far = new Float32Array((height + 4) * across).fill(1e6)
  const moves = [
    [-across, 1],
    [-1, 1],
    [-across - 1, 1.4],
    [-across + 1, 1.4],
    [-2 * across - 1, 2.1969],
    [-2 * across + 1, 2.1969],
    [-across - 2, 2.1969],
    [-across + 2, 2.1969],
  ] as const
  const settle = (at: number, sign: 1 | -1): void => {
    let best = far[at]!
    for (const [step, length] of moves) {
      const through = far[at + sign * step]! + length
      if (through < best) best = through
    }
    far[at] = best
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 2) * across + x + 2
      if (marked[y * width + x] === 1) far[at] = 0
      else settle(at, 1)
    }
  }
  const out = new Float32Array(height * width)
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const at = (y + 2) * across + x + 2
      settle(at, -1)
      out[y * width + x] = far[at]!
    }
  }
  return out
}

/** Levels spread so that each is as common as the next; the lowest becomes 0. */
function equalise(levels: Uint8Array): Uint8Array {
  const counts = new Int32Array(256)
  for (const level of levels) counts[level] = counts[level]! + 1
  const lowest = counts.findIndex((count) => count > 0)
  const others = levels.length - counts[lowest]!
  if (others === 0) return levels
  const table = new Uint8Array(256)
  let sum = 0
  for (let level = lowest + 1; level < 256; level++) {
    sum += counts[level]!
    table[level] = Math.round((sum * 255) / others)
  }
  return levels.map((level) => table[level]!)
}
