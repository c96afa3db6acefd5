// One start of FAB (Croce and Hein 2020, arXiv:1907.02044): the border of a class is taken for a plane, and the point
// steps beyond the nearest point of that plane, between the one nearest to itself and the one nearest to the clean
// sample. Where that is adversarial, it is kept if it is closer than any before, and the point goes a tenth of the way
// back. As published a look finds that out, and then a plane is laid at the point as it is now. By default the plane is
// laid at once, which finds it out too, and serves for the next step even where the point goes back: that saves the
// look, the plane is closer to the border, and the ways found are as short.
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
/** Ways are taken to be at least this long when they are weighed. */
const shortest = 1e-8

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
  const { batch } = search
  const size = sizeOf(batch.x.dims.slice(1))
  const rows: Rows = {
    size,
    samples: [...active],
    clean: new Float32Array(active.length * size),
    point: new Float32Array(active.length * size),
  }
  const { samples, clean, point } = rows
  for (const [row, i] of active.entries()) {
    clean.set(batch.x.data.subarray(i * size, (i + 1) * size), row * size)
    spec.begin(point.subarray(row * size, (row + 1) * size), i)
  }
  const ways = { own: new Float64Array(size), clean: new Float64Array(size) }
  const asked = (): Tensor => ({
    data: point.subarray(0, samples.length * size),
    dims: [samples.length, ...batch.x.dims.slice(1)],
  })

  for (let taken = 0; samples.length > 0; taken++) {
    spec.signal?.throwIfAborted()
    const last = taken === spec.steps
    if (last || (spec.relinearise && taken > 0)) {
      const looked = settle(search, rows, await planes.scores(asked()), { ...spec, cost: 1, last })
      if (last) return
      for (const [at, { success }] of looked.entries()) if (success) goBack(rows, at)
      if (looked.length === 0) return
    }
    const { value, normal, scores } = await planes.ask(asked(), samples)
    if (spec.recorded && taken === 0)
      for (let row = 0; row < samples.length; row++)
        search.zeroGradients += Number(isZeroRow(normal, row, size))
    const left = settle(search, rows, scores, { ...spec, cost: planes.cost, last })
    for (const [at, { row, success }] of left.entries()) {
      let above = value[row] as number
      if (success && !spec.relinearise && taken > 0) above += goBack(rows, at, normal, row)
      step(rows, at, { above, normal, row, norm: spec.ball.norm, ways })
    }
    spec.progress((taken + 1) / spec.steps)
  }
}

/** The samples under way, packed at the front, so that a step is one call on one piece of memory. */
interface Rows {
  readonly size: number
  readonly samples: number[]
  readonly clean: Float32Array
  readonly point: Float32Array
}

/**
 * Keeps what was found and takes out the samples that are done, or all of them after the last step.
 *
 * @returns of each sample that is left, the row that it was in, and whether its point is adversarial
 */
function settle(
  { batch, closest, passes, lastTried }: FabSearch,
  { size, samples, clean, point }: Rows,
  scores: Scores,
  { cost, last, ball, enough }: Approach & { readonly cost: number; readonly last: boolean },
): { readonly row: number; readonly success: boolean }[] {
  const left: { row: number; success: boolean }[] = []
  for (const [row, success] of isBeyond(scores, batch, samples).entries()) {
    const i = samples[row] as number
    const spent = (passes[i] as number) + cost
    passes[i] = spent
    if (success) {
      const distance = rowDistance(point, row, clean, { row, size, norm: ball.norm })
      keepCloser(closest, i, { candidates: point, row, distance, spent })
    }
    if (last || (closest.distances[i] as number) <= enough) {
      lastTried.set(point.subarray(row * size, (row + 1) * size), i * size)
      continue
    }
    const at = left.push({ row, success }) - 1
    if (at === row) continue
    samples[at] = i
    for (const data of [clean, point]) data.copyWithin(at * size, row * size, (row + 1) * size)
  }
  samples.length = left.length
  return left
}

/**
 * Moves the point of row `at` back towards the clean sample.
 *
 * @returns by how much that changes its height above the plane whose normal is row `row` of `normal`
 */
function goBack({ size, clean, point }: Rows, at: number, normal = clean, row = at): number {
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

interface Plane {
  /** How far the point is above the plane. */
  readonly above: number
  readonly normal: Float32Array
  readonly row: number
  readonly norm: Norm
  readonly ways: { readonly own: Float64Array; readonly clean: Float64Array }
}

function step({ size, clean, point }: Rows, at: number, { above, normal, row, norm, ways }: Plane): void {
  let cleanAbove = above
  for (let i = at * size, n = row * size; n < (row + 1) * size; i++, n++)
    cleanAbove += (normal[n] as number) * ((clean[i] as number) - (point[i] as number))
  const plane = { at, normals: normal, row, norm }
  const own = Math.max(wayToPlane(ways.own, { ...plane, points: point, change: -above }), shortest)
  const far = Math.max(wayToPlane(ways.clean, { ...plane, points: clean, change: -cleanAbove }), shortest)
  const bias = Math.min(own / (own + far), mostBias)
  for (let i = at * size, j = 0; j < size; i++, j++) {
    const mine = (point[i] as number) + overshoot * (ways.own[j] as number)
    const theirs = (clean[i] as number) + overshoot * (ways.clean[j] as number)
    point[i] = clipUnit((1 - bias) * mine + bias * theirs)
  }
}
