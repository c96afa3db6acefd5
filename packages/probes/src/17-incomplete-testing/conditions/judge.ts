// From the numbers about declared conditions to findings. A gap in the tests is a finding by itself, whatever the model would
// do there: what was not looked at is not known to be well.
import type { Claim, Judgement, Measured, Measurement } from '@failmode/core'
import { highOf, lowOf, percent } from '../../measured-rate.ts'
import type { IncompleteTestingOptions } from '../options.ts'
import { exposureOf, exposureTo } from './exposure.ts'

const mitigations = ['17-o1', '17-o2', '17-o3']

/** Where a condition is known of less than half of the samples, a gap is a gap of the reading and not of the tests. */
const mostUnread = 0.5

const harmOf = (value: number, noticeable: number, severe: number) =>
  value > severe ? 'severe' : value > noticeable ? 'noticeable' : 'slight'

export function judgeConditions(
  { measurements, facts }: Measured,
  { threshold, split }: IncompleteTestingOptions,
): Judgement {
  const whole = (name: string) =>
    measurements.find((measurement) => measurement.name === name && measurement.slice === undefined)
  const untested = whole('untested-operation')
  const atStake = whole('untested-cost')
  const coverage = whole('pair-coverage') ?? whole('condition-coverage')
  const risk = whole('risk-weighted-error')
  const worst = whole('worst-condition-accuracy')
  if (untested === undefined || atStake === undefined || coverage === undefined)
    throw new TypeError('the check has no coverage')
  const what = coverage.name === 'pair-coverage' ? 'pairs of conditions' : 'conditions'
  const unread = measurements.filter(
    ({ name, value }) => name === 'unread-conditions' && value > threshold.unread,
  )
  const claims: Claim[] = []
  const most = Math.max(lowOf(untested), lowOf(atStake))
  if (most > threshold.untested && !unread.some(({ value }) => value > mostUnread)) {
    claims.push({
      title: 'The system will meet conditions that nobody tested',
      description: `${percent(untested.value)} of expected operation, and ${percent(atStake.value)} of what mistakes would cost in it, has ${what} that no sample of "${split}" shows. What the model does there is not known.`,
      variant: null,
      subject: 'untested-operation',
      facts: {
        harm: harmOf(most, threshold.noticeableUntested, threshold.severeUntested),
        ...exposureTo(most, threshold),
      },
      measurements: ['untested-operation', 'untested-cost', coverage.name],
      evidence: [...(untested.evidence ?? []), ...(whole('condition-coverage')?.evidence ?? [])],
      mitigations,
    })
  }
  claims.push(...worseConditions(measurements, facts, threshold))
  if (risk !== undefined && lowOf(risk) > threshold.risk) {
    claims.push({
      title: 'Mistakes fall where operation pays for them',
      description: `Weighed by how often each condition comes and what a mistake costs there, at least ${percent(lowOf(risk))} of the cost at stake is lost to mistakes; the estimate is ${percent(risk.value)}.`,
      variant: null,
      subject: 'risk',
      // It is a mean over all of operation.
      facts: {
        harm: harmOf(lowOf(risk), threshold.noticeableRisk, threshold.severeRisk),
        exposure: 'routine',
      },
      measurements: ['risk-weighted-error'],
      evidence: [],
      mitigations,
    })
  }
  const covered = Math.round(coverage.value * coverage.n)
  const said = [
    `The tests show ${covered} of ${coverage.n} ${what}; ${percent(untested.value)} of expected operation, with ${percent(atStake.value)} of what mistakes cost there, has some that they do not show.`,
    ...(worst === undefined ? [] : [`Accuracy is lowest, ${percent(worst.value)}, on ${worst.denominator}.`]),
    ...(risk === undefined
      ? []
      : [
          `${percent(risk.value)} of what mistakes would cost is lost to them (${percent(lowOf(risk))} to ${percent(highOf(risk))}).`,
        ]),
    ...unread.map(
      ({ slice, value }) => `"${slice?.condition}" is not known of ${percent(value)} of the samples.`,
    ),
  ].join(' ')
  if (claims.length > 0) return { outcome: 'finding', reason: said, detectable: null, claims }
  if (unread.length > 0) return { outcome: 'inconclusive', reason: said, detectable: null, claims: [] }
  const doubtful = measurements.filter(
    ({ name, value }) => name === 'condition-accuracy-drop' && value > threshold.conditionDrop,
  )
  if (doubtful.length > 0)
    return {
      outcome: 'inconclusive',
      reason: `${said} Accuracy seems more than ${points(threshold.conditionDrop)} points lower where ${doubtful.map(whereOf).join(', or where ')}, but there are too few samples to be sure.`,
      detectable: null,
      claims: [],
    }
  if (risk !== undefined && risk.value > threshold.risk)
    return {
      outcome: 'inconclusive',
      reason: `${said} That is above the threshold of ${percent(threshold.risk)}, but not surely.`,
      detectable: null,
      claims: [],
    }
  return { outcome: 'no-finding', reason: said, detectable: detectable(measurements, threshold), claims: [] }
}

