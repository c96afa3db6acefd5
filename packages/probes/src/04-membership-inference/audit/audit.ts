// What an attack's scores of members and strangers are worth: how well they tell the two apart on the whole, and how many
// members they name when hardly a stranger may be named. Members and strangers are equally many, and nothing that is
// reported was fitted to the records it is counted on.
import {
  aucInterval,
  createRandom,
  differenceOfShares,
  type Interval,
  permutationPValue,
  quantile,
  type TprAtFpr,
  tprAtFpr,
} from '@failmode/core'
import { type EpsilonBound, epsilonLowerBound } from './epsilon.ts'

export interface Audit {
  readonly members: number
  readonly strangers: number
  readonly auc: number
  readonly aucInterval: Interval
  /** By false-positive rate: 0.1, 0.01 and 0.001, where there are strangers enough. */
  readonly tpr: readonly { readonly fpr: number; readonly rate: TprAtFpr }[]
  /** TPR - FPR at thresholds that were chosen on the other half. */
  readonly advantage: number
  readonly advantageInterval: Interval
  readonly epsilon: EpsilonBound
}

export const falsePositiveRates = [0.1, 0.01, 0.001] as const

/** @param members, strangers scores of which larger is likelier a member, in random order */
export function auditScores(members: ArrayLike<number>, strangers: ArrayLike<number>): Audit {
  const { auc, interval } = aucInterval(members, strangers)
  const halves = [half(members, 0), half(members, 1)] as const
  const others = [half(strangers, 0), half(strangers, 1)] as const
  let [hits, alarms] = [0, 0]
  for (const side of [0, 1] as const) {
    const threshold = bestThreshold(halves[side], others[side])
    hits += halves[1 - side]!.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0)
    alarms += others[1 - side]!.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0)
  }
  return {
    members: members.length,
    strangers: strangers.length,
    auc,
    aucInterval: interval,
    tpr: falsePositiveRates.map((fpr) => ({ fpr, rate: tprAtFpr(members, strangers, fpr) })),
    advantage: hits / members.length - alarms / strangers.length,
    advantageInterval: differenceOfShares(
      { right: hits, n: members.length },
      { right: alarms, n: strangers.length },
    ),
    epsilon: epsilonLowerBound({
      choose: { members: halves[0], strangers: others[0] },
      count: { members: halves[1], strangers: others[1] },
    }),
  }
}

const half = (scores: ArrayLike<number>, side: number): Float64Array =>
  Float64Array.from(Array.from(scores).filter((_, i) => i % 2 === side))

/** The threshold with the largest TPR - FPR; scores above it are called members. */
function bestThreshold(members: Float64Array, strangers: Float64Array): number {
  const all = [
    ...Array.from(members, (score) => ({ score, step: 1 / members.length })),
    ...Array.from(strangers, (score) => ({ score, step: -1 / strangers.length })),
  ].sort((a, b) => b.score - a.score)
  let best = { threshold: Number.POSITIVE_INFINITY, advantage: 0 }
  let advantage = 0
  for (const [i, { score, step }] of all.entries()) {
    advantage += step
    const next = all[i + 1]
    if (next?.score === score) continue
    if (advantage > best.advantage + 1e-12) {
      // Between this score and the next lower one.
      best = {
        threshold: next === undefined ? Number.NEGATIVE_INFINITY : (score + next.score) / 2,
        advantage,
      }
    }
  }
  return best.threshold
}

export interface ShuffleControl {
  /** Share of shuffles whose 95 % interval of the AUC holds 0.5. */
  readonly held: number
  readonly shuffles: number
  /** Chance of an AUC as high as the true one when membership is shuffled. */
  readonly pValue: number
  /** Middle 99 % of the shuffled AUCs. */
  readonly low: number
  readonly high: number
}

/** The same scores with membership drawn anew: nothing but chance may tell the groups apart then. */
export function shuffleControl(
  members: ArrayLike<number>,
  strangers: ArrayLike<number>,
  { seed, shuffles = 199 }: { readonly seed: number; readonly shuffles?: number },
): ShuffleControl {
  const random = createRandom(seed, ['membership-inference', 'shuffled'])
  const pooled = [...Array.from(members), ...Array.from(strangers)]
  const observed = aucInterval(members, strangers).auc
  const areas: number[] = []
  let held = 0
  for (let i = 0; i < shuffles; i++) {
    const mixed = random.shuffle(pooled)
    const { auc, interval } = aucInterval(mixed.slice(0, members.length), mixed.slice(members.length))
    areas.push(auc)
    if (interval.low <= 0.5 && interval.high >= 0.5) held++
  }
  return {
    held: held / shuffles,
    shuffles,
    pValue: permutationPValue(observed, areas, { alternative: 'greater' }),
    low: quantile(areas, 0.005),
    high: quantile(areas, 0.995),
  }
}

/**
 * Points of the ROC curve for a picture with logarithmic axes: the true-positive rate at about forty false-positive rates
 * down to 1 / strangers, and in between the corners that matter.
 */
export function rocPoints(
  members: ArrayLike<number>,
  strangers: ArrayLike<number>,
): readonly { readonly x: number; readonly y: number }[] {
  const [a, b] = [Float64Array.from(members).sort(), Float64Array.from(strangers).sort()]
  const points: { x: number; y: number }[] = []
  const steps = 40
  let last = -1
  for (let i = 0; i <= steps; i++) {
    const allowed = Math.round(b.length ** (i / steps))
    if (allowed === last) continue
    last = allowed
    const threshold = allowed >= b.length ? Number.NEGATIVE_INFINITY : b[b.length - 1 - allowed]!
    const hits = a.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0)
    points.push({ x: allowed / b.length, y: hits / a.length })
  }
  return points
}

/** Exposure of canaries: log2 of how many there could have been, less log2 of the rank (Carlini et al. 2019, arXiv:1802.08232). */
export function exposures(inserted: ArrayLike<number>, heldOut: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(heldOut).sort()
  return Float64Array.from(inserted, (score) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      // Those that are as high rank before it.
      if (sorted[middle]! < score) low = middle + 1
      else high = middle
    }
    return Math.log2(sorted.length + 1) - Math.log2(sorted.length - low + 1)
  })
}
