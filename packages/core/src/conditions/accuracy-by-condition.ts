// How right a model is where each level holds, and where two meet, and how far that is below its accuracy over all. Many
// conditions are looked at, so the intervals of the differences hold all at once (Bonferroni): one that does not reach
// zero is a condition in which the model is worse, and not the unluckiest of many.

import { differenceOfShares, type Tally } from '../statistics/difference-of-shares.ts'
import type { Interval } from '../statistics/interval.ts'
import { wilson } from '../statistics/intervals.ts'
import { combinationAt, subsets } from './coverage.ts'
import type { Combination, OperatingDomain, Readings } from './operating-domain.ts'

export interface ConditionAccuracy {
  readonly combination: Combination
  readonly n: number
  readonly right: number
  /** Of the accuracy. */
  readonly interval: Interval
  /** Accuracy over all less accuracy here; null with too few samples to compare, here or elsewhere. */
  readonly drop: { readonly value: number; readonly interval: Interval } | null
}

/**
 * Levels that some sample has, and pairs of levels that `leastSamples` have; not the pairs that one of their levels always
 * comes in, since these say nothing that the level does not.
 * @param right 1 where the model is right, 0 where it is wrong, null where it was not asked; one entry a sample
 */
export function accuracyByCondition(
  domain: OperatingDomain,
  readings: Readings,
  right: readonly (0 | 1 | null)[],
  { leastSamples, confidence = 0.95 }: { readonly leastSamples: number; readonly confidence?: number },
): readonly ConditionAccuracy[] {
  const asked = right.filter((one) => one !== null)
  const all = { n: asked.length, right: asked.filter((one) => one === 1).length }
  const cellsOf = (size: number) =>
    subsets(domain.factors.length, size).flatMap((factors) => countCells(domain, readings, right, factors))
  const levels = cellsOf(1).filter(({ n }) => n >= 1)
  const isWhole = (combination: Combination, n: number) =>
    levels.some(
      ({ combination: [level], n: own }) =>
        own === n && combination.some((one) => one.factor === level!.factor && one.level === level!.level),
    )
  const cells = [
    ...levels,
    ...cellsOf(2).filter(({ n, combination }) => n >= Math.max(1, leastSamples) && !isWhole(combination, n)),
  ]
  const isCompared = ({ n }: { readonly n: number }) => n >= leastSamples && all.n - n >= leastSamples
  const tests = cells.filter(isCompared).length
  return cells.map((cell) => ({
    ...cell,
    interval: wilson(cell.right, cell.n, { confidence }),
    drop: isCompared(cell) ? dropBelow(all, cell, 1 - (1 - confidence) / tests) : null,
  }))
}

function countCells(
  domain: OperatingDomain,
  readings: Readings,
  right: readonly (0 | 1 | null)[],
  factors: readonly number[],
): readonly { readonly combination: Combination; readonly n: number; readonly right: number }[] {
  const sizes = factors.map((f) => domain.factors[f]!.levels.length)
  const size = sizes.reduce((a, b) => a * b, 1)
  const [n, good] = [new Int32Array(size), new Int32Array(size)]
  next: for (let i = 0; i < right.length; i++) {
    const one = right[i]!
    if (one === null) continue
    let at = 0
    for (let k = 0; k < factors.length; k++) {
      const level = readings[factors[k]!]![i]!
      if (level < 0) continue next
      at = at * sizes[k]! + level
    }
    n[at]!++
    good[at]! += one
  }
  return Array.from(n, (count, at) => ({
    combination: combinationAt(domain, factors, at),
    n: count,
    right: good[at]!,
  }))
}

/**
 * Accuracy over all less accuracy in a part. It is (1 - w) times the difference between the rest and the part, with w the
 * part's share of the samples; these two are independent.
 */
function dropBelow(
  all: Tally,
  part: Tally,
  confidence: number,
): { readonly value: number; readonly interval: Interval } {
  const rest = { n: all.n - part.n, right: all.right - part.right }
  const apart = differenceOfShares(rest, part, { confidence })
  const weight = rest.n / all.n
  return {
    value: weight * (rest.right / rest.n - part.right / part.n),
    interval: {
      low: weight * apart.low,
      high: weight * apart.high,
      confidence,
      method: 'newcombe-bonferroni',
    },
  }
}
