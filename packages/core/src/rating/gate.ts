// The gate turns a judged run into pass or fail. It is pure and reads only the run and its own configuration.
// A required check that could not observe makes the run incomplete, which is a state of its own and never a
// pass; a failed condition outranks it, because it is already certain.
import { z } from 'zod'
import type { Finding, Measurement, ModeResult } from '../run/run-document.ts'
import {
  type SafetySeverity,
  type SdlSeverity,
  safetySeverities,
  safetySeveritySchema,
  sdlSeverities,
  sdlSeveritySchema,
} from '../words.ts'
import type { AgainstBaseline } from './baseline.ts'
import { applyWaivers, waiverSchema } from './waivers.ts'

export const gateConfigSchema = z.strictObject({
  failOn: sdlSeveritySchema.optional().describe('fail on a finding of the bug bar at this severity or above'),
  safety: safetySeveritySchema
    .optional()
    .describe('fail on a finding of the safety scale at this severity or above'),
  require: z
    .array(z.string())
    .optional()
    .describe('modes or checks that must have been observed: finding, no-finding or not-applicable'),
  assert: z
    .array(
      z
        .strictObject({
          measurement: z.string().describe('<mode>/<measurement>'),
          min: z.number().optional(),
          max: z.number().optional(),
        })
        .refine((a) => a.min !== undefined || a.max !== undefined, 'give min, max or both'),
    )
    .optional(),
  waivers: z
    .array(waiverSchema)
    .optional()
    .describe('findings that may stay for a while, each with an owner'),
  baseline: z
    .string()
    .min(1)
    .optional()
    .describe('file that failmode baseline wrote; only what is new or worse than it fails'),
})
export type GateConfig = z.infer<typeof gateConfigSchema>

export interface GateResult {
  readonly passed: boolean
  /** A required check errored, was skipped or was inconclusive. */
  readonly incomplete: boolean
  readonly reasons: readonly string[]
}

export interface GateInput {
  /** YYYY-MM-DD, for waivers. */
  readonly today: string
  /** Each finding against the baseline, in their order; what the findings already say when absent. */
  readonly against?: readonly AgainstBaseline[]
}

/** Marks the findings that are waived or known, and applies the gate to what is left. */
export function gateRun(
  run: { readonly modes: readonly ModeResult[]; readonly findings: readonly Finding[] },
  gate: GateConfig,
  { today, against }: GateInput,
): { readonly findings: readonly Finding[]; readonly result: GateResult } {
  const compared =
    against === undefined
      ? run.findings
      : run.findings.map((finding, i) => ({ ...finding, baseline: against[i] as AgainstBaseline }))
  const { findings, problems } = applyWaivers(compared, gate.waivers ?? [], today)
  const result = applyGate({ modes: run.modes, findings }, gate)
  return {
    findings,
    result: {
      ...result,
      passed: result.passed && problems.length === 0,
      reasons: [...problems, ...result.reasons],
    },
  }
}

/** Whether a finding is part of what the baseline accepts. */
function isAccepted({ baseline }: Finding): boolean {
  return baseline?.status === 'known' || baseline?.status === 'within-noise'
}

export function applyGate(
  run: { readonly modes: readonly ModeResult[]; readonly findings: readonly Finding[] },
  gate: GateConfig,
): GateResult {
  const failed: string[] = []
  for (const finding of run.findings) {
    if (finding.waived === null && !isAccepted(finding) && reaches(finding, gate)) {
      failed.push(
        `${finding.severity} (${finding.scale === 'sdl' ? 'bug bar' : 'safety scale'}): ${finding.title}`,
      )
    }
  }
  const missing: string[] = []
  for (const { measurement, min, max } of gate.assert ?? []) {
    const found = findMeasurements(run.modes, measurement)
    if (found.length === 0) missing.push(`${measurement} was asserted but not measured`)
    for (const { value } of found) {
      if (min !== undefined && value < min)
        failed.push(`${measurement} is ${value}, at least ${min} was asserted`)
      if (max !== undefined && value > max)
        failed.push(`${measurement} is ${value}, at most ${max} was asserted`)
    }
  }
  for (const name of gate.require ?? []) {
    const observed = outcomesOf(run.modes, name)
    if (observed.length === 0) missing.push(`${name} was required but is not part of this run`)
    for (const { id, outcome, reason } of observed) {
      if (
        outcome === 'error' ||
        outcome === 'inconclusive' ||
        outcome === 'skipped' ||
        outcome === 'manual'
      ) {
        missing.push(`${id} was required but has no result (${outcome}): ${reason}`)
      }
    }
  }
  return { passed: failed.length === 0, incomplete: missing.length > 0, reasons: [...failed, ...missing] }
}

function reaches(finding: Finding, gate: GateConfig): boolean {
  if (finding.scale === 'sdl') {
    return (
      gate.failOn !== undefined &&
      sdlSeverities.indexOf(finding.severity as SdlSeverity) <= sdlSeverities.indexOf(gate.failOn)
    )
  }
  return (
    gate.safety !== undefined &&
    safetySeverities.indexOf(finding.severity as SafetySeverity) <= safetySeverities.indexOf(gate.safety)
  )
}

/** `<mode>/<name>`: the mode's headline measurement, else those of its checks that are not slices. */
export function findMeasurements(modes: readonly ModeResult[], path: string): readonly Measurement[] {
  const slash = path.indexOf('/')
  const mode = modes.find((candidate) => candidate.slug === path.slice(0, slash))
  if (mode === undefined) return []
  const name = path.slice(slash + 1)
  const headline = mode.measurements.filter((measurement) => measurement.name === name)
  if (headline.length > 0) return headline
  return mode.checks.flatMap((check) =>
    check.measurements.filter((measurement) => measurement.name === name && measurement.slice === undefined),
  )
}

function outcomesOf(modes: readonly ModeResult[], name: string) {
  return modes.flatMap((mode) =>
    mode.slug === name
      ? [{ id: mode.slug, outcome: mode.outcome, reason: mode.reason }]
      : mode.checks.filter((check) => check.id === name),
  )
}
