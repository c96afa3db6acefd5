// What the checks of the mode share: asking the model, looking at the records alone, and the entries that say whether an
// attack can be believed.
import type { CheckContext, Evidence, Measured, Measurement } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { isPicture } from '../steps/sample-image.ts'
import { showStep } from '../steps/show-samples.ts'
import { type Asked, askStep } from './answer-step.ts'
import type { Audited, Part } from './audited.ts'
import { type Blind, blindStep } from './blind-step.ts'
import type { MembershipOptions } from './options.ts'
import type { Copy } from './query-copies.ts'
import type { AttackScores, ReportedAudit } from './report-audit.ts'

export type Context = CheckContext<MembershipOptions>

/** Records of one step: a killed run loses at most so many answers. */
const chunkSize = 500

export type Answers = Omit<Asked, 'file'> & { readonly files: readonly Asked['file'][] }

export async function ask(context: Context, part: Part, copies: readonly Copy[]): Promise<Answers> {
  const parts = await Promise.all(
    chunk(part.indices, chunkSize).map((indices) =>
      context.step(askStep, { split: part.split, indices, copies }),
    ),
  )
  const all = (pick: (one: Asked) => readonly number[]) => parts.flatMap(({ output }) => pick(output))
  return {
    labels: all(({ labels }) => labels),
    correct: all(({ correct }) => correct),
    loss: all(({ loss }) => loss),
    confidence: all(({ confidence }) => confidence),
    entropy: all(({ entropy }) => entropy),
    modifiedEntropy: all(({ modifiedEntropy }) => modifiedEntropy),
    files: parts.map(({ output }) => output.file),
  }
}

/** Work that goes on beside other work: should that fail first, nobody is left to hear how this ended. */
export function beside<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {})
  return work
}

export async function lookBlind(context: Context, { members, strangers }: Audited): Promise<Blind> {
  const { output } = await context.step(blindStep, {
    members,
    strangers,
    classes: context.system.model?.classes ?? 2,
    seed: context.seed,
  })
  return output
}

export function blindMeasurement({ auc, interval, records }: Blind, seed: number): Measurement {
  return {
    name: 'blind-auc',
    value: auc,
    unit: 'fraction',
    interval,
    n: 2 * records,
    denominator: 'members and strangers, told apart by a linear classifier that never sees the model',
    seed,
  }
}

export function auditSanity(
  audits: readonly ReportedAudit[],
  blind: Blind | null,
  { threshold }: MembershipOptions,
): NonNullable<Measured['sanity']> {
  const least = audits.reduce((low, { control }) => Math.min(low, control.held), 1)
  const odd = audits.filter(({ control }) => control.held < 0.88 || control.low > 0.5 || control.high < 0.5)
  const differs = blind !== null && blind.interval.low > threshold.blind
  return [
    {
      id: 'shuffled-membership',
      fired: odd.length > 0,
      meaning:
        odd.length > 0
          ? `With membership shuffled, ${odd.map(({ attack }) => attack).join(', ')} still seems to tell members from strangers: the counting is wrong and its result means nothing.`
          : `With membership shuffled 199 times no attack tells members from strangers; the interval of the area holds 0.5 in at least ${Math.round(100 * least)} % of the shuffles.`,
      voids: true,
    },
    ...(blind === null
      ? []
      : [
          {
            id: 'members-differ-without-model',
            fired: differs,
            meaning: differs
              ? `A classifier that never sees the model tells members from strangers with an area of ${blind.auc.toFixed(3)}: they come from different places, and an attack's success says nothing of the model.`
              : `A classifier that never sees the model does not tell members from strangers (area ${blind.auc.toFixed(3)}).`,
            voids: true,
          },
        ]),
  ]
}

/** The members that stand out most: above every stranger if there are any such. By their places in the data, and as pictures. */
export async function mostExposed(
  context: Context,
  { split, indices }: Part,
  { attack, members, strangers }: AttackScores,
): Promise<readonly Evidence[]> {
  const shown = 12
  const rank = members
    .map((score, row) => ({ score, row }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, shown)
  const labels = context.labels(split)
  const name = (index: number) => context.system.model?.labels[labels?.[index] ?? 0] ?? ''
  const alarms = (score: number) => strangers.reduce((sum, one) => sum + (one >= score ? 1 : 0), 0)
  const rows = rank.map(({ score, row }) => ({ index: indices[row]!, score, alarms: alarms(score) }))
  const table: Evidence = {
    kind: 'table',
    title: `Members that stand out most, by ${attack}`,
    // Places in the files, and nothing of what stands there.
    sample: false,
    columns: ['record', `strangers of ${strangers.length} that score as high`],
    rows: rows.map((one) => [one.index, one.alarms]),
  }
  const shape = context.system.data[split]?.sampleShape ?? []
  if (!isPicture(shape)) return [table]
  const { output } = await context.step(showStep, { split, indices: rows.map(({ index }) => index) })
  return [
    table,
    {
      kind: 'images',
      title: `Members that stand out most, by ${attack}`,
      caption: 'Records of the training data that this attack names first.',
      images: rows.map(({ index, alarms: count }, i) => ({
        label: `record ${index}, ${name(index)}; ${count} strangers score as high`,
        ...output.pictures[i]!,
        sample: true,
      })),
    },
  ]
}

export function leftOut({ system, options }: Context, audited: Audited): readonly string[] {
  return [
    ...(['members', 'strangers'] as const).flatMap((side) => {
      const count = system.data[options[side]]?.count ?? 0
      const asked = audited[side].indices.length
      return asked < count ? [`${count - asked} of the ${count} records of "${options[side]}".`] : []
    }),
    'Records that were used in ways other than training, such as choosing when to stop.',
  ]
}
