// Does a model that says 0.8 have it right four times of five? Rows are put into bins of like confidence, and in each bin
// the mean confidence is compared with the accuracy. Chance alone keeps the two apart in every bin, so the plain errors
// are above zero even of a perfect model, and far above with few rows. Beside each stands an estimate without that bias,
// which measures a bin on one part of its rows against another, so that luck is not counted with itself.
import type { ConfidentAnswers } from '../shift/accuracy-estimate.ts'
import { mean } from '../statistics/describe.ts'
import { normalCdf } from '../statistics/special.ts'
import { checkAnswers } from './check-answers.ts'

export interface CalibrationBin {
  /** Least and greatest confidence of its rows. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean confidence. */
  readonly confidence: number
  readonly accuracy: number
}

export interface CalibrationError {
  /** The plain error, in [0,1]. */
  readonly value: number
  /** The error with the share that is owed to chance taken out; about 0 for a calibrated model of any number of rows. */
  readonly debiased: number
  /** Those that have rows, least confidence first. */
  readonly bins: readonly CalibrationBin[]
}

export interface BinOptions {
  /** 15 unless said. */
  readonly bins?: number
  /** `width`: bins cut [0,1] evenly. `mass`: bins hold about as many rows each. `width` unless said. */
  readonly by?: 'width' | 'mass'
}

/**
 * Expected calibration error: the mean of |accuracy - confidence| over bins, weighted by their rows (Guo et al., "On
 * Calibration of Modern Neural Networks", ICML 2017, eq. 3). A bin of width 1/B holds confidences above its lower edge
 * up to its upper one. `debiased` takes the sign of a bin's gap D from one half of its rows and the size from the other.
 * Over all halvings, which are near normal, that is D (2 Phi(D/s) - 1) - 2 s phi(D/s), with s^2 = sum p (1 - p) / n^2
 * the variance of the gap of a calibrated bin; its mean is 0 for such a bin, and it nears |D| where D is far from
 * chance. The sum over bins is cut at 0.
 * @throws RangeError when there are no rows, lengths differ or values are outside [0,1]
 */
export function expectedCalibrationError(
  answers: ConfidentAnswers,
  { bins = 15, by = 'width' }: BinOptions = {},
): CalibrationError {
  if (!(Number.isInteger(bins) && bins >= 1)) throw new RangeError(`bins is 1 or more, got ${bins}`)
  const rows = ascending(answers)
  const n = rows.length
  const groups =
    by === 'width'
      ? groupsOf(rows, (i) => Math.max(1, Math.ceil(rows[i]!.confidence * bins)))
      : ofSize(rows, (b) => Math.round((b * n) / bins), bins)
  let value = 0
  let debiased = 0
  for (const group of groups) {
    const gaps = gapsOf(group)
    const sum = total(gaps)
    value += Math.abs(sum) / n
    debiased += crossedSize(sum, Math.sqrt(total(group.map(calibratedVariance)))) / n
  }
  return { value, debiased: Math.max(0, debiased), bins: groups.map(summary) }
}

/**
 * Root mean square calibration error over bins of `binSize` rows in order of confidence, the rest joining the last
 * (Hendrycks et al., "Natural Adversarial Examples", CVPR 2021): the root of the mean of (accuracy - confidence)^2,
 * weighted by rows. The code released with that paper leaves out its surest bin; this counts it. Fewer rows than
 * `binSize` make one bin. `debiased` takes the variance of a bin's mean gap from its square, which is the estimate of
 * Kumar, Liang and Ma ("Verified Uncertainty Calibration", NeurIPS 2019, definition 5.1; before it Brocker, "Estimating
 * reliability and resolution of probability forecasts", Climate Dynamics 39, 2012) with the variance of the gaps
 * themselves; the sum is cut at 0 before the root.
 * @param options.binSize 100 unless said
 * @throws RangeError as `expectedCalibrationError` does
 */
