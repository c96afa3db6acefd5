// SimBA (Guo et al. 2019, arXiv:1905.07121): a greedy walk along the vectors of an orthonormal basis that asks only for
// scores. Each vector is tried in one direction and then in the other, and the first that lowers the score of the class
// is kept. The vectors are single numbers, or cosines over the whole picture with the low frequencies first, to which
// nets are more sensitive. They are at right angles, so that k steps lead no further than sqrt(k) times one: the
// points are near in L2 even where no ball holds them.
import { type ScoreModel, sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { type Ball, distance, project } from './ball.ts'
import { margins, predictions } from './margin.ts'
import { asPicture } from './picture.ts'
import { simbaWalk, type Walk } from './simba-walk.ts'

export interface SimbaOptions extends AttackRun {
  /** Queries a sample; the first is the clean sample itself. */
  readonly queries: number
  readonly basis: 'pixel' | 'dct'
  /** Length of a step; 0.2, as in the paper, when absent. */
  readonly step?: number
  /** Share of the frequencies of each axis that is tried before the others; 1/8, as in the paper, when absent. */
  readonly lowest?: number
  /** Set that no point leaves; the box alone when absent. */
  readonly ball?: Ball
}

export interface SimbaResult extends AttackResult {
  /** L2 distance of each point from its clean sample. */
  readonly l2: readonly number[]
}

/** Samples are [N, C, H, W]; of any other shape each is taken as one row. */
export async function simba(
  model: ScoreModel,
  batch: AttackBatch,
  options: SimbaOptions,
): Promise<SimbaResult> {
  const { x, labels, targets, ids } = batch
  const { queries, ball, basis, step = 0.2, lowest = 1 / 8 } = options
  const count = x.dims[0] as number
  const sampleShape = x.dims.slice(1)
  const size = sizeOf(sampleShape)
  const rowOf = (points: Float32Array, row: number) => points.subarray(row * size, (row + 1) * size)
  const best = x.data.slice()
  const candidates = x.data.slice()
  const walks = ids.map((id) =>
    simbaWalk(asPicture(sampleShape), options.random.split(id), { basis, step, lowest }),
  )

  /** Makes the next point that differs from the best one; false when no step of the whole basis does. */
  const propose = (i: number, row: number): boolean => {
    const from = rowOf(best, i)
    const point = rowOf(candidates, row)
    const walk = walks[i] as Walk
    for (let tries = 0; tries < 2 * size; tries++) {
      point.set(from)
      if (walk.take(point)) {
        if (ball === undefined) return true
        project(point, rowOf(x.data, i), 0, size, ball)
        if (differ(point, from)) return true
      }
      walk.turn()
    }
    return false
  }

  const margin = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  const sign = targets === undefined ? 1 : -1
  let active = Array.from({ length: count }, (_, i) => i)
  for (let query = 1; query <= queries; query++) {
    options.signal?.throwIfAborted()
    if (query > 1) {
      const moving: number[] = []
      for (const i of active) if (propose(i, moving.length)) moving.push(i)
      active = moving
    }
    if (active.length === 0) break
    const scores = await model.scores({
      data: candidates.subarray(0, active.length * size),
      dims: [active.length, ...sampleShape],
    })
    const values = margins(
      scores,
      active.map((i) => (targets ?? labels)[i] as number),
    )
    const predicted = predictions(scores)
    active = active.filter((i, row) => {
      const fooled = reaches(batch, i, predicted[row] as number)
      const value = sign * (values[row] as number)
      const walk = walks[i] as Walk
      if (fooled || value < (margin[i] as number)) {
        margin[i] = value
        best.set(rowOf(candidates, row), i * size)
        if (query > 1) walk.next()
      } else {
        walk.turn()
      }
      if (fooled) spentToSuccess[i] = query
      return !fooled
    })
    if (query % 16 === 0) options.progress?.(query / queries)
  }
  return {
    adversarial: { data: best, dims: x.dims },
    spentToSuccess,
    l2: Array.from({ length: count }, (_, i) => distance(rowOf(best, i), rowOf(x.data, i), 'l2')),
  }
}

function differ(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return true
  return false
}
