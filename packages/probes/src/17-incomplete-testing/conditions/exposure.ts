// How often the system will meet a condition, as the safety scale asks it: that follows from the declared shares, so nobody
// need be asked again. A rare condition in which a mistake is dear counts by its part of the cost where that is larger.
import { type Conditions, type Measured, type Measurement, operatingDomain } from '@failmode/core'
import type { IncompleteTestingOptions } from '../options.ts'

type Facts = NonNullable<Measured['facts']>

const key = (factor: string, level: string) => `part of ${factor}=${level}`

/** Part of operation, or of the cost in it, that each level has whose share was declared. */
export function declaredParts(conditions: Conditions): Facts {
  const parts: Record<string, number> = {}
  for (const { name, levels } of operatingDomain(conditions).factors) {
    const total = levels.reduce((sum, { share, cost }) => sum + share * cost, 0)
    for (const { name: level, share, cost, stated } of levels)
      if (stated) parts[key(name, level)] = Math.max(share, total === 0 ? 0 : (share * cost) / total)
  }
  return parts
}

/** The rating fact for a condition, or for several at once; none where a share was not declared. */
export function exposureOf(
  facts: Measured['facts'],
  slice: Measurement['slice'],
  threshold: IncompleteTestingOptions['threshold'],
): { readonly exposure?: string } {
  const parts = Object.entries(slice ?? {}).map(([factor, level]) => facts?.[key(factor, String(level))])
  if (parts.length === 0 || parts.some((part) => typeof part !== 'number')) return {}
  return exposureTo(
    (parts as number[]).reduce((product, part) => product * part, 1),
    threshold,
  )
}

/** The rating fact for a part of operation. */
export function exposureTo(
  part: number,
  { rare, occasional }: IncompleteTestingOptions['threshold'],
): { readonly exposure: string } {
  return { exposure: part < rare ? 'rare' : part < occasional ? 'occasional' : 'routine' }
}
