// A context for the test of one format by itself: records what it is told and examines nothing that is nested.
import { Budget, defaultLimits, type ScanLimits } from '../../scan/limits.ts'
import type { Rule } from '../../scan/rule.ts'
import type { Json } from '../../scan/scan-report.ts'
import type { Verdict } from '../../scan/verdict.ts'
import type { Source } from '../../source/source.ts'
import type { Archive, FindingDetail, ScanContext } from '../format.ts'

export interface FakeReport extends FindingDetail {
  /** Id of the rule. */
  readonly rule: string
  readonly verdict: Verdict
}

export interface FakeContext extends ScanContext {
  readonly reports: readonly FakeReport[]
  readonly facts: Readonly<Record<string, Json>>
  /** What was handed on to be examined, in order. */
  readonly scanned: readonly { readonly name: string; readonly source: Source }[]
  readonly searched: readonly { readonly from: number; readonly to: number }[]
  /** Archives handed on as a whole. */
  readonly archives: readonly Archive[]
}

export function fakeContext({
  limits = {},
  beside = null,
}: {
  readonly limits?: Partial<ScanLimits>
  readonly beside?: Archive | null
} = {}): FakeContext {
  const reports: FakeReport[] = []
  const facts: Record<string, Json> = {}
  const scanned: { name: string; source: Source }[] = []
  const searched: { from: number; to: number }[] = []
  const archives: Archive[] = []
  return {
    budget: new Budget({ ...defaultLimits, ...limits }),
    path: 'file',
    beside,
    reports,
    facts,
    scanned,
    searched,
    archives,
    report(rule: Rule, detail) {
      reports.push({ ...detail, rule: rule.id, verdict: detail.verdict ?? rule.verdict })
    },
    fact(name, value) {
      facts[name] = value
    },
    async scan(source, name) {
      scanned.push({ name, source })
      return { format: null, verdict: 'clean' }
    },
    async scanMembers(archive) {
      archives.push(archive)
    },
    async search(source, { from = 0, to = source.size } = {}) {
      searched.push({ from, to })
      return 0
    },
  }
}
