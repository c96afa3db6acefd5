// When a loss of accuracy becomes a finding. Two things are asked with confidence, never of the bare number: has the
// model lost more than `drop` of its clean accuracy on average, or more than `singleDrop` under one corruption?
// It is clean only when the intervals lie under both thresholds; where they straddle one, more images are needed. A
// model that starts near guessing has nothing to lose, and is inconclusive rather than robust.
import {
  type Claim,
  type Detectable,
  type Judgement,
  type Measured,
  type Measurement,
  smallestDetectableRate,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import type { CommonCorruptionOptions } from './options.ts'

type Thresholds = CommonCorruptionOptions['threshold']
type Harm = 'slight' | 'noticeable' | 'severe'

export function judgeAccuracy(measured: Measured, { threshold }: CommonCorruptionOptions): Judgement {
  const named = (name: string) => measured.measurements.filter((measurement) => measurement.name === name)
  const [clean] = named('clean-accuracy')
  const [majority] = named('majority-share')
  const [drop] = named('relative-accuracy-drop')
  const singles = named('corruption-accuracy-drop')
  if (clean === undefined || majority === undefined || drop === undefined) {
    return inconclusive('The model has none of the images right, so corruption has nothing to take away.')
  }

  if (clean.n < threshold.minSamples) {
    return inconclusive(`${clean.n} images are too few to tell; at least ${threshold.minSamples} are needed.`)
  }
  if (clean.value < threshold.cleanAccuracy) {
    return inconclusive(
      `Clean accuracy is ${percent(clean.value)}, below the ${percent(threshold.cleanAccuracy)} from which a drop says something. Check labels and the input block of the configuration.`,
    )
  }
  // A model that falls back to always answering the commonest class loses this share, so no more can be seen.
  const room = 1 - majority.value / Math.max(lowOf(clean), Number.MIN_VALUE)
  if (room <= threshold.drop) {
    return inconclusive(
      `Always answering the commonest class would be right on ${percent(majority.value)} and the model is right on ${percent(clean.value)}: even a model reduced to guessing would lose less than the threshold of ${percent(threshold.drop)}.`,
    )
  }

  const bad = singles
    .filter((single) => lowOf(single) > threshold.singleDrop)
    .sort((a, b) => b.value - a.value)
  const said = `Of its clean accuracy of ${percent(clean.value)} the model loses ${percent(drop.value)} on average over corruptions and severities (${percent(lowOf(drop))} to ${percent(highOf(drop))} with ${percent(drop.interval?.confidence ?? 0.95)} confidence).`
  if (lowOf(drop) > threshold.drop || bad.length > 0) {
    return {
      outcome: 'finding',
      reason: bad.length === 0 ? said : `${said} ${singleText(bad)}`,
      detectable: null,
      claims: [claimOf(measured, { drop, bad, said, threshold })],
    }
  }
  const unclear = singles.filter((single) => highOf(single) > threshold.singleDrop)
  if (highOf(drop) > threshold.drop || unclear.length > 0) {
    const what =
      highOf(drop) > threshold.drop
        ? `That is too close to the threshold of ${percent(threshold.drop)}`
        : `The loss under ${unclear.map(corruptionOf).join(', ')} is too close to the threshold of ${percent(threshold.singleDrop)} for one corruption`
    return inconclusive(`${said} ${what} to tell with ${clean.n} images; take more.`)
  }
  return { outcome: 'no-finding', reason: said, detectable: detectableOf(drop, clean, threshold), claims: [] }
}

function claimOf(
  measured: Measured,
  {
    drop,
    bad,
    said,
    threshold,
  }: {
    readonly drop: Measurement
    readonly bad: readonly Measurement[]
    readonly said: string
    readonly threshold: Thresholds
  },
): Claim {
  const overall = lowOf(drop) > threshold.drop
  return {
    title: overall
      ? 'Common image corruptions take away accuracy'
      : `One kind of corruption takes away accuracy: ${bad.map(corruptionOf).join(', ')}`,
    description: `${said}${bad.length === 0 ? '' : ` ${singleText(bad)}`} Nobody has to attack: sensors, light and file formats do this.`,
    variant: null,
    subject: null,
    facts: { harm: harmOf(drop, threshold) },
    measurements: ['mce', 'clean-accuracy', 'relative-accuracy-drop', 'corruption-accuracy-drop'],
    evidence: measured.measurements.find((measurement) => measurement.name === 'mce')?.evidence ?? [],
    mitigations: ['16-o1', '16-o2', '16-o3'],
  }
}

/** From the mean drop alone, so that more harm never rates lower, whichever threshold was crossed first. */
function harmOf(drop: Measurement, threshold: Thresholds): Harm {
  if (lowOf(drop) > threshold.severe) return 'severe'
  return lowOf(drop) > threshold.noticeable ? 'noticeable' : 'slight'
}

/** The interval around the threshold is as wide as the one measured, and no narrower than n allows at all. */
function detectableOf(drop: Measurement, clean: Measurement, threshold: Thresholds): Detectable {
  const margin = Math.max(drop.value - lowOf(drop), smallestDetectableRate(clean.n))
  const value = Math.min(1, threshold.drop + margin)
  return {
    measurement: 'relative-accuracy-drop',
    value,
    text: `With ${clean.n} images a mean loss of about ${percent(value)} of clean accuracy or more would have been a finding.`,
  }
}

function inconclusive(reason: string): Judgement {
  return { outcome: 'inconclusive', reason, detectable: null, claims: [] }
}

function singleText(bad: readonly Measurement[]): string {
  return `The worst: ${bad.map((single) => `${corruptionOf(single)} takes ${percent(single.value)}`).join(', ')}.`
}

function corruptionOf({ slice }: Measurement): string {
  return String(slice?.corruption ?? '')
}
