// Which attacks a check runs: those of suite and budget, or of those that the options name the ones that this check can
// run; with the efforts that the options give in place of the defaults.
import type { Access, BudgetName } from '@failmode/core'
import type { AttackName, AttackPlan } from './attack-plan.ts'
import { knownAttack } from './known-attacks.ts'
import type { PerturbationOptions } from './options.ts'
import { plan } from './suites.ts'

export interface Choice {
  readonly access: Access
  /** By default; in the order in which they run. */
  readonly defaults: readonly AttackPlan[]
  /** The check looks for the shortest way, so that only attacks that do are for it, and else only the others. */
  readonly shortest?: boolean
  /** Passes that a gradient is the mean of, where the model draws at random and the plan does not say. */
  readonly passes?: number
  /** A class is to be reached. */
  readonly targeted?: boolean
}

/** These have checks of their own. */
const apart: readonly AttackName[] = ['noise', 'fgsm', 'transfer']

export function chooseAttacks(
  options: PerturbationOptions,
  budget: BudgetName,
  { access, defaults, shortest = false, targeted = false, passes = 1 }: Choice,
): readonly AttackPlan[] {
  const { norm, attacks } = options
  const fits = (name: AttackName): boolean => {
    const known = knownAttack(name)
    const searches = access === 'gradient' && known.shortestOnly === true
    return (
      known.access === access &&
      searches === shortest &&
      (!targeted || known.targeted) &&
      !apart.includes(name)
    )
  }
  const chosen =
    attacks === undefined
      ? // A suite may end in an attack that needs less access than the check has.
        defaults
      : attacks.filter(fits).map((name) => plan(name, budget))
  return chosen
    .filter((candidate) => knownAttack(candidate.attack).norms.includes(candidate.norm ?? norm))
    .map((candidate) =>
      withOptions(
        passes > 1 && candidate.passes === undefined ? { ...candidate, passes } : candidate,
        options,
      ),
    )
}

/** Attacks whose `times` are random starts, and not classes. */
const restarted: readonly AttackName[] = ['pgd', 'apgd-ce', 'apgd-dlr', 'fab']

function withOptions(base: AttackPlan, options: PerturbationOptions): AttackPlan {
  const { queries, steps, restarts, stepSize } = options
  const effort = knownAttack(base.attack).access === 'gradient' ? steps : queries
  return {
    ...base,
    ...(effort === undefined ? {} : { effort }),
    ...(restarts === undefined || !restarted.includes(base.attack) ? {} : { times: restarts }),
    ...(stepSize === undefined || base.attack !== 'pgd' ? {} : { stepSize }),
  }
}
