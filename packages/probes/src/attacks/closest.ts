// What an attack that looks for the shortest way remembers: the closest adversarial point of each sample that the model
// has confirmed, and how much was spent until the first. A later point that is further away, or not adversarial, changes
// nothing. Distances are those of the points as they are stored, in 32 bits.
import type { Tensor } from '@failmode/core'
import type { AttackResult } from './attack.ts'

export interface Closest {
  /** Rows like those of the batch; a row means nothing while its distance is Infinity. */
  readonly points: Float32Array
  readonly distances: Float64Array
  readonly spentToSuccess: (number | null)[]
}

export function noneYet(x: Tensor): Closest {
  const count = x.dims[0] as number
  return {
    points: new Float32Array(x.data.length),
    distances: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    spentToSuccess: new Array<number | null>(count).fill(null),
  }
}

/**
 * Tells of an adversarial point of sample `i`: row `row` of `candidates`, at `distance`, after `spent` passes.
 *
 * @returns whether it is closer than any before
 */
export function keepCloser(
  closest: Closest,
  i: number,
  { candidates, row, distance, spent }: Found,
): boolean {
  closest.spentToSuccess[i] ??= spent
  if (distance >= (closest.distances[i] as number)) return false
  const size = closest.points.length / closest.distances.length
  closest.distances[i] = distance
  closest.points.set(candidates.subarray(row * size, (row + 1) * size), i * size)
  return true
}

interface Found {
  readonly candidates: Float32Array
  readonly row: number
  readonly distance: number
  readonly spent: number
}

/** @param lastTried what to give back of samples without an adversarial point, rows like those of the batch */
export function resultOf(
  { points, distances, spentToSuccess }: Closest,
  lastTried: Float32Array,
  dims: readonly number[],
): Pick<AttackResult, 'adversarial' | 'spentToSuccess'> {
  const size = points.length / Math.max(distances.length, 1)
  const data = points.slice()
  for (const [i, distance] of distances.entries())
    if (distance === Number.POSITIVE_INFINITY)
      data.set(lastTried.subarray(i * size, (i + 1) * size), i * size)
  return { adversarial: { data, dims }, spentToSuccess }
}
