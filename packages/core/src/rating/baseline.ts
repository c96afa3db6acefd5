// A baseline is what is known and accepted: the findings of a run, and the per-sample outcomes behind every check, so
// that a later run can be held against it. Something counts as new only where a paired test over the same samples says
// that it is: a number that moved within its noise is no news, and neither is a finding that crossed a threshold by it.
import { z } from 'zod'
import { canonicalJson } from '../json.ts'
import type { SampleOutcomes } from '../probe/probe.ts'
import { createRandom } from '../random/random.ts'
import type { Blob, CheckResult, Finding, RunDocument } from '../run/run-document.ts'
import {
  type SafetySeverity,
  type SdlSeverity,
  safetySeverities,
  scaleSchema,
  sdlSeverities,
} from '../words.ts'
import { compareSamples } from './compare-samples.ts'

const outcomesSchema = z.strictObject({
  check: z.string(),
  measurement: z.string(),
  slice: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
  split: z.string(),
  data: z.string().nullable().describe('digest of the data'),
  indices: z.array(z.int()),
  values: z.array(z.number().nullable()).describe('1 is good, 0 is not, or a number of which more is better'),
})

export const baselineSchema = z.strictObject({
  baselineVersion: z.literal(1),
  run: z.string(),
  createdAt: z.string(),
  system: z.string(),
  findings: z.array(
    z.strictObject({
      fingerprint: z.string(),
      title: z.string(),
      mode: z.string(),
      variant: z.string().nullable(),
      check: z.string(),
      severity: z.string(),
      scale: scaleSchema,
    }),
  ),
  outcomes: z.array(outcomesSchema),
})
export type Baseline = z.infer<typeof baselineSchema>
type Outcomes = z.infer<typeof outcomesSchema>
type ReadSamples = (blob: Blob) => Promise<SampleOutcomes>

/** The baseline that accepts all of a run. */
export async function createBaseline(run: RunDocument, readSamples: ReadSamples): Promise<Baseline> {
  const outcomes: Outcomes[] = []
  for (const check of observed(run)) {
    const measurement = deciding(check)
    if (measurement?.samples === undefined) continue
    const { split, indices, columns } = await readSamples(measurement.samples.blob)
    outcomes.push({
      check: check.id,
      measurement: measurement.name,
      slice: measurement.slice ?? null,
      split,
      data: run.system.data[split]?.digest ?? null,
      indices: [...indices],
      values: [...(columns[measurement.samples.column] ?? [])],
    })
  }
  return {
    baselineVersion: 1,
    run: run.id,
    createdAt: run.createdAt,
    system: run.system.name,
    findings: run.findings.map(({ fingerprint, title, mode, variant, check, severity, scale }) => ({
      fingerprint,
      title,
      mode,
      variant,
      check,
      severity,
      scale,
    })),
    outcomes,
  }
}

/** What the run observed takes the place of what was known of it; checks that it did not run keep theirs. */
export async function updateBaseline(
  baseline: Baseline,
  run: RunDocument,
  readSamples: ReadSamples,
): Promise<Baseline> {
  const fresh = await createBaseline(run, readSamples)
  const ids = new Set(observed(run).map(({ id }) => id))
  return {
    ...fresh,
    findings: [...baseline.findings.filter(({ check }) => !ids.has(check)), ...fresh.findings],
    outcomes: [...baseline.outcomes.filter(({ check }) => !ids.has(check)), ...fresh.outcomes],
  }
}

/** Takes out the findings that the run looked for and no longer has; adds nothing. */
export function pruneBaseline(baseline: Baseline, run: RunDocument): Baseline {
  const ids = new Set(observed(run).map(({ id }) => id))
  const present = new Set(run.findings.map(({ fingerprint }) => fingerprint))
  return {
    ...baseline,
    findings: baseline.findings.filter(
      ({ check, fingerprint }) => !ids.has(check) || present.has(fingerprint),
    ),
  }
}

export const baselineStatuses = ['new', 'worse', 'known', 'within-noise'] as const
export type BaselineStatus = (typeof baselineStatuses)[number]

