// Samples that one model has clearly wrong are mined, and another model is asked about them, as ImageNet-A was made
// (Hendrycks et al., "Natural Adversarial Examples", CVPR 2021). What counts is how much lower the second model's accuracy
// is there than on all samples: errors that models share lie in the samples, errors that they do not are the first
// model's own. The miner must not be the judge. A model is wrong on every sample mined with it, and a model that shares
// its training run, or was used to choose the samples, says next to as little.
import type { Random } from '../random/random.ts'
import { twoSampleBootstrap } from '../shift/two-sample-bootstrap.ts'
import type { Interval, IntervalOptions } from '../statistics/interval.ts'
import { wilson } from '../statistics/intervals.ts'
import { hypergeometricTail } from './hypergeometric.ts'
import type { Neighbours } from './nearest-neighbours.ts'

/** What a model that was not trained on the samples says of them. */
export interface FilterModel {
  /** Probability of the true class, one a sample. */
  readonly trueProbability: ArrayLike<number>
  /** 1 where the answer is right, else 0. */
  readonly correct: ArrayLike<number>
}

export interface FiltrationOptions {
  /** Mined are samples with a true-class probability below this; 0.15 unless said. */
  readonly below?: number
}

/**
 * Samples that every miner has wrong with a true-class probability below `below`, in order.
 * @throws RangeError when there are no miners or sizes differ
 */
export function mineSamples(
  miners: readonly FilterModel[],
  { below = 0.15 }: FiltrationOptions = {},
): Int32Array {
  const n = miners[0]?.correct.length
  if (n === undefined) throw new RangeError('there are no models to mine with')
  for (const { trueProbability, correct } of miners) checkSize(n, trueProbability, correct)
  const mined: number[] = []
  for (let i = 0; i < n; i++) {
    if (miners.every(({ trueProbability, correct }) => correct[i] !== 1 && trueProbability[i]! < below))
      mined.push(i)
  }
  return Int32Array.from(mined)
}

export interface MinedTransfer {
  readonly mined: Int32Array
  /** Samples that the other model is asked about: the mined ones. */
  readonly asked: number
  /** How many and what share of those it has wrong; NaN when there are none. */
  readonly failures: number
  readonly share: number
  /** Wilson's, for the share. */
  readonly interval: Interval
  /** Share of all samples that the other model has wrong: what `share` would be if it erred independently. */
  readonly ifIndependent: number
  /** Chance of as many failures among as many samples drawn at random. */
  readonly pValue: number
}

/**
 * Which share of the errors mined with some models another one makes as well.
 * @param correct of the other model: 1 where it is right, else 0
 * @throws RangeError when there are no miners or sizes differ
 */
export function minedTransfer(
  miners: readonly FilterModel[],
  correct: ArrayLike<number>,
  options: FiltrationOptions & IntervalOptions = {},
): MinedTransfer {
  const mined = mineSamples(miners, options)
  const n = correct.length
  checkSize(n, miners[0]!.correct)
  const failures = mined.reduce((sum, i) => sum + 1 - correct[i]!, 0)
  const wrong = n - sum(correct)
  return {
    mined,
    asked: mined.length,
    failures,
    share: failures / mined.length,
    interval: wilson(failures, mined.length, options),
    ifIndependent: wrong / n,
    pValue: hypergeometricTail(failures, mined.length, wrong, n),
  }
}

/**
 * Whether mined errors mark places where a model fails, and not only samples: they are mined on a random half, and the model
 * is asked about the samples of the other half whose nearest neighbour in the first was mined. As those samples were
 * not chosen for their own errors, the model may be one that mined. Samples of the other half none of whose neighbours
 * lie in the first are left out. `mined` are the samples mined, the counts are of those near them.
 * @param correct of the model asked: 1 where it is right, else 0
 * @throws RangeError when there are no miners or sizes differ
 */
