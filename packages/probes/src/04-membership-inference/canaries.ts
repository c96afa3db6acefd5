// Canaries: records made to be remembered. The owner of the training may have put some in and kept others of the same make
// out; else a model is trained here with canaries of failmode's own. It is the worst case of what this training gives away.
import { type Check, type Measured, type Measurement, median } from '@failmode/core'
import { exposures } from './audit/audit.ts'
import { membershipApplies } from './audited.ts'
import { canaryStep } from './canary-step.ts'
import { ask, auditSanity, type Context } from './common.ts'
import { judgeCanaries } from './judge.ts'
import { canariesMeta } from './meta.ts'
import type { MembershipOptions } from './options.ts'
import { copiesOf } from './query-copies.ts'
import { reportAudit, rocEvidence } from './report-audit.ts'

const madeByBudget = { quick: 0, standard: 400, thorough: 1000 } as const
const fewest = 40

type Plan =
  | { readonly kind: 'own'; readonly inserted: string; readonly heldOut: string }
  | { readonly kind: 'made'; readonly count: number }

function planOf(
  system: Parameters<Check<MembershipOptions>['applies']>[0],
  { canaries, strangers }: MembershipOptions,
  budget: Parameters<Check<MembershipOptions>['applies']>[2],
): Plan {
  const { inserted, heldOut, made } = canaries
  if (inserted !== undefined && heldOut !== undefined) return { kind: 'own', inserted, heldOut }
  const wanted = Math.min(
    made ?? madeByBudget[budget.name],
    Math.floor((system.data[strangers]?.count ?? 0) / 2),
  )
  return { kind: 'made', count: wanted - (wanted % 2) }
}

export const canaries: Check<MembershipOptions> = {
  meta: canariesMeta,
  applies(system, options, budget) {
    const plan = planOf(system, options, budget)
    const skipped = (reason: string) => ({ applies: false, outcome: 'skipped', reason }) as const
    if (plan.kind === 'own') {
      const state = membershipApplies(
        system,
        { ...options, members: plan.inserted, strangers: plan.heldOut, population: 0 },
        { budget, access: 'score', each: 1, what: '' },
      )
      if (!state.applies) return state
      const n = system.data[plan.inserted]!.count + system.data[plan.heldOut]!.count
      if (budget.maxQueries !== null && n > budget.maxQueries) {
        return skipped(`${budget.maxQueries} queries do not pay for ${n} canaries.`)
      }
      return {
        applies: true,
        cost: { queries: n, gradients: 0 },
        work: `canaries of "${plan.inserted}" against those of "${plan.heldOut}"`,
      }
    }
    const state = membershipApplies(system, options, { budget, access: 'score', each: 1, what: '' })
    if (!state.applies) {
      // What it takes is training, and not queries.
      return state.outcome === 'skipped' && budget.maxQueries !== null ? skipped(state.reason) : state
    }
    if (system.training === undefined || system.training === null) {
      return skipped(
        'The configuration neither has canaries (option "canaries") nor says how a model could be trained with some (under "training").',
      )
    }
    if (plan.count < fewest) {
      return skipped(
        plan.count === 0
          ? 'Training a model with canaries takes long and is left out of the quick budget; use --budget standard, or the option "canaries.made".'
          : `${plan.count} canaries are too few; ${fewest} are needed at the very least.`,
      )
    }
    return {
      applies: true,
      cost: { queries: 0, gradients: 0 },
      work: `a model is trained with ${plan.count / 2} canaries, and asked about ${plan.count}`,
    }
  },
  measure,
  judge: judgeCanaries,
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget, seed } = context
  const plan = planOf(system, options, budget)
  const found = plan.kind === 'own' ? await askOwn(context, plan) : await make(context, plan.count)
  const attack = { attack: 'canary-loss', members: found.inserted, strangers: found.heldOut }
  const audit = reportAudit(attack, {
    access: 'score',
    knowledge: ['training-data'],
    seed,
    denominator: 'canaries, inserted and left out',
  })
  const exposure = exposures(found.inserted, found.heldOut)
  const evidence = [rocEvidence([attack])]
  const measured: Measurement = {
    name: 'canary-exposure',
    value: median(exposure),
    unit: 'bits',
    n: exposure.length,
    denominator: `inserted canaries, ranked among ${found.heldOut.length} that were left out; the median`,
    attack: attack.attack,
    access: 'score',
    knowledge: ['training-data'],
    seed,
  }
  return {
    measurements: [
      ...audit.measurements.map((one) => (one.name === 'auc' ? { ...one, evidence } : one)),
      measured,
    ],
    notCovered: [
      plan.kind === 'own'
        ? 'Canaries of another make.'
        : 'The model under test itself: canaries are in a model trained for this check, by the same recipe.',
      'Canaries of one training hang together a little, which the epsilon leaves out of account.',
    ],
    facts: { canaries: plan.kind },
    sanity: auditSanity([audit], null, options),
  }
}

async function askOwn(context: Context, { inserted, heldOut }: Extract<Plan, { kind: 'own' }>) {
  const scoresOf = async (split: string): Promise<readonly number[]> => {
    const count = context.system.data[split]!.count
    const indices = Array.from(context.random.split(`canaries ${split}`).permutation(count))
    const { loss } = await ask(context, { split, indices }, copiesOf([], { flip: false, shift: 0 }))
    return loss.map((value) => -value)
  }
  return { inserted: await scoresOf(inserted), heldOut: await scoresOf(heldOut) }
}

async function make(context: Context, count: number) {
  const { system, options, seed } = context
  const of = system.data[options.strangers]!.count
  const { output } = await context.step(canaryStep, {
    members: options.members,
    strangers: options.strangers,
    indices: Array.from(context.random.split('canaries').sample(of, count)),
    classes: system.model?.classes ?? 2,
    seed,
  })
  return output
}
