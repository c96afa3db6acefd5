// How the classes are distributed in data that have no labels, from what a model answers there: if only the classes have
// other shares and each class looks as before, the model confuses them as before, and its confusion matrix can be solved
// for the shares (Lipton, Wang and Smola, "Detecting and Correcting for Label Shift with Black Box Predictors", ICML
// 2018). It needs no calibrated model, only one whose answers tell the classes apart.

export interface LabelShiftInput {
  readonly classes: number
  /** True classes of the reference rows. */
  readonly labels: ArrayLike<number>
  /** What the model answered for them. */
  readonly predicted: ArrayLike<number>
  /** What it answered for the current rows. */
  readonly currentPredicted: ArrayLike<number>
}

export interface LabelShift {
  /** Estimated share of each class in the current data; sums to 1. */
  readonly shares: readonly number[]
  /** Current share over reference share of each class; 1 where the reference has none. */
  readonly weights: readonly number[]
  /** False when the answers do not tell the classes apart, so that other shares would explain them as well. */
  readonly solvable: boolean
}

/**
 * w = C^-1 mu with C[i][j] = P(answer i, class j) in the reference and mu[i] = P(answer i) now, over the classes that the
 * reference has; negative weights become 0 and the shares are made to sum to 1. The equations are solved by
 * least squares with a small ridge (1e-6 of the largest diagonal), so that a class the model never names does no harm
 * to the others.
 * @throws RangeError when a sample is empty
 */
export function estimateLabelShift({
  classes,
  labels,
  predicted,
  currentPredicted,
}: LabelShiftInput): LabelShift {
  const [m, n] = [labels.length, currentPredicted.length]
  if (m === 0 || n === 0) throw new RangeError('a sample is empty')
  const before = new Float64Array(classes)
  const joint = Array.from({ length: classes }, () => new Float64Array(classes))
  const now = new Float64Array(classes)
  for (let i = 0; i < m; i++) {
    before[labels[i]!]! += 1 / m
    joint[predicted[i]!]![labels[i]!]! += 1 / m
  }
  for (let i = 0; i < n; i++) now[currentPredicted[i]!]! += 1 / n
  const present = Array.from(before.keys()).filter((k) => before[k]! > 0)
  // In shares q_j = w_j p_j the columns are P(answer | class), which are of one size whatever the share of a class.
  const given = (i: number, j: number): number => joint[i]![present[j]!]! / before[present[j]!]!
  const normal = present.map((_, a) =>
    present.map((_, b) => {
      let sum = 0
      for (let i = 0; i < classes; i++) sum += given(i, a) * given(i, b)
      return sum
    }),
  )
  const right = present.map((_, a) => {
    let sum = 0
    for (let i = 0; i < classes; i++) sum += given(i, a) * now[i]!
    return sum
  })
  const { solution, smallestPivot } = solve(normal, right)
  const clipped = solution.map((q) => Math.max(0, q))
  const total = clipped.reduce((sum, q) => sum + q, 0)
  const shares = new Array<number>(classes).fill(0)
  for (const [a, k] of present.entries()) shares[k] = total > 0 ? clipped[a]! / total : before[k]!
  return {
    shares,
    weights: shares.map((q, k) => (before[k]! > 0 ? q / before[k]! : 1)),
    solvable: smallestPivot > 1e-3,
  }
}

/** Gauss with pivoting on a ridged copy; the smallest pivot says how near to singular it is. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]) {
  const size = right.length
  const ridge = 1e-6 * Math.max(...matrix.map((row, i) => row[i]!))
  const rows = matrix.map((row, i) => [...row.map((v, j) => v + (i === j ? ridge : 0)), right[i]!])
  let smallestPivot = Number.POSITIVE_INFINITY
  for (let c = 0; c < size; c++) {
    let best = c
    for (let r = c + 1; r < size; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[best]![c]!)) best = r
    const [a, b] = [rows[c]!, rows[best]!]
    rows[c] = b
    rows[best] = a
    const pivot = b[c]!
    smallestPivot = Math.min(smallestPivot, Math.abs(pivot))
    for (let r = c + 1; r < size; r++) {
      const factor = rows[r]![c]! / pivot
      for (let k = c; k <= size; k++) rows[r]![k]! -= factor * b[k]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let r = size - 1; r >= 0; r--) {
    let sum = rows[r]![size]!
    for (let k = r + 1; k < size; k++) sum -= rows[r]![k]! * solution[k]!
    solution[r] = sum / rows[r]![r]!
  }
  return { solution, smallestPivot }
}
