// Attacks by one answer a record and no training: thresholds on loss, confidence and entropy, and how unusual the loss would be
// among strangers of the same class.
import type { Check, Measured } from '@failmode/core'
import { populationScores } from './attacks/population.ts'
import { auditSize, chooseAudited, membershipApplies } from './audited.ts'
import {
  type Answers,
  ask,
  auditSanity,
  beside,
  blindMeasurement,
  type Context,
  leftOut,
  lookBlind,
  mostExposed,
} from './common.ts'
import { judgeAudit } from './judge.ts'
import { scoresMeta } from './meta.ts'
import type { MembershipOptions } from './options.ts'
import { copiesOf } from './query-copies.ts'
import {
  type AttackScores,
  type AuditContext,
  groupAudits,
  groupColumns,
  reportAudit,
  rocEvidence,
} from './report-audit.ts'

export const scores: Check<MembershipOptions> = {
  meta: scoresMeta,
  applies: (system, options, budget) =>
    membershipApplies(system, options, {
      budget,
      access: 'score',
      each: 1,
      what: 'thresholds on what the model says, and a comparison with a population',
    }),
  measure,
  judge: (measured, options) =>
    judgeAudit(
      {
        title: 'Scores tell members from strangers',
        subject: 'scores',
        had: 'The attacker saw the scores that the model returns, once a record, and trained nothing.',
      },
      measured,
      options,
    ),
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget, seed } = context
  const audited = chooseAudited(context, auditSize(system, options, { budget, each: 1 }))
  const looking = beside(lookBlind(context, audited))
  const plain = copiesOf([], { flip: false, shift: 0 })
  const [members, strangers, population] = await Promise.all(
    [audited.members, audited.strangers, audited.population].map((part) => ask(context, part, plain)),
  )
  const attacks = thresholdAttacks(members!, strangers!, population!)
  const found = await reportAttacks(context, {
    audited,
    attacks,
    as: { access: 'score', knowledge: [], seed },
  })
  return {
    measurements: [...found.measurements, blindMeasurement(await looking, seed)],
    notCovered: [
      ...(system.training === undefined || system.training === null
        ? [
            'Attacks with shadow models, which see single records far more sharply: say under "training" how the model is trained.',
          ]
        : []),
      'Attackers who know of some records that they are members.',
      ...leftOut(context, audited),
    ],
    sanity: auditSanity(found.audits, await looking, options),
  }
}

const negated = (values: readonly number[]): readonly number[] => values.map((value) => -value)

export function thresholdAttacks(
  members: Answers,
  strangers: Answers,
  population: Answers,
): readonly AttackScores[] {
  const by = (attack: string, pick: (answers: Answers) => readonly number[]): AttackScores => ({
    attack,
    members: pick(members),
    strangers: pick(strangers),
  })
  const usual = { signals: negated(population.loss), labels: population.labels }
  return [
    by('loss-threshold', ({ loss }) => negated(loss)),
    by('confidence-threshold', ({ confidence }) => confidence),
    by('entropy-threshold', ({ entropy }) => negated(entropy)),
    by('modified-entropy', ({ modifiedEntropy }) => negated(modifiedEntropy)),
    ...(population.loss.length === 0
      ? []
      : [
          by('population-attack', ({ loss, labels }) =>
            Array.from(populationScores({ signals: negated(loss), labels }, usual)),
          ),
        ]),
  ]
}

/** Measurements of all attacks, with the curve and what is most exposed beside the strongest. */
export async function reportAttacks(
  context: Context,
  {
    audited,
    attacks,
    as,
  }: {
    readonly audited: ReturnType<typeof chooseAudited>
    readonly attacks: readonly AttackScores[]
    readonly as: AuditContext
  },
) {
  const { options, system } = context
  const audits = attacks.map((one) => reportAudit(one, as))
  const best = audits.reduce((first, one) => (one.auc > first.auc ? one : first))
  const strongest = attacks.find(({ attack }) => attack === best.attack)!
  const evidence = [rocEvidence(attacks), ...(await mostExposed(context, audited.members, strongest))]
  const [metaOfMembers, metaOfStrangers] = [
    context.metadata(audited.members.split),
    context.metadata(audited.strangers.split),
  ]
  const name = (split: string, indices: readonly number[]) => {
    const labels = context.labels(split)
    return indices.map((index) => system.model?.labels[labels?.[index] ?? 0] ?? null)
  }
  const groups = [
    {
      name: 'class-auc' as const,
      column: 'class',
      members: name(audited.members.split, audited.members.indices),
      strangers: name(audited.strangers.split, audited.strangers.indices),
    },
    ...groupColumns({ members: metaOfMembers, strangers: metaOfStrangers }, options.groups).map((column) => ({
      name: 'group-auc' as const,
      column,
      members: audited.members.indices.map((index) => metaOfMembers[column]?.[index] ?? null),
      strangers: audited.strangers.indices.map((index) => metaOfStrangers[column]?.[index] ?? null),
    })),
  ]
  // Scores of members only: a larger one is worse, so what is stored is good when it is large.
  const blob = await context.putSamples({
    split: audited.members.split,
    indices: audited.members.indices,
    columns: { hidden: strongest.members.map((score) => hiddenShare(score, strongest.strangers)) },
  })
  return {
    audits,
    measurements: [
      ...audits.flatMap(({ attack, measurements }) =>
        attack === best.attack
          ? measurements.map((one) =>
              one.name === 'auc' ? { ...one, evidence, samples: { blob, column: 'hidden' } } : one,
            )
          : measurements,
      ),
      ...groupAudits(strongest, groups, as),
    ],
  }
}

/** Share of strangers that score as high as this member: 0 stands out above all, 1 is hidden among them. */
function hiddenShare(score: number, strangers: readonly number[]): number {
  return strangers.reduce((sum, one) => sum + (one >= score ? 1 : 0), 0) / strangers.length
}
