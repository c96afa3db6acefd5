// Probabilities of a model's scores, for every probe that asks how sure it is: the softmax of logits, and probabilities as
// they stand.
import type { Scores } from '@failmode/core'

/** [N * classes], row by row. */
export function probabilities({ kind, data, classes }: Scores): Float64Array {
  const out = Float64Array.from(data)
  if (kind === 'probabilities') return out
  for (let from = 0; from < out.length; from += classes) {
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < classes; k++) top = Math.max(top, out[from + k] as number)
    let sum = 0
    for (let k = 0; k < classes; k++) {
      out[from + k] = Math.exp((out[from + k] as number) - top)
      sum += out[from + k] as number
    }
    for (let k = 0; k < classes; k++) out[from + k] = (out[from + k] as number) / sum
  }
  return out
}

/** Probability that the model gives the class `labels[row]`, a row. [N] */
export function trueProbabilities(scores: Scores, labels: ArrayLike<number>): Float64Array {
  const all = probabilities(scores)
  return Float64Array.from(
    { length: labels.length },
    (_, row) => all[row * scores.classes + (labels[row] as number)] as number,
  )
}

/** The class that the model is surest of and its probability, a row; the lower class on a tie. */
export function surest(scores: Scores): readonly { readonly label: number; readonly confidence: number }[] {
  const { classes } = scores
  const all = probabilities(scores)
  return Array.from({ length: all.length / classes }, (_, row) => {
    const own = all.subarray(row * classes, (row + 1) * classes)
    let label = 0
    for (let k = 1; k < classes; k++) if ((own[k] as number) > (own[label] as number)) label = k
    return { label, confidence: own[label] as number }
  })
}
