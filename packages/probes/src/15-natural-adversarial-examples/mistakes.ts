// Mistakes on the pool as it is, told apart by what stands behind them, and whether the model knows when it errs.
import {
  aurra,
  type Blob,
  type Check,
  type CheckContext,
  type ConfidentAnswers,
  clusterJackknife,
  type Evidence,
  expectedCalibrationError,
  type Measured,
  type Measurement,
  overconfidence,
  rmsCalibrationError,
  wilson,
} from '@failmode/core'
import { gallery } from './gallery.ts'
import { judgeMistakes } from './judge-mistakes.ts'
import { mistakesMeta } from './meta.ts'
import type { NaturalOptions } from './options.ts'
import { isOfModel, leftOut, poolApplies, type Searched, searchPool, suspectedRows } from './pool.ts'
import type { SortedMistake } from './sort-step.ts'
import { embeddingText } from './witness.ts'

type Context = CheckContext<NaturalOptions>

export const mistakes: Check<NaturalOptions> = {
  meta: mistakesMeta,
  applies: (system, options, budget) =>
    poolApplies(system, options, { budget, each: 1, what: 'what the model has wrong is sorted' }),
  measure,
  judge: judgeMistakes,
}

async function measure(context: Context): Promise<Measured> {
  const searched = await searchPool(context, 1)
  const { split, indices, answers, sorted, embedding } = searched
  const facts = { pool: split, 'compared-by': embeddingText(embedding) }
  if (sorted === null) {
    return { measurements: [accuracyOf(searched, context.seed)], notCovered: [], facts }
  }
  const { confident } = context.options.threshold
  const ofModel = sorted.mistakes.filter(isOfModel)
  const sure = ofModel.filter(({ confidence }) => confidence >= confident)
  const suspected = suspectedRows(searched)
  const doubt = new Map(sorted.mistakes.map(({ row, labelErrorScore }) => [row, labelErrorScore]))
  const wrongAndSure = new Set(sure.map(({ row }) => row))
  const blob = await context.putSamples({
    split,
    indices,
    columns: {
      // 1 is good, as in every file of outcomes.
      correct: answers.correct,
      'not-surely-wrong': indices.map((_, row) => (wrongAndSure.has(row) ? 0 : 1)),
      'label-trusted': indices.map((_, row) => (suspected.has(row) ? 0 : 1)),
      'label-trust': indices.map((_, row) => 1 - Math.max(0, doubt.get(row) ?? 0)),
    },
  })
  const evidence = await galleries(context, searched, sure)
  return {
    measurements: [
      ...kindRates(searched, { sure, ofModel, seed: context.seed, blob }).map((one) => {
        const shown = evidence[one.name]
        return shown === undefined ? one : { ...one, evidence: [...shown] }
      }),
      { ...accuracyOf(searched, context.seed), samples: { blob, column: 'correct' } },
      ...calibration(searched, context.seed),
    ],
    notCovered: [
      `Whether a suspected label is wrong: samples are compared by ${facts['compared-by']}, and only a person who looks can tell.`,
      ...leftOut(context, searched),
      ...(embedding.kind === 'pixels'
        ? ['What another model of the task sees in the samples; name one under "references".']
        : []),
    ],
    facts,
  }
}

export function accuracyOf({ answers, split }: Searched, seed: number): Measurement {
  const n = answers.correct.length
  const right = answers.correct.reduce<number>((sum, one) => sum + one, 0)
  return {
    name: 'clean-accuracy',
    value: right / n,
    unit: 'fraction',
    interval: wilson(right, n),
    n,
    denominator: `samples of "${split}"`,
    access: 'score',
    seed,
  }
}

