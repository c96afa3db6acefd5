// Logistic regression with an L2 punishment, by Newton's method: the loss is convex and smooth, so a handful of steps
// reaches the optimum to rounding. Two classes have one row of coefficients, more have one row each (softmax). Objective
// and C are scikit-learn's: C sum of losses + |w|^2 / 2, intercepts free.
import { EngineError } from '../errors.ts'
import { checkTable, solveDefinite, solveShortest, type Table } from './table.ts'

export interface LogisticOptions {
  /** Inverse strength of the punishment; 1 unless given, Infinity for none. */
  readonly c?: number
  /** True unless given. */
  readonly intercept?: boolean
  /** Largest slope of the objective to stop at; 1e-8 of its scale unless given. */
  readonly tolerance?: number
  /** Newton steps; 100 unless given. */
  readonly maxIterations?: number
}

export interface LogisticFit {
  /** [1, columns] for two classes, [classes, columns] for more. */
  readonly coefficients: Float64Array
  /** [1] or [classes] */
  readonly intercepts: Float64Array
  readonly classes: number
  readonly iterations: number
  /** False where the optimum does not exist: classes that a plane tells apart, and no punishment. */
  readonly converged: boolean
}

/** @throws EngineError training-input */
export function fitLogistic(
  table: Table & { readonly labels: ArrayLike<number>; readonly classes: number },
  options: LogisticOptions = {},
): LogisticFit {
  const { x, labels, rows, columns, classes, weights } = table
  const { c = 1, intercept = true, tolerance = 1e-8, maxIterations = 100 } = options
  checkTable(table, labels, 'labels')
  if (!(c > 0)) throw new EngineError('training-input', `C is ${c}; it must be more than 0`)
  if (!Number.isInteger(classes) || classes < 2) {
    throw new EngineError('training-input', `there are ${classes} classes; at least 2 are needed`)
  }
  for (let i = 0; i < rows; i++) {
    if (!(Number.isInteger(labels[i]!) && labels[i]! >= 0 && labels[i]! < classes)) {
      throw new EngineError(
        'training-input',
        `row ${i} has the label ${labels[i]}; labels are 0 to ${classes - 1}`,
      )
    }
  }
  const outputs = classes === 2 ? 1 : classes
  const width = columns + (intercept ? 1 : 0)
  const size = outputs * width
  const punishment = Number.isFinite(c) ? 1 / c : 0
  const isFree = (index: number): boolean => intercept && index % width === columns
  const at = (i: number, j: number): number => (j === columns ? 1 : x[i * columns + j]!)

  const shares = new Float64Array(outputs)
  /** Fills the shares of classes (of class 1, for two) at row i; gives back its loss. */
  const sharesAt = (theta: Float64Array, i: number): number => {
    let top = 0
    for (let k = 0; k < outputs; k++) {
      let z = 0
      for (let j = 0; j < width; j++) z += theta[k * width + j]! * at(i, j)
      shares[k] = z
      top = Math.max(top, z)
    }
    const own = classes === 2 ? (labels[i] === 1 ? shares[0]! : 0) : shares[labels[i]!]!
    if (classes > 2) top = Math.max(...shares)
    let total = classes === 2 ? Math.exp(-top) : 0
    for (let k = 0; k < outputs; k++) total += Math.exp(shares[k]! - top)
    for (let k = 0; k < outputs; k++) shares[k] = Math.exp(shares[k]! - top) / total
    return top + Math.log(total) - own
  }
  const objective = (theta: Float64Array): number => {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += (weights?.[i] ?? 1) * sharesAt(theta, i)
    for (let a = 0; a < size; a++) if (!isFree(a)) sum += 0.5 * punishment * theta[a]! ** 2
    return sum
  }

  let theta: Float64Array = new Float64Array(size)
  let value = objective(theta)
  let scale = 1
  for (let step = 1; step <= maxIterations; step++) {
    const slope = new Float64Array(size)
    const bend = new Float64Array(size * size)
    for (let i = 0; i < rows; i++) {
      const weight = weights?.[i] ?? 1
      sharesAt(theta, i)
      for (let k = 0; k < outputs; k++) {
        const isOwn = classes === 2 ? labels[i] === 1 : labels[i] === k
        const error = weight * (shares[k]! - (isOwn ? 1 : 0))
        for (let j = 0; j < width; j++) slope[k * width + j]! += error * at(i, j)
        for (let l = 0; l <= k; l++) {
          const curve = weight * shares[k]! * ((k === l ? 1 : 0) - shares[l]!)
          for (let j = 0; j < width; j++) {
            const scaled = curve * at(i, j)
            const row = (k * width + j) * size + l * width
            for (let m = 0; m < width; m++) bend[row + m]! += scaled * at(i, m)
          }
        }
      }
    }
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < a; b++) {
        if (Math.floor(a / width) !== Math.floor(b / width)) bend[b * size + a] = bend[a * size + b]!
      }
      if (isFree(a)) continue
      slope[a]! += punishment * theta[a]!
      bend[a * size + a]! += punishment
    }
    const steepest = slope.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
    if (step === 1) scale = Math.max(steepest, 1e-300)
    if (steepest <= tolerance * scale) return finish(step, true)
    // Softmax has a direction without effect; the shortest step leaves it alone.
    const move = solveDefinite(bend, slope) ?? solveShortest(bend, slope)
    let share = 1
    let next = theta.map((one, a) => one - share * move[a]!)
    let after = objective(next)
    while (!(after <= value) && share > 1e-8) {
      share /= 2
      next = theta.map((one, a) => one - share * move[a]!)
      after = objective(next)
    }
    // Nothing gained any more: at the optimum to rounding, or running away to infinity.
    if (!(after < value)) return finish(step, steepest <= 1e-6 * scale)
    theta = next
    value = after
  }
  return finish(maxIterations, false)

  function finish(iterations: number, converged: boolean): LogisticFit {
    const coefficients = new Float64Array(outputs * columns)
    const intercepts = new Float64Array(outputs)
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < columns; j++) coefficients[k * columns + j] = theta[k * width + j]!
      if (intercept) intercepts[k] = theta[k * width + columns]!
    }
    const largest = theta.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
    // Without punishment, separable classes drive the weights up for ever, slower and slower.
    const ranAway = punishment === 0 && value < 1e-6 * rows && largest > 10
    return { coefficients, intercepts, classes, iterations, converged: converged && !ranAway }
  }
}
