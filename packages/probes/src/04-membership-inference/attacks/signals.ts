// What one answer of a model says of a record and its class. Everything is computed in float64 and, where the model gives
// logits, without leaving the logarithm: a record that the model is sure of by 40 nats has a probability of 1 in float32,
// and it is among these that members and strangers are told apart (Carlini et al. 2022, section IV-C).
import type { Scores } from '@failmode/core'

/** One number a record in each. */
export interface Signals {
  /** 1 where the largest score is that of the record's class; the first of equal ones counts. */
  readonly correct: Uint8Array
  /** -log p_y, in nats. */
  readonly loss: Float64Array
  /** Largest probability. */
  readonly confidence: Float64Array
  /** -sum p_i log p_i, in nats. */
  readonly entropy: Float64Array
  /** -(1 - p_y) log p_y - sum over i != y of p_i log(1 - p_i) (Song and Mittal 2021, arXiv:2003.10595). */
  readonly modifiedEntropy: Float64Array
  /** log p_y - log(1 - p_y): the statistic of LiRA, close to normal over trainings (Carlini et al. 2022, equation 3). */
  readonly scaledLogit: Float64Array
}

/** What reference code adds inside logarithms: the smallest number above 0 of float32. */
const least = 1e-45

/** @param labels class of each row of `scores` */
export function membershipSignals({ kind, data, classes }: Scores, labels: ArrayLike<number>): Signals {
  const n = labels.length
  const out: Signals = {
    correct: new Uint8Array(n),
    loss: new Float64Array(n),
    confidence: new Float64Array(n),
    entropy: new Float64Array(n),
    modifiedEntropy: new Float64Array(n),
    scaledLogit: new Float64Array(n),
  }
  const logs = new Float64Array(classes)
  for (let row = 0; row < n; row++) {
    const label = labels[row]!
    const from = row * classes
    let best = 0
    for (let k = 1; k < classes; k++) if (data[from + k]! > data[from + best]!) best = k
    if (kind === 'logits') {
      const all = logSumExp(data, { from, classes, without: -1, top: data[from + best]! })
      for (let k = 0; k < classes; k++) logs[k] = data[from + k]! - all
    } else {
      for (let k = 0; k < classes; k++) logs[k] = Math.log(Math.max(0, data[from + k]!) + least)
    }
    const others = kind === 'logits' ? logOfOthers(data, { from, classes, label }) : null
    let sum = 0
    let entropy = 0
    let modified = 0
    for (let k = 0; k < classes; k++) {
      const p = Math.exp(logs[k]!)
      if (k !== label) sum += p
      entropy -= p * logs[k]!
      // log(1 - p) where p is not next to 1; there the others tell more than 1 - p does.
      if (k !== label) modified -= p * Math.log1p(-Math.min(p, 1 - 2 ** -53))
    }
    const logTrue = logs[label]!
    const logRest = others === null ? Math.log(sum + least) : others - (data[from + label]! - logTrue)
    out.correct[row] = best === label ? 1 : 0
    out.loss[row] = -logTrue
    out.confidence[row] = Math.exp(logs[best]!)
    out.entropy[row] = entropy
    out.modifiedEntropy[row] = modified - Math.exp(logRest) * logTrue
    out.scaledLogit[row] = logTrue - logRest
  }
  return out
}

interface RowOfScores {
  readonly from: number
  readonly classes: number
}

function logSumExp(
  data: Float32Array,
  { from, classes, without, top }: RowOfScores & { readonly without: number; readonly top: number },
): number {
  let sum = 0
  for (let k = 0; k < classes; k++) if (k !== without) sum += Math.exp(data[from + k]! - top)
  return top + Math.log(sum)
}

function logOfOthers(
  data: Float32Array,
  { from, classes, label }: RowOfScores & { readonly label: number },
): number {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < classes; k++) if (k !== label) top = Math.max(top, data[from + k]!)
  return logSumExp(data, { from, classes, without: label, top })
}
