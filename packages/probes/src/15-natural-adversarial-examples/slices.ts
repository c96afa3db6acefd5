// Where do mistakes gather? In clusters of what the model makes of samples, and in groups that metadata describe. Samples
// whose label is suspected are left out: scattered wrong labels would lift every group a little.
import {
  type Check,
  type CheckContext,
  type Evidence,
  hypergeometricTail,
  type Judgement,
  type Measured,
  type Measurement,
  type SystemFacts,
  wilson,
} from '@failmode/core'
import { percent } from '../measured-rate.ts'
import { clusterCounts, clusterStep, distinctClusters, type FoundCluster } from './cluster-step.ts'
import { gallery } from './gallery.ts'
import { harmOf, tooLittle } from './judge-mistakes.ts'
import { slicesMeta } from './meta.ts'
import { accuracyOf } from './mistakes.ts'
import type { NaturalOptions } from './options.ts'
import { embedPool, leftOut, poolApplies, type Searched, searchPool, suspectedRows } from './pool.ts'
import { predicateStep, usableColumns } from './predicate-step.ts'
import { type Embedding, embeddingText } from './witness.ts'

type Context = CheckContext<NaturalOptions>

/** A group of samples with what its rows say of it. */
interface Group {
  readonly kind: 'cluster' | 'metadata'
  readonly where: string
  /** Rows that counted. */
  readonly support: number
  readonly errors: number
  readonly lift: number
  readonly adjusted: number
  /** Of all rows of the group, the most typical first. */
  readonly rows: readonly number[]
}

/** Groups that a run document names. */
const mostNamed = 10

export const slices: Check<NaturalOptions> = {
  meta: slicesMeta,
  applies: (system, options, budget) =>
    poolApplies(system, options, {
      budget,
      each: hasWeights(system) ? 2 : 1,
      what: `clustered by ${hasWeights(system) ? 'what goes into the last layer of the model' : 'their scores'}`,
    }),
  measure,
  judge,
}

const hasWeights = ({ model }: SystemFacts): boolean => model?.access.includes('weights') === true

async function measure(context: Context): Promise<Measured> {
  const { system, options, seed } = context
  const open = hasWeights(system)
  const searched = await searchPool(context, open ? 2 : 1)
  const accuracy = accuracyOf(searched, seed)
  if (searched.sorted === null) return { measurements: [accuracy], notCovered: [] }
  const { split, indices, given, answers } = searched
  const suspected = suspectedRows(searched)
  const rows = indices.map((_, row) => row).filter((row) => !suspected.has(row))
  const errors = rows.map((row): 0 | 1 => (answers.correct[row] === 1 ? 0 : 1))
  const wrong = errors.reduce<number>((sum, one) => sum + one, 0)

  const embedding: Embedding = { kind: open ? 'weights' : 'scores', who: { kind: 'model' } }
  // Its scores are known already; what they show of samples is only what the model says of them.
  const files = open ? await embedPool(context, searched, embedding) : answers.files
  const counts = clusterCounts({ ...options, rows: rows.length })
  const clustered = await Promise.all(
    counts.map((count) => context.step(clusterStep, { files, rows, errors, count })),
  )
  const large = clustered
    .flatMap(({ output }) => output.clusters)
    .filter((cluster) => cluster.rows.length >= options.minSlice)
  const metadata = usableColumns(context.metadata(split), indices)
  const name = (k: number) => system.model?.labels[k] ?? String(k)
  const columns = [{ name: 'right answer', values: given.map(name) }, ...metadata]
  const { output: described } = await context.step(predicateStep, {
    columns: columns.map((column) => ({ ...column, values: rows.map((row) => column.values[row]!) })),
    errors,
    minSupport: options.minSlice,
  })

  const groups: Group[] = [
    ...distinctClusters(large).map((cluster) => ({
      ...cluster,
      kind: 'cluster' as const,
      where: clusterText(cluster, searched, name),
      support: cluster.rows.length,
    })),
    ...described.slices.map((slice) => ({
      ...slice,
      kind: 'metadata' as const,
      rows: slice.rows.map((at) => rows[at]!),
    })),
  ]
  const tested = large.length + described.asked
  return {
    measurements: [...(await numbersOf(context, searched, { groups, tested, wrong, rows })), accuracy],
    notCovered: [
      ...(open
        ? []
        : [
            'What the model makes of samples before it decides, since its layers are not open: clusters are of its scores, which tell little more than its answer.',
          ]),
      ...(metadata.length === 0
        ? [
            'Groups by anything but the right answer: no metadata of the samples are given. Give them as "metadata" of the data set.',
          ]
        : []),
      ...leftOut(context, searched),
    ],
    facts: { 'clustered-by': embeddingText(embedding), clusters: large.length },
  }
}

