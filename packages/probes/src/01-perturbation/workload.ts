// How many samples a check attacks and how many queries each may cost, from options, budget and the limit that
// planning allotted. Planning and measuring both ask here, so the plan cannot promise another thing than is done.
import type { Budget, SystemFacts } from '@failmode/core'
import type { PerturbationOptions } from './options.ts'

export interface Workload {
  /** Samples the clean accuracy is measured on; the first `samples` of them are attacked. */
  readonly clean: number
  readonly samples: number
  /** Queries a sample of the attack itself. */
  readonly queries: number
  /** Everything the check may spend: the attack, the clean prediction, and one confirmation a success. */
  readonly total: number
}

const samplesByBudget = { quick: 100, standard: 200, thorough: 1000 } as const
/** Clean predictions cost one query each, so they may be many: a headline number needs a narrow interval. */
const cleanByBudget = { quick: 2000, standard: 10_000, thorough: Number.POSITIVE_INFINITY } as const
const queriesByBudget = { quick: 500, standard: 1000, thorough: 5000 } as const

/** The clean prediction before the attack and the confirmation after it. */
const overhead = 2

export function scoreWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, options.queries ?? queriesByBudget[budget.name])
}

export function noiseWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, options.noiseDraws)
}

function fit(system: SystemFacts, options: PerturbationOptions, budget: Budget, queries: number): Workload {
  const available = system.data[options.split]?.count ?? 0
  const wanted = Math.min(options.samples ?? samplesByBudget[budget.name], available)
  const limit = budget.maxQueries ?? Number.POSITIVE_INFINITY
  // A limit first costs samples, down to a fifth of those wanted, then queries: fewer samples widen the interval,
  // which the reader sees; fewer queries weaken the attack, which the reader does not.
  const each = queries + overhead
  const samples = Math.min(wanted, Math.max(Math.ceil(wanted / 5), Math.floor(limit / each)))
  const allowed = Math.min(queries, Math.max(2, Math.floor(limit / Math.max(samples, 1)) - overhead))
  const attack = samples * (allowed + overhead)
  const spare = Math.max(0, limit - attack)
  const clean =
    samples + Math.min(spare, Math.max(0, Math.min(available, cleanByBudget[budget.name]) - samples))
  return { clean, samples, queries: allowed, total: attack + clean - samples }
}
