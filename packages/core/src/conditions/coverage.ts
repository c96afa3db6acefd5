// Which combinations of levels the test samples show. Of every t factors each combination of their levels is counted (t-way
// coverage of existing tests: Kuhn, Kacker and Lei, "Practical Combinatorial Testing", NIST SP 800-142, 2010), since
// most failures take one, two or three conditions together.
import { type Combination, costOf, type OperatingDomain, type Readings, shareOf } from './operating-domain.ts'

export type Strength = 1 | 2 | 3

/** How many samples show each combination of `strength` levels. */
export interface CombinationCounts {
  readonly strength: Strength
  /** Each set of factors, with one count a combination of their levels, the last factor's running fastest. */
  readonly sets: readonly { readonly factors: readonly number[]; readonly counts: Int32Array }[]
}

/** Combinations that are counted at most; 8 MB of counts. */
export const mostCombinations = 2_000_000

/** How many combinations of `strength` levels there are. */
export function possibleCombinations({ factors }: OperatingDomain, strength: number): number {
  return subsets(factors.length, strength).reduce(
    (sum, set) => sum + set.reduce((product, f) => product * factors[f]!.levels.length, 1),
    0,
  )
}

/** @throws RangeError when there are more than `mostCombinations` */
export function countCombinations(
  domain: OperatingDomain,
  readings: Readings,
  strength: Strength,
): CombinationCounts {
  const possible = possibleCombinations(domain, strength)
  if (possible > mostCombinations) {
    throw new RangeError(
      `there are ${possible} combinations of ${strength} conditions, at most ${mostCombinations} are counted`,
    )
  }
  const samples = readings[0]?.length ?? 0
  const sets = subsets(domain.factors.length, strength).map((factors) => {
    const sizes = factors.map((f) => domain.factors[f]!.levels.length)
    const counts = new Int32Array(sizes.reduce((product, size) => product * size, 1))
    const columns = factors.map((f) => readings[f]!)
    next: for (let i = 0; i < samples; i++) {
      let at = 0
      for (let k = 0; k < columns.length; k++) {
        const level = columns[k]![i]!
        if (level < 0) continue next
        at = at * sizes[k]! + level
      }
      counts[at]!++
    }
    return { factors, counts }
  })
  return { strength, sets }
}

export interface Coverage {
  readonly strength: Strength
  readonly possible: number
  /** Combinations that at least `leastSamples` samples show. */
  readonly covered: number
  /** Those that at least `enoughSamples` show. */
  readonly enough: number
  /** Combinations that are not covered, those with the greatest share of operation times cost first. */
  readonly uncovered: readonly UncoveredCombination[]
}

export interface UncoveredCombination {
  readonly combination: Combination
  readonly samples: number
  readonly share: number
  readonly cost: number
}

export function coverage(
  domain: OperatingDomain,
  counts: CombinationCounts,
  options: { readonly leastSamples: number; readonly enoughSamples: number },
): Coverage {
  let possible = 0
  let covered = 0
  let enough = 0
  const uncovered: (UncoveredCombination & { readonly weight: number })[] = []
  for (const { factors, counts: own } of counts.sets) {
    possible += own.length
    for (let at = 0; at < own.length; at++) {
      const samples = own[at]!
      if (samples >= options.enoughSamples) enough++
      if (samples >= options.leastSamples) covered++
      else {
        const combination = combinationAt(domain, factors, at)
        const [share, cost] = [shareOf(domain, combination), costOf(domain, combination)]
        uncovered.push({ combination, samples, share, cost, weight: share * cost })
      }
    }
  }
  uncovered.sort((a, b) => b.weight - a.weight)
  return {
    strength: counts.strength,
    possible,
    covered,
    enough,
    uncovered: uncovered.map(({ weight: _, ...rest }) => rest),
  }
}

/** The combination at a place of the counts of these factors. */
export function combinationAt(
  { factors: all }: OperatingDomain,
  factors: readonly number[],
  place: number,
): Combination {
  const combination: { factor: number; level: number }[] = []
  let left = place
  for (const factor of factors.toReversed()) {
    const size = all[factor]!.levels.length
    combination.unshift({ factor, level: left % size })
    left = Math.floor(left / size)
  }
  return combination
}

/** All sets of `size` of the numbers 0 to n - 1, each ascending. */
export function subsets(n: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]]
  if (size > n) return []
  const out: number[][] = []
  const grow = (begun: readonly number[], from: number): void => {
    if (begun.length === size) out.push([...begun])
    else for (let i = from; i < n; i++) grow([...begun, i], i + 1)
  }
  grow([], 0)
  return out
}