/** A cluster has no name; what its samples mostly are, and are taken for, says most. */
function clusterText(
  { rows }: FoundCluster,
  { indices, given, answers }: Searched,
  name: (k: number) => string,
): string {
  const commonest = (values: readonly number[]): number | null => {
    const votes = new Map<number, number>()
    for (const value of values) votes.set(value, (votes.get(value) ?? 0) + 1)
    return [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? null
  }
  const is = commonest(rows.map((row) => given[row]!))
  const taken = commonest(
    rows.filter((row) => answers.correct[row] === 0).map((row) => answers.predicted[row]!),
  )
  return `samples like sample ${indices[rows[0]!]}, mostly ${is === null ? 'nothing' : name(is)}${taken === null ? '' : `, when wrong mostly taken for ${name(taken)}`}`
}

async function numbersOf(
  context: Context,
  { split, indices, given, answers }: Searched,
  {
    groups,
    tested,
    wrong,
    rows,
  }: {
    readonly groups: readonly Group[]
    readonly tested: number
    readonly wrong: number
    readonly rows: readonly number[]
  },
): Promise<readonly Measurement[]> {
  const { threshold } = context.options
  const overall = wrong / rows.length
  // All groups are looked at together, so each gets a share of the chance to err (Bonferroni).
  const confidence = 1 - 0.05 / Math.max(1, tested)
  const rate = ({ errors, support }: Group) => errors / support
  const counts = (group: Group) =>
    group.adjusted <= threshold.alpha &&
    group.lift >= threshold.lift &&
    rate(group) - overall >= threshold.points
  const order = [...groups].sort((a, b) => a.adjusted - b.adjusted || b.lift - a.lift)
  const found = order.filter(counts).sort((a, b) => rate(b) - rate(a) || b.support - a.support)
  // What is a finding comes first, else what comes nearest to one.
  const worst = found[0] ?? order.filter(({ support }) => support > 0)[0]
  const common = { access: 'score', seed: context.seed } as const
  const about = (group: Group) => ({
    slice: { kind: group.kind, where: group.where },
    n: group.support,
    denominator: `samples of "${split}" in the group, labels in doubt left out${group.kind === 'metadata' ? ', of the half that did not choose it' : ''}; of all ${rows.length} the model has ${percent(overall)} wrong`,
  })
  const threeOf = (prefix: string, group: Group): Measurement[] => [
    {
      ...common,
      ...about(group),
      name: `${prefix}-error`,
      unit: 'fraction',
      value: rate(group),
      interval: wilson(group.errors, group.support, { confidence }),
    },
    { ...common, ...about(group), name: `${prefix}-lift`, unit: 'ratio', value: group.lift },
    { ...common, ...about(group), name: `${prefix}-p-value`, unit: 'probability', value: group.adjusted },
  ]
  const number: Measurement = {
    ...common,
    name: 'slices-found',
    unit: 'count',
    value: found.length,
    n: tested,
    denominator: `groups tested on ${rows.length} samples of which ${wrong} are wrong`,
  }
  if (worst === undefined) return [number]
  const wrongRows = worst.rows.filter((row) => answers.correct[row] === 0)
  const evidence: Evidence[] = [
    ...(await gallery(context, split, {
      title: 'Mistakes of the worst group, the most typical first',
      caption: `${worst.kind === 'metadata' ? 'Where' : 'Cluster of'} ${worst.where}.`,
      rows: wrongRows.map((row) => ({
        index: indices[row]!,
        predicted: answers.predicted[row]!,
        given: given[row]!,
        confidence: answers.confidence[row]!,
      })),
    })),
    {
      kind: 'table',
      title: 'Groups by error rate',
      sample: false,
      columns: [
        'found by',
        'group',
        'samples',
        'wrong',
        'error rate',
        'times the whole',
        'corrected p-value',
      ],
      rows: order
        .slice(0, 2 * mostNamed)
        .map((group) => [
          group.kind,
          group.where,
          group.support,
          group.errors,
          Number(rate(group).toFixed(4)),
          Number(group.lift.toFixed(2)),
          group.adjusted,
        ]),
    },
  ]
  const inWorst = new Set(worst.rows)
  const blob = await context.putSamples({
    split,
    indices,
    columns: {
      correct: answers.correct,
      'outside-worst-slice': indices.map((_, row) => (inWorst.has(row) ? 0 : 1)),
    },
  })
  const [error, ...rest] = threeOf('worst-slice', worst)
  return [
    { ...error!, evidence, samples: { blob, column: 'outside-worst-slice' } },
    ...rest,
    number,
    ...found.slice(0, mostNamed).flatMap((group) => threeOf('slice', group)),
  ]
}

function judge({ measurements }: Measured, { threshold, minSlice }: NaturalOptions): Judgement {
  const named = (name: string) => measurements.find((one) => one.name === name)
  const accuracy = named('clean-accuracy')
  const early = tooLittle(accuracy, threshold)
  if (early !== null) return early
  const [number, error, lift, pValue] = [
    named('slices-found'),
    named('worst-slice-error'),
    named('worst-slice-lift'),
    named('worst-slice-p-value'),
  ]
  if (number === undefined) throw new TypeError('the check has no number of groups')
  const n = accuracy!.n
  const overall = 1 - accuracy!.value
  if (error !== undefined && lift !== undefined && pValue !== undefined) {
    const base = lift.value > 0 ? error.value / lift.value : overall
    if (
      pValue.value <= threshold.alpha &&
      lift.value >= threshold.lift &&
      error.value - base >= threshold.points
    ) {
      const said = `In ${error.slice?.kind === 'metadata' ? 'the group where' : 'a cluster of'} ${error.slice?.where} the model is wrong on ${percent(error.value)} of ${error.n} samples, ${Number(lift.value.toFixed(1))} times as often as on all (corrected p-value ${pValue.value.toPrecision(2)}).`
      return {
        outcome: 'finding',
        reason: said,
        detectable: null,
        claims: [
          {
            title: 'Mistakes gather in a group of samples',
            description: `${said} The average hides it: what one of the group meets is not an accident.`,
            variant: null,
            subject: 'slice',
            facts: { harm: harmOf((error.value * error.n) / n, threshold) },
            measurements: ['worst-slice-error', 'worst-slice-lift', 'worst-slice-p-value'],
            evidence: error.evidence ?? [],
            mitigations: ['15-o1', '15-o2', '15-o3'],
          },
        ],
      }
    }
  }
  const support = Math.min(n, Math.max(minSlice, Math.round(n / 20)))
  const value = smallestRate({ support, n, overall, tests: Math.max(1, number.n) }, threshold)
  return {
    outcome: 'no-finding',
    reason: `No group of at least ${minSlice} samples has ${threshold.lift} times the error rate of the whole, ${percent(overall)}, and ${percent(threshold.points)} more; ${number.n} were tested.`,
    detectable: {
      measurement: 'worst-slice-error',
      value,
      text: `A group of ${support} samples with an error rate of about ${percent(value)} or more would have been a finding, if clusters or metadata set it apart.`,
    },
    claims: [],
  }
}

/** The least error rate of a group of `support` samples that all three conditions let through. */
function smallestRate(
  {
    support,
    n,
    overall,
    tests,
  }: { readonly support: number; readonly n: number; readonly overall: number; readonly tests: number },
  { alpha, lift, points }: NaturalOptions['threshold'],
): number {
  for (let errors = 1; errors <= support; errors++) {
    const rate = errors / support
    const wrong = Math.max(errors, Math.round(overall * n))
    if (rate < overall + points || rate < lift * overall) continue
    if (hypergeometricTail(errors, support, wrong, n) * tests <= alpha) return rate
  }
  return 1
}
