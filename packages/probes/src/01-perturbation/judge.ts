// When an attack's success becomes a finding. The lower end of the success rate's interval has to clear the
// threshold: then the model can be fooled, whatever the sample was. Only a search without one success, or with
// so few that even the upper end stays under the threshold, is `no-finding`, and that says how rare a success
// this many samples could have missed. In between more samples are needed.
import { type Detectable, type Judgement, type Measured, smallestDetectableRate } from '@failmode/core'
import type { Norm } from '../attacks/ball.ts'
import { ballText, type PerturbationOptions } from './options.ts'

export interface Judged {
  readonly access: string
  readonly variant: '1a' | '1b' | '1c' | '1d'
  readonly claim: string
  readonly goal: 'any' | 'class' | 'doubt'
  readonly source: 'samples' | 'noise'
  readonly needsSurrogate?: boolean
}

/** What the attacker could see, by access. */
const seen: Readonly<Record<string, string>> = {
  label: 'The attacker saw only the class that the model returns.',
  score: 'The attacker saw only the scores that the model returns.',
  gradient: 'The attacker had the model itself (white box) and followed its gradients.',
}

const carried =
  'The attacker worked on another model of the same task and showed each point to this one once.'

const counted = {
  any: 'Any wrong class counted as success.',
  class: 'Only the one class chosen beforehand counted as success.',
  doubt: 'Success is an answer that is still right and that the model is no longer sure of.',
} as const

const mitigations = {
  '1a': ['1a-m1', '1a-m2', '1b-m3'],
  '1b': ['1b-m3', '1b-m1', '1b-m5', '1b-m7'],
  '1c': ['1c-m*', '1a-m1', '1a-m2', '1b-m3', '1b-m1'],
  '1d': ['1d-m1', '1d-m2', '1b-m3'],
} as const

export function judgeAttack(spec: Judged, measured: Measured, options: PerturbationOptions): Judgement {
  const success = measured.measurements.find((measurement) => measurement.name === 'attack-success-rate')
  const shown = measured.measurements.find(({ evidence }) => evidence !== undefined)
  const none = { detectable: null, claims: [] }
  const { facts } = measured
  if (success === undefined || success.n === 0 || success.interval === undefined) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason:
        'The model has none of the samples right, so there was nothing to attack. Check the input block of the configuration.',
    }
  }
  const { threshold } = options
  // Of the run that was measured: options may be those of a later judgement.
  const ball = ballText({
    norm: (facts?.norm ?? options.norm) as Norm,
    eps: Number(facts?.eps ?? options.eps),
  })
  const hits = Math.round(success.value * success.n)
  const attack = String(success.attack)
  const on = spec.source === 'noise' ? 'noise inputs' : 'samples it had right'
  const did =
    spec.goal === 'doubt'
      ? 'took away the confidence of the model'
      : spec.source === 'noise'
        ? 'got the class it wanted'
        : 'fooled the model'
  const found = `${attack} ${did} on ${hits} of ${success.n} ${on}, within ${ball}.`

  if (success.interval.low > threshold.successRate) {
    return {
      outcome: 'finding',
      reason: found,
      detectable: null,
      claims: [
        {
          title: `${spec.claim} within ${ball} ${spec.goal === 'doubt' ? 'take away confidence' : spec.goal === 'class' ? 'give the answer an attacker chose' : 'change the answer'}`,
          description: `${found} ${spec.needsSurrogate === true ? carried : (seen[spec.access] ?? '')} ${counted[spec.goal]}`,
          variant: spec.variant,
          subject: spec.needsSurrogate === true ? 'surrogate' : null,
          facts: { targeted: spec.goal === 'class' },
          measurements: ['attack-success-rate', ...(spec.goal === 'any' ? ['robust-accuracy'] : [])],
          evidence: shown?.evidence ?? [],
          mitigations: mitigations[spec.variant],
        },
      ],
    }
  }
  const unconfirmed = Number(facts?.unconfirmed ?? 0)
  if (unconfirmed > 0) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${unconfirmed} points that the attack reported did not stand a second look; see the sanity checks.`,
    }
  }
  if (hits > 0 && success.interval.high > threshold.successRate) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${found} That is too few to tell whether the success rate is above ${threshold.successRate}; attack more samples.`,
    }
  }
  const rate = smallestDetectableRate(success.n)
  const detectable: Detectable = {
    measurement: 'attack-success-rate',
    value: rate,
    text: `A success rate of ${(rate * 100).toPrecision(2)} % or more would have shown at least one success among ${success.n} samples with 95 % confidence.`,
  }
  return {
    outcome: 'no-finding',
    reason: `${attack} found no more than the threshold allows within ${ball} (${hits} of ${success.n}). A stronger attack may find more.`,
    detectable,
    claims: [],
  }
}
