// Masks of zeros and ones, which gradients of piecewise functions are multiplied with. On the CPU such a product
// costs memory bandwidth and nothing else, so the form with the fewest passes over the data is the fastest:
// HardSigmoid(a x + b) = min(1, max(0, a x + b)) with a huge slope is a step function in one pass, where comparing
// and casting takes two. The slope is a power of two, so that scaling is exact. Values smaller than 1 / slope, about
// 1e-30, get a mask between 0 and 1; nothing computes with activations of that size. onnxruntime has HardSigmoid in
// float32 only (and runs float16 in it), so float64 compares and casts.
import { float } from '../ir/attributes.ts'
import type { Formula } from './formula.ts'

const steep = 2 ** 100

/** 1 where x > 0, else 0. */
export function positive(o: Formula, x: string): string {
  return hasStep(o) ? step(o, x, steep, 0) : o.cast(o.of('Greater', [x, 0]))
}

/** 1 where x > 0, 1/2 where x = 0, else 0. */
export function positiveOrHalf(o: Formula, x: string): string {
  return hasStep(o) ? step(o, x, steep, 0.5) : o.add(o.mul(o.of('Sign', x), 0.5), 0.5)
}

/** 1 where |x| < bound, else 0. */
export function within(o: Formula, x: string, bound: number): string {
  const size = o.of('Abs', x)
  return hasStep(o, bound) ? step(o, size, -steep, bound * steep) : o.cast(o.of('Less', [size, bound]))
}

/** 1 where |x| > bound, else 0. */
export function beyond(o: Formula, x: string, bound: number): string {
  const size = o.of('Abs', x)
  return hasStep(o, bound) ? step(o, size, steep, -bound * steep) : o.cast(o.of('Greater', [size, bound]))
}

/**
 * 1 where low < x < high, else 0. With two bounds it steps at (high - x) (x - low): the differences are zero only
 * at the bounds themselves (Sterbenz' lemma), which centring x first could not promise for x near zero.
 */
export function between(o: Formula, x: string, low: number, high: number): string {
  if (low === -high) return within(o, x, high)
  const above = low === 0 ? x : low === -Infinity ? undefined : o.sub(x, low)
  const below = high === Infinity ? undefined : o.sub(high, x)
  if (above === undefined) return positive(o, below ?? o.number(1))
  return positive(o, below === undefined ? above : o.mul(above, below))
}

/** -1, 0 or 1. onnxruntime's own Sign runs on one thread, so a clipped product is faster. */
export function sign(o: Formula, x: string): string {
  return o.dtype === 'float32' ? o.of('Clip', [o.mul(x, steep), -1, 1]) : o.of('Sign', x)
}

/** 1 where x > 0, else `slope`. */
export function leakyStep(o: Formula, x: string, slope: number): string {
  if (slope === 0) return positive(o, x)
  if (o.dtype === 'float32' && slope > 0 && slope < 1) return o.of('Clip', [o.mul(x, steep), slope, 1])
  return o.add(o.mul(positive(o, x), 1 - slope), slope)
}

/** 1 where x = 0, else 0. */
export function zero(o: Formula, x: string): string {
  return o.cast(o.of('Equal', [x, 0]))
}

function step(o: Formula, x: string, alpha: number, beta: number): string {
  return o.of('HardSigmoid', x, { alpha: float(alpha), beta: float(beta) })
}

/** Whether the step can be had, and the bound times the slope is a float32 number. */
function hasStep(o: Formula, bound = 0): boolean {
  return o.dtype !== 'float64' && Number.isFinite(Math.fround(bound * steep))
}
