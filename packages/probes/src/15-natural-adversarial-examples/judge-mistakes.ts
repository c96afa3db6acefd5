// When mistakes become a finding. Only those count that the model was sure of and whose label nobody has reason to doubt;
// that labels are wrong is told, and is no failure of the model. Where neighbours do not even carry the same label,
// wrong labels and wrong answers cannot be told apart, and nothing is blamed on anyone.
import {
  type Claim,
  type Judgement,
  type Measured,
  type Measurement,
  smallestDetectableRate,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import type { NaturalOptions } from './options.ts'

const mitigations = ['15-o1', '15-o2', '15-o3']

export function judgeMistakes(measured: Measured, { threshold }: NaturalOptions): Judgement {
  const named = (name: string) => measured.measurements.find((one) => one.name === name)
  const accuracy = named('clean-accuracy')
  const early = tooLittle(accuracy, threshold)
  if (early !== null) return early
  const [sure, labels, agreement, gap] = [
    named('confident-mistakes'),
    named('suspected-label-errors'),
    named('neighbour-agreement'),
    named('overconfidence'),
  ]
  if (sure === undefined || labels === undefined || agreement === undefined) {
    throw new TypeError('the check has no rates of mistakes')
  }
  const said = [
    `The model is right on ${percent(accuracy!.value)} of ${sure.n} samples; on ${percent(sure.value)} it is wrong, sure of it, and the label is not in doubt (${percent(lowOf(sure))} to ${percent(highOf(sure))} with 95 % confidence).`,
    ...(labels.value === 0
      ? []
      : [
          `${percent(labels.value)} of the labels are suspected to be wrong, which is no failure of the model.`,
        ]),
    ...(gap === undefined
      ? []
      : [
          `On average it is ${percent(Math.abs(gap.value))} ${gap.value < 0 ? 'less' : 'more'} sure than right.`,
        ]),
  ].join(' ')

  const tells = agreement.value >= threshold.agreement
  const claims: Claim[] = []
  if (tells && lowOf(sure) > threshold.confidentMistakes) {
    claims.push({
      title: 'Sure of wrong answers on unaltered samples',
      description: `${said} Nobody altered these samples, and whoever shows one again gets the same answer.`,
      variant: null,
      subject: 'mistakes',
      facts: { harm: harmOf(lowOf(sure), threshold) },
      measurements: ['confident-mistakes', 'clean-accuracy', 'suspected-label-errors'],
      evidence: sure.evidence ?? [],
      mitigations,
    })
  }
  if (tells && gap !== undefined && lowOf(gap) > threshold.overconfidence) {
    claims.push({
      title: 'Surer than right on unaltered samples',
      description: `Mean confidence is above accuracy by ${percent(gap.value)} (at least ${percent(lowOf(gap))}). A threshold on confidence lets through more mistakes than it says.`,
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
      measurements: ['overconfidence', 'expected-calibration-error', 'aurra'],
      evidence: [],
      mitigations,
    })
  }
  if (claims.length > 0) return { outcome: 'finding', reason: said, detectable: null, claims }
  if (!tells) {
    return inconclusive(
      `${said} Only ${percent(agreement.value)} of the samples have the label that most of their neighbours have, so wrong labels and wrong answers cannot be told apart. Name another model of the task under "references".`,
    )
  }
  if (lowOf(labels) > threshold.labels) {
    return inconclusive(
      `${said} With so many labels in doubt the pool cannot show that there is nothing to find; have a person look at them.`,
    )
  }
  if (highOf(sure) > threshold.confidentMistakes) {
    return inconclusive(
      `${said} That is too close to the threshold of ${percent(threshold.confidentMistakes)} to tell; search more samples.`,
    )
  }
  if (gap !== undefined && highOf(gap) > threshold.overconfidence) {
    return inconclusive(
      `${said} Its overconfidence is too close to the threshold of ${percent(threshold.overconfidence)} to tell; search more samples.`,
    )
  }
  const value = Math.min(
    1,
    threshold.confidentMistakes + Math.max(sure.value - lowOf(sure), smallestDetectableRate(sure.n)),
  )
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'confident-mistakes',
      value,
      text: `With ${sure.n} samples a share of sure mistakes of about ${percent(value)} or more would have been a finding.`,
    },
    claims: [],
  }
}

/** What keeps every check of the mode from saying anything, or null. */
export function tooLittle(
  accuracy: Measurement | undefined,
  threshold: NaturalOptions['threshold'],
): Judgement | null {
  if (accuracy === undefined) throw new TypeError('the check has no accuracy')
  if (accuracy.n < threshold.minSamples) {
    return inconclusive(
      `${accuracy.n} samples are too few to tell; at least ${threshold.minSamples} are needed.`,
    )
  }
  if (accuracy.value < threshold.accuracy || accuracy.value === 0) {
    return inconclusive(
      `The model is right on ${percent(accuracy.value)} of the pool, below the ${percent(threshold.accuracy)} from which single mistakes say something. Check labels and the input block of the configuration.`,
    )
  }
  return null
}

/** From the share of the pool that is surely hit. */
export function harmOf(
  share: number,
  { noticeable, severe }: NaturalOptions['threshold'],
): 'slight' | 'noticeable' | 'severe' {
  if (share > severe) return 'severe'
  return share > noticeable ? 'noticeable' : 'slight'
}

export function inconclusive(reason: string): Judgement {
  return { outcome: 'inconclusive', reason, detectable: null, claims: [] }
}
