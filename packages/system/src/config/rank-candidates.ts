// Which of several ways to feed a model is the one it was trained with? The right one should answer the labelled
// samples best, but accuracy alone often cannot tell: a network with few biases gives the same answers to 0..1
// and to 0..255, its scores merely grow with the input. So four questions are asked in turn, and each is put
// only to the candidates that the one before could not tell apart.
//   1. Accuracy, compared in pairs (McNemar): blind to scale, and wrong preprocessing mostly fails here.
//   2. The likelihood of the labels after one temperature is fitted to each candidate (Guo et al. 2017, "On Calibration of
//      Modern Neural Networks", section 4.2). This is blind to scale too, and sees more than accuracy does.
//   3. The convention of the program that exported the model, where it has one; the answers cannot contradict it here.
//   4. The likelihood as the model gives it. Networks are trained to make this large, so scores of the right input
//      fit at a temperature near 1, and those of an input 255 times too large at one near 255.
// Where even the last leaves several, the likeliest of them wins (the simplest, if they are equal) and the answer
// says that it is a guess.
import { holm, mcnemarOfPairs, normalCdf } from '@failmode/core'
import type { Candidate } from './input-candidates.ts'

/** One candidate and how it did, sample by sample; all trials that are compared saw the same samples. */
export interface Trial {
  readonly candidate: Candidate
  readonly correct: readonly boolean[]
  /** -log of the probability of the true class, at temperature 1. */
  readonly loss: Float64Array
  /** The same at `temperature`. */
  readonly fittedLoss: Float64Array
  /** The temperature at which the mean loss is smallest. */
  readonly temperature: number
}

export interface Rival {
  readonly candidate: Candidate
  readonly correct: number
  readonly n: number
  readonly meanLoss: number
  readonly meanFittedLoss: number
  readonly temperature: number
  /** What set it behind the winner; `chance` when nothing did but the luck of these samples. */
  readonly by: 'accuracy' | 'likelihood' | 'convention' | 'scale' | 'chance'
  /** Chance of so large a difference if the two were equally good (two-sided, not corrected). */
  readonly p: number
}

export interface Ranking {
  readonly winner: Trial
  /** Best first. */
  readonly rivals: readonly Rival[]
  /**
   * `sure`: every rival does worse by accuracy or by the fitted likelihood. `likely`: some only fit at a less natural
   * scale, or not the exporter's convention. `unsure`: some do as well in every way. Each at 1 %, corrected for the number of rivals (Holm).
   */
  readonly sureness: 'sure' | 'likely' | 'unsure'
}

/** Below this a difference between two candidates is taken as one. */
const alpha = 0.01

/**
 * The losses and the temperature of one candidate.
 * @param scores [n, classes]: logits, or probabilities when `kind` says so
 * @param labels [n]
 */
export function scoreTrial(
  candidate: Candidate,
  scores: ArrayLike<number>,
  {
    labels,
    classes,
    kind,
  }: {
    readonly labels: ArrayLike<number>
    readonly classes: number
    readonly kind: 'logits' | 'probabilities'
  },
): Trial {
  // The logarithm of a probability is a logit as good as any; 1e-12 is below what float32 softmax resolves.
  const logits = Float64Array.from(scores, kind === 'logits' ? Number : (p) => Math.log(Math.max(p, 1e-12)))
  const n = labels.length
  const correct = Array.from({ length: n }, (_, i) => {
    let best = 0
    for (let k = 1; k < classes; k++) if (logits[i * classes + k]! > logits[i * classes + best]!) best = k
    return best === labels[i]
  })
  const lossAt = (beta: number): Float64Array => {
    const loss = new Float64Array(n)
    for (let i = 0; i < n; i++) {
      let top = Number.NEGATIVE_INFINITY
      for (let k = 0; k < classes; k++) top = Math.max(top, logits[i * classes + k]!)
      let sum = 0
      for (let k = 0; k < classes; k++) sum += Math.exp(beta * (logits[i * classes + k]! - top))
      loss[i] = Math.log(sum) + beta * (top - logits[i * classes + labels[i]!]!)
    }
    return loss
  }
  const beta = minimize((logBeta) => mean(lossAt(Math.exp(logBeta))), -14, 6)
  return {
    candidate,
    correct,
    loss: lossAt(1),
    fittedLoss: lossAt(Math.exp(beta)),
    temperature: Math.exp(-beta),
  }
}

