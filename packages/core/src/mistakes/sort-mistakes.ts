// What stands behind each answer that is not the given label. A mistake is only the model's if the label can be trusted
// and the row is of the kind that the model is for; the others are repaired in the data. Each mistake goes into the first
// of these kinds whose test it passes, with the numbers of all tests beside it:
//   near-duplicate-conflict  a row that is all but the same carries another label: one of the two labels is wrong
//   out-of-distribution      it lies farther from all others than nearly every row that the model has right
//   label-error              the model is sure, and the rows around carry the model's answer and not the given label
//   model-mistake            most rows around carry the given label: the model alone is wrong
//   unclear                  none of these; a border case, or a person has to look
import { labelErrorScores, neighbourAgreement, outlierScores } from './label-errors.ts'
import type { Neighbours } from './nearest-neighbours.ts'

export const mistakeKinds = [
  'near-duplicate-conflict',
  'out-of-distribution',
  'label-error',
  'model-mistake',
  'unclear',
] as const

export type MistakeKind = (typeof mistakeKinds)[number]

export interface SortOptions {
  /** A row this much nearer than the typical k-th neighbour, as a share of that distance, is a near-duplicate; 0.05 unless said. */
  readonly duplicateDistance?: number
  /** A row is out of distribution when at most this share of the right rows lie as far out; 0.01 unless said. */
  readonly outlierShare?: number
  /** Least score of `labelErrorScores` for a label error; 0.5 unless said. */
  readonly labelErrorScore?: number
  /** Least share of neighbours with the given label for a model mistake; 0.5 unless said. */
  readonly support?: number
}

export interface Mistake {
  readonly row: number
  readonly kind: MistakeKind
  readonly given: number
  readonly predicted: number
  /** Probability that the model gives its answer. */
  readonly confidence: number
  /** Share of the neighbours that carry the given label, and the predicted one. */
  readonly withGiven: number
  readonly withPredicted: number
  /** Of `labelErrorScores`, and the class it speaks for. */
  readonly labelErrorScore: number
  readonly suggested: number
  /** Of `outlierScores` among the rows that the model has right. */
  readonly relativeDistance: number
  readonly farther: number
  /** The nearest near-duplicate with another label; null when there is none among the neighbours. */
  readonly conflictsWith: number | null
}

/**
 * One entry for each row whose likeliest class is not the given label, in order of rows. The lower class wins ties.
 * @param probabilities [n * classes], row by row, of a model that was not trained on these rows
 * @param labels the n given ones, 0 to classes - 1
 * @throws RangeError when sizes differ, a label is not a class or the model has no row right
 */
export function sortMistakes(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  neighbours: Neighbours,
  { duplicateDistance = 0.05, outlierShare = 0.01, labelErrorScore = 0.5, support = 0.5 }: SortOptions = {},
): readonly Mistake[] {
  const { scores, suggested } = labelErrorScores(probabilities, labels, classes, neighbours)
  const n = labels.length
  const predicted = Int32Array.from({ length: n }, (_, i) => {
    let best = 0
    for (let c = 1; c < classes; c++) {
      if (probabilities[i * classes + c]! > probabilities[i * classes + best]!) best = c
    }
    return best
  })
  const { withGiven, withPredicted } = neighbourAgreement(neighbours, labels, predicted)
  const isRight = Uint8Array.from(predicted, (label, i) => (label === labels[i] ? 1 : 0))
  const { typicalDistance, relative, farther } = outlierScores(neighbours, isRight)
  const { k, indices, distances } = neighbours
  const out: Mistake[] = []
  for (let i = 0; i < n; i++) {
    if (isRight[i] === 1) continue
    let conflictsWith: number | null = null
    for (let at = i * k; at < (i + 1) * k && conflictsWith === null; at++) {
      if (distances[at]! > duplicateDistance * typicalDistance) break
      if (labels[indices[at]!] !== labels[i]) conflictsWith = indices[at]!
    }
    const kind: MistakeKind =
      conflictsWith !== null
        ? 'near-duplicate-conflict'
        : farther[i]! <= outlierShare
          ? 'out-of-distribution'
          : scores[i]! >= labelErrorScore
            ? 'label-error'
            : withGiven[i]! >= support
              ? 'model-mistake'
              : 'unclear'
    out.push({
      row: i,
      kind,
      given: labels[i]!,
      predicted: predicted[i]!,
      confidence: probabilities[i * classes + predicted[i]!]!,
      withGiven: withGiven[i]!,
      withPredicted: withPredicted[i]!,
      labelErrorScore: scores[i]!,
      suggested: suggested[i]!,
      relativeDistance: relative[i]!,
      farther: farther[i]!,
      conflictsWith,
    })
  }
  return out
}
