import type { Scores } from '@failmode/core'

/** Probability that the model gives the class `labels[row]`, a row: softmax of logits, or the number as it stands. [N] */
export function trueProbabilities({ kind, data, classes }: Scores, labels: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: labels.length }, (_, row) => {
    const from = row * classes
    const own = data[from + (labels[row] as number)] as number
    if (kind === 'probabilities') return own
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < classes; k++) top = Math.max(top, data[from + k] as number)
    let sum = 0
    for (let k = 0; k < classes; k++) sum += Math.exp((data[from + k] as number) - top)
    return Math.exp(own - top) / sum
  })
}
