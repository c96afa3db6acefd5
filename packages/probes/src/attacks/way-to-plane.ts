// The shortest way from a point of the unit box to a hyperplane, without leaving the box: the step that FAB is made of
// (Croce and Hein 2020, arXiv:1907.02044, section 3.1). Every coordinate that moves goes the way that brings the plane
// nearer, and gains its weight times its move. For Linf all go equally far and for L2 as far as their weights say, until
// they meet the box; how far is the root of a concave, piecewise linear function, which Newton's steps from the left
// find without ever passing it. For L1 those with the largest weights go first, each as far as it can.
import type { Norm } from './ball.ts'
import { least } from './branchless.ts'
import { sharedCandidates, takeLargest } from './take-largest.ts'

export interface PlaneStep {
  /** The point is row `at` of these, numbers in [0, 1]. */
  readonly points: Float32Array
  readonly at: number
  /** The hyperplane's normal is row `row` of these. */
  readonly normals: Float32Array
  readonly row: number
  /** By how much the product of the point with the normal has to change to be on the plane. */
  readonly change: number
  readonly norm: Norm
}

/** Rounds after which the way may stay a trace short; each round settles a coordinate, and most settle many. */
const mostRounds = 100

/**
 * Writes the way into `way`, as long as a row. Where no point of the box is on the plane, that is the way to the corner
 * nearest to it.
 *
 * @returns its length in the norm
 */
export function wayToPlane(way: Float64Array, step: PlaneStep): number {
  if (step.norm === 'l1') return greedyWay(way, step)
  const size = way.length
  const pointFrom = step.at * size
  const from = step.row * size
  const { points, normals } = step
  const sign = step.change < 0 ? -1 : 1
  const wanted = Math.abs(step.change)
  // Only coordinates that gain anything and can move.
  const { order, keys: weights, weights: rooms } = sharedCandidates(size)
  let count = 0
  for (let i = 0; i < size; i++) {
    const x = points[pointFrom + i] as number
    const w = sign * (normals[from + i] as number)
    const up = Number(w > 0)
    const room = up + x * (1 - 2 * up)
    order[count] = i
    weights[count] = Math.abs(w)
    rooms[count] = room
    count += Number(w !== 0) * Number(room > 0)
  }
  const even = step.norm === 'linf'
  const reach = reachOf(weights, rooms, count, wanted, even)
  way.fill(0)
  let longest = 0
  let squares = 0
  for (let k = 0; k < count; k++) {
    const i = order[k] as number
    const moved = least(even ? reach : reach * (weights[k] as number), rooms[k] as number)
    if (moved > longest) longest = moved
    squares += moved * moved
    way[i] = moved * (2 * Number(sign * (normals[from + i] as number) > 0) - 1)
  }
  return even ? longest : Math.sqrt(squares)
}

/** How far all coordinates go (Linf), or one of weight 1 (L2), so that they gain `wanted` together. */
function reachOf(
  weights: Float64Array,
  rooms: Float64Array,
  count: number,
  wanted: number,
  even: boolean,
): number {
  let reach = 0
  for (let round = 0; round < mostRounds; round++) {
    let gain = 0
    let slope = 0
    // Two loops, since a choice in each turn takes longer than what it chooses between.
    if (even) {
      for (let k = 0; k < count; k++) {
        const w = weights[k] as number
        const room = rooms[k] as number
        gain += w * least(reach, room)
        slope += w * Number(room > reach)
      }
    } else {
      for (let k = 0; k < count; k++) {
        const w = weights[k] as number
        const room = rooms[k] as number
        gain += w * least(reach * w, room)
        slope += w * w * Number(room > reach * w)
      }
    }
    const missing = wanted - gain
    if (!(missing > 1e-12 * wanted) || slope === 0) break
    reach += missing / slope
  }
  return reach
}

/** Those with the largest weights go as far as they can, and the last one as far as it has to. */
function greedyWay(way: Float64Array, { points, at, normals, row, change }: PlaneStep): number {
  const size = way.length
  const sign = change < 0 ? -1 : 1
  // What is chosen between is what coordinates can gain, their room times their weight.
  const { order, keys: weights, weights: gains } = sharedCandidates(size)
  let count = 0
  for (let i = 0; i < size; i++) {
    const x = points[at * size + i] as number
    const w = sign * (normals[row * size + i] as number)
    const up = Number(w > 0)
    const gain = Math.abs(w) * (up + x * (1 - 2 * up))
    order[count] = i
    weights[i] = Math.abs(w)
    gains[i] = gain
    count += Number(gain > 0)
  }
  const wanted = Math.abs(change)
  const whole = takeLargest({ order, keys: weights, weights: gains }, count, wanted)
  way.fill(0)
  let left = wanted
  let length = 0
  for (let rank = 0; rank <= whole && rank < count; rank++) {
    const i = order[rank] as number
    const gain = rank < whole ? (gains[i] as number) : Math.max(left, 0)
    left -= gain
    const moved = gain / (weights[i] as number)
    length += moved
    way[i] = moved * sign * Math.sign(normals[row * size + i] as number)
  }
  return length
}
