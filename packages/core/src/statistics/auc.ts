// How well scores tell two groups apart. The area under the ROC curve is the chance that a positive scores above a
// negative, ties counting half; it sums over all thresholds. The true-positive rate at a small false-positive rate
// looks at the one threshold an adversary would use (Carlini et al., "Membership Inference Attacks From First
// Principles", 2022), and exists only where there are negatives enough to place it.
import { mean, sorted, variance } from './describe.ts'
import { confidenceOf, type Interval, type IntervalOptions } from './interval.ts'
import { wilson } from './intervals.ts'
import { normalQuantile } from './special.ts'

/** Both groups in ascending order. @throws RangeError when a group is empty or a score is NaN */
function prepare(positives: ArrayLike<number>, negatives: ArrayLike<number>) {
  const groups = { positives: sorted(positives), negatives: sorted(negatives) }
  for (const [name, scores] of Object.entries(groups)) {
    if (scores.length === 0) throw new RangeError(`there are no ${name}`)
    // Sorting puts NaN last.
    if (Number.isNaN(scores.at(-1))) throw new RangeError(`a score of the ${name} is NaN`)
  }
  return groups
}

/** For each of `scores`, the share of `others` below it, equal ones counting half. Both ascending. */
function placements(scores: Float64Array, others: Float64Array): Float64Array {
  let below = 0
  let notAbove = 0
  return scores.map((score) => {
    while (below < others.length && others[below]! < score) below++
    while (notAbove < others.length && others[notAbove]! <= score) notAbove++
    return (below + notAbove) / 2 / others.length
  })
}

/**
 * Area under the ROC curve: P(positive > negative) + P(equal) / 2 over all pairs, which is the Mann-Whitney statistic
 * over m n. O((m+n) log(m+n)).
 * @throws RangeError when a group is empty or a score is NaN
 */
export function auc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const groups = prepare(positives, negatives)
  return mean(placements(groups.positives, groups.negatives))
}

/**
 * The area with an interval by DeLong, DeLong and Clarke-Pearson ("Comparing the Areas under Two or More Correlated
 * Receiver Operating Characteristic Curves", Biometrics 44, 1988): the variance is that of the placements of the
 * positives over m plus that of the negatives over n; the interval is area -+ z times its root, cut to [0,1]. Where
 * that variance is 0 or unknown (groups apart, or one of them a single sample) the interval would claim
 * certainty, and Newcombe's takes its place; `method` says which.
 * @throws RangeError when a group is empty or a score is NaN
 */
export function aucInterval(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
  options: IntervalOptions = {},
): { readonly auc: number; readonly interval: Interval } {
  const confidence = confidenceOf(options)
  const groups = prepare(positives, negatives)
  const ofPositives = placements(groups.positives, groups.negatives)
  const ofNegatives = placements(groups.negatives, groups.positives)
  const area = mean(ofPositives)
  const m = ofPositives.length
  const n = ofNegatives.length
  const z = -normalQuantile((1 - confidence) / 2)
  const error = Math.sqrt(variance(ofPositives) / m + variance(ofNegatives) / n)
  if (!(error > 0))
    return { auc: area, interval: { ...newcombe(area, m, n, z), confidence, method: 'newcombe' } }
  const low = Math.max(0, area - z * error)
  const high = Math.min(1, area + z * error)
  return { auc: area, interval: { low, high, confidence, method: 'delong' } }
}

/**
 * Method 5 of Newcombe ("Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2",
 * Statistics in Medicine 25, 2006): the areas t with |t - area| <= z sqrt(V(t)), where V is Hanley and McNeil's
 * variance with both group sizes replaced by their mean inside the bracket, N = (m+n)/2 - 1:
 * V(t) = t (1-t) (1 + N (1-t)/(2-t) + N t/(1+t)) / (m n).
 */
function newcombe(area: number, m: number, n: number, z: number): { low: number; high: number } {
  const size = (m + n) / 2 - 1
  const isInside = (t: number): boolean => {
    const bracket = 1 + (size * (1 - t)) / (2 - t) + (size * t) / (1 + t)
    return Math.abs(t - area) <= z * Math.sqrt((t * (1 - t) * bracket) / (m * n))
  }
  const edge = (outside: number): number => {
    // At 0 and at 1 the variance is 0, so either end lies outside unless it is the area itself.
    if (outside === area) return area
    let inner = area
    let outer = outside
    for (let i = 0; i < 60; i++) {
      const middle = (inner + outer) / 2
      if (isInside(middle)) inner = middle
      else outer = middle
    }
    return inner
  }
  return { low: edge(0), high: edge(1) }
}

export type TprAtFpr =
  | {
      readonly ok: true
      /** Share of positives above the threshold. */
      readonly tpr: number
      /** Share of negatives above the threshold, at most the rate asked for. */
      readonly fpr: number
      /** Scores greater than this are called positive. */
      readonly threshold: number
      /** Wilson's, over the positives; it takes the threshold as given. */
      readonly interval: Interval
    }
  | {
      readonly ok: false
      /** Why there is no number, as a sentence. */
      readonly reason: string
      /** Negatives that the rate asked for needs. */
      readonly needed: number
    }

/**
 * The true-positive rate at the lowest threshold that lets through at most the share `fpr` of the negatives. With fewer
 * than 10 / fpr negatives the threshold would hang on a handful of scores, and the answer is a refusal.
 * @param fpr in (0,1]
 * @throws RangeError when there are no positives, a score is NaN or fpr is outside
 */
export function tprAtFpr(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
  fpr: number,
  options: IntervalOptions = {},
): TprAtFpr {
  if (!(fpr > 0 && fpr <= 1)) throw new RangeError(`fpr is above 0 and at most 1, got ${fpr}`)
  // 10 / 0.07 and its like miss the integer they mean by a rounding error; so does fpr * n below.
  const needed = Math.ceil(10 / fpr - 1e-9)
  if (negatives.length < needed) {
    const reason = `A true-positive rate at false-positive rate ${fpr} needs ${needed} negatives, and there are ${negatives.length}.`
    return { ok: false, reason, needed }
  }
  const groups = prepare(positives, negatives)
  const n = groups.negatives.length
  const allowed = Math.floor(fpr * n + 1e-9)
  const threshold = allowed === n ? Number.NEGATIVE_INFINITY : groups.negatives[n - 1 - allowed]!
  const above = (scores: Float64Array): number =>
    scores.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0)
  const hits = above(groups.positives)
  return {
    ok: true,
    tpr: hits / groups.positives.length,
    fpr: above(groups.negatives) / n,
    threshold,
    interval: wilson(hits, groups.positives.length, options),
  }
}