export function rmsCalibrationError(
  answers: ConfidentAnswers,
  { binSize = 100 }: { readonly binSize?: number } = {},
): CalibrationError {
  if (!(Number.isInteger(binSize) && binSize >= 1))
    throw new RangeError(`binSize is 1 or more, got ${binSize}`)
  const rows = ascending(answers)
  const n = rows.length
  const bins = Math.max(1, Math.floor(n / binSize))
  const groups = ofSize(rows, (b) => (b === bins ? n : b * binSize), bins)
  let value = 0
  let debiased = 0
  for (const group of groups) {
    const gaps = gapsOf(group)
    const count = gaps.length
    const sum = total(gaps)
    value += (sum * sum) / count / n
    // The mean of d_i d_j over i != j, which is the square of the mean less its estimated variance. One row alone does
    // not show its variance.
    const squares = total(gaps.map((gap) => gap * gap))
    const pairs = count > 1 ? (sum * sum - squares) / (count - 1) : squares - calibratedVariance(group[0]!)
    debiased += pairs / n
  }
  return { value: Math.sqrt(value), debiased: Math.sqrt(Math.max(0, debiased)), bins: groups.map(summary) }
}

/**
 * Mean confidence less accuracy: above 0 for a model that claims more than it holds. Its bins cannot hide in each other,
 * and chance does not push it to one side.
 * @throws RangeError as `expectedCalibrationError` does
 */
export function overconfidence(answers: ConfidentAnswers): number {
  checkAnswers(answers)
  return mean(answers.confidence) - mean(answers.correct)
}

interface Row {
  readonly confidence: number
  readonly correct: number
}

function ascending(answers: ConfidentAnswers): readonly Row[] {
  checkAnswers(answers)
  const { confidence, correct } = answers
  return Array.from({ length: confidence.length }, (_, i) => ({
    confidence: confidence[i]!,
    correct: correct[i]!,
  })).sort((a, b) => a.confidence - b.confidence)
}

/** Neighbouring rows of the same key together. */
function groupsOf(rows: readonly Row[], keyOf: (row: number) => number): readonly (readonly Row[])[] {
  const groups: Row[][] = []
  let last = Number.NaN
  for (let i = 0; i < rows.length; i++) {
    const key = keyOf(i)
    if (key !== last) groups.push([])
    groups.at(-1)!.push(rows[i]!)
    last = key
  }
  return groups
}

/**
 * Group b ends before row `endOf(b)`, b from 1 to `count`. Rows of equal confidence are never parted, else the
 * result would hang on the order they came in; they stay where the first of them is.
 */
function ofSize(
  rows: readonly Row[],
  endOf: (group: number) => number,
  count: number,
): readonly (readonly Row[])[] {
  let group = 1
  return groupsOf(rows, (i) => {
    const tied = i > 0 && rows[i]!.confidence === rows[i - 1]!.confidence
    if (!tied) while (group < count && i >= endOf(group)) group++
    return group
  })
}

const gapsOf = (group: readonly Row[]): number[] => group.map((row) => row.correct - row.confidence)

/** p (1 - p): how far chance moves an answer that is right with the chance p. */
const calibratedVariance = ({ confidence }: Row): number => Math.max(0, confidence * (1 - confidence))

/** Mean of (sum + e) sign(sum - e) over normal e of standard deviation `spread`. */
function crossedSize(sum: number, spread: number): number {
  if (spread === 0) return Math.abs(sum)
  const z = sum / spread
  return sum * (2 * normalCdf(z) - 1) - spread * Math.sqrt(2 / Math.PI) * Math.exp(-(z * z) / 2)
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

function summary(group: readonly Row[]): CalibrationBin {
  return {
    from: group[0]!.confidence,
    to: group.at(-1)!.confidence,
    count: group.length,
    confidence: mean(group.map((row) => row.confidence)),
    accuracy: mean(group.map((row) => row.correct)),
  }
}
