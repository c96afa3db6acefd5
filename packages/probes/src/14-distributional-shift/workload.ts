// How many samples a check compares and what they cost. Planning and measuring both ask here, so the plan cannot promise
// another thing than is done.
import type { Applicability, Budget, SystemFacts } from '@failmode/core'
import { type ShiftOptions, samplesByBudget } from './options.ts'

export interface Workload {
  readonly reference: number
  readonly current: number
}

export type Asks = 'nothing' | 'label' | 'score'

/** A check that asks the model asks once about each sample. */
export function workload(
  system: SystemFacts,
  { reference, current, samples }: ShiftOptions,
  budget: Budget,
  asks: Asks,
): Workload {
  const wanted = samples ?? samplesByBudget[budget.name]
  const limit = asks === 'nothing' || budget.maxQueries === null ? wanted : Math.floor(budget.maxQueries / 2)
  const each = Math.min(wanted, limit)
  return {
    reference: Math.min(each, system.data[reference]?.count ?? 0),
    current: Math.min(each, system.data[current]?.count ?? 0),
  }
}

/** What `check` may do, once nothing stands against it. */
export function planned(
  system: SystemFacts,
  options: ShiftOptions,
  budget: Budget,
  asks: Asks,
): Applicability {
  const { reference, current } = workload(system, options, budget, asks)
  if (reference === 0 || current === 0) {
    return {
      applies: false,
      outcome: 'skipped',
      reason: `${budget.maxQueries} queries do not pay for one sample of each data set.`,
    }
  }
  return {
    applies: true,
    cost: { queries: asks === 'nothing' ? 0 : reference + current, gradients: 0 },
    work: `${reference} samples of "${options.reference}" against ${current} of "${options.current}"`,
  }
}

/** Why two data sets of the configuration cannot be compared, or null. */
function withoutData({ data }: SystemFacts, { reference, current }: ShiftOptions): string | null {
  for (const [role, name] of [
    ['reference', reference],
    ['current', current],
  ] as const) {
    const set = data[name]
    if (set === undefined) {
      return `The configuration has no data set "${name}" to be the ${role} one; name another with the option "${role}".`
    }
    if (set.count === 0) return `The data set "${name}" has no samples.`
  }
  if (reference === current) return `The reference and the current data set are both "${reference}".`
  const shapes = [reference, current].map((name) => data[name]!.sampleShape.join(', '))
  if (shapes[0] !== shapes[1]) {
    return `A sample of "${reference}" has the shape [${shapes[0]}], one of "${current}" [${shapes[1]}]; they cannot be compared.`
  }
  return null
}

export function notApplicable(reason: string): Applicability {
  return { applies: false, outcome: 'not-applicable', reason }
}

/**
 * What stands against comparing the two data sets, or null. A system that was tested meets other data too; that nobody
 * has handed these in makes it no safer, so the check is skipped and reads as not observed.
 */
export function dataMissing(system: SystemFacts, options: ShiftOptions): Applicability | null {
  const reason = withoutData(system, options)
  if (reason === null) return null
  const tested = (system.data[options.reference]?.count ?? 0) > 0
  const handedIn = (system.data[options.current]?.count ?? 0) > 0
  return tested && !handedIn ? { applies: false, outcome: 'skipped', reason } : notApplicable(reason)
}

/** Why the model cannot be asked with this access, or null. */
export function withoutModel(
  { model, data }: SystemFacts,
  options: ShiftOptions,
  access: 'label' | 'score',
): string | null {
  if (model === null) return 'The configuration names no model.'
  if (!model.access.includes(access)) {
    return `The model gives no ${access} access: ${model.missingAccess[access] ?? 'it does not answer in that form'}.`
  }
  const shape = data[options.reference]?.sampleShape.join(', ')
  if (shape !== model.sampleShape.join(', ')) {
    return `A sample has the shape [${shape}], the model takes [${model.sampleShape.join(', ')}].`
  }
  return null
}
