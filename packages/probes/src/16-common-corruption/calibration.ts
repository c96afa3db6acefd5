// Whether the model knows that it does not know: under corruption accuracy falls, and an honest model's confidence falls with it.
// One that stays sure is worse than one that is wrong, because whatever stands behind it cannot tell.
import {
  type Check,
  type CheckContext,
  clusterJackknife,
  expectedCalibrationError,
  type Judgement,
  type Measured,
  type Measurement,
  overconfidence,
  smallestDetectableRate,
} from '@failmode/core'
import { highOf, lowOf } from '../measured-rate.ts'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import { confidenceStep, type SureAnswers } from './confidence-step.ts'
import { type Cell, imageShape } from './corrupt-step.ts'
import { constantsForSize, meanNames } from './corruptions/corrupt-image.ts'
import { calibrationMeta } from './meta.ts'
import { type CommonCorruptionOptions, chosenCorruptions } from './options.ts'
import { notApplicable } from './workload.ts'

const samplesByBudget = { quick: 50, standard: 150, thorough: 1000 } as const
const chunkSize = 250

export const calibration: Check<CommonCorruptionOptions> = {
  meta: calibrationMeta,
  applies(system, options, budget) {
    const reason = notApplicable(system, options.split, 'score')
    if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
    const { samples, cells } = workloadOf({ system, options, budget })
    if (samples === 0) {
      return {
        applies: false,
        outcome: 'skipped',
        reason: `${budget.maxQueries} queries do not pay for one image under ${cells.length} corruptions and severities.`,
      }
    }
    return {
      applies: true,
      cost: { queries: samples * (1 + cells.length), gradients: 0 },
      work: `${cells.length} corruptions and severities on ${samples} images, with scores`,
    }
  },
  measure,
  judge,
}

function workloadOf({
  system,
  options,
  budget,
}: Pick<CheckContext<CommonCorruptionOptions>, 'system' | 'options' | 'budget'>) {
  const { constants: wanted, referenceCompatible } = options
  const shape = imageShape(system.model?.sampleShape ?? [1, 1, 1])
  const constants = wanted === 'auto' ? constantsForSize(shape) : wanted
  const chosen = chosenCorruptions(options)
  const published = chosen.filter((name) => meanNames.includes(name))
  // The ends and the middle tell how confidence follows; all five would cost as much as the accuracy.
  const spread = options.severities.filter((severity) => severity % 2 === 1)
  const severities = spread.length > 0 ? spread : options.severities
  const cells = (published.length > 0 ? published : chosen).flatMap((corruption) =>
    severities.map((severity): Cell => ({ corruption, severity, constants, referenceCompatible })),
  )
  const available = system.data[options.split]?.count ?? 0
  const most = Math.min(options.calibrationSamples ?? samplesByBudget[budget.name], available)
  const paid = budget.maxQueries === null ? most : Math.floor(budget.maxQueries / (1 + cells.length))
  return { samples: Math.min(most, paid), cells, severities }
}