/** Orders trials over the same samples. Earlier candidates are simpler. @throws RangeError without trials */
export function rankCandidates(
  trials: readonly Trial[],
  options: { readonly isConvention?: (candidate: Candidate) => boolean } = {},
): Ranking {
  if (trials.length === 0) throw new RangeError('there is nothing to rank')
  const correct = (trial: Trial) => trial.correct.filter(Boolean).length
  const beaten = new Map<Trial, Rival['by']>()
  const settle = (
    by: Rival['by'],
    alive: readonly Trial[],
    better: (a: Trial, b: Trial) => number,
    p: (a: Trial, b: Trial) => number,
  ) => {
    const best = alive.reduce((a, b) => (better(b, a) > 0 ? b : a))
    return alive.filter((trial) => {
      const equal = trial === best || p(best, trial) >= alpha
      if (!equal) beaten.set(trial, by)
      return equal
    })
  }
  let alive = settle('accuracy', trials, (a, b) => correct(a) - correct(b), accuracyP)
  alive = settle('likelihood', alive, (a, b) => mean(b.fittedLoss) - mean(a.fittedLoss), fittedP)
  const customary = alive.filter((trial) => options.isConvention?.(trial.candidate) === true)
  if (customary.length > 0) {
    for (const trial of alive) if (!customary.includes(trial)) beaten.set(trial, 'convention')
    alive = customary
  }
  alive = settle('scale', alive, (a, b) => mean(b.loss) - mean(a.loss), lossP)
  // Of equals the first is kept, which is the simplest.
  const winner = alive.reduce((a, b) => (mean(b.loss) < mean(a.loss) ? b : a))

  const rivals = trials
    .filter((trial) => trial !== winner)
    .map((trial): Rival & { readonly trial: Trial } => {
      const by = beaten.get(trial) ?? 'chance'
      const p = { accuracy: accuracyP, likelihood: fittedP, convention: lossP, scale: lossP, chance: lossP }[
        by
      ](winner, trial)
      return {
        trial,
        candidate: trial.candidate,
        correct: correct(trial),
        n: trial.correct.length,
        meanLoss: mean(trial.loss),
        meanFittedLoss: mean(trial.fittedLoss),
        temperature: trial.temperature,
        by,
        p,
      }
    })
    .sort(
      (a, b) =>
        stages.indexOf(b.by) - stages.indexOf(a.by) || b.correct - a.correct || a.meanLoss - b.meanLoss,
    )
  const adjusted = holm(rivals.map((rival) => rival.p))
  const doubtful = adjusted.some((p) => p >= alpha)
  const byScale = rivals.some((rival) => rival.by === 'scale' || rival.by === 'convention')
  return {
    winner,
    rivals: rivals.map(({ trial: _, ...rival }) => rival),
    sureness: doubtful ? 'unsure' : byScale ? 'likely' : 'sure',
  }
}

const stages: readonly Rival['by'][] = ['accuracy', 'likelihood', 'convention', 'scale', 'chance']

/** McNemar's mid-p: whether two candidates differ in accuracy. */
export function accuracyP(a: Trial, b: Trial): number {
  return mcnemarOfPairs(a.correct, b.correct).midP
}

const fittedP = (a: Trial, b: Trial): number => pairedP(a.fittedLoss, b.fittedLoss)
const lossP = (a: Trial, b: Trial): number => pairedP(a.loss, b.loss)

/** Two-sided p-value of the paired z-test; n is in the hundreds, where t and z agree. */
function pairedP(a: Float64Array, b: Float64Array): number {
  const difference = a.map((value, i) => value - b[i]!)
  const centre = mean(difference)
  const spread = mean(difference.map((value) => (value - centre) ** 2))
  if (centre === 0) return 1
  if (spread === 0) return 0
  return 2 * normalCdf(-Math.abs(centre) / Math.sqrt(spread / difference.length))
}

function mean(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** Golden-section search; the mean loss is convex in 1/T, so it has one valley in log 1/T as well. */
function minimize(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [a, b] = [low, high]
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)]
  let [fc, fd] = [f(c), f(d)]
  while (b - a > 1e-3) {
    if (fc < fd) {
      ;[b, d, fd] = [d, c, fc]
      c = b - ratio * (b - a)
      fc = f(c)
    } else {
      ;[a, c, fc] = [c, d, fd]
      d = a + ratio * (b - a)
      fd = f(d)
    }
  }
  return (a + b) / 2
}