export interface AgainstBaseline {
  readonly status: BaselineStatus
  readonly reason: string
}

/** Chance of calling a change where there is none, for each finding. */
const level = 0.05

/** Each finding of the run against the baseline, in the order of the run. */
export async function compareWithBaseline(
  run: RunDocument,
  baseline: Baseline,
  readSamples: ReadSamples,
): Promise<readonly AgainstBaseline[]> {
  const verdicts: AgainstBaseline[] = []
  for (const finding of run.findings) {
    const check = run.modes.flatMap(({ checks }) => checks).find(({ id }) => id === finding.check)
    verdicts.push(await compareFinding(run, finding, check, baseline, readSamples))
  }
  return verdicts
}

async function compareFinding(
  run: RunDocument,
  finding: Finding,
  check: CheckResult | undefined,
  baseline: Baseline,
  readSamples: ReadSamples,
): Promise<AgainstBaseline> {
  const known = baseline.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint)
  if (known !== undefined && rank(finding) < rank(known as Pick<Finding, 'severity' | 'scale'>)) {
    return { status: 'worse', reason: `it was ${known.severity} and is ${finding.severity}` }
  }
  const worse = await worseThan(run, check, baseline, readSamples)
  if (known !== undefined) {
    if (worse.answer === true) return { status: 'worse', reason: worse.reason }
    return { status: 'known', reason: `in the baseline of run ${baseline.run}; ${worse.reason}` }
  }
  if (worse.answer === false) {
    return { status: 'within-noise', reason: `not in the baseline, but ${worse.reason}` }
  }
  return { status: 'new', reason: `not in the baseline; ${worse.reason}` }
}

/** Whether the check's samples do worse than those of the baseline; null where that cannot be told. */
async function worseThan(
  run: RunDocument,
  check: CheckResult | undefined,
  baseline: Baseline,
  readSamples: ReadSamples,
): Promise<{ readonly answer: boolean | null; readonly reason: string }> {
  const measurement = check === undefined ? undefined : deciding(check)
  const stored = baseline.outcomes.find((outcomes) => outcomes.check === check?.id)
  if (measurement?.samples === undefined || stored === undefined)
    return { answer: null, reason: 'no per-sample outcomes to compare' }
  const now = await readSamples(measurement.samples.blob)
  const digest = run.system.data[now.split]?.digest ?? null
  const same =
    stored.split === now.split &&
    stored.data === digest &&
    stored.measurement === measurement.name &&
    canonicalJson(stored.slice) === canonicalJson(measurement.slice ?? null)
  if (!same) return { answer: null, reason: 'other data or another setting than those of the baseline' }
  const column = measurement.samples.column
  const before: SampleOutcomes = {
    split: stored.split,
    indices: stored.indices,
    columns: { [column]: stored.values },
  }
  const paired = compareSamples(before, now, column, createRandom(0).split('baseline'))
  if (paired === null) return { answer: null, reason: 'no sample is in both' }
  const { difference, p, n } = paired
  const text = `${measurement.name} moved by ${Number(difference.toPrecision(3))} on ${n} samples, p = ${p.toPrecision(2)}`
  return { answer: difference < 0 && p < level, reason: text }
}

/** Checks that say something of their own. */
function observed(run: RunDocument): readonly CheckResult[] {
  return run.modes
    .flatMap(({ checks }) => checks)
    .filter(({ outcome }) => outcome === 'finding' || outcome === 'no-finding')
}

/** The measurement that a check is decided by: its last with samples, since the clean numbers come first. */
function deciding({ measurements }: CheckResult) {
  return measurements.filter(({ samples }) => samples !== undefined).at(-1)
}

/** 0 is worst; a scale of its own each. */
function rank({ severity, scale }: Pick<Finding, 'severity' | 'scale'>): number {
  return scale === 'sdl'
    ? sdlSeverities.indexOf(severity as SdlSeverity)
    : safetySeverities.indexOf(severity as SafetySeverity)
}
