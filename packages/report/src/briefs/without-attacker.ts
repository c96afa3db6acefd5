// An attack shows what somebody could do; the question beside it is how often nobody has to. Gilmer et al. ("Motivating the
// rules of the game for adversarial example research", 2018, arXiv:1807.06732) ask for that comparison: a stop sign that the
// wind took is likelier than one under a perturbation. So each finding of an attack that costs accuracy is set beside every condition
// without an attacker whose accuracy the same run measured.
import type { Finding, Measurement, RunDocument } from '@failmode/core'
import { formatSlice, formatValue } from '../format.ts'
import type { ReportCatalogue } from '../report-catalogue.ts'
import { findingMeasurements } from '../table.ts'

/** What is said beside a finding; null for a finding that is no loss of accuracy by an attack. */
export function withoutAttacker(
  run: RunDocument,
  catalogue: Pick<ReportCatalogue, 'modes'>,
  finding: Finding,
): string | null {
  const kindOf = (slug: string) => catalogue.modes.find((mode) => mode.slug === slug)?.kind
  if (kindOf(finding.mode) !== 'intentional') return null
  const left = accuracyLeft(run, findingMeasurements(run, finding))
  if (left === null) return null
  const conditions = run.modes
    .filter(({ slug }) => kindOf(slug) === 'unintentional')
    .flatMap(({ checks }) => checks.flatMap(({ measurements }) => conditionsOf(measurements)))
  const leaves = `leaves the model right on ${formatValue(left, 'fraction')}`
  if (conditions.length === 0) {
    return `The attack ${leaves}. This run measured no conditions without an attacker, so how often those fail the model as badly is not known.`
  }
  const worst = conditions.reduce((a, b) => (b.value < a.value ? b : a))
  const named = `${formatSlice(worst.slice)} with ${formatValue(worst.value, 'fraction')}`
  const asBad = conditions.filter(({ value }) => value <= left)
  const surely = asBad.filter(({ interval }) => interval !== undefined && interval.high <= left)
  if (asBad.length === 0) {
    return `The attack ${leaves}. Of ${conditions.length} conditions without an attacker that this run measured none is as bad; the worst is ${named}.`
  }
  return `The attack ${leaves}. So do, or leave it worse, ${asBad.length} of ${conditions.length} conditions without an attacker that this run measured (${surely.length} with confidence); the worst is ${named}.`
}

/** What an attack leaves of the accuracy, or null where it was not about accuracy. */
function accuracyLeft(run: RunDocument, measurements: readonly Measurement[]): number | null {
  const named = (name: string) => measurements.find((one) => one.name === name)
  const robust = named('robust-accuracy')
  if (robust !== undefined) return robust.value
  const success = named('attack-success-rate')
  const clean = run.modes
    .flatMap(({ checks }) => checks)
    .flatMap((check) => check.measurements)
    .find(({ name, slice }) => name === 'clean-accuracy' && slice === undefined)
  // Success is counted over samples that the model had right.
  return success === undefined || clean === undefined ? null : clean.value * (1 - success.value)
}

/** Accuracies under one condition each; of a condition that is also measured by parts, the parts. */
function conditionsOf(measurements: readonly Measurement[]): readonly Measurement[] {
  const sliced = measurements.filter(
    ({ name, slice, unit, n }) =>
      slice !== undefined && unit === 'fraction' && n > 0 && name.endsWith('-accuracy'),
  )
  const within = (part: Measurement, whole: Measurement) =>
    part !== whole &&
    Object.keys(part.slice!).length > Object.keys(whole.slice!).length &&
    Object.entries(whole.slice!).every(([key, value]) => part.slice![key] === value)
  const wholes = sliced.filter((whole) => !sliced.some((part) => within(part, whole)))
  // The worst of several conditions is one of them once more.
  return wholes.filter(({ name }) => !name.startsWith('worst-'))
}