export function minedRegion(
  miners: readonly FilterModel[],
  correct: ArrayLike<number>,
  { k, indices }: Neighbours,
  random: Random,
  options: FiltrationOptions & IntervalOptions = {},
): MinedTransfer {
  const n = correct.length
  const all = new Set(mineSamples(miners, options))
  checkSize(n, miners[0]!.correct)
  if (indices.length !== n * k) {
    throw new RangeError(`there are neighbours of ${indices.length / k} samples, and ${n} samples`)
  }
  const first = new Set(random.sample(n, n >> 1))
  let asked = 0
  let wrong = 0
  let near = 0
  let failures = 0
  for (let i = 0; i < n; i++) {
    if (first.has(i)) continue
    const nearest = indices.subarray(i * k, (i + 1) * k).find((row) => first.has(row))
    if (nearest === undefined) continue
    asked++
    wrong += 1 - correct[i]!
    if (!all.has(nearest)) continue
    near++
    failures += 1 - correct[i]!
  }
  return {
    mined: Int32Array.from(all).filter((row) => first.has(row)),
    failures,
    asked: near,
    share: failures / near,
    interval: wilson(failures, near, options),
    ifIndependent: wrong / asked,
    pValue: hypergeometricTail(failures, near, wrong, asked),
  }
}

export interface FilteredDrop {
  readonly mined: Int32Array
  /** Of the judge, on all samples and on the mined ones. */
  readonly accuracy: number
  readonly filteredAccuracy: number
  /** The first less the second. */
  readonly drop: number
  /** Bootstrap over mined and other samples, each drawn anew from their own. */
  readonly interval: Interval
  /** The drop of a judge that errs independently of the miners: 0 in the mean, and within these bounds by chance. */
  readonly ifIndependent: { readonly drop: 0; readonly low: number; readonly high: number }
  /** Chance of such a drop, or a larger one, if it does. */
  readonly pValue: number
}

/**
 * How much accuracy a judge loses on the samples mined with other models. Undefined when none or all are mined.
 * @param correct of the judge: 1 where it is right, else 0
 * @throws RangeError when there are no miners, sizes differ or the judge is one of them
 */
export function filteredAccuracyDrop(
  miners: readonly FilterModel[],
  correct: ArrayLike<number>,
  random: Random,
  { confidence = 0.95, ...options }: FiltrationOptions & IntervalOptions = {},
): FilteredDrop | undefined {
  const n = correct.length
  for (const miner of miners) {
    checkSize(n, miner.correct)
    if (miner.correct === correct) throw new RangeError('the judge is one of the models that mined')
  }
  const mined = mineSamples(miners, options)
  const m = mined.length
  if (m === 0 || m === n) return undefined
  const isMined = new Set(mined)
  const left = Int32Array.from({ length: n }, (_, i) => i).filter((i) => !isMined.has(i))
  const right = sum(correct)
  const rightMined = mined.reduce((all, i) => all + correct[i]!, 0)
  /** Fewest of `marked` samples that are among m drawn ones, fewer being rarer than the confidence leaves room for. */
  const least = (marked: number): number => {
    let x = Math.max(0, m + marked - n)
    while (1 - hypergeometricTail(x + 1, m, marked, n) <= (1 - confidence) / 2) x++
    return x
  }
  const dropOf = (inMined: number, elsewhere: number): number => (inMined + elsewhere) / n - inMined / m
  return {
    mined,
    accuracy: right / n,
    filteredAccuracy: rightMined / m,
    drop: dropOf(rightMined, right - rightMined),
    interval: twoSampleBootstrap(
      [m, n - m],
      (drawn, others) =>
        dropOf(
          drawn.reduce((all, at) => all + correct[mined[at]!]!, 0),
          others.reduce((all, at) => all + correct[left[at]!]!, 0),
        ),
      random,
      { confidence, resamples: 2000 },
    ),
    ifIndependent: {
      drop: 0,
      // The more of the mined ones it has right, the smaller the drop.
      low: dropOf(m - least(n - right), right - m + least(n - right)),
      high: dropOf(least(right), right - least(right)),
    },
    pValue: hypergeometricTail(m - rightMined, m, n - right, n),
  }
}

const sum = (values: ArrayLike<number>): number => {
  let all = 0
  for (let i = 0; i < values.length; i++) all += values[i]!
  return all
}

function checkSize(n: number, ...lists: readonly ArrayLike<number>[]): void {
  for (const { length } of lists) {
    if (length !== n) throw new RangeError(`all models answer the same samples, got ${length} and ${n}`)
  }
}
