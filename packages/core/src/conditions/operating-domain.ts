// The declared conditions as what is counted with: factors, their levels, how much of operation each has and what a mistake
// costs there. Shares that were left out are filled in evenly. Factors are taken to be independent, since shares are declared
// one factor at a time: a combination has the product of the shares of its levels, and the product of their costs.
import type { Conditions } from './conditions.ts'

export interface OperatingDomain {
  readonly factors: readonly OperatingFactor[]
}

export interface OperatingFactor {
  readonly name: string
  /** Whose shares make 1. */
  readonly levels: readonly OperatingLevel[]
}

export interface OperatingLevel {
  readonly name: string
  readonly share: number
  /** Whether the share follows from those declared; else it is an even part of what the others left. */
  readonly stated: boolean
  readonly cost: number
}

/** One level of each of some factors, both by place. */
export type Combination = readonly { readonly factor: number; readonly level: number }[]

/** Level of each sample by factor, by place; -1 where it is not known. One array a factor, one entry a sample. */
export type Readings = readonly Int16Array[]

export function operatingDomain(conditions: Conditions): OperatingDomain {
  return {
    factors: Object.entries(conditions).map(([name, { levels }]) => {
      const all = Object.entries(levels)
      const stated = all.reduce((sum, [, { share }]) => sum + (share ?? 0), 0)
      const unstated = all.filter(([, { share }]) => share === undefined).length
      const total = unstated === 0 ? stated : Math.max(1, stated)
      return {
        name,
        levels: all.map(([level, { share, cost = 1 }]) => ({
          name: level,
          share: (share ?? Math.max(0, 1 - stated) / unstated) / total,
          stated: share !== undefined || unstated === 1,
          cost,
        })),
      }
    }),
  }
}

/** Share of operation that has all of these levels. */
export function shareOf({ factors }: OperatingDomain, combination: Combination): number {
  return combination.reduce(
    (product, { factor, level }) => product * factors[factor]!.levels[level]!.share,
    1,
  )
}

/** What a mistake costs where all of these levels meet. */
export function costOf({ factors }: OperatingDomain, combination: Combination): number {
  return combination.reduce((product, { factor, level }) => product * factors[factor]!.levels[level]!.cost, 1)
}

/** Of each factor's levels, what part they have of operation (`share`), or of what mistakes cost in it (`cost`). */
export function levelWeights({ factors }: OperatingDomain, by: 'share' | 'cost'): readonly Float64Array[] {
  return factors.map(({ levels }) => {
    const weights = Float64Array.from(levels, ({ share, cost }) => (by === 'share' ? share : share * cost))
    const total = weights.reduce((a, b) => a + b, 0)
    // Where nothing costs anything there is no risk to share out, and shares are as good as any weights.
    return total > 0
      ? weights.map((weight) => weight / total)
      : Float64Array.from(levels, ({ share }) => share)
  })
}