function worseConditions(
  measurements: readonly Measurement[],
  facts: Measured['facts'],
  threshold: IncompleteTestingOptions['threshold'],
): Claim[] {
  const drops = measurements.filter(
    (measurement) =>
      measurement.name === 'condition-accuracy-drop' &&
      measurement.value > threshold.conditionDrop &&
      lowOf(measurement) > 0,
  )
  const levels = (measurement: Measurement) => Object.entries(measurement.slice ?? {})
  const single = new Set(
    drops.filter((one) => levels(one).length === 1).map((one) => levels(one)[0]!.join('=')),
  )
  // A pair says nothing new where one of its conditions is bad by itself.
  const told = drops.filter(
    (one) => levels(one).length === 1 || !levels(one).some((pair) => single.has(pair.join('='))),
  )
  return told
    .toSorted((a, b) => b.value - a.value)
    .map((drop) => {
      const where = whereOf(drop)
      const accuracy = measurements.find(
        ({ name, slice }) =>
          name === 'condition-accuracy' && JSON.stringify(slice) === JSON.stringify(drop.slice),
      )
      return {
        title: `The model is worse where ${where}`,
        description: `Accuracy there is ${percent(accuracy?.value ?? 0)} on ${drop.n} samples, ${points(drop.value)} points below the accuracy over all (${points(lowOf(drop))} to ${points(highOf(drop))}, corrected for every condition that was compared).`,
        variant: null,
        subject: levels(drop)
          .map((pair) => pair.join('='))
          .sort()
          .join(' '),
        facts: {
          harm: harmOf(drop.value, threshold.noticeableConditionDrop, threshold.severeConditionDrop),
          ...exposureOf(facts, drop.slice, threshold),
        },
        measurements: ['condition-accuracy', 'condition-accuracy-drop'],
        evidence: measurements.find(({ name }) => name === 'worst-condition-accuracy')?.evidence ?? [],
        mitigations,
      }
    })
}

/** `weather is rain and light is night`. */
const whereOf = ({ slice }: Measurement) =>
  Object.entries(slice ?? {})
    .map(([name, level]) => `${name} is ${level}`)
    .join(' and ')

const points = (share: number) => Number((share * 100).toFixed(1))

function detectable(
  measurements: readonly Measurement[],
  threshold: IncompleteTestingOptions['threshold'],
): Judgement['detectable'] {
  const drops = measurements.filter(({ name }) => name === 'condition-accuracy-drop')
  if (drops.length === 0)
    return {
      measurement: 'untested-operation',
      value: threshold.untested,
      text: `More than ${percent(threshold.untested)} of operation without tests would have been found. How right the model is in each condition was not compared.`,
    }
  const widest = drops.reduce((a, b) => (highOf(b) > highOf(a) ? b : a))
  return {
    measurement: 'condition-accuracy-drop',
    value: highOf(widest),
    text: `A condition can be up to ${points(highOf(widest))} points below the accuracy over all without having been found; the one that fewest samples speak of has ${Math.min(...drops.map(({ n }) => n))}.`,
  }
}
