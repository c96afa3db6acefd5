// What an attack's errors say of differential privacy. A training that is (epsilon, delta)-private keeps every attack to
// TPR <= e^epsilon FPR + delta and TNR <= e^epsilon FNR + delta, so rates beyond that prove a larger epsilon (Kairouz et al.
// 2015; Jagielski et al. 2020, arXiv:2006.07709). The threshold is chosen on one half of the records and the rates are
// counted on the other, where Clopper and Pearson's ends hold; otherwise the best of many thresholds would pass for proof.
import { clopperPearson } from '@failmode/core'

export interface EpsilonBound {
  /** At least 0; nothing is known below it. */
  readonly epsilon: number
  readonly delta: number
  /** Chance that the bound is right, at least. */
  readonly confidence: number
  readonly members: number
  readonly strangers: number
}

export interface Halves {
  /** Larger is likelier a member. */
  readonly choose: { readonly members: ArrayLike<number>; readonly strangers: ArrayLike<number> }
  readonly count: { readonly members: ArrayLike<number>; readonly strangers: ArrayLike<number> }
}

/** Largest epsilon that the counts prove to be exceeded or reached, with confidence. */
export function epsilonLowerBound(
  { choose, count }: Halves,
  { delta = 1e-5, confidence = 0.95 }: { readonly delta?: number; readonly confidence?: number } = {},
): EpsilonBound {
  const candidates = thresholdsOf(choose)
  let best = { bound: 0, threshold: Number.POSITIVE_INFINITY }
  for (const threshold of candidates) {
    const bound = boundAt(choose, threshold, { delta, confidence })
    if (bound > best.bound) best = { bound, threshold }
  }
  return {
    epsilon: boundAt(count, best.threshold, { delta, confidence }),
    delta,
    confidence,
    members: count.members.length,
    strangers: count.strangers.length,
  }
}

/** At most 200, spread over all scores, dense among the highest. */
function thresholdsOf({ members, strangers }: Halves['choose']): readonly number[] {
  const sorted = Float64Array.from([...Array.from(members), ...Array.from(strangers)]).sort()
  const n = sorted.length
  const places = new Set<number>()
  for (let i = 0; i < 100; i++) {
    places.add(Math.floor((i * n) / 100))
    places.add(Math.max(0, n - 1 - Math.floor(n ** (i / 100))))
  }
  return [...places].map((at) => sorted[at]!)
}

/** Both ends share what may go wrong: one-sided at half of 1 - confidence each. */
function boundAt(
  { members, strangers }: Halves['choose'],
  threshold: number,
  { delta, confidence }: { readonly delta: number; readonly confidence: number },
): number {
  const above = (scores: ArrayLike<number>): number => {
    let sum = 0
    for (let i = 0; i < scores.length; i++) if (scores[i]! > threshold) sum++
    return sum
  }
  // Clopper and Pearson's two-sided ends at this confidence are one-sided at half of what is left.
  const tpr = clopperPearson(above(members), members.length, { confidence })
  const fpr = clopperPearson(above(strangers), strangers.length, { confidence })
  const byMembers = (tpr.low - delta) / fpr.high
  const byStrangers = (1 - fpr.high - delta) / (1 - tpr.low)
  return Math.max(0, Math.log(Math.max(byMembers, byStrangers, 1)))
}
