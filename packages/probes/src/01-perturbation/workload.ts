// How many samples a check attacks and how much each may cost, from options, budget and the limit that planning
// allotted. Planning and measuring both ask here, so the plan cannot promise another thing than is done.
import type { Budget, Cost, SystemFacts } from '@failmode/core'
import type { PerturbationOptions } from './options.ts'

export interface Workload {
  /** Samples the clean accuracy is measured on; the first `samples` of them are attacked. */
  readonly clean: number
  readonly samples: number
  /** Queries (noise draws, score queries) or steps a sample, whichever the attack counts. */
  readonly effort: number
  readonly restarts: number
  /** An upper bound on all that the check spends: clean predictions, the attack, one confirmation a success. */
  readonly cost: Cost
}

/** What one unit of effort of an attack costs a sample, besides a look before and a confirmation after. */
interface Price {
  readonly queries: number
  readonly gradients: number
  /** Queries a restart takes on top: the look at the last point. */
  readonly perRestart: number
}

const samplesByBudget = { quick: 100, standard: 200, thorough: 1000 } as const
/** Clean predictions cost one query each, so they may be many: a headline number needs a narrow interval. */
const cleanByBudget = { quick: 2000, standard: 10_000, thorough: Number.POSITIVE_INFINITY } as const
const queriesByBudget = { quick: 500, standard: 1000, thorough: 5000 } as const
const stepsByBudget = { quick: 20, standard: 40, thorough: 100 } as const
const restartsByBudget = { quick: 1, standard: 1, thorough: 5 } as const

const byQuery: Price = { queries: 1, gradients: 0, perRestart: 0 }
const byStep: Price = { queries: 0, gradients: 1, perRestart: 1 }

export function scoreWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, {
    effort: options.queries ?? queriesByBudget[budget.name],
    restarts: 1,
    price: byQuery,
  })
}

export function noiseWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, { effort: options.noiseDraws, restarts: 1, price: byQuery })
}

export function pgdWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, {
    effort: options.steps ?? stepsByBudget[budget.name],
    restarts: options.restarts ?? restartsByBudget[budget.name],
    price: byStep,
  })
}

export function fgsmWorkload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload {
  return fit(system, options, budget, { effort: 1, restarts: 1, price: byStep })
}

function fit(
  system: SystemFacts,
  options: PerturbationOptions,
  budget: Budget,
  { effort, restarts, price }: { readonly effort: number; readonly restarts: number; readonly price: Price },
): Workload {
  const available = system.data[options.split]?.count ?? 0
  const wanted = Math.min(options.samples ?? samplesByBudget[budget.name], available)
  const limit = budget.maxQueries ?? Number.POSITIVE_INFINITY
  // The clean prediction before the attack and the confirmation after it.
  const fixed = 2 + price.perRestart * restarts
  const unit = (price.queries + price.gradients) * restarts
  // A limit first costs samples, down to a fifth of those wanted, then effort: fewer samples widen the interval,
  // which the reader sees; less effort weakens the attack, which the reader does not.
  const samples = Math.min(
    wanted,
    Math.max(Math.ceil(wanted / 5), Math.floor(limit / (effort * unit + fixed))),
  )
  const least = Math.min(effort, 2)
  const allowed = Math.min(effort, Math.max(least, Math.floor((limit / Math.max(samples, 1) - fixed) / unit)))
  const attack = samples * (allowed * unit + fixed)
  const spare = Math.max(0, limit - attack)
  const clean =
    samples + Math.min(spare, Math.max(0, Math.min(available, cleanByBudget[budget.name]) - samples))
  return {
    clean,
    samples,
    effort: allowed,
    restarts,
    cost: {
      queries: samples * (allowed * price.queries * restarts + fixed) + clean - samples,
      gradients: samples * allowed * price.gradients * restarts,
    },
  }
}
