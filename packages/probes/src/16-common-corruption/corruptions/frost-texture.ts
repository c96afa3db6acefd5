// Ice on a pane, made by calculation. The published frost pastes photographs that come without a licence to pass them
// on. Here the crystals are ridges of random height fields: where a smooth field crosses its middle value it leaves a
// thin bright line, finer fields put finer branches on it, strongest where the coarser ones are bright (Musgrave's
// ridged multifractal), and the pane is warped first so that no line is straight. Level, spread and tint are about
// those of the published photographs (means from 0.45 to 0.8 and a spread of 0.12 in crops of 224 pixels), but the
// pictures are others.
import type { Random } from '@failmode/core'

interface Size {
  readonly height: number
  readonly width: number
}

/** A random height in [0,1] at each point of a grid, and the pixels between two points. */
interface Field {
  readonly cell: number
  readonly columns: number
  readonly heights: Float32Array
}

const octaves = 5
const spread = 0.12
const lowest = 0.45
const highest = 0.8
/** Added to the level of red, green and blue. */
export const frostTint = [-0.07, 0.01, 0.06] as const

/** How bright the ice is, [height, width], before tinting; numbers may leave [0,1]. */
export function frostTexture({ height, width }: Size, random: Random): Float32Array {
  const side = Math.min(height, width)
  const size = { height, width }
  const warp = side / 12
  const bend = {
    x: field(size, { cell: side / 3, warp: 0, random }),
    y: field(size, { cell: side / 3, warp: 0, random }),
  }
  const fields = Array.from({ length: octaves }, (_, octave) =>
    field(size, { cell: side / (3 * 2 ** octave), warp, random }),
  )
  const level = lowest + (highest - lowest) * random.uniform()

  const places = { x: heightsOnGrid(bend.x, size), y: heightsOnGrid(bend.y, size) }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      places.x[i] = x + 2 * warp * places.x[i]!
      places.y[i] = y + 2 * warp * places.y[i]!
    }
  }

  const out = new Float32Array(height * width)
  const carried = new Float32Array(height * width).fill(1)
  let share = 1
  for (const octave of fields) {
    const heights = heightsAt(octave, places)
    for (let i = 0; i < out.length; i++) {
      const ridge = 1 - Math.abs(2 * heights[i]! - 1)
      const ice = carried[i]! * ridge * ridge
      out[i] = out[i]! + share * ice
      // The lesser of 1 and 2 ice, without a branch that no processor could guess.
      carried[i] = 0.5 + ice - Math.abs(0.5 - ice)
    }
    share *= 0.8
  }
  let sum = 0
  let squares = 0
  for (let i = 0; i < out.length; i++) {
    const ice = out[i]!
    sum += ice
    squares += ice * ice
  }
  const mean = sum / out.length
  const deviation = Math.sqrt(Math.max(squares / out.length - mean * mean, 1e-12))
  for (let i = 0; i < out.length; i++) out[i] = level + (spread * (out[i]! - mean)) / deviation
  return out
}

function field(
  { height, width }: Size,
  { cell: wanted, warp, random }: { readonly cell: number; readonly warp: number; readonly random: Random },
): Field {
  const cell = Math.max(wanted, 1)
  const columns = Math.ceil((width + 2 * warp) / cell) + 2
  const rows = Math.ceil((height + 2 * warp) / cell) + 2
  return { cell, columns, heights: random.fillUniform(new Float32Array(rows * columns)) }
}

/** The height at each pixel, [height, width]: what `heightsAt` gives there, much faster. */
function heightsOnGrid({ cell, columns, heights }: Field, { height, width }: Size): Float32Array {
  const out = new Float32Array(height * width)
  const at = Int32Array.from({ length: width }, (_, x) => Math.floor(x / cell))
  const eased = Float32Array.from({ length: width }, (_, x) => ease(x / cell - at[x]!))
  const line = new Float64Array(columns)
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell)
    const below = ease(y / cell - row)
    for (let k = 0; k < columns; k++) {
      const top = heights[row * columns + k]!
      line[k] = top + below * (heights[(row + 1) * columns + k]! - top)
    }
    const to = y * width
    for (let x = 0; x < width; x++) {
      const left = line[at[x]!]!
      out[to + x] = left + eased[x]! * (line[at[x]! + 1]! - left)
    }
  }
  return out
}

interface Places {
  readonly x: Float32Array
  readonly y: Float32Array
}

/** At each place, none of which is negative, the height between four grid points, flat at each of them. */
function heightsAt({ cell, columns, heights }: Field, { x, y }: Places): Float32Array {
  const out = new Float32Array(x.length)
  const scale = 1 / cell
  for (let i = 0; i < out.length; i++) {
    const across = x[i]! * scale
    const down = y[i]! * scale
    const column = across | 0
    const row = down | 0
    const right = across - column
    const below = down - row
    const at = (Math.imul(row, columns) + column) | 0
    const next = (at + columns) | 0
    const easedRight = ease(right)
    const easedBelow = ease(below)
    const above = heights[at]!
    const top = above + easedRight * (heights[at + 1]! - above)
    const under = heights[next]!
    const bottom = under + easedRight * (heights[next + 1]! - under)
    out[i] = top + easedBelow * (bottom - top)
  }
  return out
}

/** From 0 to 1 without slope at either end. */
function ease(x: number): number {
  return x * x * (3 - 2 * x)
}
