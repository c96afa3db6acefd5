// The steps of Auto-PGD in L1 (Croce and Hein 2021, arXiv:2103.01208, algorithm 1). The steepest way in L1 within a box
// moves a few coordinates only; how many is fitted, at every checkpoint, to how many the best point so far differs in.
// While that number shrinks the step stays long, else it gets shorter. There is no momentum.
import type { Climbers, StepRule } from './apgd-climb.ts'
import { type Ball, project } from './ball.ts'
import { sharedCandidates, takeLargest } from './take-largest.ts'

/** Share of the coordinates that move at first, from a random start. */
const firstShare = 0.2
/** A step moves this many times fewer coordinates than the best point differs in. */
const sparser = 1.5
/** Factor that a step shrinks by, and the shortest against the first. */
const slower = 1.5
const shortest = 0.1
/** The number of coordinates shrinks still when it is below this share of what it was. */
const shrinking = 0.95

export interface SparseStart {
  readonly steps: number
  /** Whether it starts from random points; other points tell by themselves how many coordinates they differ in. */
  readonly random: boolean
}

export function sparseRule(ball: Ball, { steps, random }: SparseStart): StepRule {
  const { eps } = ball
  const interval = Math.max(Math.floor(0.04 * steps), 1)
  return {
    checkpoints: Array.from({ length: Math.floor(steps / interval) }, (_, k) => (k + 1) * interval),
    remembers: 2,
    start(climbers, row) {
      const [moving, support] = climbers.memory as [Float64Array, Float64Array]
      const differing = random ? climbers.size : supportOf(climbers, climbers.point, row)
      climbers.stepSize[row] = eps
      support[row] = differing
      moving[row] = Math.ceil(random ? firstShare * climbers.size : differing / sparser)
    },
    move(climbers, row) {
      const { size, center, point, next } = climbers
      next.set(point.subarray(row * size, (row + 1) * size), row * size)
      sparseStep(climbers, row)
      project(next, center, row, size, ball)
    },
    pace(climbers, row) {
      const [moving, support] = climbers.memory as [Float64Array, Float64Array]
      const differing = supportOf(climbers, climbers.best, row)
      const shrinks = differing / (support[row] as number) < shrinking
      const step = shrinks ? eps : (climbers.stepSize[row] as number) / slower
      climbers.stepSize[row] = Math.max(step, shortest * eps)
      support[row] = differing
      moving[row] = Math.ceil(differing / sparser)
      return shrinks
    },
  }
}

/** Coordinates of a row that are not those of the clean sample. */
function supportOf({ size, center }: Climbers, rows: Float32Array, row: number): number {
  let differing = 0
  for (let i = row * size; i < (row + 1) * size; i++) differing += Number(rows[i] !== center[i])
  return differing
}

/** Moves the coordinates with the largest gradients by equal parts of the step. */
function sparseStep({ size, next, gradient, stepSize, memory }: Climbers, row: number): void {
  const from = row * size
  const choice = sharedCandidates(size)
  for (let i = 0; i < size; i++) {
    choice.order[i] = i
    choice.keys[i] = Math.abs(gradient[from + i] as number)
    choice.weights[i] = 1
  }
  const moving = takeLargest(choice, size, Math.max((memory[0] as Float64Array)[row] as number, 1))
  let nonzero = 0
  for (let rank = 0; rank < moving; rank++) nonzero += Number(choice.keys[choice.order[rank] as number] !== 0)
  const step = nonzero === 0 ? 0 : (stepSize[row] as number) / nonzero
  for (let rank = 0; rank < moving; rank++) {
    const i = from + (choice.order[rank] as number)
    next[i] = (next[i] as number) + step * Math.sign(gradient[i] as number)
  }
}
