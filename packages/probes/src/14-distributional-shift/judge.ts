// When a shift becomes a finding. Two things are asked: is it there (a corrected p-value of at most alpha), and is it large
// enough to matter (an effect above its threshold)? Samples in thousands make every difference significant, and a
// significant shift too small to matter is said to be that and no more. Where nothing was seen, it counts for
// something only if a shift worth seeing would have been.
import {
  type Claim,
  type Detectable,
  type Judgement,
  type Measured,
  type Measurement,
  moveOfDistance,
  smallestKsDistance,
  smallestShareChange,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import { kindOfShift, type ShiftKind } from './kind.ts'
import type { ShiftOptions } from './options.ts'

type Thresholds = ShiftOptions['threshold']
type Harm = 'slight' | 'noticeable' | 'severe'

export const mitigations = ['14-o1', '14-o2', '14-o3']

/** @param what `inputs` or `answers`, as sentences name the rows */
export function judgeShift(
  measured: Measured,
  { threshold }: ShiftOptions,
  what: 'inputs' | 'answers',
): Judgement {
  const detectable = detectableShift(measured, threshold)
  const joint = find(measured, 'shift-p-value', {})
  const few = tooFew(measured, threshold, detectable)
  if (few !== null) return few
  if (joint === undefined) return inconclusive('There are too few samples to compare.')
  const kind = kindIn(measured, threshold, joint)
  const large = largeEffects(measured, threshold)
  const sizes = `${sizesOf(measured)}, p = ${digits(joint.value)}`
  if (joint.value > threshold.alpha) {
    const said = `The ${what} show no shift (${sizes}; an alarm needs ${threshold.alpha}).`
    if (detectable.value > threshold.detectable) {
      return inconclusive(`${said} That says little: ${detectable.text}`)
    }
    return { outcome: 'no-finding', reason: said, detectable, claims: [] }
  }
  if (large.length === 0) {
    return {
      outcome: 'no-finding',
      reason: `The ${what} have shifted (${sizes}) by too little to matter: ${effectsText(measured)}, below the thresholds of PSI ${threshold.psi}, ${threshold.wasserstein} standard deviations and AUC ${threshold.auc}.`,
      detectable,
      claims: [],
    }
  }
  const said = `The ${what} are not distributed as in the reference (${sizes}): ${large.map(effectText).join('; ')}.`
  const noticeable = large.some(({ name, value }) => name === 'psi' && value > threshold.largePsi)
  return {
    outcome: 'finding',
    reason: `${said} ${kindText(kind)}`,
    detectable: null,
    claims: [
      {
        title: `The ${what} have shifted: ${kind === 'unknown' ? 'kind unknown' : kind}`,
        description: `${said} ${kindText(kind)} What the system was shown to do in its test need not hold for them.`,
        variant: null,
        subject: what,
        facts: { harm: noticeable ? 'noticeable' : 'slight' },
        measurements: [...new Set(['shift-p-value', ...large.map(({ name }) => name)])],
        evidence: joint.evidence ?? [],
        mitigations,
      },
    ],
  }
}

export function judgeLabels(measured: Measured, { threshold }: ShiftOptions): Judgement {
  const [m, n] = counts(measured)
  const detectable: Detectable = (() => {
    const value = smallestShareChange(m, n, 0.5, { alpha: threshold.alpha })
    return {
      measurement: 'label-shift',
      value,
      text: `With ${m} and ${n} samples a change of ${percent(value)} in the share of a class would have been found in four of five cases.`,
    }
  })()
  const few = tooFew(measured, threshold, detectable)
  if (few !== null) return few
  const shares = find(measured, 'label-shift', {})
  const pClasses = find(measured, 'shift-p-value', { of: 'classes' })
  const pInputs = find(measured, 'shift-p-value', { of: 'inputs' })
  const rest = find(measured, 'accuracy-drop', { given: 'class' })
  const drop = find(measured, 'accuracy-drop', {})
  if (shares === undefined || pClasses === undefined) {
    return inconclusive(
      "The model's answers do not tell the classes apart, so their shares cannot be estimated without labels.",
    )
  }
  const estimated = shares.attack !== undefined
  const said = `The shares of classes differ by ${percent(shares.value)} (${range(shares)}), p = ${digits(pClasses.value)}${estimated ? ', estimated from the answers of the model' : ''}.`
  const claims: Claim[] = []
  const shifted = pClasses.value <= threshold.alpha
  // Inputs that moved within classes move the answers too, and an estimate from answers then means nothing.
  const trusted = !estimated || measured.facts?.['shift-kind'] === 'label shift'
  if (shifted && shares.value > threshold.labelShift && trusted) {
    claims.push({
      title: `The classes come in other shares than in the test: label shift${estimated ? ' (estimated)' : ''}`,
      description: `${said} A class that was rare in the test now weighs more, and accuracy over all is no longer what was tested.`,
      variant: null,
      subject: 'classes',
      facts: { harm: harmOf(drop, threshold) },
      measurements: ['label-shift', 'shift-p-value'],
      evidence: [],
      mitigations,
    })
  }
  const unexplained =
    rest === undefined
      ? ''
      : ` Of the accuracy, ${percent(rest.value)} (${range(rest)}) is lost beyond what the shares of classes explain.`
  if (rest !== undefined && lowOf(rest) > threshold.accuracyDrop) {
    const moved = pInputs !== undefined && pInputs.value <= threshold.alpha
    const kind: ShiftKind = moved ? 'covariate shift' : 'concept shift'
    claims.push({
      title: moved
        ? `Accuracy fell on inputs that look otherwise than in the test: ${kind}`
        : `Inputs look as before and their right answers have changed: ${kind}`,
      description: `${said}${unexplained} ${moved ? 'The inputs moved as well, which can account for it; that their right answers changed too cannot be excluded.' : 'The inputs did not move, so what has changed is which answer is right.'}`,
      variant: null,
      subject: 'accuracy given class',
      facts: { harm: harmOf(rest, threshold) },
      measurements: ['accuracy-drop', 'shift-p-value'],
      evidence: [],
      mitigations,
    })
  }
  if (claims.length > 0)
    return { outcome: 'finding', reason: `${said}${unexplained}`, detectable: null, claims }
  if (estimated && shifted && !trusted) {
    return inconclusive(
      `${said} Inputs that got the same answer look otherwise than before, so that the estimate does not hold.`,
    )
  }
  if (rest !== undefined && highOf(rest) > threshold.accuracyDrop) {
    return inconclusive(
      `${said}${unexplained} Whether that is above ${percent(threshold.accuracyDrop)} needs more samples.`,
    )
  }
  if (!shifted && detectable.value > threshold.detectable) {
    return inconclusive(`${said} That says little: ${detectable.text}`)
  }
  const small = shifted
    ? ` That is real and too small to matter (threshold ${percent(threshold.labelShift)}).`
    : ''
  return { outcome: 'no-finding', reason: `${said}${small}${unexplained}`, detectable, claims: [] }
}

export function judgeAccuracy(measured: Measured, { threshold }: ShiftOptions): Judgement {
  const [m, n] = counts(measured)
  const all = measured.measurements.filter(({ name }) => name === 'accuracy-drop')
  const drops = all.some(({ attack }) => attack === undefined)
    ? all.filter(({ attack }) => attack === undefined)
    : all
  const reference = find(measured, 'clean-accuracy', { data: 'reference' })
  const widest = drops.reduce((most, drop) => Math.max(most, highOf(drop) - drop.value), 0)
  const detectable: Detectable = {
    measurement: 'accuracy-drop',
    value: Math.min(
      1,
      threshold.accuracyDrop + Math.max(widest, smallestShareChange(m, n, reference?.value ?? 0.9) / 2),
    ),
    text: '',
  }
  const told: Detectable = {
    ...detectable,
    text: `With ${m} and ${n} samples a fall of accuracy by about ${percent(detectable.value)} would have been a finding.`,
  }
  const few = tooFew(measured, threshold, told)
  if (few !== null) return few
  if (drops.length === 0) return inconclusive('There are too few samples to estimate accuracy.')
  const measuredIt = drops.some(({ attack }) => attack === undefined)
  const said = measuredIt
    ? `Accuracy fell by ${percent(drops[0]!.value)} (${range(drops[0]!)}), measured on labels.${estimatesText(all)}`
    : `Accuracy is estimated to have fallen:${estimatesText(all)}`
  if (drops.every((drop) => lowOf(drop) > threshold.accuracyDrop)) {
    const least = drops.reduce((a, b) => (lowOf(b) < lowOf(a) ? b : a))
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: measuredIt
            ? 'Accuracy on current data is lower than in the test'
            : 'Accuracy on current data is estimated to be lower than in the test',
          description: `${said}${measuredIt ? '' : ' Label a sample of the current data to be sure.'}`,
          variant: null,
          subject: 'accuracy',
          facts: { harm: harmOf(least, threshold) },
          measurements: ['accuracy-drop', 'estimated-accuracy'],
          evidence: [],
          mitigations,
        },
      ],
    }
  }
  if (drops.every((drop) => highOf(drop) <= threshold.accuracyDrop)) {
    return { outcome: 'no-finding', reason: said, detectable: told, claims: [] }
  }
  return inconclusive(
    `${said} Whether that is above ${percent(threshold.accuracyDrop)} cannot be told; more samples, or labels, are needed.`,
  )
}

