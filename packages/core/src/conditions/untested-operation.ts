// How much of what the system is expected to meet has a combination of conditions that no test shows. A case of operation
// has one level of every factor, so it has many pairs and triples, and counts as untested when one of them was never
// seen. Few enough kinds of cases are gone through; of more, some are drawn as operation would bring them.
import type { Random } from '../random/random.ts'
import type { Interval } from '../statistics/interval.ts'
import { wilson } from '../statistics/intervals.ts'
import type { CombinationCounts } from './coverage.ts'
import { levelWeights, type OperatingDomain, type Readings } from './operating-domain.ts'

export interface UntestedOperation {
  /** Share of operation with at least one combination that no test shows. */
  readonly value: number
  readonly interval: Interval
  /** Kinds of cases that were gone through, or cases that were drawn. */
  readonly cases: number
  readonly drawn: boolean
}

/** Kinds of cases that are gone through at most, and cases that are drawn of more. */
const most = 20_000

interface Options {
  /** Weigh cases by how often they come, or by that times what a mistake costs there. */
  readonly by: 'share' | 'cost'
  readonly leastSamples: number
}

export function untestedOperation(
  domain: OperatingDomain,
  counts: CombinationCounts,
  random: Random,
  { by, leastSamples }: Options,
): UntestedOperation {
  const weights = levelWeights(domain, by)
  const sizes = domain.factors.map(({ levels }) => levels.length)
  const row = new Int16Array(sizes.length)
  const isTested = (): boolean =>
    counts.sets.every(({ factors, counts: own }) => {
      let at = 0
      for (const f of factors) at = at * sizes[f]! + row[f]!
      return own[at]! >= leastSamples
    })
  const kinds = sizes.reduce((product, size) => product * size, 1)
  if (kinds <= most) {
    let untested = 0
    for (let kind = 0; kind < kinds; kind++) {
      let left = kind
      let weight = 1
      for (let f = 0; f < sizes.length; f++) {
        row[f] = left % sizes[f]!
        left = Math.floor(left / sizes[f]!)
        weight *= weights[f]![row[f]!]!
      }
      if (weight > 0 && !isTested()) untested += weight
    }
    return exactly(untested, kinds)
  }
  let untested = 0
  for (let i = 0; i < most; i++) {
    for (let f = 0; f < sizes.length; f++) row[f] = drawn(weights[f]!, random.uniform())
    if (!isTested()) untested++
  }
  return { value: untested / most, interval: wilson(untested, most), cases: most, drawn: true }
}

/** The same for combinations of all factors at once. */
export function untestedKinds(
  domain: OperatingDomain,
  readings: Readings,
  { by, leastSamples }: Options,
): UntestedOperation {
  const weights = levelWeights(domain, by)
  let tested = 0
  for (const { levels, samples } of sampleKinds(readings))
    if (samples.length >= leastSamples)
      tested += levels.reduce((product, level, f) => product * weights[f]![level]!, 1)
  return exactly(
    1 - tested,
    domain.factors.reduce((product, { levels }) => product * levels.length, 1),
  )
}

/** Samples with the same level of every factor together; those of which a level is not known are left out. */
export function sampleKinds(
  readings: Readings,
): readonly { readonly levels: readonly number[]; readonly samples: readonly number[] }[] {
  const kinds = new Map<string, { levels: number[]; samples: number[] }>()
  const count = readings[0]?.length ?? 0
  for (let i = 0; i < count; i++) {
    const levels = readings.map((column) => column[i]!)
    if (levels.includes(-1)) continue
    const key = levels.join()
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, { levels, samples: [i] })
    else kind.samples.push(i)
  }
  return [...kinds.values()]
}

/** Sums of shares round; 1e-12 of operation is nothing. */
function exactly(sum: number, cases: number): UntestedOperation {
  const value = sum < 1e-12 ? 0 : Math.min(1, sum)
  return { value, interval: { low: value, high: value, confidence: 1, method: 'exact' }, cases, drawn: false }
}

function drawn(weights: Float64Array, u: number): number {
  let left = u
  for (let level = 0; level < weights.length; level++) {
    left -= weights[level]!
    if (left < 0) return level
  }
  // Rounding: the last level that comes at all.
  return weights.findLastIndex((weight) => weight > 0)
}
