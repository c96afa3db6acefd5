// When a copy becomes a finding: it agrees with the model on real samples, with confidence. On uniform inputs it may still differ, and
// that is said.
import { type Judgement, type Measured, smallestDetectableRate } from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import type { StealingOptions } from './options.ts'

const mitigations = ['5-m1', '5-m2', '5-m3']

export interface JudgedCopy {
  readonly title: string
  readonly subject: string
  /** What the thief had, as a sentence. */
  readonly had: string
  /** What it means that there is no finding, without the full stop. */
  readonly none: string
}

export function judgeCopy(spec: JudgedCopy, measured: Measured, { threshold }: StealingOptions): Judgement {
  const named = (name: string) => measured.measurements.find((one) => one.name === name)
  const [agreement, uniform, queries] = [named('agreement'), named('agreement-uniform'), named('queries')]
  if (agreement === undefined || uniform === undefined || queries === undefined) {
    throw new TypeError('the check has no copy')
  }
  const early = measured.measurements.filter(({ name }) => name === 'transfer-rate')
  const said = [
    `After ${queries.value} queries a copy gives the model's class on ${percent(agreement.value)} of ${agreement.n} samples (${percent(lowOf(agreement))} to ${percent(highOf(agreement))}) and on ${percent(uniform.value)} of uniform inputs.`,
    ...early.map(
      (one) =>
        `Of the adversarial examples made on the copy ${percent(one.value)} deceive the model, which was not asked while they were made.`,
    ),
  ].join(' ')
  const none = { detectable: null, claims: [] }
  if (agreement.n < threshold.minSamples) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${said} ${agreement.n} samples are too few to tell; at least ${threshold.minSamples} are needed.`,
    }
  }
  if (measured.facts?.oneClass === true) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${said} The model gives nearly all samples one class, so anything agrees with it. Check the data.`,
    }
  }
  if (lowOf(agreement) > threshold.agreement) {
    const low = lowOf(agreement)
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: spec.title,
          description: `${said} ${spec.had}`,
          variant: null,
          subject: spec.subject,
          facts: {
            harm: low > threshold.severe ? 'severe' : low > threshold.noticeable ? 'noticeable' : 'slight',
          },
          measurements: ['agreement', 'agreement-uniform', 'queries'],
          evidence: agreement.evidence ?? [],
          mitigations,
        },
      ],
    }
  }
  if (highOf(agreement) > threshold.agreement) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${said} That is too close to the threshold of ${percent(threshold.agreement)} to tell; compare on more samples.`,
    }
  }
  const value = Math.min(1, threshold.agreement + Math.max(0.01, smallestDetectableRate(agreement.n)))
  return {
    outcome: 'no-finding',
    reason: `${said} ${spec.none}, as far as this budget shows.`,
    detectable: {
      measurement: 'agreement',
      value,
      text: `A copy that agrees on about ${percent(value)} or more of ${agreement.n} samples would have been a finding.`,
    },
    claims: [],
  }
}
