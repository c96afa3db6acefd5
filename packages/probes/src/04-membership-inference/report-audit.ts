// An attack's scores as measurements: the same names for every attack of the mode, each with n and an interval.
import type { Access, Evidence, Knowledge, Measurement, Metadata } from '@failmode/core'
import { aucInterval } from '@failmode/core'
import { auditScores, rocPoints, type ShuffleControl, shuffleControl } from './audit/audit.ts'

/** What an attack says of the audited records; larger is likelier a member. */
export interface AttackScores {
  readonly attack: string
  readonly members: readonly number[]
  readonly strangers: readonly number[]
}

export interface AuditContext {
  readonly access: Access
  readonly knowledge: readonly Knowledge[]
  readonly seed: number
  /** What members and strangers are, in words. */
  readonly denominator?: string
}

export interface ReportedAudit {
  readonly attack: string
  readonly auc: number
  readonly measurements: readonly Measurement[]
  readonly control: ShuffleControl
}

export function reportAudit(
  { attack, members, strangers }: AttackScores,
  { access, knowledge, seed, denominator = 'members and strangers' }: AuditContext,
): ReportedAudit {
  const audit = auditScores(members, strangers)
  const control = shuffleControl(members, strangers, { seed })
  const both = members.length + strangers.length
  const of = (
    name: string,
    value: number,
    rest: Pick<Measurement, 'unit' | 'n' | 'denominator'> & Partial<Measurement>,
  ): Measurement => ({ name, value, attack, access, knowledge: [...knowledge], seed, ...rest })
  const measurements: Measurement[] = [
    of('auc', audit.auc, { unit: 'fraction', interval: audit.aucInterval, n: both, denominator }),
    ...audit.tpr.flatMap(({ fpr, rate }) =>
      rate.ok
        ? [
            of(`tpr-at-fpr-${fpr}`, rate.tpr, {
              unit: 'fraction',
              interval: rate.interval,
              n: members.length,
              denominator: `members; at most ${fpr * 100} % of ${strangers.length} strangers are called members`,
            }),
          ]
        : [],
    ),
    of('advantage', audit.advantage, {
      unit: 'fraction',
      interval: audit.advantageInterval,
      n: both,
      denominator: `${denominator}; thresholds chosen on the other half`,
    }),
    of('epsilon-lower-bound', audit.epsilon.epsilon, {
      unit: 'nats',
      n: audit.epsilon.members + audit.epsilon.strangers,
      denominator: `${denominator} of one half; holds with ${audit.epsilon.confidence * 100} % confidence at delta ${audit.epsilon.delta}`,
    }),
    of('shuffled-auc-held', control.held, {
      unit: 'share',
      n: control.shuffles,
      denominator: 'shuffles of membership whose 95 % interval of the AUC holds 0.5',
    }),
  ]
  return { attack, auc: audit.auc, measurements, control }
}

/** ROC curves with logarithmic axes, one for each attack. */
export function rocEvidence(attacks: readonly AttackScores[]): Evidence {
  const fewest = Math.min(...attacks.map(({ strangers }) => strangers.length))
  return {
    kind: 'curve',
    title: 'How many members are named, at how many false alarms',
    x: { label: 'strangers called members', unit: 'fraction', scale: 'log' },
    y: { label: 'members named', unit: 'fraction', scale: 'log' },
    series: [
      ...attacks.map(({ attack, members, strangers }) => ({
        label: attack,
        // A share of 0 has no place on a logarithmic axis.
        points: rocPoints(members, strangers).filter(({ y }) => y > 0),
      })),
      {
        label: 'guessing',
        points: [
          { x: 1 / fewest, y: 1 / fewest },
          { x: 1, y: 1 },
        ],
      },
    ],
  }
}

/** Fewest members, and strangers, of a group that is told apart. */
const fewestOfGroup = 25
/** Groups that a run document names for one column. */
const mostGroups = 12

/** The area within classes and within groups of metadata, the most exposed first. */
export function groupAudits(
  { attack, members, strangers }: AttackScores,
  groups: readonly {
    readonly name: 'class-auc' | 'group-auc'
    readonly column: string
    readonly members: readonly (string | null)[]
    readonly strangers: readonly (string | null)[]
  }[],
  { access, knowledge, seed }: AuditContext,
): readonly Measurement[] {
  return groups.flatMap((group) => {
    const values = [...new Set(group.members)].filter((value) => value !== null)
    const found = values.flatMap((value) => {
      const a = members.filter((_, i) => group.members[i] === value)
      const b = strangers.filter((_, i) => group.strangers[i] === value)
      if (a.length < fewestOfGroup || b.length < fewestOfGroup) return []
      const { auc, interval } = aucInterval(a, b)
      return [
        {
          name: group.name,
          value: auc,
          unit: 'fraction',
          interval,
          n: a.length + b.length,
          denominator: 'members and strangers of the group',
          attack,
          access,
          knowledge: [...knowledge],
          seed,
          slice: { [group.column]: value },
        } satisfies Measurement,
      ]
    })
    return found.sort((p, q) => q.value - p.value).slice(0, mostGroups)
  })
}

/** Columns whose values make groups: named ones, else those with few values. */
export function groupColumns(
  metadata: { readonly members: Metadata; readonly strangers: Metadata },
  wanted: readonly string[] | undefined,
): readonly string[] {
  const both = Object.keys(metadata.members).filter((name) => metadata.strangers[name] !== undefined)
  if (wanted !== undefined) return both.filter((name) => wanted.includes(name))
  return both.filter((name) => {
    const values = new Set(metadata.members[name])
    values.delete(null)
    return values.size >= 2 && values.size <= mostGroups
  })
}
