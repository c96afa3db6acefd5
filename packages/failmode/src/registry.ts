import { catalogue } from '@failmode/catalogue'
import type { AnyProbe } from '@failmode/core'
import { probes } from '@failmode/probes'

/** The probes of this version, in the order of their modes. */
export const registry: readonly AnyProbe[] = probes

/** What a configuration may name. */
export const vocabulary = { probes: registry, ratingFacts: catalogue.ratingFacts }
