// Joint differences between two samples of points, through a Gaussian kernel. The maximum mean discrepancy compares
// similarities within and between the samples; the least-squares density difference fits the difference of the two
// densities and integrates its square. Both are prepared once for the pooled rows and then asked about any split.
import { quantileOfSorted, sorted } from '../statistics/describe.ts'
import type { Interval } from '../statistics/interval.ts'
import { normalQuantile } from '../statistics/special.ts'
import type { Points } from './points.ts'

export interface KernelOptions {
  /** Standard deviation of the kernel; by default the median distance between pooled rows. */
  readonly bandwidth?: number
}

export interface MmdStatistic {
  readonly bandwidth: number
  /** Unbiased estimate of the squared discrepancy; may fall below 0. */
  value(isCurrent: Uint8Array): number
  /** Normal interval from leaving out each row in turn, for a split that does differ; wide where it does not. */
  interval(isCurrent: Uint8Array, confidence?: number): Interval
}

/**
 * MMD^2_u = mean_{i!=j} k(x_i,x_j) + mean_{i!=j} k(y_i,y_j) - 2 mean k(x_i,y_j), k = exp(-d^2 / (2 s^2)) (Gretton et al.,
 * "A Kernel Two-Sample Test", JMLR 13, 2012, eq. 3). Memory and time go with the square of the rows.
 */
export function mmdStatistic(pooled: Points, options: KernelOptions = {}): MmdStatistic {
  const { kernel, bandwidth } = kernelMatrix(pooled, options)
  const { rows } = pooled
  const sums = (isCurrent: Uint8Array) => {
    const toCurrent = new Float64Array(rows)
    const current: number[] = []
    for (let i = 0; i < rows; i++) if (isCurrent[i] === 1) current.push(i)
    for (let i = 0; i < rows; i++) {
      let sum = 0
      const offset = i * rows
      for (let j = 0; j < current.length; j++) sum += kernel[offset + current[j]!]!
      toCurrent[i] = sum
    }
    return { toCurrent, n: current.length }
  }
  const all = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < rows; j++) sum += kernel[i * rows + j]!
    all[i] = sum
  }
  const totals = (isCurrent: Uint8Array) => {
    const { toCurrent, n } = sums(isCurrent)
    const m = rows - n
    let within = 0
    let other = 0
    let between = 0
    for (let i = 0; i < rows; i++) {
      if (isCurrent[i] === 1) within += toCurrent[i]! - 1
      else {
        other += all[i]! - toCurrent[i]! - 1
        between += toCurrent[i]!
      }
    }
    return { toCurrent, m, n, within, other, between }
  }
  const estimate = (m: number, n: number, other: number, within: number, between: number): number =>
    other / (m * (m - 1)) + within / (n * (n - 1)) - (2 * between) / (m * n)
  return {
    bandwidth,
    value(isCurrent) {
      const { m, n, other, within, between } = totals(isCurrent)
      return estimate(m, n, other, within, between)
    },
    interval(isCurrent, confidence = 0.95) {
      const { toCurrent, m, n, other, within, between } = totals(isCurrent)
      const whole = estimate(m, n, other, within, between)
      const left = { reference: [] as number[], current: [] as number[] }
      for (let i = 0; i < rows; i++) {
        const near = toCurrent[i]!
        const far = all[i]! - near
        if (isCurrent[i] === 1)
          left.current.push(estimate(m, n - 1, other, within - 2 * (near - 1), between - far))
        else left.reference.push(estimate(m - 1, n, other - 2 * (far - 1), within, between - near))
      }
      const error = Math.sqrt(jackknifeVariance(left.reference) + jackknifeVariance(left.current))
      const z = -normalQuantile((1 - confidence) / 2)
      return { low: whole - z * error, high: whole + z * error, confidence, method: 'jackknife' }
    },
  }
}

function jackknifeVariance(left: readonly number[]): number {
  const centre = left.reduce((sum, value) => sum + value, 0) / left.length
  return ((left.length - 1) / left.length) * left.reduce((sum, value) => sum + (value - centre) ** 2, 0)
}

export interface LsddStatistic {
  readonly bandwidth: number
  /** Estimate of the integral of (p - q)^2, times (pi s^2)^(d/2) so that it is no power of the dimension. */
  value(isCurrent: Uint8Array): number
}

/**
 * Least-squares density difference (Sugiyama et al., "Density-Difference Estimation", Neural Computation 25, 2013,
 * eqs. 4 to 9): g(x) = sum theta_l exp(-|x - c_l|^2 / (2 s^2)) with theta = (H + lambda I)^-1 h, and
 * 2 theta'h - theta'H theta. Centres are rows spread evenly over the pooled ones; H is divided by (pi s^2)^(d/2).
 */
