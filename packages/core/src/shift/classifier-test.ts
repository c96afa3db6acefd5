// Can old and new rows be told apart? A logistic regression is trained on some folds and asked about the others, so that
// every row is judged by a model that never saw it. The area under the curve is the effect; how many it has
// right, of samples made equally large, is compared with a coin.
import type { Random } from '../random/random.ts'
import { aucInterval } from '../statistics/auc.ts'
import type { Interval } from '../statistics/interval.ts'
import { binomialCdf } from '../statistics/special.ts'
import { cholesky, solveCholesky } from './kernel-statistics.ts'
import { type Points, rowsOf, stack, standardise } from './points.ts'

export interface LogisticModel {
  /** One a column, and the intercept last. */
  readonly weights: Float64Array
}

/**
 * Newton's method on the mean log loss plus ridge / 2 |w|^2, intercept free. Columns should be standardised.
 * @param targets 0 or 1, one a row
 */
export function fitLogistic(
  { rows, columns, values }: Points,
  targets: ArrayLike<number>,
  { ridge = 0.01 }: { readonly ridge?: number } = {},
): LogisticModel {
  const size = columns + 1
  const weights = new Float64Array(size)
  for (let round = 0; round < 25; round++) {
    const gradient = new Float64Array(size)
    const hessian = Array.from({ length: size }, () => new Array<number>(size).fill(0))
    for (let i = 0; i < rows; i++) {
      const row = values.subarray(i * columns, (i + 1) * columns)
      const p = 1 / (1 + Math.exp(-scoreOf(weights, row)))
      const [miss, bend] = [(p - targets[i]!) / rows, Math.max(p * (1 - p), 1e-6) / rows]
      for (let a = 0; a < size; a++) {
        const left = a < columns ? row[a]! : 1
        gradient[a]! += miss * left
        const line = hessian[a]!
        for (let b = 0; b <= a; b++) line[b]! += bend * left * (b < columns ? row[b]! : 1)
      }
    }
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < a; b++) hessian[b]![a] = hessian[a]![b]!
      if (a === columns) hessian[a]![a]! += 1e-9
      else {
        hessian[a]![a]! += ridge
        gradient[a]! += ridge * weights[a]!
      }
    }
    const move = solveCholesky(cholesky(hessian), gradient)
    let largest = 0
    for (let a = 0; a < size; a++) {
      weights[a]! -= move[a]!
      largest = Math.max(largest, Math.abs(move[a]!))
    }
    if (largest < 1e-8) break
  }
  return { weights }
}

/** Log odds of target 1. */
export function scoreLogistic({ weights }: LogisticModel, { rows, columns, values }: Points): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) =>
    scoreOf(weights, values.subarray(i * columns, (i + 1) * columns)),
  )
}

function scoreOf(weights: Float64Array, row: Float64Array): number {
  let sum = weights[row.length]!
  for (let c = 0; c < row.length; c++) sum += weights[c]! * row[c]!
  return sum
}

export interface ClassifierTest {
  /** Chance that a current row looks more like one than a reference row does; 0.5 when they cannot be told apart. */
  readonly auc: number
  readonly interval: Interval
  readonly accuracy: number
  /** Chance that a coin has as many right (Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017). */
  readonly pValue: number
  readonly n: number
}

/**
 * Classifier two-sample test, cross-fitted. The larger sample is thinned to the size of the smaller.
 * @throws RangeError when a sample has fewer rows than there are folds
 */
export function classifierTest(
  reference: Points,
  current: Points,
  random: Random,
  { folds = 5, ridge = 0.01 }: { readonly folds?: number; readonly ridge?: number } = {},
): ClassifierTest {
  const size = Math.min(reference.rows, current.rows)
  if (size < folds) throw new RangeError(`each sample needs ${folds} rows, got ${size}`)
  const thin = (points: Points, name: string) => rowsOf(points, random.split(name).sample(points.rows, size))
  const points = standardise(stack(thin(reference, 'reference'), thin(current, 'current')))
  const target = Float64Array.from({ length: 2 * size }, (_, i) => (i < size ? 0 : 1))
  const scores = new Float64Array(2 * size)
  // Rows come in random order, so a fold may take every fifth; i and i + size share a fold, which keeps halves even.
  const foldOf = (i: number): number => (i % size) % folds
  for (let fold = 0; fold < folds; fold++) {
    const held: number[] = []
    const rest: number[] = []
    for (let i = 0; i < 2 * size; i++) (foldOf(i) === fold ? held : rest).push(i)
    const model = fitLogistic(
      rowsOf(points, rest),
      rest.map((i) => target[i]!),
      { ridge },
    )
    const found = scoreLogistic(model, rowsOf(points, held))
    for (const [k, i] of held.entries()) scores[i] = found[k]!
  }
  let right = 0
  for (let i = 0; i < 2 * size; i++) if (scores[i]! > 0 === (target[i] === 1)) right++
  const { auc, interval } = aucInterval(scores.subarray(size), scores.subarray(0, size))
  return {
    auc,
    interval,
    accuracy: right / (2 * size),
    pValue: right === 0 ? 1 : 1 - binomialCdf(right - 1, 2 * size, 0.5),
    n: 2 * size,
  }
}
