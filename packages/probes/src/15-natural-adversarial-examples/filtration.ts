// Adversarial filtration: samples that other models have clearly wrong are mined, and this model is asked about them. That it
// fails on what it was not chosen by shows that the samples are hard, and not only that everybody errs somewhere. Without
// another model half of the pool mines for the other half, which shows whether mistakes mark places, and no more.
import {
  type Check,
  type CheckContext,
  type Evidence,
  type FilterModel,
  filteredAccuracyDrop,
  type Judgement,
  type Measured,
  type Measurement,
  minedTransfer,
  mineSamples,
  smallestDetectableRate,
  wilson,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import { gallery } from './gallery.ts'
import { harmOf, inconclusive, tooLittle } from './judge-mistakes.ts'
import { filtrationMeta } from './meta.ts'
import { accuracyOf } from './mistakes.ts'
import type { NaturalOptions } from './options.ts'
import {
  type Answers,
  askAbout,
  leftOut,
  poolApplies,
  type Searched,
  searchPool,
  suspectedRows,
} from './pool.ts'
import { regionStep } from './region-step.ts'
import { nameOf, otherModels, type Who } from './witness.ts'

type Context = CheckContext<NaturalOptions>

interface Miner {
  readonly who: Who
  readonly answers: Answers
}

export const filtration: Check<NaturalOptions> = {
  meta: filtrationMeta,
  applies(system, options, budget) {
    const others = otherModels(system)
    const what =
      others.length === 0
        ? 'mined by the model itself on one half of them, for want of other models'
        : `mined by ${others.map(({ who }) => nameOf(who)).join(', ')}`
    return poolApplies(system, options, { budget, each: 1, what })
  },
  measure,
  judge,
}

async function measure(context: Context): Promise<Measured> {
  const searched = await searchPool(context, 1)
  const miners: Miner[] = []
  for (const { who } of otherModels(context.system)) {
    miners.push({ who, answers: await askAbout(context, searched, who) })
  }
  const found =
    miners.length === 0
      ? await mineByItself(context, searched)
      : await mineByOthers(context, searched, miners)
  return {
    measurements: [...found, accuracyOf(searched, context.seed)],
    notCovered: [
      ...(miners.length === 0
        ? [
            'Whether other models fail on the same samples, which would lay the blame on the samples: no other model of the task is given. Name some under "references".',
          ]
        : [
            'Hard samples that were taken for wrong labels and left out; the gallery of suspected labels of the check of mistakes shows them.',
          ]),
      ...leftOut(context, searched),
    ],
    facts: {
      miners: miners.length === 0 ? 'the model itself' : miners.map(({ who }) => nameOf(who)).join(', '),
    },
  }
}

const filterModel = ({ ofGiven, correct }: Answers, rows: readonly number[]): FilterModel => ({
  trueProbability: rows.map((row) => ofGiven[row]!),
  correct: rows.map((row) => correct[row]!),
})

async function mineByOthers(
  context: Context,
  searched: Searched,
  miners: readonly Miner[],
): Promise<readonly Measurement[]> {
  const { split, indices, given, answers } = searched
  const { below } = context.options
  const suspected = suspectedRows(searched)
  const rows = indices.map((_, row) => row).filter((row) => !suspected.has(row))
  const all = indices.map((_, row) => row)
  const models = miners.map((miner) => filterModel(miner.answers, rows))
  const correct = rows.map((row) => answers.correct[row]!)
  const mined = Array.from(mineSamples(models, { below }))
  const minedOfAll = mineSamples(
    miners.map((miner) => filterModel(miner.answers, all)),
    { below },
  ).length
  const right = mined.reduce((sum, i) => sum + correct[i]!, 0)
  const common = { unit: 'fraction', access: 'score', seed: context.seed } as const
  const by = `${miners.map(({ who }) => nameOf(who)).join(' and ')} ${miners.length === 1 ? 'has' : 'all have'} wrong with less than ${percent(below)} for the given class`
  const among = `samples of "${split}" whose label is not suspected`
  const shared = rows.filter((row) =>
    [answers, ...miners.map((miner) => miner.answers)].every((model) => model.correct[row] === 0),
  )
  const drop = filteredAccuracyDrop(models, correct, context.random.split('filtration'), { below })
  const shown = [...mined]
    .filter((i) => correct[i] === 0)
    .map((i) => rows[i]!)
    .sort((a, b) => answers.confidence[b]! - answers.confidence[a]! || a - b)
  const evidence: Evidence[] = [
    ...(await gallery(context, split, {
      title: 'Mined with other models, and wrong',
      caption: `Unaltered samples of "${split}" that ${by}.`,
      rows: shown.map((row) => ({
        index: indices[row]!,
        predicted: answers.predicted[row]!,
        given: given[row]!,
        confidence: answers.confidence[row]!,
      })),
    })),
    ...(drop === undefined
      ? []
      : [
          {
            kind: 'table' as const,
            title: 'Accuracy on mined samples',
            sample: false,
            columns: ['samples', 'number', 'accuracy', 'drop', 'at least', 'at most'],
            rows: [
              ['all', rows.length, drop.accuracy, 0, null, null],
              [
                'mined',
                mined.length,
                drop.filteredAccuracy,
                drop.drop,
                drop.interval.low,
                drop.interval.high,
              ],
              [
                'as many at random (control)',
                mined.length,
                drop.accuracy,
                0,
                drop.ifIndependent.low,
                drop.ifIndependent.high,
              ],
            ],
          },
        ]),
  ]
  const transfers = miners.flatMap(({ who, answers: other }): Measurement[] => {
    const transfer = minedTransfer(
      [filterModel(answers, rows)],
      rows.map((row) => other.correct[row]!),
      { below },
    )
    if (transfer.asked === 0) return []
    return [
      {
        ...common,
        name: 'mined-transfer',
        value: transfer.share,
        interval: transfer.interval,
        n: transfer.asked,
        denominator: `${among} that this model has wrong with less than ${percent(below)} for the given class; the share that ${nameOf(who)} has wrong too, which of all samples is ${percent(transfer.ifIndependent)}`,
        slice: { to: who.kind === 'reference' ? who.name : 'surrogate' },
      },
    ]
  })
  return [
    ...(mined.length === 0
      ? []
      : [
          {
            ...common,
            name: 'natural-adversarial-accuracy',
            value: right / mined.length,
            interval: wilson(right, mined.length),
            n: mined.length,
            denominator: `${among} that ${by}`,
            evidence,
          },
        ]),
    ...(drop === undefined
      ? []
      : [
          {
            ...common,
            name: 'filtered-accuracy-drop',
            value: drop.drop,
            interval: drop.interval,
            n: mined.length,
            denominator: `${among} that ${by}; accuracy on all ${rows.length} less accuracy on these`,
          },
          {
            ...common,
            name: 'filtered-drop-p-value',
            unit: 'probability',
            value: drop.pValue,
            n: mined.length,
            denominator:
              'mined samples; chance of such a drop if this model erred independently of the others',
          },
        ]),
    {
      ...common,
      name: 'mined-samples',
      value: mined.length / rows.length,
      interval: wilson(mined.length, rows.length),
      n: rows.length,
      denominator: `${among}; ${minedOfAll - mined.length} more were mined and left out because their label is suspected`,
    },
    {
      ...common,
      name: 'shared-mistakes',
      value: shared.length / rows.length,
      interval: wilson(shared.length, rows.length),
      n: rows.length,
      denominator: `${among}; the share that this model and ${miners.map(({ who }) => nameOf(who)).join(' and ')} have wrong`,
    },
    ...transfers,
  ]
}

async function mineByItself(context: Context, searched: Searched): Promise<readonly Measurement[]> {
  const { answers, split, neighbours } = searched
  const { below, neighbours: k } = context.options
  const suspected = suspectedRows(searched)
  const { output } = await context.step(regionStep, {
    trueProbability: answers.ofGiven,
    // A wrong label is no mistake, neither to mine with nor to count.
    correct: answers.correct.map((right, row) => (suspected.has(row) ? 1 : right)),
    neighbours,
    k,
    below,
  })
  if (output.asked === 0) return []
  const common = { access: 'score', seed: context.seed, n: output.asked } as const
  const { low, high, ...how } = wilson(output.failures, output.asked)
  return [
    {
      ...common,
      name: 'mined-region-excess',
      unit: 'fraction',
      value: output.failures / output.asked - output.elsewhere,
      interval: { low: low - output.elsewhere, high: high - output.elsewhere, ...how },
      denominator: `samples of one half of "${split}" whose nearest sample in the other half the model has wrong with less than ${percent(below)} for the given class; the share that it has wrong of these, ${percent(output.failures / output.asked)}, less that of all in the half, ${percent(output.elsewhere)}, labels in doubt not counted`,
    },
    {
      ...common,
      name: 'mined-region-p-value',
      unit: 'probability',
      value: output.pValue,
      denominator:
        'samples near mined ones; chance of so many mistakes among as many samples drawn at random',
    },
  ]
}

function judge({ measurements }: Measured, { threshold }: NaturalOptions): Judgement {
  const named = (name: string) => measurements.find((one) => one.name === name)
  const accuracy = named('clean-accuracy')
  const early = tooLittle(accuracy, threshold)
  if (early !== null) return early
  const mined = named('mined-samples')
  if (mined === undefined) return judgeRegion(measurements, threshold)
  const [onMined, drop, pValue] = [
    named('natural-adversarial-accuracy'),
    named('filtered-accuracy-drop'),
    named('filtered-drop-p-value'),
  ]
  const shared = named('shared-mistakes')!
  if (onMined === undefined || drop === undefined || pValue === undefined || onMined.n < threshold.minMined) {
    return inconclusive(
      `${onMined?.n ?? 0} samples were mined with other models; at least ${threshold.minMined} are needed to say how this one does on such samples. Search a larger pool, or mine with weaker models.`,
    )
  }
  const said = `On ${onMined.n} samples that other models have clearly wrong this one is right on ${percent(onMined.value)}, which is ${points(drop.value)} below what it is on all (${points(lowOf(drop))} to ${points(highOf(drop))} with 95 % confidence).`
  if (lowOf(drop) > threshold.drop && pValue.value <= threshold.alpha) {
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: 'Hard samples that fool other models fool this one',
          description: `${said} ${percent(shared.value)} of the pool are wrong for all of them, so a second model would not have caught them.`,
          variant: null,
          subject: 'shared mistakes',
          facts: { harm: harmOf(lowOf(shared), threshold) },
          measurements: ['natural-adversarial-accuracy', 'filtered-accuracy-drop', 'shared-mistakes'],
          evidence: onMined.evidence ?? [],
          mitigations: ['15-o1', '15-o2', '15-o3'],
        },
      ],
    }
  }
  if (highOf(drop) > threshold.drop) {
    return inconclusive(
      `${said} That is too close to the threshold of ${percent(threshold.drop)}, or to chance, to tell with so few mined samples; search a larger pool.`,
    )
  }
  const value = Math.min(
    1,
    threshold.drop + Math.max(drop.value - lowOf(drop), smallestDetectableRate(drop.n)),
  )
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'filtered-accuracy-drop',
      value,
      text: `With ${drop.n} mined samples a drop of about ${percent(value)} or more would have been a finding.`,
    },
    claims: [],
  }
}

