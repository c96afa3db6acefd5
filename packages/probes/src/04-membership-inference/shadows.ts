// Attacks by shadow models: LiRA, RMIA and Shokri's. The models are trained as the configuration says the model under test was,
// each in a step of its own, so that a run that is killed keeps those that are done.
import type { Check, Measured, Measurement, SystemFacts } from '@failmode/core'
import { wilson } from '@failmode/core'
import { auditSize, chooseAudited, membershipApplies } from './audited.ts'
import { ask, auditSanity, beside, blindMeasurement, type Context, leftOut, lookBlind } from './common.ts'
import { judgeAudit } from './judge.ts'
import { shadowsMeta } from './meta.ts'
import type { MembershipOptions } from './options.ts'
import { copiesOf } from './query-copies.ts'
import { reportAttacks } from './scores.ts'
import { shadowScoresStep } from './shadow-scores-step.ts'
import { shadowStep } from './shadow-step.ts'

const shadowsByBudget = { quick: 0, standard: 8, thorough: 64 } as const
/** From so many shadows a record has enough of them for a spread of its own (Carlini et al. 2022, section VI-C). */
const ownSpreadFrom = 64

function shadowsOf(
  options: MembershipOptions,
  budget: { readonly name: keyof typeof shadowsByBudget },
): number {
  const wanted = options.shadows ?? shadowsByBudget[budget.name]
  return wanted - (wanted % 2)
}

const queriesOf = (system: SystemFacts, { queries }: MembershipOptions): number =>
  copiesOf(system.model?.sampleShape ?? [], queries).length

export const shadows: Check<MembershipOptions> = {
  meta: shadowsMeta,
  applies(system, options, budget) {
    const each = queriesOf(system, options)
    const count = shadowsOf(options, budget)
    const state = membershipApplies(system, options, {
      budget,
      access: 'score',
      each,
      what: `${count} shadow models are trained; LiRA, RMIA and a shadow classifier`,
    })
    if (!state.applies) return state
    if (system.training === undefined || system.training === null) {
      return {
        applies: false,
        outcome: 'skipped',
        reason: 'The configuration does not say how the model is trained; say it under "training".',
      }
    }
    if (count === 0) {
      return {
        applies: false,
        outcome: 'skipped',
        reason:
          'Training shadow models takes long and is left out of the quick budget; use --budget standard, or give their number with the option "shadows".',
      }
    }
    return state
  },
  measure,
  judge: (measured, options) =>
    judgeAudit(
      {
        title: 'Shadow models tell members from strangers',
        subject: 'shadows',
        had: 'The attacker saw scores, knew how the model is trained, and had records of the same kind to train on.',
      },
      measured,
      options,
    ),
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget, seed } = context
  const copies = copiesOf(system.model?.sampleShape ?? [], options.queries)
  const audited = chooseAudited(context, auditSize(system, options, { budget, each: copies.length }))
  const looking = beside(lookBlind(context, audited))
  const of = shadowsOf(options, budget)
  const trained = beside(
    Promise.all(
      Array.from({ length: of }, (_, shadow) =>
        context.step(shadowStep, { audited, shadow, of, seed, copies }),
      ),
    ),
  )
  const plain = copiesOf([], { flip: false, shift: 0 })
  const [members, strangers, population] = await Promise.all([
    ask(context, audited.members, copies),
    ask(context, audited.strangers, copies),
    ask(context, audited.population, plain),
  ])
  const made = (await trained).map(({ output }) => output)
  const variance =
    options.variance === 'auto' ? (of >= ownSpreadFrom ? 'per-record' : 'fixed') : options.variance
  const { output } = await context.step(shadowScoresStep, {
    target: { audited: [...members.files, ...strangers.files], population: population.files },
    shadows: made.map(({ inside, file, populationFile }) => ({ inside, file, populationFile })),
    labels: [...members.labels, ...strangers.labels],
    queries: copies.length,
    variance,
    seed,
  })
  const n = members.labels.length
  const attacks = Object.entries(output.scores)
    // Calls a record a member when the target is as sure of it as shadows without it are; kept to compare with.
    .filter(([attack]) => attack !== 'lira-offline-as-released')
    .map(([attack, values]) => ({ attack, members: values.slice(0, n), strangers: values.slice(n) }))
  const found = await reportAttacks(context, {
    audited,
    attacks,
    as: { access: 'score', knowledge: ['algorithm'], seed },
  })
  const right = made.reduce((sum, { right: { outside } }) => sum + outside, 0) / of
  const own = strangers.correct.reduce((sum, one) => sum + one, 0) / strangers.correct.length
  const shadowAccuracy: Measurement = {
    name: 'shadow-accuracy',
    value: right,
    unit: 'fraction',
    interval: wilson(Math.round(right * 2 * n * (of / 2)), n * of),
    n: n * of,
    denominator: 'answers of shadow models about records that they were not trained with',
    seed,
  }
  const unlike = Math.abs(right - own) > 0.1
  return {
    measurements: [...found.measurements, shadowAccuracy, blindMeasurement(await looking, seed)],
    notCovered: [
      `More than ${of} shadow models${of < ownSpreadFrom ? '; the published attack uses 64 to 256' : ''}.`,
      ...(options.queries.flip || options.queries.shift > 0
        ? []
        : [
            'Several queries of a record, by copies like those that training augments with (option "queries").',
          ]),
      ...leftOut(context, audited),
    ],
    facts: { shadows: of, variance, 'rmia-a': output.rmiaA },
    sanity: [
      ...auditSanity(found.audits, await looking, options),
      {
        id: 'shadows-resemble-model',
        fired: unlike,
        meaning: unlike
          ? `Shadow models are right on ${(100 * right).toFixed(1)} % of records that they do not know, the model on ${(100 * own).toFixed(1)} %: they are not models of the same kind, and that they find little means little. Check "training".`
          : `Shadow models are right on ${(100 * right).toFixed(1)} % of records that they do not know, the model on ${(100 * own).toFixed(1)} %.`,
      },
    ],
  }
}
