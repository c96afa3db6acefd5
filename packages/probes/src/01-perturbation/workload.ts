// How many samples a check attacks, with which attacks, and what that may cost, from options, budget and the limit that
// planning allotted. Planning and measuring both ask here, so the plan cannot promise another thing than is done.
import type { Budget, BudgetName, Cost, ModelFacts, SystemFacts } from '@failmode/core'
import type { AttackPlan } from './attack-plan.ts'
import { confirmationPrice } from './attacked.ts'
import { attackPrice, knownAttack } from './known-attacks.ts'
import type { PerturbationOptions } from './options.ts'
import { mostPreflightSamples, preflightPrice } from './preflight.ts'

export interface Workload {
  /** Inputs whose clean answer is asked for; the first `samples` of them are attacked. */
  readonly clean: number
  readonly samples: number
  readonly plans: readonly AttackPlan[]
  /** Samples that are looked at before the attacks, and whether other readings of the input are tried on them. */
  readonly preflight: { readonly samples: number; readonly readings: boolean }
  /** An upper bound on all that the check spends. */
  readonly cost: Cost
}

export interface Wanted {
  readonly plans: readonly AttackPlan[]
  readonly samples: number
  /** Whether the clean accuracy shall be measured on more samples than are attacked. */
  readonly manyClean: boolean
  /** What a sample costs on top of the attacks. */
  readonly extra?: Cost
}

/** A model that answers at random is asked this often about each point. */
export const votesOfRandom = 9

const samplesByBudget = { quick: 100, standard: 200, thorough: 1000 } as const
/** Where a second kind of attack repeats what the first is about, fewer samples do. */
const fewerByBudget = { quick: 50, standard: 100, thorough: 500 } as const
/** Clean predictions cost one query each, so they may be many: a headline number needs a narrow interval. */
const cleanByBudget = { quick: 2000, standard: 10_000, thorough: Number.POSITIVE_INFINITY } as const

export function samplesWanted(
  options: PerturbationOptions,
  budget: BudgetName,
  share: 'all' | 'fewer' = 'all',
): number {
  return options.samples ?? (share === 'all' ? samplesByBudget : fewerByBudget)[budget]
}

export function fitWorkload(
  system: SystemFacts,
  options: PerturbationOptions,
  budget: Budget,
  wanted: Wanted,
): Workload {
  const model = system.model as ModelFacts
  const available = system.data[options.split]?.count ?? 0
  const most = Math.min(wanted.samples, available)
  const limit = budget.maxQueries ?? Number.POSITIVE_INFINITY
  const sum = (cost: Cost) => cost.queries + cost.gradients
  const preflightOf = (samples: number, readings: boolean) => ({
    samples: Math.min(samples, available),
    readings,
    cost: preflightPrice(Math.min(samples, available), model, readings),
  })
  // The look before may take a tenth of a limit: first it forgoes other readings of the input, then samples.
  const looks = [
    preflightOf(mostPreflightSamples, true),
    preflightOf(mostPreflightSamples, false),
    preflightOf(8, false),
    preflightOf(2, false),
  ]
  const preflight = looks.find(({ cost }) => sum(cost) <= limit / 10) ?? preflightOf(1, false)
  const once = sum(preflight.cost)
  const costOf = (plans: readonly AttackPlan[]): Cost => {
    const prices = plans.map((plan) => attackPrice(plan, model.classes))
    // Of the attacks in a ball one succeeds at most; each of the others may find a shorter way.
    const shortest = plans.filter(({ attack }) => knownAttack(attack).minimumNorm).length
    const confirmations = Math.max(1, shortest) * confirmationPrice(votesOfRandom)
    return {
      queries: prices.reduce(
        (total, { queries }) => total + queries,
        1 + confirmations + (wanted.extra?.queries ?? 0),
      ),
      gradients: prices.reduce((total, { gradients }) => total + gradients, wanted.extra?.gradients ?? 0),
    }
  }
  // A limit first costs samples, down to a fifth of those wanted, then effort: fewer samples widen the interval,
  // which the reader sees; less effort weakens the attack, which the reader does not.
  let plans = wanted.plans
  const room = Math.max(0, limit - once)
  const samples = Math.min(most, Math.max(Math.ceil(most / 5), Math.floor(room / sum(costOf(plans)))))
  for (let share = 1; samples * sum(costOf(plans)) > room && share > 1e-3; share *= 0.8) {
    plans = wanted.plans.map((plan) => ({
      ...plan,
      effort: Math.max(1, Math.floor(plan.effort * share)),
      times: Math.max(1, Math.floor(plan.times * share)),
    }))
  }
  const cost = costOf(plans)
  const spare = Math.max(0, room - samples * sum(cost))
  const more = wanted.manyClean ? Math.max(0, Math.min(available, cleanByBudget[budget.name]) - samples) : 0
  const clean = samples + Math.min(spare, more)
  return {
    clean,
    samples,
    plans,
    preflight: { samples: preflight.samples, readings: preflight.readings },
    cost: {
      queries: samples * cost.queries + clean - samples + preflight.cost.queries,
      gradients: samples * cost.gradients + preflight.cost.gradients,
    },
  }
}
