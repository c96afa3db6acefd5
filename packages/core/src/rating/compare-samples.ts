// Whether a number of one run differs from the same number of another, sample by sample. Only samples that both runs
// looked at count; what they share cancels, so that a small change shows that two intervals side by side would hide.
import type { SampleOutcomes } from '../probe/probe.ts'
import type { Random } from '../random/random.ts'
import { pairedBootstrap } from '../statistics/bootstrap.ts'
import { mean } from '../statistics/describe.ts'
import type { Interval } from '../statistics/interval.ts'
import { mcnemarOfPairs } from '../statistics/mcnemar.ts'
import { signFlipTest } from '../statistics/permutation.ts'

export interface ChangedSample {
  readonly index: number
  readonly from: number
  readonly to: number
}

export interface PairedComparison {
  /** Samples that both runs have a number for. */
  readonly n: number
  /** Mean of the second run less mean of the first, over these. */
  readonly difference: number
  readonly interval: Interval
  /** Two-sided: McNemar's exact test where outcomes are 0 or 1, else a sign-flip test of the differences. */
  readonly p: number
  readonly test: 'mcnemar-exact' | 'sign-flip'
  /** Samples whose outcome is another one, in the order of the first run. */
  readonly changed: readonly ChangedSample[]
}

/** Null when the runs have no sample in common. */
export function compareSamples(
  first: SampleOutcomes,
  second: SampleOutcomes,
  column: string,
  random: Random,
): PairedComparison | null {
  const values = new Map(second.indices.map((index, i) => [index, second.columns[column]?.[i] ?? null]))
  const pairs = first.indices.flatMap((index, i) => {
    const from = first.columns[column]?.[i] ?? null
    const to = values.get(index) ?? null
    return from === null || to === null ? [] : [{ index, from, to }]
  })
  if (pairs.length === 0) return null
  const before = pairs.map(({ from }) => from)
  const after = pairs.map(({ to }) => to)
  const binary = [...before, ...after].every((value) => value === 0 || value === 1)
  const p = binary
    ? mcnemarOfPairs(
        before.map((value) => value === 1),
        after.map((value) => value === 1),
      ).exact
    : signFlipTest(
        pairs.map(({ from, to }) => to - from),
        random.split('sign-flip'),
      )
  return {
    n: pairs.length,
    difference: mean(after) - mean(before),
    // BCa leaves out each sample once, which takes the square of their number.
    interval: pairedBootstrap(before, after, mean, random.split('bootstrap'), {
      method: pairs.length <= 2000 ? 'bca' : 'percentile',
    }),
    p,
    test: binary ? 'mcnemar-exact' : 'sign-flip',
    changed: pairs.filter(({ from, to }) => from !== to),
  }
}
