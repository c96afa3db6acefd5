// Attacks by classes alone, where an answer holds nothing but the class: what altered copies of a record get, and how far it
// lies from the border of its class.
import type { Check, Measured } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { alteredStep, queriesOfAltered } from './altered-step.ts'
import { auditSize, chooseAudited, membershipApplies, type Part } from './audited.ts'
import { auditSanity, beside, blindMeasurement, type Context, leftOut, lookBlind } from './common.ts'
import { distanceStep } from './distance-step.ts'
import { judgeAudit } from './judge.ts'
import { labelsMeta } from './meta.ts'
import type { MembershipOptions } from './options.ts'
import { reportAudit, rocEvidence } from './report-audit.ts'

const distancesByBudget = { quick: 0, standard: 50, thorough: 500 } as const
/** Altered copies cost many queries; fewer records are asked about. */
const alteredByBudget = { quick: 200, standard: 1000, thorough: 4000 } as const
/** Records of one step of the distance search, which works on many at once. */
const together = 25

type Sizes = { readonly altered: number; readonly distances: number; readonly each: number }

function sizesOf(
  system: Parameters<Check<MembershipOptions>['applies']>[0],
  options: MembershipOptions,
  budget: Parameters<Check<MembershipOptions>['applies']>[2],
): Sizes {
  const each = queriesOfAltered(system.model?.sampleShape ?? [])
  const wanted = Math.min(options.labelOnly.records ?? distancesByBudget[budget.name], 10_000)
  const far = options.labelOnly.queries + 1
  // Half of a limited budget may go into distances.
  const distances =
    budget.maxQueries === null ? wanted : Math.min(wanted, Math.floor(budget.maxQueries / 4 / far))
  const rest = budget.maxQueries === null ? null : budget.maxQueries - 2 * distances * far
  const altered = auditSize(system, options, {
    budget: { ...budget, maxQueries: rest },
    each,
    limit: alteredByBudget[budget.name],
  })
  return { altered, distances: Math.min(distances, altered), each }
}

export const labels: Check<MembershipOptions> = {
  meta: labelsMeta,
  applies(system, options, budget) {
    const each = queriesOfAltered(system.model?.sampleShape ?? [])
    const state = membershipApplies(system, options, {
      budget,
      access: 'label',
      each,
      what: `${each} altered copies of each`,
      limit: alteredByBudget[budget.name],
    })
    if (!state.applies) return state
    const { altered, distances } = sizesOf(system, options, budget)
    const queries = 2 * altered * each + 2 * distances * (options.labelOnly.queries + 1)
    return {
      applies: true,
      cost: { queries, gradients: 0 },
      work: `${altered} members and ${altered} strangers; ${each} altered copies of each${distances === 0 ? '' : `, and the distance to the border of ${distances} of each`}`,
    }
  },
  measure,
  judge: (measured, options) =>
    judgeAudit(
      {
        title: 'Classes alone tell members from strangers',
        subject: 'labels',
        had: 'The attacker saw only the class that the model returns, for copies of each record.',
      },
      measured,
      options,
    ),
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget, seed } = context
  const { altered, distances } = sizesOf(system, options, budget)
  const audited = chooseAudited(context, altered)
  const looking = beside(lookBlind(context, audited))
  const steady = async ({ split, indices }: Part) => {
    const parts = await Promise.all(
      chunk(indices, 100).map((part) => context.step(alteredStep, { split, indices: part, seed })),
    )
    return parts.flatMap(({ output }) => output.steady)
  }
  const far = async ({ split, indices }: Part) => {
    const parts = await Promise.all(
      chunk(indices.slice(0, distances), together).map((part) =>
        context.step(distanceStep, { split, indices: part, queries: options.labelOnly.queries, seed }),
      ),
    )
    return parts.flatMap(({ output }) => output.distances)
  }
  const attacks = [
    {
      attack: 'label-only-copies',
      members: await steady(audited.members),
      strangers: await steady(audited.strangers),
    },
    ...(distances === 0
      ? []
      : [
          {
            attack: 'label-only-distance',
            members: await far(audited.members),
            strangers: await far(audited.strangers),
          },
        ]),
  ]
  const audits = attacks.map((one) => reportAudit(one, { access: 'label', knowledge: [], seed }))
  const evidence = [rocEvidence(attacks)]
  return {
    measurements: [
      ...audits.flatMap(({ measurements }, i) =>
        measurements.map((one) => (i === 0 && one.name === 'auc' ? { ...one, evidence } : one)),
      ),
      blindMeasurement(await looking, seed),
    ],
    notCovered: [
      distances === 0
        ? 'The distance to the border of the class, which takes hundreds of queries a record (option "labelOnly").'
        : `Distances found with more than ${options.labelOnly.queries} queries a record.`,
      'Thresholds for each record from shadow models.',
      ...leftOut(context, audited),
    ],
    sanity: auditSanity(audits, await looking, options),
  }
}
