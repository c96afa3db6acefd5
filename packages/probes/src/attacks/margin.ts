import type { Scores } from '@failmode/core'

/**
 * Margin of the true class per row: its score less the best other score; negative means misclassified.
 * Probabilities are taken as logarithms, so that the margin does not flatten where the softmax saturates.
 *
 * @returns [N]
 */
export function margins(scores: Scores, labels: ArrayLike<number>): Float64Array {
  const { classes, data } = scores
  const value = scores.kind === 'logits' ? (p: number) => p : (p: number) => Math.log(Math.max(p, 1e-38))
  const result = new Float64Array(labels.length)
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number
    let other = Number.NEGATIVE_INFINITY
    for (let k = 0; k < classes; k++) {
      const score = data[row * classes + k] as number
      if (k !== label && score > other) other = score
    }
    result[row] = value(data[row * classes + label] as number) - value(other)
  }
  return result
}

/** Index of the largest score in each row; the first one on a tie. [N] */
export function predictions(scores: Scores): Int32Array {
  const { classes, data } = scores
  const result = new Int32Array(data.length / classes)
  for (let row = 0; row < result.length; row++) {
    let best = 0
    for (let k = 1; k < classes; k++) {
      if ((data[row * classes + k] as number) > (data[row * classes + best] as number)) best = k
    }
    result[row] = best
  }
  return result
}
