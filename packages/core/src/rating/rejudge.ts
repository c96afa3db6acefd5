// Rates a stored run again: other thresholds, other assets, another bug bar, the same measurements. Nothing is
// queried. What the stored run does not hold (a check of a probe that is gone) stays as it was said then.
import type { Catalogue } from '@failmode/catalogue'
import { FailmodeError } from '../errors.ts'
import type { AnyProbe } from '../probe/probe.ts'
import type { RunDocument } from '../run/run-document.ts'
import { type BarChoice, barOf, chooseBar } from './bar-choice.ts'
import { type GateConfig, gateRun } from './gate.ts'
import { type CheckState, judgeRun } from './judge-run.ts'

export interface RejudgeOptions {
  readonly catalogue: Catalogue
  readonly probes: readonly AnyProbe[]
  /** That of the run where absent. */
  readonly bugBar?: BarChoice
  /** Parsed options by mode slug; those of the run where absent. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly assets?: Readonly<Record<string, string | boolean>>
  readonly gate?: GateConfig
  /** YYYY-MM-DD, for waivers. */
  readonly today: string
  readonly sha256: (text: string) => string
  readonly reproduce: (checkId: string) => string
}

export function rejudge(run: RunDocument, choice: RejudgeOptions): RunDocument {
  const states: CheckState[] = run.modes.flatMap((mode) =>
    mode.checks.map((check): CheckState => {
      const probe = choice.probes.find(
        (candidate) =>
          candidate.meta.mode === mode.slug && candidate.checks.some((c) => c.meta.id === check.id),
      )
      if (probe === undefined) {
        throw new FailmodeError('run-invalid', {
          message: `the run holds the check ${check.id}, which this version does not have.`,
          hint: `Judge it with the version that made it, ${run.tool.version}.`,
        })
      }
      const options = choice.options?.[mode.slug] ?? probe.options.parse(run.system.options[mode.slug] ?? {})
      const base = { probe, checkId: check.id, options, cost: check.cost }
      // Only these three outcomes are given without measuring; every other one came from a judge.
      const unmeasured = check.measurements.length === 0
      if (
        unmeasured &&
        (check.outcome === 'error' || check.outcome === 'skipped' || check.outcome === 'not-applicable')
      ) {
        return { ...base, result: { kind: check.outcome, reason: check.reason } }
      }
      const { measurements, notCovered, facts } = check
      return { ...base, result: { kind: 'measured', measured: { measurements, notCovered, facts } } }
    }),
  )
  const { catalogue, bugBar, ownBugBar } = chooseBar(choice.catalogue, choice.bugBar ?? barOf(run))
  const { ownBugBar: _, ...rest } = run
  const assets = choice.assets ?? run.system.assets
  const judged = judgeRun({
    catalogue,
    systemName: run.system.name,
    assets,
    bugBar,
    checks: states,
    headlines: Object.fromEntries(run.modes.map((mode) => [mode.slug, mode.measurements])),
    sanity: run.sanity,
    sha256: choice.sha256,
    reproduce: choice.reproduce,
  })
  // How a finding stands against the baseline was told by its samples, which are the same.
  const before = new Map(run.findings.map(({ fingerprint, baseline }) => [fingerprint, baseline]))
  const compared = judged.findings.map((finding) => {
    const baseline = before.get(finding.fingerprint)
    return baseline === undefined ? finding : { ...finding, baseline }
  })
  const gated =
    choice.gate === undefined
      ? null
      : gateRun({ modes: judged.modes, findings: compared }, choice.gate, { today: choice.today })
  const gate = gated?.result ?? null
  return {
    ...rest,
    bugBar,
    ...(ownBugBar === undefined ? {} : { ownBugBar }),
    system: { ...run.system, assets: { ...assets }, options: { ...run.system.options, ...choice.options } },
    modes: [...judged.modes],
    findings: [...(gated?.findings ?? compared)],
    gate:
      gate === null
        ? run.gate
        : {
            passed: gate.passed,
            incomplete: gate.incomplete,
            reasons: [...gate.reasons],
            config: choice.gate ?? {},
            failOn: choice.gate?.failOn ?? null,
            safety: choice.gate?.safety ?? null,
          },
  }
}
