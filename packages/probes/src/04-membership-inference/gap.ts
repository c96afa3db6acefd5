// The weakest attack there is: a record is called a member when the model has it right. What it gains is the gap between
// accuracy on the training data and on others, which anybody can read off two published numbers.
import { type Check, differenceOfShares, type Measured, type Measurement, wilson } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { predictLabels } from '../steps/predict.ts'
import { auditSize, chooseAudited, membershipApplies, type Part } from './audited.ts'
import { auditSanity, beside, blindMeasurement, type Context, leftOut, lookBlind } from './common.ts'
import { judgeAudit } from './judge.ts'
import { gapMeta } from './meta.ts'
import type { MembershipOptions } from './options.ts'
import { reportAudit } from './report-audit.ts'

export const gap: Check<MembershipOptions> = {
  meta: gapMeta,
  applies: (system, options, budget) => {
    const state = membershipApplies(system, options, {
      budget,
      access: 'label',
      each: 1,
      what: 'is the model oftener right about members?',
    })
    if (!state.applies) return state
    // Nobody asks about the population here.
    const n = auditSize(system, options, { budget, each: 1 })
    return { ...state, cost: { queries: 2 * n, gradients: 0 } }
  },
  measure,
  judge: (measured, options) =>
    judgeAudit(
      {
        title: 'Right and wrong answers tell members from strangers',
        subject: 'labels',
        had: 'The attacker saw only the class that the model returns, once a record.',
      },
      measured,
      options,
    ),
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget, seed } = context
  const audited = chooseAudited(context, auditSize(system, options, { budget, each: 1 }))
  const looking = beside(lookBlind(context, audited))
  const [members, strangers] = [
    await correct(context, audited.members),
    await correct(context, audited.strangers),
  ]
  const audit = reportAudit(
    { attack: 'gap-attack', members, strangers },
    { access: 'label', knowledge: [], seed },
  )
  const tally = (values: readonly number[]) => ({
    right: values.reduce((sum, one) => sum + one, 0),
    n: values.length,
  })
  const [a, b] = [tally(members), tally(strangers)]
  const accuracy = (name: string, { right, n }: { right: number; n: number }, of: string): Measurement => ({
    name,
    value: right / n,
    unit: 'fraction',
    interval: wilson(right, n),
    n,
    denominator: `records of "${of}"`,
    access: 'label',
    seed,
  })
  return {
    measurements: [
      {
        name: 'generalisation-gap',
        value: a.right / a.n - b.right / b.n,
        unit: 'fraction',
        interval: differenceOfShares(a, b),
        n: a.n + b.n,
        denominator: 'accuracy on members less accuracy on strangers',
        access: 'label',
        seed,
      },
      accuracy('member-accuracy', a, options.members),
      accuracy('stranger-accuracy', b, options.strangers),
      ...audit.measurements,
      blindMeasurement(await looking, seed),
    ],
    notCovered: ['Attacks that ask more than once about a record.', ...leftOut(context, audited)],
    sanity: auditSanity([audit], await looking, options),
  }
}

async function correct(context: Context, { split, indices }: Part): Promise<readonly number[]> {
  const labels = context.labels(split)
  const parts = await Promise.all(
    chunk(indices, 500).map((part) => context.step(predictLabels, { split, indices: part })),
  )
  return parts
    .flatMap(({ output }) => output.labels)
    .map((label, i) => (label === labels?.[indices[i]!] ? 1 : 0))
}