function kindIn(measured: Measured, { alpha }: Thresholds, joint: Measurement): ShiftKind {
  return kindOfShift({
    rows: joint.value,
    givenClass: find(measured, 'shift-p-value', { given: 'class' })?.value,
    classes: find(measured, 'shift-p-value', { of: 'classes' })?.value,
    alpha,
  })
}

/** Effects above their threshold; those of a feature only where the feature itself is significant. */
function largeEffects({ measurements }: Measured, threshold: Thresholds): readonly Measurement[] {
  const real = (feature: string | number | undefined): boolean => {
    const p = measurements.find(({ name, slice }) => name === 'shift-p-value' && slice?.feature === feature)
    return p === undefined || p.value <= threshold.alpha
  }
  return measurements.filter(({ name, value, interval, slice }) => {
    if (name === 'psi') return value > threshold.psi && real(slice?.feature)
    if (name === 'wasserstein') return value > threshold.wasserstein && real(slice?.feature)
    return name === 'domain-classifier-auc' && value > threshold.auc && (interval?.low ?? value) > 0.5
  })
}

function effectsText({ measurements }: Measured): string {
  const largest = (name: string) =>
    measurements
      .filter((one) => one.name === name)
      .reduce<Measurement | undefined>((a, b) => (a === undefined || b.value > a.value ? b : a), undefined)
  return ['psi', 'wasserstein', 'domain-classifier-auc']
    .flatMap((name) => largest(name) ?? [])
    .map(effectText)
    .join('; ')
}