function kindRates(
  { indices, split, sorted }: Searched,
  {
    sure,
    ofModel,
    seed,
    blob,
  }: {
    readonly sure: readonly SortedMistake[]
    readonly ofModel: readonly SortedMistake[]
    readonly seed: number
    readonly blob: Blob
  },
): readonly Measurement[] {
  const n = indices.length
  const rate = (name: string, hits: number, column?: string): Measurement => ({
    name,
    value: hits / n,
    unit: 'fraction',
    interval: wilson(hits, n),
    n,
    denominator: `samples of "${split}"`,
    access: 'score',
    seed,
    ...(column === undefined ? {} : { samples: { blob, column } }),
  })
  const count = (kind: SortedMistake['kind']) => sorted!.mistakes.filter((one) => one.kind === kind).length
  return [
    rate('confident-mistakes', sure.length, 'not-surely-wrong'),
    rate('model-mistakes', ofModel.length),
    rate('suspected-label-errors', count('label-error'), 'label-trusted'),
    rate('near-duplicate-conflicts', count('near-duplicate-conflict')),
    rate('out-of-distribution-mistakes', count('out-of-distribution')),
    rate(
      'unclear-mistakes',
      sorted!.mistakes.filter((one) => one.kind === 'unclear' && !isOfModel(one)).length,
    ),
    rate('label-errors-by-model-alone', sorted!.suspectedByModel),
    rate('neighbour-agreement', sorted!.agreeing),
  ]
}

function calibration(searched: Searched, seed: number): readonly Measurement[] {
  const { answers, split, indices } = searched
  const suspected = suspectedRows(searched)
  const rows = indices.map((_, row) => row).filter((row) => !suspected.has(row))
  if (rows.length < 2) return []
  const of = (chosen: readonly number[]): ConfidentAnswers => ({
    confidence: chosen.map((row) => answers.confidence[row]!),
    correct: chosen.map((row) => answers.correct[row]!),
  })
  const one = (
    name: string,
    statistic: (answers: ConfidentAnswers) => number,
    { least = 0, how }: { readonly least?: number; readonly how: string },
  ): Measurement => ({
    name,
    value: statistic(of(rows)),
    unit: 'fraction',
    interval: clusterJackknife(rows, (chosen) => statistic(of(chosen)), { within: [least, 1] }),
    n: rows.length,
    denominator: `samples of "${split}" whose label is not suspected; ${how}`,
    access: 'score',
    seed,
  })
  return [
    one('overconfidence', overconfidence, { least: -1, how: 'mean confidence less accuracy' }),
    one('expected-calibration-error', (own) => expectedCalibrationError(own).debiased, {
      how: '15 bins, without the share owed to chance',
    }),
    one('rms-calibration-error', (own) => rmsCalibrationError(own).debiased, {
      how: 'bins of 100 in order of confidence, without the share owed to chance',
    }),
    one('aurra', aurra, { how: 'accuracy on the surest, averaged over how many are answered' }),
  ]
}

/** By the measurement that they show. */
async function galleries(
  context: Context,
  searched: Searched,
  sure: readonly SortedMistake[],
): Promise<Readonly<Record<string, readonly Evidence[]>>> {
  const { split, indices, sorted, embedding } = searched
  const name = (k: number) => context.system.model?.labels[k] ?? String(k)
  const row = ({ row: at, predicted, given, confidence }: SortedMistake) => ({
    index: indices[at]!,
    predicted,
    given,
    confidence,
  })
  const bySureness = (a: SortedMistake, b: SortedMistake) => b.confidence - a.confidence || a.row - b.row
  const doubted = sorted!.mistakes
    .filter(({ kind }) => kind === 'label-error')
    .sort((a, b) => b.labelErrorScore - a.labelErrorScore || a.row - b.row)
  const wrong = await gallery(context, split, {
    title: 'Sure of it, and wrong',
    caption: `Unaltered samples of "${split}", the surest mistakes first; wrong labels among them were looked for by ${embeddingText(embedding)}.`,
    rows: [...sure].sort(bySureness).map(row),
  })
  const labels = await gallery(context, split, {
    title: 'Labels that may be wrong',
    caption:
      'The model and the samples around speak for another class. These are not counted as mistakes of the model.',
    rows: doubted.map((one) => ({ ...row(one), note: `label should be ${name(one.suggested)}?` })),
  })
  return { 'confident-mistakes': wrong, 'suspected-label-errors': labels }
}