export function lsddStatistic(
  pooled: Points,
  {
    centres = 100,
    lambda = 0.01,
    bandwidth: given,
  }: KernelOptions & { readonly centres?: number; readonly lambda?: number } = {},
): LsddStatistic {
  const { rows, columns, values } = pooled
  const bandwidth = given ?? medianDistance(pooled)
  const count = Math.min(centres, rows)
  const chosen = Array.from({ length: count }, (_, l) => Math.floor(((l + 0.5) * rows) / count))
  const distance2 = (i: number, j: number): number => {
    let sum = 0
    for (let c = 0; c < columns; c++) sum += (values[i * columns + c]! - values[j * columns + c]!) ** 2
    return sum
  }
  const features = new Float64Array(rows * count)
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < count; l++) {
      features[i * count + l] = Math.exp(-distance2(i, chosen[l]!) / (2 * bandwidth * bandwidth))
    }
  }
  const gram = chosen.map((a) => chosen.map((b) => Math.exp(-distance2(a, b) / (4 * bandwidth * bandwidth))))
  const regular = gram.map((row, l) => row.map((value, k) => value + (k === l ? lambda : 0)))
  const lower = cholesky(regular)
  return {
    bandwidth,
    value(isCurrent) {
      let n = 0
      for (const one of isCurrent) n += one
      const m = rows - n
      const h = new Float64Array(count)
      for (let i = 0; i < rows; i++) {
        const weight = isCurrent[i] === 1 ? -1 / n : 1 / m
        for (let l = 0; l < count; l++) h[l]! += weight * features[i * count + l]!
      }
      const theta = solveCholesky(lower, h)
      let twice = 0
      let squares = 0
      for (let l = 0; l < count; l++) {
        twice += theta[l]! * h[l]!
        for (let k = 0; k < count; k++) squares += theta[l]! * gram[l]![k]! * theta[k]!
      }
      return 2 * twice - squares
    },
  }
}

/** Lower triangle L with L L' = matrix. @throws RangeError when it is not positive definite */
export function cholesky(matrix: readonly (readonly number[])[]): readonly Float64Array[] {
  const size = matrix.length
  const lower = Array.from({ length: size }, () => new Float64Array(size))
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!
      if (i !== j) lower[i]![j] = sum / lower[j]![j]!
      else if (sum > 0) lower[i]![i] = Math.sqrt(sum)
      else throw new RangeError('the matrix is not positive definite')
    }
  }
  return lower
}

export function solveCholesky(lower: readonly Float64Array[], right: ArrayLike<number>): Float64Array {
  const size = lower.length
  const out = Float64Array.from(right)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) out[i]! -= lower[i]![k]! * out[k]!
    out[i]! /= lower[i]![i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) out[i]! -= lower[k]![i]! * out[k]!
    out[i]! /= lower[i]![i]!
  }
  return out
}

function kernelMatrix(pooled: Points, { bandwidth: given }: KernelOptions) {
  const { rows, columns, values } = pooled
  const kernel = new Float64Array(rows * rows)
  const distances = new Float64Array((rows * (rows - 1)) / 2)
  let at = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0
      for (let c = 0; c < columns; c++) sum += (values[i * columns + c]! - values[j * columns + c]!) ** 2
      kernel[i * rows + j] = sum
      distances[at++] = sum
    }
  }
  const bandwidth = given ?? rootOfMedian(distances)
  for (let i = 0; i < rows; i++) {
    kernel[i * rows + i] = 1
    for (let j = 0; j < i; j++) {
      const value = Math.exp(-kernel[i * rows + j]! / (2 * bandwidth * bandwidth))
      kernel[i * rows + j] = value
      kernel[j * rows + i] = value
    }
  }
  return { kernel, bandwidth }
}

/** Median distance between different rows, of at most 500 spread evenly; 1 where that is 0. */
export function medianDistance({ rows, columns, values }: Points): number {
  const count = Math.min(rows, 500)
  const chosen = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * rows) / count))
  const distances = new Float64Array((count * (count - 1)) / 2)
  let at = 0
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0
      for (let c = 0; c < columns; c++)
        sum += (values[chosen[i]! * columns + c]! - values[chosen[j]! * columns + c]!) ** 2
      distances[at++] = sum
    }
  }
  return rootOfMedian(distances)
}

function rootOfMedian(squares: Float64Array): number {
  if (squares.length === 0) return 1
  const middle = Math.sqrt(quantileOfSorted(sorted(squares), 0.5))
  return middle > 0 ? middle : 1
}
