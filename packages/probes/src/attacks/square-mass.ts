// Square's moves in L2 and L1. The change has a mass, the sum of its coordinates to the power 2 or 1, and the ball
// limits it. A move takes the mass out of two windows and gives it all, with what the ball has to spare, to one of
// them: to the change that was there with a tile added (Andriushchenko et al. 2020, arXiv:1912.00049, algorithm 3). L1
// is not in the paper. It follows AutoAttack (arXiv:2103.01208), where a window gets its mass times the number of
// channels, and the projection that follows makes the smallest changes everywhere pay for it.
import type { Random } from '@failmode/core'
import { project } from './ball.ts'
import { clipUnit } from './branchless.ts'
import type { Picture } from './picture.ts'
import type { SquareMoves, SquareState } from './square.ts'
import { tile } from './square-tile.ts'
import { copyWindow, placeWindow, type Window, type WindowSize } from './square-window.ts'

export function massMoves(
  { x, best, candidates, picture, eps }: SquareState,
  norm: 'l2' | 'l1',
): SquareMoves {
  const { channels, height, width } = picture
  const plane = height * width
  const size = channels * plane
  const onePlane = { ...picture, channels: 1 }
  const squared = norm === 'l2'
  // With one channel the mass is never more than the ball holds, and only the windows change.
  const overspends = !squared && channels > 1
  // A hair inside, so that rounding to float32 does not leave the ball.
  const inside = eps * (1 - 1e-6)
  const capacity = squared ? inside * inside : inside
  /** Mass of the change of each sample's best point. */
  const masses = new Float64Array(x.length / size)
  /** Windows of each candidate's proposal. */
  const moved: { readonly to: Window; readonly from: Window }[] = []
  const drawn = new Float64Array(plane)
  const randomTile = tiles()

  const massOf = (from: number, to: number): number => {
    let mass = 0
    for (let at = from; at < to; at++) {
      const d = (best[at] as number) - (x[at] as number)
      mass += squared ? d * d : Math.abs(d)
    }
    return mass
  }
  /** Mass in a window of the channel that begins at `channel`. */
  const massIn = (channel: number, window: Window): number => {
    let mass = 0
    for (let r = window.top; r < window.top + window.height; r++) {
      const from = channel + r * width + window.left
      mass += massOf(from, from + window.width)
    }
    return mass
  }
  const rowOf = (points: Float32Array, row: number) => points.subarray(row * size, (row + 1) * size)

  return {
    start(i, random) {
      // As many tiles as fit, each a fifth of the picture high and wide.
      const each = { height: Math.max(1, Math.floor(height / 5)), width: Math.max(1, Math.floor(width / 5)) }
      const down = Math.floor(height / each.height)
      const along = Math.floor(width / each.width)
      const corner = ((height - down * each.height) >> 1) * width + ((width - along * each.width) >> 1)
      // In L1 the tiles keep their length of 1, and the projection leaves their peaks.
      const scale = squared ? Math.sqrt(capacity / (down * along * channels)) : 1
      for (let n = 0; n < down * along; n++) {
        const pattern = randomTile(each, random)
        const first = corner + Math.floor(n / along) * each.height * width + (n % along) * each.width
        for (let c = 0; c < channels; c++) {
          const amplitude = random.sign() * scale
          for (let j = 0; j < pattern.length; j++) {
            const offset = first + Math.floor(j / each.width) * width + (j % each.width)
            const at = i * size + c * plane + offset
            best[at] = (x[at] as number) + amplitude * (pattern[j] as number)
          }
        }
      }
      project(best, x, i, size, { norm, eps })
      masses[i] = massOf(i * size, (i + 1) * size)
    },

    propose(i, row, windowSize, random) {
      const large = atLeastThree(windowSize, picture)
      const to = placeWindow(large, picture, random)
      const from = placeWindow(large, picture, random)
      moved[row] = { to, from }
      const both = overlap(to, from)
      const pattern = randomTile(large, random)
      const spare = (capacity - (masses[i] as number)) / channels
      const toCandidate = (row - i) * size
      for (let c = 0; c < channels; c++) {
        const channel = i * size + c * plane
        const here = massIn(channel, to)
        const wanted = Math.max(0, spare + here + massIn(channel, from) - massIn(channel, both))
        // The change of the window at mass 1, and the tile.
        const unit = here === 0 ? 0 : 1 / (squared ? Math.sqrt(here) : here)
        const sign = random.sign()
        let mass = 0
        for (let r = 0, j = 0; r < to.height; r++) {
          const start = channel + (to.top + r) * width + to.left
          for (let at = start; at < start + to.width; at++, j++) {
            const d = ((best[at] as number) - (x[at] as number)) * unit + sign * (pattern[j] as number)
            drawn[j] = d
            mass += squared ? d * d : Math.abs(d)
          }
        }
        const ratio = mass === 0 ? 0 : wanted / mass
        const scale = squared ? Math.sqrt(ratio) : ratio * channels
        copyWindow(x, channel, candidates, channel + toCandidate, onePlane, from)
        for (let r = 0, j = 0; r < to.height; r++) {
          const start = channel + (to.top + r) * width + to.left
          for (let at = start; at < start + to.width; at++, j++) {
            const value = (x[at] as number) + (drawn[j] as number) * scale
            // The projection has to see what the box cuts off.
            candidates[toCandidate + at] = overspends ? value : clipUnit(value)
          }
        }
      }
      if (overspends) project(rowOf(candidates, row), rowOf(x, i), 0, size, { norm, eps })
    },

    keep(i, row) {
      if (overspends) {
        best.set(rowOf(candidates, row), i * size)
      } else {
        const { to, from } = moved[row] as (typeof moved)[number]
        copyWindow(candidates, row * size, best, i * size, picture, to)
        copyWindow(candidates, row * size, best, i * size, picture, from)
      }
      masses[i] = massOf(i * size, (i + 1) * size)
    },

    undo(i, row) {
      if (overspends) {
        candidates.set(rowOf(best, i), row * size)
      } else {
        const { to, from } = moved[row] as (typeof moved)[number]
        copyWindow(best, i * size, candidates, row * size, picture, to)
        copyWindow(best, i * size, candidates, row * size, picture, from)
      }
    },
  }
}

/** Random tiles of a size, each made once. */
function tiles(): (size: WindowSize, random: Random) => Float64Array {
  const made = new Map<string, Float64Array>()
  return ({ height, width }, random) => {
    const halves = height === 1 || (width > 1 && random.boolean()) ? 'beside' : 'stacked'
    const key = `${height} ${width} ${halves}`
    const known = made.get(key) ?? tile(height, width, halves)
    made.set(key, known)
    return known
  }
}

/** Odd sides of three or more, as far as the picture allows: a tile has a middle. */
function atLeastThree({ height, width }: WindowSize, picture: Picture): WindowSize {
  return {
    height: Math.min(Math.max(height, 3) | 1, picture.height),
    width: Math.min(Math.max(width, 3) | 1, picture.width),
  }
}

function overlap(a: Window, b: Window): Window {
  const top = Math.max(a.top, b.top)
  const left = Math.max(a.left, b.left)
  return {
    top,
    left,
    height: Math.max(0, Math.min(a.top + a.height, b.top + b.height) - top),
    width: Math.max(0, Math.min(a.left + a.width, b.left + b.width) - left),
  }
}
