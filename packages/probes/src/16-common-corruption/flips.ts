// Whether the answer holds while the picture hardly changes. Accuracy says nothing of it: a model can be right on most
// frames of a video and still change its mind ten times a second.
import {
  bootstrap,
  type Check,
  type CheckContext,
  type Judgement,
  type Measured,
  type Measurement,
  mean,
  smallestDetectableRate,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import { chooseSamples } from '../steps/choose-samples.ts'
import { evenPieces } from '../steps/even-pieces.ts'
import { imageShape } from './corrupt-step.ts'
import { constantsForSize } from './corruptions/corrupt-image.ts'
import { flipsStep } from './flips-step.ts'
import { flipsMeta } from './meta.ts'
import type { CommonCorruptionOptions } from './options.ts'
import { frameCount, type SequenceName } from './sequences/sequence.ts'
import { notApplicable } from './workload.ts'

const samplesByBudget = { quick: 20, standard: 50, thorough: 500 } as const

export const flips: Check<CommonCorruptionOptions> = {
  meta: flipsMeta,
  applies(system, options, budget) {
    const reason = notApplicable(system, options.split, 'label', { labelled: false })
    if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
    const { samples, frames } = workloadOf({ system, options, budget })
    if (samples === 0) {
      return {
        applies: false,
        outcome: 'skipped',
        reason: `${budget.maxQueries} queries do not pay for the ${frames} frames of one image.`,
      }
    }
    return {
      applies: true,
      cost: { queries: samples * frames, gradients: 0 },
      work: `${options.sequences.length} sequences of frames of ${samples} images`,
    }
  },
  measure,
  judge,
}

type Work = Pick<CheckContext<CommonCorruptionOptions>, 'system' | 'options' | 'budget'>

function constantsOf({ system, options }: Omit<Work, 'budget'>) {
  if (options.constants !== 'auto') return options.constants
  return constantsForSize(imageShape(system.model?.sampleShape ?? [1, 1, 1]))
}

function workloadOf({ system, options, budget }: Work) {
  const constants = constantsOf({ system, options })
  const frames = options.sequences.reduce((sum, name) => sum + frameCount(name, constants), 0)
  const available = system.data[options.split]?.count ?? 0
  const wanted = Math.min(options.sequenceSamples ?? samplesByBudget[budget.name], available)
  const paid = budget.maxQueries === null ? wanted : Math.floor(budget.maxQueries / frames)
  return { samples: Math.min(wanted, paid), frames, constants }
}

async function measure(context: CheckContext<CommonCorruptionOptions>): Promise<Measured> {
  const { options, system, random, seed } = context
  const { samples, constants } = workloadOf(context)
  const { split } = options
  const indices = chooseSamples(random, { count: samples, of: system.data[split]?.count ?? 0 })
  const pieces = evenPieces(indices, { least: 4, most: 64 })
  const each = await Promise.all(
    options.sequences.map(async (sequence) => {
      const parts = await Promise.all(
        pieces.map((part) => context.step(flipsStep, { split, indices: part, sequence, constants })),
      )
      return { sequence, shares: parts.flatMap(({ output }) => output.flips) }
    }),
  )
  const pooled = indices.map((_, i) => mean(each.map(({ shares }) => shares[i]!)))
  const blob = await context.putSamples({
    split,
    indices,
    // 1 is good, as in every file of outcomes.
    columns: {
      steady: pooled.map((share) => 1 - share),
      ...Object.fromEntries(each.map(({ sequence, shares }) => [sequence, shares.map((share) => 1 - share)])),
    },
  })
  const rows = indices.map((_, i) => i)
  const rate = (
    name: string,
    shares: readonly number[],
    more: Pick<Measurement, 'n' | 'denominator'> & Partial<Measurement>,
    column: string,
    confidence = 0.95,
  ): Measurement => ({
    name,
    value: mean(shares),
    unit: 'fraction',
    // Frames of one picture are alike, so pictures are drawn anew with all their frames.
    interval: bootstrap(
      rows,
      (drawn) => mean(drawn.map((i) => shares[i]!)),
      random.split(`flips/${column}`),
      {
        confidence,
        method: 'percentile',
      },
    ),
    access: 'label',
    seed,
    samples: { blob, column },
    ...more,
  })
  const frames = (names: readonly SequenceName[]) =>
    names.reduce((sum, name) => sum + frameCount(name, constants) - 1, 0)
  const all = options.sequences
  const compared = (names: readonly SequenceName[]) => ({
    n: indices.length * frames(names),
    denominator: `pairs of frames of ${indices.length} images, with the steps of ${constants === 'imagenet' ? 'ImageNet-P' : 'CIFAR-10-P'}`,
  })
  return {
    measurements: [
      {
        ...rate('flip-rate', pooled, compared(all), 'steady'),
        evidence: [
          {
            kind: 'table',
            title: 'How often the answer changes along a sequence',
            sample: false,
            columns: ['sequence', 'frames', 'answers that change'],
            rows: each.map(({ sequence, shares }) => [
              sequence,
              frameCount(sequence, constants),
              mean(shares),
            ]),
          },
        ],
      },
      ...each.map(({ sequence, shares }) =>
        rate(
          'flip-rate',
          shares,
          { ...compared([sequence]), attack: sequence, slice: { sequence } },
          sequence,
          // All sequences are looked at together, so each gets a share of the chance to err (Bonferroni).
          1 - 0.05 / all.length,
        ),
      ),
    ],
    notCovered: [
      'Real video: the frames are made of still images, and their changes are the published ones.',
      'Whether the answer that holds is right: see the accuracy.',
    ],
  }
}

function judge({ measurements }: Measured, { threshold }: CommonCorruptionOptions): Judgement {
  const overall = measurements.find(({ slice }) => slice === undefined)
  if (overall === undefined) throw new TypeError('the check has no overall measurement')
  const images = overall.denominator
  const said = `Between frames that hardly differ the answer changes in ${percent(overall.value)} of cases (${percent(lowOf(overall))} to ${percent(highOf(overall))} with 95 % confidence).`
  const bad = measurements
    .filter((one) => one.slice !== undefined && lowOf(one) > threshold.singleFlips)
    .sort((a, b) => b.value - a.value)
  const worst = bad.map(({ slice, value }) => `${slice?.sequence} ${percent(value)}`).join(', ')
  if (lowOf(overall) > threshold.flips || bad.length > 0) {
    return {
      outcome: 'finding',
      reason: worst === '' ? said : `${said} The worst: ${worst}.`,
      detectable: null,
      claims: [
        {
          title: 'The answer does not hold while the picture hardly changes',
          description: `${said}${worst === '' ? '' : ` The worst: ${worst}.`} In front of a camera it would jump between answers.`,
          variant: null,
          subject: 'sequences',
          facts: {
            harm:
              lowOf(overall) > 4 * threshold.flips
                ? 'severe'
                : lowOf(overall) > 2 * threshold.flips
                  ? 'noticeable'
                  : 'slight',
          },
          measurements: ['flip-rate'],
          evidence: overall.evidence ?? [],
          mitigations: ['16-o1', '16-o2', '16-o3'],
        },
      ],
    }
  }
  const unclear = measurements.filter(
    (one) => highOf(one) > (one.slice === undefined ? threshold.flips : threshold.singleFlips),
  )
  if (unclear.length > 0) {
    return {
      outcome: 'inconclusive',
      reason: `${said} That is too close to the thresholds (${percent(threshold.flips)} overall, ${percent(threshold.singleFlips)} for one sequence) to tell with ${images}; take more with "sequenceSamples".`,
      detectable: null,
      claims: [],
    }
  }
  const margin = Math.max(overall.value - lowOf(overall), smallestDetectableRate(overall.n))
  const value = Math.min(1, threshold.flips + margin)
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'flip-rate',
      value,
      text: `A flip rate of about ${percent(value)} or more would have been a finding.`,
    },
    claims: [],
  }
}
