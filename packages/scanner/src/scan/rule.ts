import type { ScanSeverity, Verdict } from './verdict.ts'

/** What the scanner objects to, once for all files: each finding names its rule. */
export interface Rule {
  /** `area/kebab-case`, stable, such as `pickle/dangerous-import`. */
  readonly id: string
  /** One plain sentence without a full stop: what was found. */
  readonly title: string
  /** What a file with such a finding is. `clean`: worth knowing, no objection. A finding may say otherwise. */
  readonly verdict: Verdict
  readonly severity: ScanSeverity
  /** Why it matters, for a reader who has not met it. */
  readonly why: string
  /** What to do about it. */
  readonly advice: string
  /** CWE, CVE, GHSA, ATLAS technique and OWASP entry numbers, such as `CWE-502`, `AML.T0010`. */
  readonly references: readonly string[]
}

/** The rules of one area; each gets its id from its key: `defineRules('pickle', { 'dangerous-import': ... })`. */
export function defineRules<Name extends string>(
  area: string,
  rules: Readonly<Record<Name, Omit<Rule, 'id'>>>,
): Readonly<Record<Name, Rule>> {
  return Object.fromEntries(
    Object.entries<Omit<Rule, 'id'>>(rules).map(([name, rule]) => [name, { id: `${area}/${name}`, ...rule }]),
  ) as Record<Name, Rule>
}
