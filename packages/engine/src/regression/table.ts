// A table of numbers to fit, checked, and the little linear algebra that fitting needs. All in float64.
import { EngineError } from '../errors.ts'

export interface Table {
  /** [rows, columns], row by row. */
  readonly x: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  /** How much each record counts; 1 unless given. Not negative, and not all zero. */
  readonly weights?: ArrayLike<number>
}

/** @throws EngineError training-input */
export function checkTable(
  { x, rows, columns, weights }: Table,
  targets: ArrayLike<number>,
  what: string,
): void {
  if (!(rows > 0 && columns > 0) || x.length !== rows * columns) {
    throw new EngineError(
      'training-input',
      `a table of ${rows} rows and ${columns} columns was given ${x.length} numbers`,
      { hint: 'Give rows times columns numbers, row by row.' },
    )
  }
  if (targets.length !== rows) {
    throw new EngineError('training-input', `there are ${rows} rows and ${targets.length} ${what}`)
  }
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]!)) {
      throw new EngineError(
        'training-input',
        `row ${Math.floor(i / columns)} holds ${x[i]} in column ${i % columns}; only finite numbers can be fitted`,
        { hint: 'Fill or drop missing numbers before.' },
      )
    }
  }
  for (let i = 0; i < rows; i++) {
    if (!Number.isFinite(targets[i]!))
      throw new EngineError('training-input', `row ${i} has ${targets[i]} among the ${what}`)
  }
  if (weights === undefined) return
  const given = Array.from(weights)
  if (
    given.length !== rows ||
    !given.every((weight) => weight >= 0 && Number.isFinite(weight)) ||
    given.every((weight) => weight === 0)
  ) {
    throw new EngineError(
      'training-input',
      `the weights of records must be ${rows} numbers, none negative and not all 0`,
    )
  }
}

/** Mean of every column, and of the targets, weighted. */
export function weightedMeans({ x, rows, columns, weights }: Table, y: ArrayLike<number>) {
  const means = new Float64Array(columns)
  let target = 0
  let total = 0
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1
    total += weight
    target += weight * y[i]!
    for (let j = 0; j < columns; j++) means[j]! += weight * x[i * columns + j]!
  }
  return { means: means.map((sum) => sum / total), target: target / total, total }
}

/**
 * Solves A x = b for a symmetric positive definite A [n, n] by Cholesky's decomposition; undefined where A is not
 * definite to within rounding.
 */
export function solveDefinite(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length
  const l = Float64Array.from(a)
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]!)
  for (let j = 0; j < n; j++) {
    let pivot = l[j * n + j]!
    for (let k = 0; k < j; k++) pivot -= l[j * n + k]! ** 2
    if (!(pivot > 1e-12 * n * largest)) return undefined
    const root = Math.sqrt(pivot)
    l[j * n + j] = root
    for (let i = j + 1; i < n; i++) {
      let sum = l[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!
      l[i * n + j] = sum / root
    }
  }
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  return x
}

/**
 * The shortest x with A x = b in the least squares' sense, for a symmetric A [n, n]: by its eigenvectors, found by
 * Jacobi's rotations, without those whose eigenvalue is rounding.
 */
export function solveShortest(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const m = Float64Array.from(a)
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    let all = 0
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        all += m[i * n + j]! ** 2
        if (i !== j) off += m[i * n + j]! ** 2
      }
    }
    if (off <= 1e-30 * all) break
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = m[p * n + q]!
        if (apq === 0) continue
        const theta = (m[q * n + q]! - m[p * n + p]!) / (2 * apq)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k++) {
          const kp = m[k * n + p]!
          const kq = m[k * n + q]!
          m[k * n + p] = c * kp - s * kq
          m[k * n + q] = s * kp + c * kq
        }
        for (let k = 0; k < n; k++) {
          const pk = m[p * n + k]!
          const qk = m[q * n + k]!
          m[p * n + k] = c * pk - s * qk
          m[q * n + k] = s * pk + c * qk
        }
        for (let k = 0; k < n; k++) {
          const kp = vectors[k * n + p]!
          const kq = vectors[k * n + q]!
          vectors[k * n + p] = c * kp - s * kq
          vectors[k * n + q] = s * kp + c * kq
        }
      }
    }
  }
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(m[i * n + i]!))
  const x = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const value = m[i * n + i]!
    if (!(value > 1e-11 * n * largest)) continue
    let along = 0
    for (let k = 0; k < n; k++) along += vectors[k * n + i]! * b[k]!
    for (let k = 0; k < n; k++) x[k]! += (vectors[k * n + i]! * along) / value
  }
  return x
}
