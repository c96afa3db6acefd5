// The plan says, before anything is queried, which checks will run on this system, what they will cost, and why
// the others will not. It is a pure function of the system's facts, the options and the budget; `failmode plan`
// prints it and a run follows it. A limit on queries is shared out here, once, so that no two threads ever
// compete for a counter.
import { FailmodeError } from '../errors.ts'
import type { Cost } from '../model/budget-door.ts'
import type { AnyProbe, Budget, Check, SystemFacts } from '../probe/probe.ts'
import type { Selection } from '../probe/selection.ts'
import type { BudgetName } from '../words.ts'

export interface PlannedCheck {
  readonly probe: AnyProbe
  readonly check: Check<unknown>
  readonly options: unknown
  readonly budget: Budget
  readonly state:
    | { readonly kind: 'run'; readonly cost: Cost; readonly work: string }
    | { readonly kind: 'not-applicable' | 'skipped'; readonly reason: string }
}

export interface Plan {
  readonly checks: readonly PlannedCheck[]
  readonly cost: Cost
}

export interface PlanInput {
  readonly system: SystemFacts
  readonly probes: readonly AnyProbe[]
  /** Parsed options by mode slug. */
  readonly options: Readonly<Record<string, unknown>>
  readonly selection: Selection
  readonly budget: { readonly name: BudgetName; readonly maxQueries: number | null }
}

export function makePlan(input: PlanInput): Plan {
  const unlimited = input.probes.flatMap((probe) =>
    probe.checks.map((check) =>
      planCheck(input, probe, check, { name: input.budget.name, maxQueries: null }),
    ),
  )
  const wanted = total(unlimited)
  const limit = input.budget.maxQueries
  if (limit === null || wanted.queries + wanted.gradients <= limit) return { checks: unlimited, cost: wanted }

  // Each check gets the share of the limit that it has of the wanted cost, and plans again within it.
  const share = limit / (wanted.queries + wanted.gradients)
  const limited = unlimited.map((planned) => {
    if (planned.state.kind !== 'run') return planned
    const own = planned.state.cost.queries + planned.state.cost.gradients
    if (own === 0) return planned
    return planCheck(input, planned.probe, planned.check, {
      name: input.budget.name,
      maxQueries: Math.floor(own * share),
    })
  })
  const cost = total(limited)
  if (cost.queries + cost.gradients > limit) {
    throw new FailmodeError('usage', {
      message: `the selected checks need at least ${cost.queries + cost.gradients} queries, --max-queries allows ${limit}.`,
      hint: 'Raise --max-queries or select fewer checks with --only.',
    })
  }
  return { checks: limited, cost }
}

function planCheck(input: PlanInput, probe: AnyProbe, check: Check<unknown>, budget: Budget): PlannedCheck {
  const options = input.options[probe.meta.mode]
  const base = { probe, check, options, budget }
  if (!input.selection.includes(probe, check.meta.id)) {
    return { ...base, state: { kind: 'skipped', reason: 'Not selected for this run.' } }
  }
  const verdict = check.applies(input.system, options, budget)
  return verdict.applies
    ? { ...base, state: { kind: 'run', cost: verdict.cost, work: verdict.work } }
    : { ...base, state: { kind: verdict.outcome, reason: verdict.reason } }
}

function total(checks: readonly PlannedCheck[]): Cost {
  let queries = 0
  let gradients = 0
  for (const { state } of checks) {
    if (state.kind !== 'run') continue
    queries += state.cost.queries
    gradients += state.cost.gradients
  }
  return { queries, gradients }
}
