// Many looks at the same two samples, one answer with a set rate of false alarms. Rows are dealt anew to the two samples,
// every statistic is computed on every deal, and each statistic is ranked among its own values; the smallest of
// these p-values is then ranked among the smallest p-values of all deals (Westfall and Young, "Resampling-Based Multiple
// Testing", 1993; Pesarin's combination of dependent tests). Since all statistics see the same deals, what they have in
// common costs nothing, and the level is exact for any dependence. Dealing within strata asks whether the samples
// differ given the stratum: with classes as strata, whether inputs of one class look otherwise than before.
import type { Random } from '../random/random.ts'

/** For one way to split the pooled rows (1: current), members of a family of statistics, larger meaning more different. */
export type StatisticFamily = (isCurrent: Uint8Array) => ArrayLike<number>

export interface JointTestOptions {
  /** Deals; 499 unless said, so that the smallest p-value is 0.002. */
  readonly permutations?: number
  /** Stratum of each pooled row; rows are dealt within theirs only. */
  readonly strata?: ArrayLike<number>
  readonly signal?: AbortSignal
}

export interface JointTest {
  /** Chance under no shift that the most unusual family is this unusual. */
  readonly pValue: number
  readonly families: readonly {
    /** p-value of the family's largest member, corrected within the family only. */
    readonly pValue: number
    readonly observed: readonly number[]
    /** p-value of each member, corrected for all members of the family (single-step maxT). */
    readonly adjusted: readonly number[]
  }[]
}

/**
 * @param isCurrent 1 for the rows of the current sample, 0 for those of the reference
 * @throws RangeError when there is no statistic or sizes differ
 */
export function jointTest(
  isCurrent: Uint8Array,
  families: readonly StatisticFamily[],
  random: Random,
  { permutations = 499, strata, signal }: JointTestOptions = {},
): JointTest {
  if (families.length === 0) throw new RangeError('a joint test needs a statistic')
  if (strata !== undefined && strata.length !== isCurrent.length) {
    throw new RangeError(`each row has a stratum, got ${strata.length} for ${isCurrent.length} rows`)
  }
  const blocks = blocksOf(isCurrent.length, strata)
  const observed = families.map((family) => Array.from(family(isCurrent)))
  const largest = families.map((_, f) => {
    const all = new Float64Array(permutations + 1)
    all[0] = Math.max(...observed[f]!)
    return all
  })
  const reached = observed.map((members) => new Int32Array(members.length))
  const dealt = isCurrent.slice()
  for (let r = 1; r <= permutations; r++) {
    signal?.throwIfAborted()
    deal(dealt, blocks, random)
    for (const [f, family] of families.entries()) {
      const members = family(dealt)
      let top = Number.NEGATIVE_INFINITY
      for (let i = 0; i < members.length; i++) top = Math.max(top, members[i]!)
      largest[f]![r] = top
      for (let i = 0; i < members.length; i++) if (notLess(top, observed[f]![i]!)) reached[f]![i]! += 1
    }
  }
  const ranked = largest.map(pValuesAmong)
  // Many deals share a smallest p-value, since these are ranks. The mean of a deal's p-values orders those, by less
  // than one rank; without it the test would alarm less often than it may.
  const smallest = Float64Array.from({ length: permutations + 1 }, (_, r) => {
    const own = ranked.map((p) => p[r]!)
    const mean = own.reduce((sum, p) => sum + p, 0) / own.length
    return Math.min(...own) + (0.5 * mean) / (permutations + 1)
  })
  let asSmall = 0
  for (const p of smallest) if (p <= smallest[0]! + 1e-12) asSmall++
  return {
    pValue: asSmall / (permutations + 1),
    families: observed.map((members, f) => ({
      pValue: ranked[f]![0]!,
      observed: members,
      adjusted: Array.from(reached[f]!, (count) => (1 + count) / (1 + permutations)),
    })),
  }
}

/** Share of all values, itself included, that are no less than each. */
function pValuesAmong(values: Float64Array): Float64Array {
  const ascending = values.slice().sort()
  return values.map((value) => {
    let low = 0
    let high = ascending.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (notLess(ascending[middle]!, value)) high = middle
      else low = middle + 1
    }
    return (ascending.length - low) / ascending.length
  })
}

/** Rounding in the last digits is no difference. */
function notLess(value: number, than: number): boolean {
  return value >= than - 1e-12 * Math.max(1, Math.abs(than))
}

function blocksOf(rows: number, strata: ArrayLike<number> | undefined): readonly Int32Array[] {
  const blocks = new Map<number, number[]>()
  for (let i = 0; i < rows; i++) {
    const key = strata?.[i] ?? 0
    const block = blocks.get(key)
    if (block === undefined) blocks.set(key, [i])
    else block.push(i)
  }
  return [...blocks.values()].map((block) => Int32Array.from(block))
}

function deal(isCurrent: Uint8Array, blocks: readonly Int32Array[], random: Random): void {
  for (const block of blocks) {
    for (let i = block.length - 1; i > 0; i--) {
      const [a, b] = [block[i]!, block[random.int(i + 1)]!]
      const kept = isCurrent[a]!
      isCurrent[a] = isCurrent[b]!
      isCurrent[b] = kept
    }
  }
}
