// Judging is apart from measuring: given what the checks measured, the thresholds in the options and a bug bar,
// it says for each check what the outcome is and rates every claim. It is pure, so `failmode judge` can rate a
// stored run again without touching the model.
import type { Catalogue } from '@failmode/catalogue'
import { canonicalJson } from '../json.ts'
import type { AnyProbe, Claim, Judgement, Measured } from '../probe/probe.ts'
import type { CheckResult, Finding, Measurement, ModeResult, SanityEntry } from '../run/run-document.ts'
import { doubtsAbout } from '../run/sanity.ts'
import { combineOutcomes, type Outcome } from '../words.ts'
import { rate } from './rate.ts'

/** One check of a run before judging. */
export interface CheckState {
  readonly probe: AnyProbe
  readonly checkId: string
  readonly options: unknown
  readonly cost: { readonly queries: number; readonly gradients: number }
  readonly result:
    | { readonly kind: 'measured'; readonly measured: Measured }
    | { readonly kind: 'not-applicable' | 'skipped' | 'error'; readonly reason: string }
}

export interface JudgeInput {
  readonly catalogue: Catalogue
  readonly systemName: string
  readonly assets: Readonly<Record<string, string | boolean>>
  readonly bugBar: string
  readonly checks: readonly CheckState[]
  /** Headline measurements by mode slug. */
  readonly headlines: Readonly<Record<string, readonly Measurement[]>>
  /** What was found out about the results themselves; see {@link doubtsAbout}. */
  readonly sanity: readonly SanityEntry[]
  /** sha-256 of a text, hex; core is pure and cannot hash. */
  readonly sha256: (text: string) => string
  /** The command line that repeats one check. */
  readonly reproduce: (checkId: string) => string
}

export interface JudgedRun {
  readonly modes: readonly ModeResult[]
  readonly findings: readonly Finding[]
}

export function judgeRun(input: JudgeInput): JudgedRun {
  const findings: Finding[] = []
  const modes = input.catalogue.modes.map((mode): ModeResult => {
    const own = input.checks.filter((state) => state.probe.meta.mode === mode.slug)
    const judged = own.map((state) => {
      const { result, claims } = judgeCheck(state, input.sanity)
      for (const claim of claims) findings.push(toFinding(input, mode.slug, result, claim))
      return result
    })
    const outcome = combineOutcomes(judged.map((check) => check.outcome))
    return {
      id: mode.number === null ? mode.slug : String(mode.number),
      number: mode.number,
      slug: mode.slug,
      name: mode.summaryName,
      outcome,
      reason: own.length === 0 ? 'no probe in this version' : modeReason(outcome, judged),
      checks: judged,
      measurements: [...(input.headlines[mode.slug] ?? [])],
    }
  })
  return { modes, findings: distinct(findings.sort(bySeverity)) }
}

function modeReason(outcome: Outcome, checks: readonly CheckResult[]): string {
  const deciding = checks.filter((check) => check.outcome === outcome)
  return [...new Set(deciding.map((check) => check.reason))].join(' ')
}

function judgeCheck(
  state: CheckState,
  sanity: readonly SanityEntry[],
): { result: CheckResult; claims: readonly Claim[] } {
  const check = state.probe.checks.find((candidate) => candidate.meta.id === state.checkId)
  if (check === undefined)
    throw new RangeError(`probe ${state.probe.meta.mode} has no check ${state.checkId}`)
  const measured: Measured =
    state.result.kind === 'measured' ? state.result.measured : { measurements: [], notCovered: [] }
  const judgement: Judgement =
    state.result.kind === 'measured'
      ? doubted(check.judge(state.result.measured, state.options), doubtsAbout(state.checkId, sanity))
      : { outcome: state.result.kind, reason: state.result.reason, detectable: null, claims: [] }
  return {
    claims: judgement.claims,
    result: {
      id: check.meta.id,
      probe: state.probe.meta.mode,
      title: check.meta.title,
      variant: check.meta.variant,
      access: check.meta.access,
      knowledge: [...check.meta.knowledge],
      outcome: judgement.outcome,
      reason: judgement.reason,
      notCovered: [...measured.notCovered],
      detectable: judgement.detectable,
      measurements: [...measured.measurements],
      cost: { ...state.cost },
      facts: { ...measured.facts },
    },
  }
}

/** What could not be observed never reads as clean: a result in doubt is no result, unless something was found that stands. */
function doubted(judgement: Judgement, doubts: readonly SanityEntry[]): Judgement {
  const voided = judgement.outcome === 'finding' && doubts.some(({ voids }) => voids === true)
  if (!voided && (judgement.outcome !== 'no-finding' || doubts.length === 0)) return judgement
  const why = doubts.map(({ meaning }) => meaning).join(' ')
  return {
    outcome: 'inconclusive',
    reason: `${judgement.reason} That does not count: ${why}`,
    detectable: null,
    claims: [],
  }
}

function toFinding(input: JudgeInput, mode: string, check: CheckResult, claim: Claim): Finding {
  const rating = rate({
    catalogue: input.catalogue,
    bugBar: input.bugBar,
    mode,
    variant: claim.variant,
    facts: { ...input.assets, ...claim.facts },
    ...(claim.offBar === undefined ? {} : { offBar: claim.offBar }),
  })
  // Made of what stays the same between runs: no numbers, seeds or attack names (design, "Units and conventions").
  const fingerprint = input.sha256(
    canonicalJson([input.systemName, mode, claim.variant, check.access, claim.subject]),
  )
  return {
    id: `${mode}-${fingerprint.slice(0, 8)}`,
    fingerprint,
    title: claim.title,
    mode,
    variant: claim.variant,
    check: check.id,
    severity: rating.severity,
    scale: rating.scale,
    rule: {
      id: rating.ruleId,
      bar: rating.bar,
      text: rating.text,
      open: [...rating.open],
      ...(rating.elsewhere.length === 0 ? {} : { elsewhere: [...rating.elsewhere] }),
    },
    description: claim.description,
    evidence: [...claim.evidence],
    measurements: [...claim.measurements],
    reproduce: input.reproduce(check.id),
    mitigations: [...claim.mitigations],
    waived: null,
  }
}

/** One finding a fingerprint: two checks that show the same weakness by the same access have found one thing. */
function distinct(findings: readonly Finding[]): Finding[] {
  const byFingerprint = new Map<string, Finding>()
  for (const finding of findings) {
    const known = byFingerprint.get(finding.fingerprint)
    if (known === undefined) byFingerprint.set(finding.fingerprint, finding)
  }
  return [...byFingerprint.values()]
}

/** Worst first over both scales; our `high` stands beside `important`, not above `critical`. */
const order = ['critical', 'important', 'high', 'moderate', 'medium', 'low']

/** Within a severity findings keep the order of the modes and of the checks in them. */
function bySeverity(a: Finding, b: Finding): number {
  return order.indexOf(a.severity) - order.indexOf(b.severity)
}
