// From what a model answered where a condition was made to findings. Where the class should stay the harm is what the
// condition took away; where the answer should change, or be unsure, it is how often it did not.
import {
  type Claim,
  type Judgement,
  type Measured,
  type Measurement,
  smallestDetectableDrop,
  smallestDetectableRate,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../../measured-rate.ts'
import { exposureOf } from '../conditions/exposure.ts'
import type { IncompleteTestingOptions } from '../options.ts'

interface MadeResult {
  readonly factor: string
  readonly level: string
  readonly accuracy: Measurement
  readonly clean: Measurement
  /** Null where another answer than the sample's own class is right. */
  readonly drop: Measurement | null
  readonly p: number
}

export function judgeMade(measured: Measured, options: IncompleteTestingOptions): Judgement {
  const results = resultsOf(measured)
  if (results.length === 0)
    return {
      outcome: 'inconclusive',
      reason: 'No sample could be made into a declared condition.',
      detectable: null,
      claims: [],
    }
  const claims = results
    .filter((result) => isBad(result, options))
    .toSorted((a, b) => harmed(b) - harmed(a))
    .map((result) => claimOf(result, options, measured.facts))
  const said = `Made of the samples: ${results
    .map(({ factor, level, accuracy, clean, drop }) =>
      drop === null
        ? `${factor} ${level}, as expected in ${percent(accuracy.value)} of ${accuracy.n}`
        : `${factor} ${level}, right in ${percent(accuracy.value)} of ${accuracy.n} (${percent(clean.value)} without)`,
    )
    .join('; ')}.`
  if (claims.length > 0) return { outcome: 'finding', reason: said, detectable: null, claims }
  const open = results.filter((result) => isOpen(result, options))
  if (open.length > 0)
    return {
      outcome: 'inconclusive',
      reason: `${said} Of ${open.map(({ factor, level }) => `${factor} ${level}`).join(', ')} there are too few samples to tell whether that is above the threshold.`,
      detectable: null,
      claims: [],
    }
  return { outcome: 'no-finding', reason: said, detectable: detectable(results), claims: [] }
}

function resultsOf({ measurements }: Measured): readonly MadeResult[] {
  return measurements
    .filter(({ name }) => name === 'made-condition-accuracy')
    .map((accuracy) => {
      const [factor, level] = Object.entries(accuracy.slice ?? {})[0] as [string, string]
      const beside = (name: string) =>
        measurements.find((one) => one.name === name && one.slice?.[factor] === level) ?? null
      return {
        factor,
        level,
        accuracy,
        clean: beside('clean-accuracy') as Measurement,
        drop: beside('made-condition-drop'),
        p: beside('made-condition-p-value')?.value ?? 1,
      }
    })
}

/** Share of the samples that the condition harms. */
function harmed({ drop, accuracy }: MadeResult): number {
  return drop === null ? 1 - accuracy.value : drop.value
}

function isBad({ drop, p, accuracy }: MadeResult, { threshold }: IncompleteTestingOptions): boolean {
  return drop === null
    ? 1 - highOf(accuracy) > threshold.madeWrong
    : drop.value > threshold.madeDrop && p <= threshold.alpha
}

/** Not bad for certain, but it looks so. */
function isOpen(result: MadeResult, { threshold }: IncompleteTestingOptions): boolean {
  return harmed(result) > (result.drop === null ? threshold.madeWrong : threshold.madeDrop)
}

function claimOf(
  result: MadeResult,
  { threshold }: IncompleteTestingOptions,
  facts: Measured['facts'],
): Claim {
  const { factor, level, accuracy, clean, drop, p } = result
  const value = harmed(result)
  return {
    title:
      drop === null
        ? `The model does not see that ${factor} is ${level}`
        : `The model fails where ${factor} is ${level}`,
    description:
      drop === null
        ? `${percent(value)} of its answers are wrong then (at least ${percent(1 - highOf(accuracy))}), on ${accuracy.n} ${accuracy.denominator}.`
        : `Of ${accuracy.n} samples ${percent(clean.value)} are right as they are and ${percent(accuracy.value)} once the condition is made: ${percent(drop.value)} lost (${percent(lowOf(drop))} to ${percent(highOf(drop))}, p = ${Number(p.toPrecision(2))}, McNemar, corrected).`,
    variant: null,
    subject: `${factor}=${level}`,
    facts: {
      harm:
        value > threshold.severeMade ? 'severe' : value > threshold.noticeableMade ? 'noticeable' : 'slight',
      ...exposureOf(facts, accuracy.slice, threshold),
    },
    measurements:
      drop === null
        ? ['made-condition-accuracy']
        : ['made-condition-accuracy', 'clean-accuracy', 'made-condition-drop', 'made-condition-p-value'],
    evidence: accuracy.evidence ?? [],
    mitigations: ['17-o1', '17-o2', '17-o3'],
  }
}

function detectable(results: readonly MadeResult[]): Judgement['detectable'] {
  const smallest = results.reduce((a, b) => (b.accuracy.n < a.accuracy.n ? b : a))
  const { n } = smallest.accuracy
  const value =
    smallest.drop === null
      ? smallestDetectableRate(n)
      : (smallestDetectableDrop(n, smallest.clean.value) ?? smallest.clean.value)
  return {
    measurement: smallest.drop === null ? 'made-condition-accuracy' : 'made-condition-drop',
    value,
    text: `With ${n} samples, the fewest that a condition was made of, ${smallest.drop === null ? 'wrong answers' : 'a loss of accuracy'} of about ${percent(value)} would have been seen.`,
  }
}
