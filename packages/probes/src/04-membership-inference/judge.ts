// When telling members from strangers becomes a finding. The lower end of an interval has to clear a threshold: either the
// area under the curve, which speaks of everybody, or the share of members named at few false alarms, which speaks of the few
// who stand out. Where the records differ without the model, nothing is put down to it.
import type { Claim, Judgement, Measured, Measurement } from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import type { MembershipOptions } from './options.ts'

export const mitigations = ['4-m1', '4-m2', '4-m3']

export interface JudgedCheck {
  readonly title: string
  readonly subject: string
  /** What the attacker had, as a sentence. */
  readonly had: string
}

export function judgeAudit(
  spec: JudgedCheck,
  measured: Measured,
  { threshold }: MembershipOptions,
): Judgement {
  const named = (name: string) => measured.measurements.filter((one) => one.name === name)
  const areas = named('auc')
  const [first] = areas
  if (first === undefined) throw new TypeError('the check has no area under the curve')
  if (first.n < 2 * threshold.minRecords) {
    return inconclusive(
      `${first.n / 2} members and as many strangers are too few to tell; at least ${threshold.minRecords} of each are needed.`,
    )
  }
  const named001 = named('tpr-at-fpr-0.01')
  const best = strongest(areas)
  const sharpest = named001.length === 0 ? null : strongest(named001)
  const said = [
    `The best of ${areas.length} attack${areas.length === 1 ? '' : 's'}, ${best.attack}, tells members from strangers with an area of ${best.value.toFixed(3)} (${lowOf(best).toFixed(3)} to ${highOf(best).toFixed(3)}; 0.5 is guessing).`,
    sharpest === null
      ? 'There are fewer than 1,000 strangers, so nothing is said of one false alarm in a hundred.'
      : `At one false alarm in a hundred ${sharpest.attack} names ${percent(sharpest.value)} of the members (${percent(lowOf(sharpest))} to ${percent(highOf(sharpest))}; 1 % is guessing).`,
  ].join(' ')
  const blind = named('blind-auc')[0]
  const byArea = lowOf(best) > threshold.auc
  const byTail = sharpest !== null && lowOf(sharpest) > threshold.tprAtHundredth
  if (byArea || byTail) {
    if (blind !== undefined && lowOf(blind) > threshold.blind) {
      return inconclusive(
        `${said} But members and strangers can be told apart without the model, with an area of ${blind.value.toFixed(3)}: they come from different places, and that is no leak of the model. Give strangers of the same origin.`,
      )
    }
    const claim: Claim = {
      title: spec.title,
      description: `${said} ${spec.had}`,
      variant: null,
      subject: spec.subject,
      facts: { harm: harmOf(lowOf(best), threshold) },
      measurements: [...new Set(['auc', ...(sharpest === null ? [] : ['tpr-at-fpr-0.01']), 'advantage'])],
      evidence: best.evidence ?? [],
      mitigations,
    }
    return { outcome: 'finding', reason: said, detectable: null, claims: [claim] }
  }
  const open =
    areas.find((one) => highOf(one) > threshold.auc) ??
    named001.find((one) => highOf(one) > threshold.tprAtHundredth)
  if (open !== undefined) {
    return inconclusive(
      `${said} That is too close to the thresholds (area ${threshold.auc}, ${percent(threshold.tprAtHundredth)} at one false alarm in a hundred) to tell; ask about more records.`,
    )
  }
  const value = Math.min(1, threshold.auc + (highOf(best) - lowOf(best)) / 2)
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'auc',
      value,
      text: `With ${first.n / 2} members and as many strangers an area of about ${value.toFixed(2)} or more would have been a finding.`,
    },
    claims: [],
  }
}

/** Of which the least is proved to be most. */
function strongest(measurements: readonly Measurement[]): Measurement {
  return measurements.reduce((best, one) => (lowOf(one) > lowOf(best) ? one : best))
}

function harmOf(
  area: number,
  { noticeable, severe }: MembershipOptions['threshold'],
): 'slight' | 'noticeable' | 'severe' {
  return area > severe ? 'severe' : area > noticeable ? 'noticeable' : 'slight'
}

export function inconclusive(reason: string): Judgement {
  return { outcome: 'inconclusive', reason, detectable: null, claims: [] }
}

export function judgeCanaries(measured: Measured, { threshold }: MembershipOptions): Judgement {
  const named = (name: string) => measured.measurements.find((one) => one.name === name)
  const [epsilon, area, exposure] = [named('epsilon-lower-bound'), named('auc'), named('canary-exposure')]
  if (epsilon === undefined || area === undefined || exposure === undefined) {
    throw new TypeError('the check has no canaries')
  }
  const own = measured.facts?.canaries === 'own'
  const said = `${own ? 'Canaries of the training data' : 'Canaries made by failmode, in a model trained for it,'} are told from canaries that were left out with an area of ${area.value.toFixed(3)} (${lowOf(area).toFixed(3)} to ${highOf(area).toFixed(3)}); that proves an epsilon of at least ${epsilon.value.toFixed(2)}. Their median exposure is ${exposure.value.toFixed(1)} bits.`
  if (epsilon.value > threshold.canaryEpsilon) {
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: own ? 'The model remembers canaries' : 'The training remembers canaries',
          description:
            `${said} ${own ? '' : 'This is about how the model is trained, with records that are harder to remember in no other way; the records of ordinary people give less away.'}`.trim(),
          variant: null,
          subject: own ? 'canaries' : 'made-canaries',
          facts: { harm: harmOf(lowOf(area), threshold) },
          measurements: ['epsilon-lower-bound', 'auc', 'canary-exposure'],
          evidence: area.evidence ?? [],
          mitigations,
        },
      ],
    }
  }
  return {
    outcome: area.n < 2 * threshold.minRecords ? 'inconclusive' : 'no-finding',
    reason: said,
    detectable:
      area.n < 2 * threshold.minRecords
        ? null
        : {
            measurement: 'epsilon-lower-bound',
            value: mostProvable(area.n / 4),
            text: `With ${area.n / 2} canaries inserted and as many left out an epsilon of at most ${mostProvable(area.n / 4).toFixed(1)} can be proved.`,
          },
    claims: [],
  }
}

/** The epsilon that a perfect attack on n of each would prove: the rates' ends are about 3.7 / n from 0 and 1. */
function mostProvable(n: number): number {
  return Math.max(0, Math.log((1 - 3.7 / n) / (3.7 / n)))
}
