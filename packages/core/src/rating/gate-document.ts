import type { SampleOutcomes } from '../probe/probe.ts'
import type { Blob, RunDocument } from '../run/run-document.ts'
import { type Baseline, compareWithBaseline } from './baseline.ts'
import { type GateConfig, gateRun } from './gate.ts'

export interface GateDocumentOptions {
  /** Null where nothing was configured: the run then has no gate, whatever it found. */
  readonly gate: GateConfig | null
  readonly baseline: Baseline | null
  /** YYYY-MM-DD, for waivers. */
  readonly today: string
  readSamples(blob: Blob): Promise<SampleOutcomes>
}

/** A judged run with its findings held against the baseline, waivers applied, and the gate's answer. */
export async function gateDocument(
  run: RunDocument,
  { gate, baseline, today, readSamples }: GateDocumentOptions,
): Promise<RunDocument> {
  const against = baseline === null ? undefined : await compareWithBaseline(run, baseline, readSamples)
  if (gate === null) {
    if (against === undefined) return run
    return { ...run, findings: run.findings.map((finding, i) => ({ ...finding, baseline: against[i] })) }
  }
  const { findings, result } = gateRun(run, gate, { today, ...(against === undefined ? {} : { against }) })
  return {
    ...run,
    findings: [...findings],
    gate: {
      passed: result.passed,
      incomplete: result.incomplete,
      reasons: [...result.reasons],
      config: gate,
      failOn: gate.failOn ?? null,
      safety: gate.safety ?? null,
    },
  }
}
