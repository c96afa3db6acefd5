// The Gaussian of one channel, as SciPy's gaussian_filter has it and scikit-image after it: first down the columns,
// then along the rows, each with weights exp(-k^2 / 2 sigma^2) cut off at a multiple of sigma and scaled to sum to 1.
import { correlate, mirrorTwice, repeatEdge, type Tap } from './correlate.ts'

export interface GaussianOptions {
  readonly height: number
  readonly width: number
  /** Standard deviation in pixels; at 0 the plane is copied. */
  readonly sigma: number
  /** Where the weights end, in sigmas. */
  readonly truncate: number
  /** Past the border: the edge pixel for ever, or the picture mirrored with its edge pixel twice. */
  readonly border: 'nearest' | 'reflect'
}

/** A blurred copy of a plane, [height, width]. */
export function gaussianFilter(
  plane: Float32Array,
  { height, width, sigma, truncate, border }: GaussianOptions,
): Float32Array {
  const weights = gaussianWeights(sigma, truncate)
  if (weights.length === 1) return plane.slice()
  const place = border === 'nearest' ? repeatEdge : mirrorTwice
  const size = { height, width, border: place }
  const line = (n: number) => taps(border === 'reflect' ? foldAround(weights, n) : weights)
  const down = line(height).map(([dy, weight]): Tap => ({ dy, dx: 0, weight }))
  const along = line(width).map(([dx, weight]): Tap => ({ dy: 0, dx, weight }))
  return correlate(correlate(plane, down, size), along, size)
}

/** The weights of distance 0, 1, 2, ... from the centre; those of both sides sum to 1. */
export function gaussianWeights(sigma: number, truncate: number): Float64Array {
  const radius = Math.trunc(truncate * sigma + 0.5)
  const weights = new Float64Array(radius + 1)
  let sum = 0
  for (let k = 0; k <= radius; k++) {
    weights[k] = k === 0 ? 1 : Math.exp((-k * k) / (2 * sigma * sigma))
    sum += k === 0 ? 1 : 2 * weights[k]!
  }
  return weights.map((weight) => weight / sum)
}

/**
 * A line of n pixels that is mirrored for ever repeats after 2 n, so weights farther out than n are the same as
 * weights nearer. This keeps a Gaussian that is wider than the picture from costing more than the picture.
 */
function foldAround(weights: Float64Array, n: number): Float64Array {
  if (weights.length <= n + 1) return weights
  const folded = new Float64Array(n + 1)
  for (let k = 0; k < weights.length; k++) {
    const place = k % (2 * n)
    const near = place <= n ? place : 2 * n - place
    // Distance n is reached from both sides at once, and so is 0; the centre counts once.
    folded[near] = folded[near]! + weights[k]! * (k > 0 && near === 0 ? 2 : 1)
  }
  return folded
}

function taps(weights: Float64Array): readonly (readonly [distance: number, weight: number])[] {
  const both = Array.from(weights, (weight, k) => [k, weight] as const)
  return [...both.slice(1).map(([k, weight]) => [-k, weight] as const), ...both]
}
