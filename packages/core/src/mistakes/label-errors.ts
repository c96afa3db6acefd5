// Model and label disagree: which is wrong? The model cannot say, since that is what is asked of it. The rows around can:
// if those near a row carry the label that the model gives, the row's own label stands alone; if they carry the row's
// label, the model is wrong about them all and the row is a hard example, however sure the model is. That holds as far
// as the embedding tells classes apart on its own; taken from the model under test it shares the model's errors.
import { quantileOfSorted, sorted } from '../statistics/describe.ts'
import { checkLabels } from './confident-learning.ts'
import type { Neighbours } from './nearest-neighbours.ts'

export interface NeighbourAgreement {
  /** [n] share of a row's neighbours that were given the same label as the row. */
  readonly withGiven: Float64Array
  /** [n] share of a row's neighbours that were given the label which the model gives the row. */
  readonly withPredicted: Float64Array
}

/** @throws RangeError when sizes differ */
export function neighbourAgreement(
  { k, indices }: Neighbours,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): NeighbourAgreement {
  checkRows(k, indices, labels.length)
  if (predicted.length !== labels.length) {
    throw new RangeError(`each row has one answer, got ${predicted.length} for ${labels.length}`)
  }
  const share = (answers: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: labels.length }, (_, i) => {
      let same = 0
      for (let at = i * k; at < (i + 1) * k; at++) if (labels[indices[at]!] === answers[i]) same++
      return same / k
    })
  return { withGiven: share(labels), withPredicted: share(predicted) }
}

export interface LabelErrorScores {
  /**
   * [n] in [-1,1], higher for a label more surely wrong: the largest over other classes c of
   * min(p_c - p_given, v_c - v_given), p the model's probabilities, v the shares of the neighbours' labels. It is as strong
   * as the weaker of the two witnesses, and above 0 only when both speak for the same other class.
   */
  readonly scores: Float64Array
  /** [n] that class c. */
  readonly suggested: Int32Array
}

/**
 * @param probabilities [n * classes], row by row, of a model that was not trained on these rows
 * @param labels the n given ones, 0 to classes - 1
 * @throws RangeError when sizes differ, there are no rows or a label is not a class
 */
export function labelErrorScores(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  { k, indices }: Neighbours,
): LabelErrorScores {
  checkLabels(probabilities, labels, classes)
  const n = labels.length
  checkRows(k, indices, n)
  const scores = new Float64Array(n).fill(-1)
  const suggested = new Int32Array(n)
  const votes = new Float64Array(classes)
  for (let i = 0; i < n; i++) {
    votes.fill(0)
    for (let at = i * k; at < (i + 1) * k; at++) votes[labels[indices[at]!]!]! += 1 / k
    const given = labels[i]!
    suggested[i] = given === 0 ? 1 : 0
    for (let c = 0; c < classes; c++) {
      if (c === given) continue
      const score = Math.min(
        probabilities[i * classes + c]! - probabilities[i * classes + given]!,
        votes[c]! - votes[given]!,
      )
      if (score > scores[i]!) {
        scores[i] = score
        suggested[i] = c
      }
    }
  }
  return { scores, suggested }
}

export interface OutlierScores {
  /** Median distance to the k-th neighbour among the typical rows. */
  readonly typicalDistance: number
  /** [n] distance to the k-th neighbour over the typical one. */
  readonly relative: Float64Array
  /**
   * [n] share of the typical rows that lie at least as far from theirs, as a p-value, (1 + m) / (1 + all); a typical row
   * is not compared with itself.
   */
  readonly farther: Float64Array
}

/**
 * How far out a row lies, by the distance to its k-th neighbour (Sun et al., "Out-of-Distribution Detection with Deep
 * Nearest Neighbors", ICML 2022, which sets rows to length 1 first). Outliers that lie together, k or more, hide one another.
 * @param isTypical 1 for the rows to compare with, such as those that the model has right
 * @throws RangeError when sizes differ or no row is typical
 */
export function outlierScores(
  { k, indices, distances }: Neighbours,
  isTypical: ArrayLike<number>,
): OutlierScores {
  const n = isTypical.length
  checkRows(k, indices, n)
  const own = Float64Array.from({ length: n }, (_, i) => distances[(i + 1) * k - 1]!)
  const typical = sorted(own.filter((_, i) => isTypical[i] === 1))
  if (typical.length === 0) throw new RangeError('no row is typical')
  const middle = quantileOfSorted(typical, 0.5)
  return {
    typicalDistance: middle,
    // Where half of the rows are copies of each other the median is 0, and anything else lies infinitely far out.
    relative: own.map((distance) =>
      middle > 0 ? distance / middle : distance > 0 ? Number.POSITIVE_INFINITY : 1,
    ),
    farther: own.map((distance, i) => {
      const self = isTypical[i] === 1 ? 1 : 0
      return (1 + typical.length - countBelow(typical, distance) - self) / (1 + typical.length - self)
    }),
  }
}

function countBelow(ascending: Float64Array, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function checkRows(k: number, indices: Int32Array, rows: number): void {
  if (indices.length !== rows * k) {
    throw new RangeError(`there are neighbours of ${indices.length / k} rows, and ${rows} rows`)
  }
}