function effectText(effect: Measurement): string {
  const words = {
    psi: `PSI of ${effect.slice?.feature}`,
    wasserstein: `${effect.slice?.feature} moved, in standard deviations, by`,
    'domain-classifier-auc': 'area under the curve of a classifier of old and new',
  }
  return `${words[effect.name as keyof typeof words]} ${digits(effect.value)} (${[lowOf(effect), highOf(effect)].map(digits).join(' to ')})`
}

function kindText(kind: ShiftKind): string {
  switch (kind) {
    case 'label shift':
      return 'Within each class nothing moved, so the shares of the classes explain it: label shift.'
    case 'covariate shift':
      return 'They look otherwise within classes too, so the shares of the classes do not explain it: covariate shift.'
    default:
      return 'Whether classes come in other shares or look otherwise cannot be told from these data.'
  }
}

function estimatesText(drops: readonly Measurement[]): string {
  return drops
    .filter(({ attack }) => attack !== undefined)
    .map((drop) => ` ${drop.attack} puts the fall at ${percent(drop.value)} (${range(drop)}).`)
    .join('')
}

function detectableShift(measured: Measured, { alpha }: Thresholds): Detectable {
  const [m, n] = counts(measured)
  const tests = Math.max(1, Number(measured.facts?.features ?? 1))
  const value = smallestKsDistance(m, n, { alpha, tests })
  const move = moveOfDistance(value)
  const moved = Number.isFinite(move) ? `, a move of about ${digits(move)} standard deviations,` : ''
  return {
    measurement: 'ks-distance',
    value,
    text: `With ${m} and ${n} samples a feature whose distribution moved by a distance of ${digits(value)}${moved} would have been found in four of five cases.`,
  }
}

function tooFew(measured: Measured, { minSamples }: Thresholds, { text }: Detectable): Judgement | null {
  const fewest = Math.min(...counts(measured))
  if (fewest >= minSamples) return null
  return inconclusive(`${sizesOf(measured)} are too few to tell; at least ${minSamples} are needed. ${text}`)
}

function counts({ facts }: Measured): readonly [number, number] {
  return [Number(facts?.reference ?? 0), Number(facts?.current ?? 0)]
}

function sizesOf(measured: Measured): string {
  const [m, n] = counts(measured)
  return `${n} samples against ${m} of the reference`
}

/** The measurement of this name whose slice is exactly this. */
function find({ measurements }: Measured, name: string, slice: Readonly<Record<string, string>>) {
  const wanted = Object.entries(slice)
  return measurements.find(
    (one) =>
      one.name === name &&
      Object.keys(one.slice ?? {}).length === wanted.length &&
      wanted.every(([key, value]) => one.slice?.[key] === value) &&
      (name !== 'accuracy-drop' || one.attack === undefined),
  )
}

export function harmOf(drop: Measurement | undefined, threshold: Thresholds): Harm {
  if (drop === undefined) return 'slight'
  if (lowOf(drop) > threshold.severeDrop) return 'severe'
  return lowOf(drop) > threshold.noticeableDrop ? 'noticeable' : 'slight'
}

export function inconclusive(reason: string): Judgement {
  return { outcome: 'inconclusive', reason, detectable: null, claims: [] }
}

export function range(measurement: Measurement): string {
  return `${percent(lowOf(measurement))} to ${percent(highOf(measurement))}`
}

function digits(value: number): string {
  return String(Number(value.toPrecision(2)))
}
