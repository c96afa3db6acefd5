// The set an attack may move in: all points within eps of the clean sample in a norm, inside the unit box. Points are
// rows of a batch; each is projected by itself. For Linf and L1 that gives the nearest point of the set. For L2 it is
// the nearest of the ball and then of the box, as everybody does it.
import type { Random } from '@failmode/core'
import { clipUnit, least } from './branchless.ts'
import { sharedCandidates, takeLargest } from './take-largest.ts'

export const norms = ['linf', 'l2', 'l1'] as const
export type Norm = (typeof norms)[number]

export interface Ball {
  readonly norm: Norm
  readonly eps: number
}

/** Puts row `row` of `x` (rows of `size` numbers) back into the ball around the same row of `center`. */
export function project(
  x: Float32Array,
  center: Float32Array,
  row: number,
  size: number,
  { norm, eps }: Ball,
): void {
  const from = row * size
  const to = from + size
  if (norm === 'linf') {
    for (let i = from; i < to; i++) {
      const c = center[i] as number
      const d = (x[i] as number) - c
      // d cut to [-eps, eps] without a branch: which side a coordinate is on is as good as random, and a processor
      // that guesses it wrong half of the time takes several times as long. That of the box is guessed well.
      const moved = c + (Math.abs(d + eps) - Math.abs(d - eps)) / 2
      x[i] = Math.min(1, Math.max(0, moved))
    }
    return
  }
  if (norm === 'l1') {
    projectL1(x, center, from, to, eps)
    return
  }
  let squares = 0
  for (let i = from; i < to; i++) squares += ((x[i] as number) - (center[i] as number)) ** 2
  // A hair inside, so that rounding to float32 does not leave the ball.
  const length = Math.sqrt(squares)
  const scale = length > eps ? (eps * (1 - 1e-6)) / length : 1
  for (let i = from; i < to; i++) {
    const c = center[i] as number
    // Clipping to the box moves every coordinate towards the clean sample, so the distance does not grow.
    x[i] = Math.min(1, Math.max(0, c + ((x[i] as number) - c) * scale))
  }
}

/** How far a coordinate can go until it meets the box: up where `up` is 1, down where it is 0. */
function roomOf(value: number, up: number): number {
  return up + value * (1 - 2 * up)
}

/**
 * The nearest point of the L1 ball within the box (Croce and Hein 2021, arXiv:2103.01208, Proposition 2.1): every
 * coordinate goes back by the same lambda >= 0, but not beyond its centre, and then no further out than the box.
 */
function projectL1(x: Float32Array, center: Float32Array, from: number, to: number, eps: number): void {
  // Only coordinates that differ and may: by how much they do, and by how much they may.
  const { order, keys: changes, weights: rooms } = sharedCandidates(to - from)
  let count = 0
  let within = 0
  let furthest = 0
  for (let i = from; i < to; i++) {
    const c = center[i] as number
    const change = (x[i] as number) - c
    const room = roomOf(c, Number(change > 0))
    order[count] = i
    changes[count] = change
    rooms[count] = room
    count += Number(change !== 0) * Number(room > 0)
    within += least(Math.abs(change), room)
    if (Math.abs(change) > furthest) furthest = Math.abs(change)
    x[i] = clipUnit(x[i] as number)
  }
  if (within <= eps) return
  // A hair inside; where rounding a row of many numbers to float32 leaves the ball all the same, further.
  for (let less = 1e-6; ; less *= 4) {
    const wanted = eps * Math.max(0, 1 - less)
    const lambda = shrinkage(changes, rooms, count, { sum: wanted, furthest, tolerance: eps * 1e-7 })
    let sum = 0
    for (let k = 0; k < count; k++) {
      const i = order[k] as number
      const c = center[i] as number
      const change = changes[k] as number
      const left = Math.min(Math.max(Math.abs(change) - lambda, 0), rooms[k] as number)
      x[i] = c + left * (2 * Number(change > 0) - 1)
      sum += Math.abs((x[i] as number) - c)
    }
    if (sum <= eps) return
  }
}

/**
 * The lambda at which the changes, cut back by it and by the box, sum to `sum`: the root of a falling, piecewise linear
 * function. Newton's step from a point is exact once no kink lies between, and a bracket halves where it leads astray.
 */