/** Without other models: does the model fail near where it failed? */
function judgeRegion(
  measurements: readonly Measurement[],
  threshold: NaturalOptions['threshold'],
): Judgement {
  const named = (name: string) => measurements.find((one) => one.name === name)
  const [accuracy, excess, pValue] = [
    named('clean-accuracy')!,
    named('mined-region-excess'),
    named('mined-region-p-value'),
  ]
  const weaker = 'No other model was given, which makes this the weaker test; name some under "references".'
  if (excess === undefined || pValue === undefined || excess.n < threshold.minMined) {
    return inconclusive(
      `${excess?.n ?? 0} samples lie nearest to one that the model has clearly wrong; at least ${threshold.minMined} are needed. ${weaker}`,
    )
  }
  const said = `Among ${excess.n} samples that lie nearest to one that the model has clearly wrong mistakes are ${points(excess.value)} more frequent than among all (${points(lowOf(excess))} to ${points(highOf(excess))} with 95 % confidence).`
  if (lowOf(excess) > threshold.drop && pValue.value <= threshold.alpha) {
    return {
      outcome: 'finding',
      reason: `${said} ${weaker}`,
      detectable: null,
      claims: [
        {
          title: 'Mistakes on unaltered samples mark places where the model fails',
          description: `${said} Samples like those that it fails on are no rare accidents: the next of the kind is likely to be wrong too.`,
          variant: null,
          subject: 'mined places',
          // Half of the pool was asked about.
          facts: { harm: harmOf((2 * lowOf(excess) * excess.n) / accuracy.n, threshold) },
          measurements: ['mined-region-excess', 'mined-region-p-value'],
          evidence: [],
          mitigations: ['15-o1', '15-o2', '15-o3'],
        },
      ],
    }
  }
  if (highOf(excess) > threshold.drop) {
    return inconclusive(
      `${said} That is too close to the threshold of ${points(threshold.drop)}, or to chance, to tell. ${weaker}`,
    )
  }
  const value = Math.min(1, threshold.drop + excess.value - lowOf(excess))
  return {
    outcome: 'no-finding',
    reason: `${said} ${weaker}`,
    detectable: {
      measurement: 'mined-region-excess',
      value,
      text: `With ${excess.n} samples near mined ones an excess of about ${points(value)} or more would have been a finding.`,
    },
    claims: [],
  }
}

function points(share: number): string {
  return `${Number((share * 100).toFixed(1))} points`
}
