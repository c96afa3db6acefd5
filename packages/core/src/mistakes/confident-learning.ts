// Which given labels are wrong, by a model that did not learn from them (Northcutt, Jiang and Chuang, "Confident Learning:
// Estimating Uncertainty in Dataset Labels", JAIR 70, 2021). A row counts as surely of a class when its probability
// there is at least the mean that rows given that class have: the bar is low for classes the model is shy of. Counting
// given against sure classes estimates how often each is taken for each, and so how many labels of a kind to suspect.
// The model must be the better witness: where it errs consistently, this calls right labels wrong. `labelErrorScores`
// asks a second witness.

export interface ConfidentLearningOptions {
  /**
   * Which rows are flagged. `class`: of each given class as many of the least likely as are thought wrong. `noise-rate`:
   * of each given class and each other as many of the largest margin as are thought to be of the other. `both`: those
   * that both name. `noise-rate` unless said.
   */
  readonly prune?: 'class' | 'noise-rate' | 'both'
  /** What flagged rows are ordered by, lowest first. `margin` unless said. */
  readonly rank?: 'margin' | 'self-confidence'
}

export interface ConfidentLearning {
  /** [classes] mean probability of the given class over the rows given it; NaN for a class that no row was given. */
  readonly thresholds: Float64Array
  /** [given][sure] rows surely of a class. */
  readonly confidentCounts: readonly (readonly number[])[]
  /** [given][true] share of all rows, as estimated; sums to 1. */
  readonly joint: readonly (readonly number[])[]
  /** Rows whose given label is thought wrong: n times the joint off its diagonal. */
  readonly estimatedErrors: number
  /** [given] share of the rows given a class that are of another. */
  readonly wrongOfGiven: readonly number[]
  /** [true] share of the rows of a class that were given another. */
  readonly wrongOfTrue: readonly number[]
  /** Rows whose label is suspected, the most certain first. */
  readonly suspects: Int32Array
  /** [n] probability of the given class. */
  readonly selfConfidence: Float64Array
  /** [n] (probability of the given class - largest other + 1) / 2, in [0,1]. */
  readonly margin: Float64Array
}

/** So that a probability that is the mean of equal ones reaches it in spite of rounding. */
const slack = 1e-6

/**
 * @param probabilities [n * classes], row by row, of a model that was not trained on these rows
 * @param labels the n given ones, 0 to classes - 1
 * @throws RangeError when sizes differ, there are no rows or a label is not a class
 */
export function confidentLearning(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  { prune = 'noise-rate', rank = 'margin' }: ConfidentLearningOptions = {},
): ConfidentLearning {
  checkLabels(probabilities, labels, classes)
  const n = labels.length
  const given = new Float64Array(classes)
  const sums = new Float64Array(classes)
  const selfConfidence = new Float64Array(n)
  const margin = new Float64Array(n)
  const surest = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    const label = labels[i]!
    const own = probabilities[i * classes + label]!
    let other = Number.NEGATIVE_INFINITY
    let best = 0
    for (let k = 0; k < classes; k++) {
      const p = probabilities[i * classes + k]!
      if (k !== label) other = Math.max(other, p)
      if (p > probabilities[i * classes + best]!) best = k
    }
    given[label]!++
    sums[label]! += own
    selfConfidence[i] = own
    margin[i] = (own - other + 1) / 2
    surest[i] = best
  }
  const thresholds = sums.map((sum, k) => sum / given[k]!)

  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < n; i++) {
    // Of several classes above their bars the likeliest of all is taken, as the authors' code does.
    let sure = -1
    for (let k = 0; k < classes; k++) {
      if (probabilities[i * classes + k]! >= thresholds[k]! - slack) sure = sure === -1 ? k : surest[i]!
    }
    if (sure !== -1) counts[labels[i]!]![sure]!++
  }
  // Rows of the joint sum to the share of the given class, which is known.
  const joint = counts.map((row, k) => {
    const sum = row.reduce((a, b) => a + b, 0)
    const share = given[k]! / n
    return sum === 0 ? row.map((_, j) => (j === k ? share : 0)) : row.map((count) => (count / sum) * share)
  })
  const column = (k: number): number => joint.reduce((sum, row) => sum + row[k]!, 0)

  const flagged = new Uint8Array(n)
  const byClass = Array.from({ length: classes }, (): number[] => [])
  for (let i = 0; i < n; i++) byClass[labels[i]!]!.push(i)
  for (const [k, members] of byClass.entries()) {
    const wanted = integersOf(joint[k]!.map((share) => share * n))
    const flag = (count: number, badness: (row: number) => number, bit: number): void => {
      const order = [...members].sort((a, b) => badness(b) - badness(a) || a - b)
      for (const row of order.slice(0, count)) flagged[row]! |= bit
    }
    flag(members.length - wanted[k]!, (row) => -selfConfidence[row]!, 1)
    for (let j = 0; j < classes; j++) {
      if (j !== k) flag(wanted[j]!, (row) => probabilities[row * classes + j]! - selfConfidence[row]!, 2)
    }
  }
  const asked = { class: 1, 'noise-rate': 2, both: 3 }[prune]
  const order = rank === 'margin' ? margin : selfConfidence
  const suspects: number[] = []
  for (let i = 0; i < n; i++) {
    // A label that the model would give too is not suspect, whatever the counts ask for.
    if ((flagged[i]! & asked) === asked && surest[i] !== labels[i]) suspects.push(i)
  }
  suspects.sort((a, b) => order[a]! - order[b]! || a - b)
  return {
    thresholds,
    confidentCounts: counts,
    joint,
    estimatedErrors: n * joint.reduce((sum, row, k) => sum + row.reduce((a, b) => a + b, 0) - row[k]!, 0),
    wrongOfGiven: joint.map((row, k) => (given[k] === 0 ? 0 : 1 - (row[k]! * n) / given[k]!)),
    wrongOfTrue: joint.map((row, k) => (column(k) === 0 ? 0 : 1 - row[k]! / column(k))),
    suspects: Int32Array.from(suspects),
    selfConfidence,
    margin,
  }
}

/** Whole numbers near the given ones with the same sum, which is whole: those cut most get one back. */
function integersOf(values: readonly number[]): number[] {
  const out = values.map((value) => Math.floor(value + 1e-9))
  const missing = Math.round(values.reduce((a, b) => a + b, 0)) - out.reduce((a, b) => a + b, 0)
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - out[b]! - (values[a]! - out[a]!) || a - b)
  for (const i of order.slice(0, missing)) out[i]!++
  return out
}

/** @throws RangeError when sizes differ, there are no rows or a label is not a class */
export function checkLabels(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): void {
  if (!(Number.isInteger(classes) && classes >= 2))
    throw new RangeError(`classes is 2 or more, got ${classes}`)
  if (labels.length === 0) throw new RangeError('there are no rows')
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `${labels.length} rows of ${classes} classes have ${labels.length * classes} probabilities, got ${probabilities.length}`,
    )
  }
  for (let i = 0; i < labels.length; i++) {
    if (!(Number.isInteger(labels[i]) && labels[i]! >= 0 && labels[i]! < classes)) {
      throw new RangeError(`labels are 0 to ${classes - 1}, got ${labels[i]} at ${i}`)
    }
  }
}
