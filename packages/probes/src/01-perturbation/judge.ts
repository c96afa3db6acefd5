// When an attack's success becomes a finding. The lower end of the success rate's interval has to clear the
// threshold: then the model can be fooled, whatever the sample was. Only a search without one success, or with
// so few that even the upper end stays under the threshold, is `no-finding`, and that says how rare a success
// this many samples could have missed. In between more samples are needed.
import { type Detectable, type Judgement, type Measured, smallestDetectableRate } from '@failmode/core'
import { ballText, type PerturbationOptions } from './options.ts'

interface Judged {
  readonly attack: string
  readonly access: string
  readonly variant: string
  readonly claim: string
}

/** What the attacker could see, by access. */
const seen: Readonly<Record<string, string>> = {
  label: 'The attacker saw only the class that the model returns, and did not search.',
  score: 'The attacker saw only the scores that the model returns.',
  gradient: 'The attacker had the model itself (white box) and followed its gradients.',
}

/** Share of samples without a gradient above which a gradient attack cannot speak for the model. */
export const mostZeroGradients = 0.05

export function judgeAttack(spec: Judged, measured: Measured, options: PerturbationOptions): Judgement {
  const success = measured.measurements.find((measurement) => measurement.name === 'attack-success-rate')
  const robust = measured.measurements.find((measurement) => measurement.name === 'robust-accuracy')
  const none = { detectable: null, claims: [] }
  if (success === undefined || success.n === 0 || success.interval === undefined) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason:
        'The model has none of the samples right, so there was nothing to attack. Check the input block of the configuration.',
    }
  }
  const unconfirmed = Number(measured.facts?.unconfirmed ?? 0)
  const { threshold } = options
  // Of the run that was measured: options may be those of a later judgement.
  const ball = ballText({
    norm: measured.facts?.norm === 'l2' ? 'l2' : 'linf',
    eps: Number(measured.facts?.eps ?? options.eps),
  })
  const hits = Math.round(success.value * success.n)
  const found = `${spec.attack} fooled the model on ${hits} of ${success.n} samples it had right, within ${ball}.`

  if (success.interval.low > threshold.successRate) {
    return {
      outcome: 'finding',
      reason: found,
      detectable: null,
      claims: [
        {
          title: `${spec.claim} within ${ball} change the answer`,
          description: `${found} ${seen[spec.access] ?? ''} Any wrong class counted as success.`,
          variant: spec.variant,
          subject: null,
          facts: { targeted: false },
          measurements: ['attack-success-rate', 'robust-accuracy'],
          evidence: robust?.evidence ?? [],
          mitigations: ['1c-m*', '1a-m1', '1a-m2', '1b-m3', '1b-m1'],
        },
      ],
    }
  }
  if (unconfirmed > 0) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${unconfirmed} points that the attack reported did not stand a second look; see the sanity checks.`,
    }
  }
  const zeroGradients = Number(measured.facts?.zeroGradients ?? 0)
  if (zeroGradients > mostZeroGradients) {
    return {
      ...none,
      outcome: 'inconclusive',
      reason: `${Math.round(zeroGradients * 100)} % of the samples have no gradient to follow, so that ${spec.attack} found nothing there says nothing.`,
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
    reason: `No adversarial example was found by ${spec.attack} within ${ball} beyond the threshold (${hits} of ${success.n}). A stronger attack may find one.`,
    detectable,
    claims: [],
  }
}