async function measure(context: CheckContext<CommonCorruptionOptions>): Promise<Measured> {
  const { options, system, random, seed } = context
  const { samples, cells, severities } = workloadOf(context)
  const { split } = options
  const indices = chooseSamples(random, { count: samples, of: system.data[split]?.count ?? 0 })
  const ask = async (cell: Cell | null): Promise<SureAnswers> => {
    const parts = await Promise.all(
      chunk(indices, chunkSize).map((part) => context.step(confidenceStep, { split, indices: part, cell })),
    )
    return {
      confidence: parts.flatMap(({ output }) => output.confidence),
      correct: parts.flatMap(({ output }) => output.correct),
    }
  }
  const clean = await ask(null)
  const asked = await Promise.all(cells.map(async (cell) => ({ cell, answers: await ask(cell) })))

  /** Answers about some images in some cells, one image after the other. */
  const pool = (parts: readonly SureAnswers[]) => (rows: readonly number[]) => ({
    confidence: rows.flatMap((row) => parts.map(({ confidence }) => confidence[row]!)),
    correct: rows.flatMap((row) => parts.map(({ correct }) => correct[row]!)),
  })
  const rows = indices.map((_, i) => i)
  const measurementsOf = (
    parts: readonly SureAnswers[],
    about: Pick<Measurement, 'denominator'> & Partial<Measurement>,
  ): Measurement[] => {
    const answersOf = pool(parts)
    const common = {
      unit: 'fraction',
      access: 'score',
      seed,
      n: rows.length * parts.length,
      ...about,
    } as const
    const error = (of: readonly number[]) => expectedCalibrationError(answersOf(of)).debiased
    const gap = (of: readonly number[]) => overconfidence(answersOf(of))
    return [
      {
        ...common,
        name: 'overconfidence',
        value: gap(rows),
        interval: clusterJackknife(rows, gap, { within: [-1, 1] }),
      },
      {
        ...common,
        name: 'expected-calibration-error',
        value: error(rows),
        interval: clusterJackknife(rows, error, { within: [0, 1] }),
      },
    ]
  }
  const answers = asked.map((one) => one.answers)
  const under = (name: string) => `images ${name}; 15 bins, without the share owed to chance`
  const bySeverity = severities.map((severity) => ({
    severity,
    made: measurementsOf(
      asked.filter(({ cell }) => cell.severity === severity).map((one) => one.answers),
      { slice: { severity }, denominator: under(`corrupted at severity ${severity}`) },
    ),
  }))
  const unchanged = measurementsOf([clean], { slice: { severity: 0 }, denominator: under('as they are') })
  const [gap, error] = measurementsOf(answers, {
    denominator: under(`corrupted in ${cells.length} ways and severities`),
  }) as [Measurement, Measurement]
  return {
    measurements: [
      {
        ...gap,
        evidence: [
          {
            kind: 'table',
            title: 'Confidence against accuracy',
            sample: false,
            columns: ['images', 'overconfidence', 'calibration error'],
            rows: [
              ['as they are', unchanged[0]!.value, unchanged[1]!.value],
              ...bySeverity.map(({ severity, made }) => [
                `severity ${severity}`,
                made[0]!.value,
                made[1]!.value,
              ]),
            ],
          },
        ],
      },
      error,
      ...unchanged,
      ...bySeverity.flatMap(({ made }) => made),
    ],
    notCovered: [
      'Severities 2 and 4, and whether a threshold on confidence would have kept the errors out.',
    ].filter(() => options.severities.length === 5),
  }
}

function judge({ measurements }: Measured, { threshold }: CommonCorruptionOptions): Judgement {
  const gap = measurements.find(({ name, slice }) => name === 'overconfidence' && slice === undefined)
  const clean = measurements.find(({ name, slice }) => name === 'overconfidence' && slice?.severity === 0)
  if (gap === undefined || clean === undefined) throw new TypeError('the check has no overall measurement')
  const said = `On corrupted images mean confidence is ${apart(gap.value)} accuracy (${signed(lowOf(gap))} to ${signed(highOf(gap))} points with 95 % confidence); on the same images as they are, ${apart(clean.value)} it.`
  if (lowOf(gap) > threshold.overconfidence) {
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: 'Confidence does not fall with accuracy under corruption',
          description: `${said} Whatever relies on its confidence, such as a threshold for asking a person, does not work in bad conditions.`,
          variant: null,
          subject: 'calibration',
          facts: {
            harm:
              lowOf(gap) > 3 * threshold.overconfidence
                ? 'severe'
                : lowOf(gap) > 2 * threshold.overconfidence
                  ? 'noticeable'
                  : 'slight',
          },
          measurements: ['overconfidence', 'expected-calibration-error'],
          evidence: gap.evidence ?? [],
          mitigations: ['16-o1', '16-o2', '16-o3'],
        },
      ],
    }
  }
  if (highOf(gap) > threshold.overconfidence) {
    return {
      outcome: 'inconclusive',
      reason: `${said} That is too close to the threshold of ${points(threshold.overconfidence)} to tell; take more images with "calibrationSamples".`,
      detectable: null,
      claims: [],
    }
  }
  const margin = Math.max(gap.value - lowOf(gap), smallestDetectableRate(gap.n))
  const value = Math.min(1, threshold.overconfidence + margin)
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'overconfidence',
      value,
      text: `A mean overconfidence of about ${points(value)} or more would have been a finding.`,
    },
    claims: [],
  }
}

/** `2.1 points above`, of a difference. */
function apart(difference: number): string {
  return `${points(Math.abs(difference))} ${difference < 0 ? 'below' : 'above'}`
}

function signed(difference: number): string {
  const value = Number((difference * 100).toFixed(1))
  return value > 0 ? `+${value}` : String(value).replace('-', '\u2212')
}

function points(share: number): string {
  return `${Number((share * 100).toFixed(1))} points`
}
