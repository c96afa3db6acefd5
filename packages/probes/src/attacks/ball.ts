// The set an attack may move in: all points within eps of the clean sample in a norm, inside the unit box. Points are
// rows of a batch; each is projected by itself.
import type { Random } from '@failmode/core'

export const norms = ['linf', 'l2'] as const
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

/** Moves a row by `step` along its gradient: the sign for Linf, the direction of length 1 for L2 (steepest ascent). */
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
  let squares = 0
  for (let i = from; i < to; i++) squares += (gradient[i] as number) ** 2
  if (squares === 0) return
  const scale = step / Math.sqrt(squares)
  for (let i = from; i < to; i++) x[i] = (x[i] as number) + (gradient[i] as number) * scale
}

/**
 * A random point of the ball in place of a row: uniform in the cube for Linf; for L2 a uniform direction, and a radius
 * that makes the point uniform in the ball (radius u^(1/size)).
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
  for (let i = 0; i < a.length; i++) {
    const d = (a[i] as number) - (b[i] as number)
    largest = Math.max(largest, Math.abs(d))
    squares += d * d
  }
  return norm === 'linf' ? largest : Math.sqrt(squares)
}
