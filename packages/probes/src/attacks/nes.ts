// Gradient ascent with a gradient estimated from scores alone. The margin is asked on both sides of the point along
// random directions, and each direction counts by how much the sides differ. With normal draws that is the search of
// natural evolution strategies (Ilyas et al. 2018, arXiv:1804.08598), with signs it is simultaneous perturbation
// (Uesato et al. 2018, arXiv:1802.05666): two draws of one estimator. All points of a round go out in one call, and as
// all of them lie in the ball, any that is adversarial ends the search.
import { type Random, type ScoreModel, sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { ascend, type Ball, project } from './ball.ts'
import { margins, predictions } from './margin.ts'

export interface NesOptions extends Ball, AttackRun {
  /** Queries a sample. */
  readonly queries: number
  /** `nes` draws directions from the normal distribution, `spsa` draws signs. */
  readonly estimator: 'nes' | 'spsa'
  /** Directions a round, each asked on both sides; 25 when absent. */
  readonly pairs?: number
  /** How far along its direction a side is; 0.01 when absent. */
  readonly radius?: number
  /** Length of the first step in the norm of the ball, a quarter of its radius when absent; the last is near zero. */
  readonly stepSize?: number
  /** Weight of the gradients of earlier rounds; 0.9 when absent. */
  readonly momentum?: number
}

/** The most numbers in one call; a round that has more takes several. */
const largestCall = 2 ** 24

/** Samples may be of any shape. A round is paid in full, also by a sample that falls in it. */
export async function nes(model: ScoreModel, batch: AttackBatch, options: NesOptions): Promise<AttackResult> {
  const { x, ids } = batch
  const { queries, pairs = 25, stepSize = options.eps / 4, momentum = 0.9 } = options
  const aims = batch.targets ?? batch.labels
  const towards = batch.targets === undefined ? -1 : 1
  const count = x.dims[0] as number
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const streams = ids.map((id) => options.random.split(id))
  const points = x.data.slice()
  const velocity = new Float32Array(points.length)
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  const lossCurve: number[] = []
  const plan = planRounds(queries, pairs)
  let active = Array.from({ length: count }, (_, i) => i)
  let spent = 0
  // Fresh memory for every round would cost as much as filling it.
  let buffer = new Float32Array(0)

  for (const [round, directions] of plan.entries()) {
    if (active.length === 0) break
    options.signal?.throwIfAborted()
    const each = 1 + 2 * directions
    spent += each
    const step = stepSize * (1 - round / plan.length)
    const together = Math.max(1, Math.floor(largestCall / (each * size)))
    const left: number[] = []
    let loss = 0
    for (let from = 0; from < active.length; from += together) {
      const members = active.slice(from, from + together)
      const needed = members.length * each * size
      if (buffer.length < needed) buffer = new Float32Array(needed)
      const asked = buffer.subarray(0, needed)
      const classes = new Int32Array(members.length * each)
      for (const [m, i] of members.entries()) {
        const own = asked.subarray(m * each * size, (m + 1) * each * size)
        const at = { point: rowOf(points, i, size), clean: rowOf(x.data, i, size) }
        lookAround(own, at, streams[i] as Random, options)
        classes.fill(aims[i] as number, m * each, (m + 1) * each)
      }
      const scores = await model.scores({ data: asked, dims: [classes.length, ...sampleShape] })
      const values = margins(scores, classes).map((margin) => towards * margin)
      const predicted = predictions(scores)
      for (const [m, i] of members.entries()) {
        const [first, end] = [m * each, (m + 1) * each]
        loss += values[first] as number
        let hit = first
        while (hit < end && !reaches(batch, i, predicted[hit] as number)) hit++
        if (hit < end) {
          points.set(rowOf(asked, hit, size), i * size)
          spentToSuccess[i] = spent
          continue
        }
        left.push(i)
        if (directions === 0) continue
        const own = asked.subarray(first * size, end * size)
        accumulate(rowOf(velocity, i, size), own, values.subarray(first, end), momentum)
        ascend(points, velocity, i, size, { norm: options.norm, step })
        project(points, x.data, i, size, options)
      }
    }
    lossCurve.push(loss / active.length)
    active = left
    options.progress?.((round + 1) / plan.length)
  }
  return { adversarial: { data: points, dims: x.dims }, spentToSuccess, lossCurve }
}

/**
 * Directions of each round. Every round asks the point that it starts from as well, and the last asks where the search
 * has ended, so that all rounds together ask `queries` points.
 */
export function planRounds(queries: number, pairs: number): readonly number[] {
  const least = Math.ceil((queries - 1) / (1 + 2 * pairs))
  // The pairs take an even number of queries.
  const rounds = least + ((queries - 1 - least) % 2)
  const all = (queries - 1 - rounds) / 2
  const upTo = (round: number) => Math.floor((all * round) / rounds)
  return [...Array.from({ length: rounds }, (_, round) => upTo(round + 1) - upTo(round)), 0]
}

/** Writes the point, and both sides of it along each direction as far as ball and box let them go. */
function lookAround(
  rows: Float32Array,
  { point, clean }: { readonly point: Float32Array; readonly clean: Float32Array },
  random: Random,
  { norm, eps, estimator, radius = 0.01 }: NesOptions,
): void {
  const size = point.length
  const direction = new Float32Array(size)
  rows.set(point)
  for (let from = size; from < rows.length; from += 2 * size) {
    if (estimator === 'nes') {
      random.fillNormal(direction)
    } else {
      // One uniform draw a sign: filling an array is several times as fast as drawing one by one.
      random.fillUniform(direction)
      for (let j = 0; j < size; j++) direction[j] = 2 * Math.floor(2 * (direction[j] as number)) - 1
    }
    for (let j = 0; j < size; j++) {
      const along = radius * (direction[j] as number)
      rows[from + j] = (point[j] as number) + along
      rows[from + size + j] = (point[j] as number) - along
    }
    project(rows.subarray(from, from + size), clean, 0, size, { norm, eps })
    project(rows.subarray(from + size, from + 2 * size), clean, 0, size, { norm, eps })
  }
}

/**
 * Adds the estimated gradient to what is left of the earlier ones. A direction is what lies between its two sides, not
 * what was drawn: at the edge of the ball or the box one of them is cut.
 */
function accumulate(
  velocity: Float32Array,
  rows: Float32Array,
  values: Float64Array,
  momentum: number,
): void {
  const size = velocity.length
  for (let j = 0; j < size; j++) velocity[j] = momentum * (velocity[j] as number)
  for (let row = 1; row < values.length; row += 2) {
    const rise = ((values[row] as number) - (values[row + 1] as number)) / (values.length - 1)
    const [up, down] = [row * size, (row + 1) * size]
    for (let j = 0; j < size; j++) {
      const along = (rows[up + j] as number) - (rows[down + j] as number)
      velocity[j] = (velocity[j] as number) + rise * along
    }
  }
}

function rowOf(points: Float32Array, row: number, size: number): Float32Array {
  return points.subarray(row * size, (row + 1) * size)
}
