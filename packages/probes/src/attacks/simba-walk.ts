// The steps that SimBA tries on one sample: the vectors of a basis in random order, each there and back. Once all were
// tried the walk goes round again in a new order, as a vector that did not help at first may help later.
import type { Random } from '@failmode/core'
import { clipUnit } from './branchless.ts'
import { dctBasis } from './dct.ts'
import type { Picture } from './picture.ts'

export interface Walk {
  /** Adds the present step to a sample, and stays in the box. Says whether that changed anything. */
  take(point: Float32Array): boolean
  /** On to the other direction of the present vector, or to the next vector. */
  turn(): void
  /** On to the next vector. */
  next(): void
}

export interface WalkOptions {
  readonly basis: 'pixel' | 'dct'
  readonly step: number
  /** Share of the frequencies of each axis that come first. */
  readonly lowest: number
}

export function simbaWalk(picture: Picture, random: Random, { basis, step, lowest }: WalkOptions): Walk {
  const { channels, height, width } = picture
  const plane = height * width
  const size = channels * plane
  const writeBasis = dctBasis(height, width)
  const vector = new Float64Array(plane)
  const order = () => (basis === 'dct' ? lowFirst(picture, lowest, random) : random.permutation(size))
  let vectors = order()
  let at = 0
  let direction = -1

  const next = (): void => {
    direction = -1
    if (++at < size) return
    at = 0
    vectors = order()
  }
  return {
    take(point) {
      const id = vectors[at] as number
      if (basis === 'pixel') {
        const before = point[id] as number
        point[id] = clipUnit(before + direction * step)
        return point[id] !== before
      }
      const frequency = id % plane
      const channel = id - frequency
      writeBasis(vector, Math.floor(frequency / width), frequency % width, direction * step)
      let changes = 0
      for (let j = 0; j < plane; j++) {
        const before = point[channel + j] as number
        const after = clipUnit(before + (vector[j] as number))
        point[channel + j] = after
        changes += Math.abs(after - before)
      }
      return changes > 0
    },
    turn() {
      if (direction > 0) next()
      else direction = 1
    },
    next,
  }
}

/**
 * All frequencies of all channels: those below `lowest` of both axes first, then shell after shell of the next higher
 * ones, in random order within each.
 */
export function lowFirst(
  { channels, height, width }: Picture,
  lowest: number,
  random: Random,
): Int32Array<ArrayBuffer> {
  const plane = height * width
  const rows = Math.ceil(lowest * height)
  const columns = Math.ceil(lowest * width)
  const shell = (id: number): number => {
    const frequency = id % plane
    return Math.max(0, Math.floor(frequency / width) - rows + 1, (frequency % width) - columns + 1)
  }
  const shells: number[][] = []
  for (const id of random.permutation(channels * plane)) {
    const at = shell(id)
    const members = shells[at]
    if (members === undefined) shells[at] = [id]
    else members.push(id)
  }
  return Int32Array.from(shells.flat())
}
