// The likelihood-ratio attack (LiRA; Carlini et al. 2022, arXiv:2112.03570). Shadow models were trained with and without a
// record; its statistic under the target is compared with the two normal distributions that the shadows show (online), or
// asked how far it stands above those without it (offline).
//
// Paper and released code differ, and both are here by name. With one variance for all records the paper means the spread
// around each record's own centre; the code takes the deviation of all numbers together, in which the spread of easy and
// hard records drowns that of the shadows, and for the online score takes that of the members for both. Offline the
// paper gives the chance that a shadow without the record stays below (one-sided); the code gives the density, which is low
// on either side and calls a record a member when the target is about as sure of it as shadows without it are. Among
// members and strangers alike nobody should use the latter; it is there to compare.
import { erfc, median } from '@failmode/core'

/** Statistics of records under shadow models. */
export interface ShadowStatistics {
  /** [shadows][records * queries]: the scaled logit of each query of each record. */
  readonly statistics: readonly Float64Array[]
  /** [shadows][records]: 1 where the shadow was trained with the record. */
  readonly inside: readonly Uint8Array[]
  readonly records: number
  /** Queries of one record, which follow each other. */
  readonly queries: number
}

export interface LiraOptions {
  /** Whether records have a spread of their own; below about 64 shadows one spread for all is steadier. */
  readonly variance: 'per-record' | 'fixed'
  /** Whose score; the paper's unless said. */
  readonly as?: 'paper' | 'released-code'
}

/** What reference code adds to a deviation. */
const tiny = 1e-30

interface Fit {
  readonly centre: number
  readonly deviation: number
}

/**
 * log N(phi; in) - log N(phi; out), mean over queries. More is likelier a member.
 * @param target [records * queries], the statistic under the target
 * @throws RangeError when a record was in no shadow or in all
 */
export function liraOnline(
  target: Float64Array,
  shadows: ShadowStatistics,
  options: LiraOptions,
): Float64Array {
  const [inside, outside] = [fits(shadows, { side: 1, ...options }), fits(shadows, { side: 0, ...options })]
  const released = options.as === 'released-code' && options.variance === 'fixed'
  return meanOverQueries(target, shadows, (value, at) => {
    const [a, b] = [inside[at]!, outside[at]!]
    return logDensity(value, a) - logDensity(value, released ? { ...b, deviation: a.deviation } : b)
  })
}

/**
 * log of the chance that a shadow without the record stays below the target (paper), or the log density under the shadows
 * without it (released code), mean over queries. The paper's chance is near 1 for whole groups of records, so its
 * distance from 1 is what is kept: -log Pr[Z > phi]. More is likelier a member.
 * @throws RangeError when a record was in all shadows
 */
export function liraOffline(
  target: Float64Array,
  shadows: ShadowStatistics,
  options: LiraOptions,
): Float64Array {
  const outside = fits(shadows, { side: 0, ...options })
  return meanOverQueries(target, shadows, (value, at) => {
    const fit = outside[at]!
    return options.as === 'released-code'
      ? logDensity(value, fit)
      : -logUpperTail((value - fit.centre) / (fit.deviation + tiny))
  })
}

/** Centre and deviation of every query of every record, among shadows on one side. */
function fits(
  { statistics, inside, records, queries }: ShadowStatistics,
  { side, variance, as = 'paper' }: LiraOptions & { readonly side: 0 | 1 },
): readonly Fit[] {
  const sizes = Array.from({ length: records }, (_, r) =>
    inside.reduce((sum, own) => sum + (own[r] === side ? 1 : 0), 0),
  )
  const fewest = Math.min(...sizes)
  if (fewest === 0) {
    throw new RangeError(`a record was in ${side === 1 ? 'no shadow model' : 'all shadow models'}`)
  }
  const groups = Array.from({ length: records * queries }, (_, at) => {
    const r = Math.floor(at / queries)
    const own = statistics.flatMap((one, s) => (inside[s]![r] === side ? [one[at]!] : []))
    // Released code cuts all records to the fewest shadows that any has.
    return as === 'released-code' ? own.slice(0, fewest) : own
  })
  const spread = groups.map((own) => squares(own, mean(own)))
  let shared = 0
  if (variance === 'fixed') {
    if (as === 'released-code') {
      const all = groups.flat()
      shared = Math.sqrt(squares(all, mean(all)) / all.length)
    } else {
      // Each group has lost a degree of freedom to its own mean.
      const freedom = groups.reduce((sum, own) => sum + own.length - 1, 0)
      shared = freedom === 0 ? 0 : Math.sqrt(spread.reduce((sum, one) => sum + one, 0) / freedom)
    }
  }
  return groups.map((own, at) => ({
    centre: median(own),
    deviation: variance === 'fixed' ? shared : Math.sqrt(spread[at]! / own.length),
  }))
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length
const squares = (values: readonly number[], centre: number): number =>
  values.reduce((sum, one) => sum + (one - centre) ** 2, 0)

function meanOverQueries(
  target: Float64Array,
  { records, queries }: ShadowStatistics,
  score: (value: number, at: number) => number,
): Float64Array {
  return Float64Array.from({ length: records }, (_, r) => {
    let sum = 0
    for (let q = 0; q < queries; q++) sum += score(target[r * queries + q]!, r * queries + q)
    return sum / queries
  })
}

function logDensity(value: number, { centre, deviation }: Fit): number {
  const wide = deviation + tiny
  return -0.5 * ((value - centre) / wide) ** 2 - Math.log(wide) - 0.5 * Math.log(2 * Math.PI)
}

/**
 * log Pr[Z > z] of a standard normal Z, also where the chance itself is no float64 any more: beyond z = 8 by the continued
 * fraction of Mills' ratio (Abramowitz and Stegun 26.2.14).
 */
export function logUpperTail(z: number): number {
  if (z < 8) return Math.log(0.5 * erfc(z / Math.SQRT2))
  let fraction = 0
  for (let k = 60; k >= 1; k--) fraction = k / (z + fraction)
  return -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - Math.log(z + fraction)
}