function shrinkage(
  changes: Float64Array,
  rooms: Float64Array,
  count: number,
  wanted: { readonly sum: number; readonly furthest: number; readonly tolerance: number },
): number {
  let low = 0
  let high = wanted.furthest
  let lambda = 0
  for (let round = 0; round < 60; round++) {
    let sum = 0
    let moving = 0
    for (let k = 0; k < count; k++) {
      const left = Math.abs(changes[k] as number) - lambda
      const room = rooms[k] as number
      sum += least((left + Math.abs(left)) / 2, room)
      moving += Number(left > 0) * Number(left < room)
    }
    const excess = sum - wanted.sum
    if (Math.abs(excess) <= wanted.tolerance) return lambda
    if (excess > 0) low = lambda
    else high = lambda
    const next = lambda + excess / moving
    lambda = next > low && next < high ? next : (low + high) / 2
  }
  return high
}

/**
 * Moves a row by `step` along the steepest way up: the sign of the gradient for Linf, its direction for L2. For L1 the
 * coordinates with the largest gradients move, each to the face of the box, as many as the step pays for.
 */
export function ascend(
  x: Float32Array,
  gradient: Float32Array,
  row: number,
  size: number,
  { norm, step }: { readonly norm: Norm; readonly step: number },
): void {
  const from = row * size
  const to = from + size
  if (norm === 'linf') {
    for (let i = from; i < to; i++) {
      const g = gradient[i] as number
      // No branch on a sign that is as good as random, as in `project`.
      x[i] = (x[i] as number) + step * (Number(g > 0) - Number(g < 0))
    }
    return
  }
  if (norm === 'l1') {
    ascendL1(x, gradient, from, to, step)
    return
  }
  let squares = 0
  for (let i = from; i < to; i++) squares += (gradient[i] as number) ** 2
  if (squares === 0) return
  const scale = step / Math.sqrt(squares)
  for (let i = from; i < to; i++) x[i] = (x[i] as number) + (gradient[i] as number) * scale
}

function ascendL1(x: Float32Array, gradient: Float32Array, from: number, to: number, step: number): void {
  const size = to - from
  const choice = sharedCandidates(size)
  let count = 0
  for (let i = 0; i < size; i++) {
    const g = gradient[from + i] as number
    const room = roomOf(x[from + i] as number, Number(g > 0))
    choice.order[count] = i
    choice.keys[i] = Math.abs(g)
    choice.weights[i] = room
    count += Number(g !== 0) * Number(room > 0)
  }
  const whole = takeLargest(choice, count, step)
  let left = step
  for (let rank = 0; rank <= whole && rank < count; rank++) {
    const i = choice.order[rank] as number
    const moved = rank < whole ? (choice.weights[i] as number) : left
    left -= moved
    x[from + i] = (x[from + i] as number) + moved * Math.sign(gradient[from + i] as number)
  }
}

/**
 * A random point of the ball in place of a row, uniform in the ball before the box cuts it: uniform in the cube for
 * Linf; for L2 and L1 a radius of eps u^(1/size) in a direction given by normal or Laplace draws.
 */
export function randomPoint(
  x: Float32Array,
  center: Float32Array,
  row: number,
  size: number,
  ball: Ball,
  random: Random,
): void {
  const from = row * size
  if (ball.norm === 'linf') {
    for (let i = from; i < from + size; i++)
      x[i] = (center[i] as number) + (2 * random.uniform() - 1) * ball.eps
  } else if (ball.norm === 'l1') {
    const direction = new Float64Array(size)
    let length = 0
    for (let i = 0; i < size; i++) {
      const exponential = -Math.log1p(-random.uniform())
      direction[i] = exponential * random.sign()
      length += exponential
    }
    const radius = ball.eps * random.uniform() ** (1 / size)
    for (let i = 0; i < size; i++)
      x[from + i] = (center[from + i] as number) + ((direction[i] as number) * radius) / length
  } else {
    const direction = random.fillNormal(new Float32Array(size))
    const length = Math.sqrt(direction.reduce((sum, v) => sum + v * v, 0))
    const radius = ball.eps * random.uniform() ** (1 / size)
    for (let i = 0; i < size; i++)
      x[from + i] = (center[from + i] as number) + ((direction[i] as number) * radius) / length
  }
  project(x, center, row, size, ball)
}

export function distance(a: Float32Array, b: Float32Array, norm: Norm): number {
  let largest = 0
  let squares = 0
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const d = (a[i] as number) - (b[i] as number)
    largest = Math.max(largest, Math.abs(d))
    squares += d * d
    sum += Math.abs(d)
  }
  return norm === 'linf' ? largest : norm === 'l1' ? sum : Math.sqrt(squares)
}
