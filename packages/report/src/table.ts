// The table every report opens with: one row per failure mode, as plain data, so that HTML, Markdown and the
// terminal say the same and each draws it in its own way.
import type { Finding, Measurement, ModeResult, Outcome, RunDocument } from '@failmode/core'
import { formatMeasurement } from './format.ts'
import { byRating, type Rating } from './wording.ts'

export interface ModeRow {
  readonly id: string
  readonly number: number | null
  readonly slug: string
  readonly name: string
  readonly outcome: Outcome
  /** The headline measurement in words, or `not measured`. */
  readonly headline: string
  readonly measurement: Measurement | null
  /** Of the mode's worst finding, open ones first; null without a finding. */
  readonly rating: (Rating & { readonly waived: boolean }) | null
  /** What it comes to, in one line. */
  readonly meaning: string
}

export const notMeasured = 'not measured'

/** One row per mode in the order of the run, which lists all published modes, then those of plugins. */
export function modesTable(run: RunDocument): readonly ModeRow[] {
  return run.modes.map((mode) => {
    const findings = findingsOf(run, mode)
    const worst = findings[0]
    const measurement = headlineOf(mode, findings)
    return {
      id: mode.id,
      number: mode.number,
      slug: mode.slug,
      name: mode.name,
      outcome: mode.outcome,
      headline: measurement === null ? notMeasured : formatMeasurement(measurement),
      measurement,
      rating:
        worst === undefined
          ? null
          : { severity: worst.severity, scale: worst.scale, waived: worst.waived !== null },
      meaning: meaning(mode, findings),
    }
  })
}

/** Findings of a mode, worst first. */
export function findingsOf(run: RunDocument, mode: Pick<ModeResult, 'slug'>): readonly Finding[] {
  return run.findings.filter((finding) => finding.mode === mode.slug).sort(byRating)
}

/** The measurements a finding rests on: those of its check by these names, else the mode's own. */
export function findingMeasurements(run: RunDocument, finding: Finding): readonly Measurement[] {
  const mode = run.modes.find(({ slug }) => slug === finding.mode)
  const check = mode?.checks.find(({ id }) => id === finding.check)
  return finding.measurements.flatMap((name) => {
    const own = (check?.measurements ?? []).filter((measurement) => measurement.name === name)
    return own.length > 0
      ? own
      : (mode?.measurements ?? []).filter((measurement) => measurement.name === name)
  })
}

/** The first headline measurement; where there are findings, the first that one of them rests on. */
function headlineOf(mode: ModeResult, findings: readonly Finding[]): Measurement | null {
  const rests = (name: string) => findings.some(({ measurements }) => measurements.includes(name))
  return mode.measurements.find(({ name }) => rests(name)) ?? mode.measurements[0] ?? null
}

function meaning(mode: ModeResult, findings: readonly Finding[]): string {
  const [worst, ...others] = findings
  if (worst === undefined) return mode.reason
  return others.length === 0 ? worst.title : `${worst.title} (and ${others.length} more)`
}
