// Whether an attack is at least as good as another, sample by sample. Both attack the same samples of the same net,
// so what counts is the ratio of distances of each sample, and how many samples withstand one and not the other: the
// medians of two dozen samples would mostly tell which samples were drawn. Attacks draw at random, so a peer counts as
// better only where the pairs say so beyond chance.
import { mcnemar, median } from '@failmode/core'

/** A distance; null where no adversarial point was found. */
export type Distance = number | null

export interface Compared {
  /** Below 1: ours is better. */
  readonly ratio: number
  /** Chance of pairs as bad for ours as these, if neither attack were better. */
  readonly chance: number
}

/** Distances closer to each other than this count as the same. */
const same = 1e-3

/** The median over samples of our distance over theirs, and the sign test on who is closer. */
export function compareDistances(ours: readonly Distance[], theirs: readonly Distance[]): Compared {
  if (ours.length !== theirs.length) throw new RangeError('attacks are compared on the same samples')
  const ratios = ours.map((own, i) =>
    ratioOf(own ?? Number.POSITIVE_INFINITY, theirs[i] ?? Number.POSITIVE_INFINITY),
  )
  const wins = ratios.filter((ratio) => ratio < 1 - same).length
  const losses = ratios.filter((ratio) => ratio > 1 + same).length
  return { ratio: median(ratios), chance: oneSided(wins, losses) }
}

function ratioOf(own: number, other: number): number {
  return own === other ? 1 : own / other
}

/** Samples that withstand ours less those that withstand theirs, as a share of all, and McNemar's test. */
export function compareRobust(
  ours: readonly boolean[],
  theirs: readonly boolean[],
): { readonly difference: number; readonly chance: number } {
  if (ours.length !== theirs.length) throw new RangeError('attacks are compared on the same samples')
  const wins = ours.filter((robust, i) => !robust && theirs[i]).length
  const losses = ours.filter((robust, i) => robust && !theirs[i]).length
  return { difference: (losses - wins) / ours.length, chance: oneSided(wins, losses) }
}

/** Half of the two-sided sign test where ours lost more often. */
function oneSided(wins: number, losses: number): number {
  return losses > wins ? mcnemar(losses, wins).exact / 2 : 1
}

/** Under this chance a peer counts as better. Several comparisons are made for one bar, hence not 0.05. */
export const unlikely = 0.01
