// The steps of Auto-PGD in Linf and L2 (Croce and Hein 2020, arXiv:2003.01690, algorithm 1): a step along the gradient
// with a part of the step before, of a length that starts at twice the radius and is halved where it stopped helping.
import type { Climbers, StepRule } from './apgd-climb.ts'
import { checkpoints } from './apgd-schedule.ts'
import { ascend, type Ball, project } from './ball.ts'
import { clipUnit } from './branchless.ts'

/** Weight of the new step against the one before (alpha). */
const fresh = 0.75
/** Share of steps that have to raise the loss (rho). */
const rising = 0.75

export function denseRule({ norm, eps }: Ball, steps: number): StepRule {
  const ball: Ball = { norm, eps }
  return {
    checkpoints: checkpoints(steps),
    remembers: 2,
    start({ stepSize, bestLoss, memory: [checkedLoss, halved] }, row) {
      stepSize[row] = 2 * eps
      ;(checkedLoss as Float64Array)[row] = bestLoss[row] as number
      // As if it had been halved just before, so that the first check looks at the share of rises only.
      ;(halved as Float64Array)[row] = 1
    },
    move(climbers, row, first) {
      if (norm === 'linf') moveLinf(climbers, row, eps, first ? 1 : fresh)
      else moveL2(climbers, row, ball, first ? 1 : fresh)
    },
    pace({ stepSize, bestLoss, rises, memory: [checkedLoss, halved] }, row, interval) {
      const best = bestLoss[row] as number
      const few = (rises[row] as number) <= rising * interval
      const stuck =
        (halved as Float64Array)[row] === 0 && best <= ((checkedLoss as Float64Array)[row] as number)
      const halve = few || stuck
      ;(checkedLoss as Float64Array)[row] = best
      ;(halved as Float64Array)[row] = Number(halve)
      if (halve) stepSize[row] = (stepSize[row] as number) / 2
      return halve
    },
  }
}

/** Both projections, on the step and on the step with momentum, in one go through the row. */
function moveLinf(climbers: Climbers, row: number, eps: number, weight: number): void {
  const { size, center, point, previous, next, gradient } = climbers
  const step = climbers.stepSize[row] as number
  const rest = 1 - weight
  const to = (row + 1) * size
  for (let i = row * size; i < to; i++) {
    const c = center[i] as number
    const x = point[i] as number
    const g = gradient[i] as number
    const d = x - c + step * (Number(g > 0) - Number(g < 0))
    const z = within(c, d, eps)
    next[i] = within(c, x - c + weight * (z - x) + rest * (x - (previous[i] as number)), eps)
  }
}

/** c + d with d cut to [-eps, eps] and the sum to [0, 1]; without a branch, as in `project`. */
function within(c: number, d: number, eps: number): number {
  return clipUnit(c + (Math.abs(d + eps) - Math.abs(d - eps)) / 2)
}

function moveL2(climbers: Climbers, row: number, ball: Ball, weight: number): void {
  const { size, center, point, previous, next, gradient } = climbers
  const from = row * size
  const to = from + size
  next.set(point.subarray(from, to), from)
  ascend(next, gradient, row, size, { norm: 'l2', step: climbers.stepSize[row] as number })
  project(next, center, row, size, ball)
  const rest = 1 - weight
  for (let i = from; i < to; i++) {
    const x = point[i] as number
    next[i] = x + weight * ((next[i] as number) - x) + rest * (x - (previous[i] as number))
  }
  project(next, center, row, size, ball)
}
