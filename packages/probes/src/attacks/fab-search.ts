// One start of FAB (Croce and Hein 2020, arXiv:1907.02044): the border of a class is taken for a plane, and the point
// steps beyond the nearest point of that plane, between the one nearest to itself and the one nearest to the clean
// sample. Where that is adversarial, it is kept if it is closer than any before, and the point goes a tenth of the way
// back. As published the plane is then laid anew at the point it went back to, which takes a second pass. By default
// it is the plane at the adversarial point, which that pass gave already: it lies closer to the border, and the ways
// found are as short for every step, at a little over half of the passes.
import { type Scores, sizeOf, type Tensor } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import type { Ball, Norm } from './ball.ts'
import { isBeyond } from './beyond.ts'
import { clipUnit } from './branchless.ts'
import { type Closest, keepCloser, noneYet } from './closest.ts'
import { rowDistance } from './row-distance.ts'
import { wayToPlane } from './way-to-plane.ts'
import { isZeroRow } from './zero-row.ts'

/** How far a step goes of the way to the plane (eta). */
const overshoot = 1.05
/** Most weight of the way that starts at the clean sample (alpha_max). */
const mostBias = 0.1
/** What is kept of the distance where the point goes back (beta). */
const goesBackTo = 0.9

/** A border near each point, as a plane: `value` above it where the class is wrong, and the normal that way. */
export interface PlaneAnswer {
  /** [N] */
  readonly value: Float32Array
  /** Same shape as the points. */
  readonly normal: Float32Array
  readonly scores: Scores
}

/** Lays planes. */
export interface Planes {
  /** Passes a point. */
  readonly cost: number
  ask(x: Tensor, samples: readonly number[]): Promise<PlaneAnswer>
  scores(x: Tensor): Promise<Scores>
}

/** What FAB found so far. */
export interface FabSearch {
  readonly batch: AttackBatch
  readonly closest: Closest
  readonly passes: Int32Array
  readonly lastTried: Float32Array
  zeroGradients: number
}

export function newSearch(batch: AttackBatch): FabSearch {
  return {
    batch,
    closest: noneYet(batch.x),
    passes: new Int32Array(batch.labels.length),
    lastTried: batch.x.data.slice(),
    zeroGradients: 0,
  }
}

export interface Approach {
  readonly ball: Ball
  readonly steps: number
  /** A sample with a point as close as this is done. */
  readonly enough: number
  readonly relinearise: boolean
  /** Puts the start of sample `i` into `start`, as long as a sample. */
  readonly begin: (start: Float32Array, i: number) => void
  /** Whether this is the start of which gradients of zero are counted. */
  readonly recorded: boolean
  readonly signal: AbortSignal | undefined
  readonly progress: (share: number) => void
}

export async function approach(
  search: FabSearch,
  planes: Planes,
  active: readonly number[],
  spec: Approach,
): Promise<void> {
  const { batch, closest, passes } = search
  const { norm } = spec.ball
  const size = sizeOf(batch.x.dims.slice(1))
  // Rows of the samples that are left stay packed at the front, so that a step is one call on one piece of memory.
  const samples = [...active]
  const clean = new Float32Array(active.length * size)
  const point = new Float32Array(active.length * size)
  const taken = new Int32Array(active.length)
  const stepped = new Uint8Array(active.length)
  for (const [row, i] of active.entries()) {
    clean.set(batch.x.data.subarray(i * size, (i + 1) * size), row * size)
    spec.begin(point.subarray(row * size, (row + 1) * size), i)
  }
  const ways = { own: new Float64Array(size), clean: new Float64Array(size) }

  while (samples.length > 0) {
    spec.signal?.throwIfAborted()
    const count = samples.length
    const x = { data: point.subarray(0, count * size), dims: [count, ...batch.x.dims.slice(1)] }
    const last = taken.subarray(0, count).every((steps) => steps === spec.steps)
    const answer = last ? null : await planes.ask(x, samples)
    const success = isBeyond(answer?.scores ?? (await planes.scores(x)), batch, samples)
    let kept = 0
    for (let row = 0; row < count; row++) {
      const i = samples[row] as number
      const spent = (passes[i] as number) + (last ? 1 : planes.cost)
      passes[i] = spent
      if (success[row] === true) {
        const distance = rowDistance(point, row, clean, { row, size, norm })
        keepCloser(closest, i, { candidates: point, row, distance, spent })
      }
      if (spec.recorded && taken[row] === 0 && answer !== null && isZeroRow(answer.normal, row, size))
        search.zeroGradients++
      if (taken[row] === spec.steps || (closest.distances[i] as number) <= spec.enough) {
        search.lastTried.set(point.subarray(row * size, (row + 1) * size), i * size)
        continue
      }
      if (kept !== row) {
        samples[kept] = i
        taken[kept] = taken[row] as number
        stepped[kept] = stepped[row] as number
        for (const rows of [clean, point]) rows.copyWithin(kept * size, row * size, (row + 1) * size)
      }
      const { value, normal } = answer as PlaneAnswer
      let above = value[row] as number
      const at = kept++
      const back = success[row] === true && stepped[at] === 1
      if (back) above += goBack(point, clean, normal, { at, row, size })
      if (back && spec.relinearise) {
        stepped[at] = 0
        continue
      }
      step(point, clean, normal, { at, row, size, above, norm, ways })
      stepped[at] = 1
      taken[at] = (taken[at] as number) + 1
    }
    samples.length = kept
    spec.progress((taken[0] as number) / spec.steps)
  }
}

/**
 * Moves row `at` back towards the clean sample; row `row` of `normal` belongs to it.
 *
 * @returns by how much that changes the height above the plane
 */
function goBack(
  point: Float32Array,
  clean: Float32Array,
  normal: Float32Array,
  { at, row, size }: { readonly at: number; readonly row: number; readonly size: number },
): number {
  let change = 0
  for (let i = at * size, n = row * size; n < (row + 1) * size; i++, n++) {
    const x = point[i] as number
    const c = clean[i] as number
    const moved = c + goesBackTo * (x - c)
    change += (normal[n] as number) * (moved - x)
    point[i] = moved
  }
  return change
}

function step(
  point: Float32Array,
  clean: Float32Array,
  normal: Float32Array,
  {
    at,
    row,
    size,
    above,
    norm,
    ways,
  }: {
    readonly at: number
    readonly row: number
    readonly size: number
    readonly above: number
    readonly norm: Norm
    readonly ways: { readonly own: Float64Array; readonly clean: Float64Array }
  },
): void {
  let cleanAbove = above
  for (let i = at * size, n = row * size; n < (row + 1) * size; i++, n++)
    cleanAbove += (normal[n] as number) * ((clean[i] as number) - (point[i] as number))
  const plane = { normals: normal, row, norm }
  const own = wayToPlane(ways.own, { ...plane, points: point, at, change: -above })
  const fromClean = wayToPlane(ways.clean, { ...plane, points: clean, at, change: -cleanAbove })
  const least = 1e-8
  const bias = Math.min(Math.max(own, least) / (Math.max(own, least) + Math.max(fromClean, least)), mostBias)
  for (let i = at * size, j = 0; j < size; i++, j++) {
    const mine = (point[i] as number) + overshoot * (ways.own[j] as number)
    const theirs = (clean[i] as number) + overshoot * (ways.clean[j] as number)
    point[i] = clipUnit((1 - bias) * mine + bias * theirs)
  }
}
