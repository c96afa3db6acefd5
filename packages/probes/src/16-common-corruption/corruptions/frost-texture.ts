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

  const out = new Float32Array(height * width)
  let sum = 0
  let squares = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const placeX = x + 2 * warp * heightAt(bend.x, x, y)
      const placeY = y + 2 * warp * heightAt(bend.y, x, y)
      let ice = 0
      let share = 1
      let carry = 1
      for (let octave = 0; octave < octaves; octave++) {
        const ridge = 1 - Math.abs(2 * heightAt(fields[octave]!, placeX, placeY) - 1)
        carry *= ridge * ridge
        ice += share * carry
        share *= 0.8
        carry = Math.min(1, 2 * carry)
      }
      out[y * width + x] = ice
      sum += ice
      squares += ice * ice
    }
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

/** The height between four grid points, flat at each of them. */
function heightAt({ cell, columns, heights }: Field, x: number, y: number): number {
  const across = x / cell
  const down = y / cell
  const column = Math.floor(across)
  const row = Math.floor(down)
  const right = smooth(across - column)
  const below = smooth(down - row)
  const at = row * columns + column
  const top = heights[at]! + right * (heights[at + 1]! - heights[at]!)
  const bottom = heights[at + columns]! + right * (heights[at + columns + 1]! - heights[at + columns]!)
  return top + below * (bottom - top)
}

/** From 0 to 1 without slope at either end. */
function smooth(x: number): number {
  return x * x * (3 - 2 * x)
}
