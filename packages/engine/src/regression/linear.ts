// Linear regression: least squares, ridge, LASSO and the elastic net. Objectives are scikit-learn's, whose numbers people
// bring along, and the intercept is never punished. Least squares and ridge are solved in closed form on centred data; the
// other two by going round the coefficients (Friedman et al. 2010, J. Stat. Software 33(1)) until the duality gap says
// how far from the optimum one is at most.
import { EngineError } from '../errors.ts'
import { checkTable, solveDefinite, solveShortest, type Table, weightedMeans } from './table.ts'

export type LinearKind = 'ols' | 'ridge' | 'lasso' | 'elastic-net'

export interface LinearOptions {
  readonly kind: LinearKind
  /**
   * Strength of the punishment, 1 unless given. ridge: |y - Xw|^2 + alpha |w|^2. lasso and elastic net, with l the
   * `l1Ratio` (1 for lasso): |y - Xw|^2 / 2n + alpha l |w|_1 + alpha (1 - l) |w|^2 / 2, n the sum of the records' weights.
   */
  readonly alpha?: number
  /** 0.5 unless given. */
  readonly l1Ratio?: number
  /** True unless given. */
  readonly intercept?: boolean
  /** The duality gap to stop at, relative to |y|^2; 1e-8 unless given. */
  readonly tolerance?: number
  /** Rounds over all coefficients; 10,000 unless given. */
  readonly maxIterations?: number
}

export interface LinearFit {
  /** [columns] */
  readonly coefficients: Float64Array
  readonly intercept: number
  readonly iterations: number
  readonly converged: boolean
}

/**
 * Fits y = X w + b. Columns that hang on each other get the shortest w.
 * @throws EngineError training-input
 */
export function fitLinear(
  table: Table & { readonly y: ArrayLike<number> },
  options: LinearOptions,
): LinearFit {
  const { kind, alpha = 1, l1Ratio = 0.5, intercept = true } = options
  checkTable(table, table.y, 'targets')
  if (!(alpha >= 0 && Number.isFinite(alpha))) {
    throw new EngineError('training-input', `alpha is ${alpha}; it must be 0 or more`)
  }
  if (kind === 'elastic-net' && !(l1Ratio >= 0 && l1Ratio <= 1)) {
    throw new EngineError('training-input', `l1Ratio is ${l1Ratio}; it must be from 0 to 1`)
  }
  const { columns } = table
  const middle = intercept
    ? weightedMeans(table, table.y)
    : { means: new Float64Array(columns), target: 0, total: weightedMeans(table, table.y).total }
  const { gram, products, square } = momentsOf(table, middle)
  const finish = (coefficients: Float64Array, iterations: number, converged: boolean): LinearFit => ({
    coefficients,
    intercept: intercept
      ? middle.target - coefficients.reduce((sum, w, j) => sum + w * middle.means[j]!, 0)
      : 0,
    iterations,
    converged,
  })
  if (kind === 'ols' || kind === 'ridge') {
    if (kind === 'ridge') for (let j = 0; j < columns; j++) gram[j * columns + j]! += alpha
    return finish(solveDefinite(gram, products) ?? solveShortest(gram, products), 1, true)
  }
  const l1 = kind === 'lasso' ? 1 : l1Ratio
  return descend({ gram, products, square, total: middle.total }, { ...options, alpha, l1Ratio: l1 }, finish)
}

interface Moments {
  /** X^T X [columns, columns], X^T y, y^T y; centred, weighted. */
  readonly gram: Float64Array
  readonly products: Float64Array
  readonly square: number
}

function momentsOf(
  { x, y, rows, columns, weights }: Table & { readonly y: ArrayLike<number> },
  { means, target }: { readonly means: Float64Array; readonly target: number },
): Moments {
  const gram = new Float64Array(columns * columns)
  const products = new Float64Array(columns)
  const row = new Float64Array(columns)
  let square = 0
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1
    const residual = y[i]! - target
    square += weight * residual * residual
    for (let j = 0; j < columns; j++) row[j] = x[i * columns + j]! - means[j]!
    for (let j = 0; j < columns; j++) {
      const scaled = weight * row[j]!
      products[j]! += scaled * residual
      for (let k = 0; k <= j; k++) gram[j * columns + k]! += scaled * row[k]!
    }
  }
  for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) gram[k * columns + j] = gram[j * columns + k]!
  return { gram, products, square }
}

function descend(
  { gram, products, square, total }: Moments & { readonly total: number },
  options: {
    readonly alpha: number
    readonly l1Ratio: number
    readonly tolerance?: number
    readonly maxIterations?: number
  },
  finish: (coefficients: Float64Array, iterations: number, converged: boolean) => LinearFit,
): LinearFit {
  const columns = products.length
  const { tolerance = 1e-8, maxIterations = 10_000 } = options
  // The objective times n: |y - Xw|^2 / 2 + l1 |w|_1 + l2 |w|^2 / 2.
  const l1 = options.alpha * options.l1Ratio * total
  const l2 = options.alpha * (1 - options.l1Ratio) * total
  const w = new Float64Array(columns)
  // X^T (y - X w), kept up to date.
  const left = Float64Array.from(products)
  for (let round = 1; round <= maxIterations; round++) {
    let moved = 0
    let largest = 0
    for (let j = 0; j < columns; j++) {
      const own = gram[j * columns + j]!
      if (own === 0) continue
      const pull = left[j]! + own * w[j]!
      const next = (Math.sign(pull) * Math.max(0, Math.abs(pull) - l1)) / (own + l2)
      const change = next - w[j]!
      if (change !== 0) {
        for (let k = 0; k < columns; k++) left[k]! -= change * gram[k * columns + j]!
        w[j] = next
      }
      moved = Math.max(moved, Math.abs(change))
      largest = Math.max(largest, Math.abs(next))
    }
    if (moved <= 1e-9 * largest || round === maxIterations) {
      if (gapOf({ w, left, products, square, l1, l2 }) <= tolerance * square) return finish(w, round, true)
      if (moved === 0) return finish(w, round, true)
    }
  }
  return finish(w, maxIterations, false)
}

/** The duality gap, an upper bound of what is left to the optimum (scikit-learn's, from Kim et al. 2007). */
function gapOf({
  w,
  left,
  products,
  square,
  l1,
  l2,
}: {
  readonly w: Float64Array
  readonly left: Float64Array
  readonly products: Float64Array
  readonly square: number
  readonly l1: number
  readonly l2: number
}): number {
  let norm1 = 0
  let norm2 = 0
  let fitted = 0
  let alongLeft = 0
  let dual = 0
  for (let j = 0; j < w.length; j++) {
    norm1 += Math.abs(w[j]!)
    norm2 += w[j]! ** 2
    fitted += w[j]! * products[j]!
    alongLeft += w[j]! * left[j]!
    dual = Math.max(dual, Math.abs(left[j]! - l2 * w[j]!))
  }
  // r = y - Xw: r.y = y.y - w.X^T y and r.r = r.y - w.X^T r.
  const residualY = square - fitted
  const residual = residualY - alongLeft
  const scale = dual > l1 && dual > 0 ? l1 / dual : 1
  const primal = 0.5 * residual + l1 * norm1 + 0.5 * l2 * norm2
  return primal + 0.5 * scale * scale * (residual + l2 * norm2) - scale * residualY
}
