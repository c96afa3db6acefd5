// JUnit XML, for the test view of build servers: one suite per failure mode, one case per check. A check that
// found something failed; one that broke or could not decide is an error; one that was not run is skipped and
// says why. A mode without checks still has a case, because an empty suite would read as clean.
import type { CheckResult, Finding, ModeResult, RunDocument } from '@failmode/core'
import { formatMeasurement, formatSlice } from './format.ts'
import { oneLine, visibleText } from './visible-text.ts'
import { outcomeWords, ratingText } from './wording.ts'

interface Case {
  readonly xml: string
  readonly state: 'passed' | 'failed' | 'error' | 'skipped'
  readonly seconds: number
}

export function renderJunit(run: RunDocument): string {
  const suites = run.modes.map((mode) => {
    const cases =
      mode.checks.length === 0 ? [modeCase(mode)] : mode.checks.map((check) => checkCase(run, mode, check))
    const number = mode.number === null ? '' : `${String(mode.number).padStart(2, '0')} `
    return {
      cases,
      xml: element(
        'testsuite',
        { name: `${number}${mode.name}`, ...counts(cases) },
        cases.map(({ xml }) => xml),
      ),
    }
  })
  const all = suites.flatMap(({ cases }) => cases)
  const root = element(
    'testsuites',
    { name: `failmode ${run.system.name}`, ...counts(all) },
    suites.map(({ xml }) => xml),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function counts(cases: readonly Case[]): Record<string, string> {
  const of = (state: Case['state']) => String(cases.filter((one) => one.state === state).length)
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0)
  return {
    tests: String(cases.length),
    failures: of('failed'),
    errors: of('error'),
    skipped: of('skipped'),
    time: seconds.toFixed(3),
  }
}

/** Stands for a mode that has no checks in this run. */
function modeCase(mode: ModeResult): Case {
  return testCase({
    classname: mode.slug,
    name: mode.slug,
    seconds: 0,
    ...verdictOf(mode.outcome, mode.reason, []),
  })
}

function checkCase(run: RunDocument, mode: ModeResult, check: CheckResult): Case {
  const findings = run.findings.filter((finding) => finding.check === check.id)
  const output = [
    ...check.measurements.map((measurement) => {
      const slice = formatSlice(measurement.slice)
      return slice === '' ? formatMeasurement(measurement) : `${formatMeasurement(measurement)} {${slice}}`
    }),
    ...(check.detectable === null ? [] : [`smallest detectable effect: ${check.detectable.text}`]),
    ...check.notCovered.map((text) => `not covered: ${text}`),
  ]
  return testCase({
    classname: mode.slug,
    name: check.id,
    seconds: run.timing.checks[check.id] ?? 0,
    ...verdictOf(check.outcome, check.reason, findings),
    output,
  })
}

interface Judged {
  readonly state: Case['state']
  readonly tag?: 'failure' | 'error' | 'skipped'
  readonly type?: string
  readonly message?: string
  readonly body?: string
}

function verdictOf(outcome: CheckResult['outcome'], reason: string, findings: readonly Finding[]): Judged {
  const { word, reading } = outcomeWords[outcome]
  if (reading === 'clean') return { state: 'passed' }
  if (outcome === 'finding') {
    const open = findings.filter((finding) => finding.waived === null)
    if (findings.length > 0 && open.length === 0) {
      const waivers = findings.map(
        ({ title, waived }) => `${title}: ${waived?.reason} (until ${waived?.until})`,
      )
      return { state: 'skipped', tag: 'skipped', message: `Waived. ${waivers.join(' ')}` }
    }
    const [worst] = open
    return {
      state: 'failed',
      tag: 'failure',
      type: worst === undefined ? 'finding' : ratingText(worst),
      message: worst === undefined ? reason : worst.title,
      body: open.map(findingText).join('\n\n'),
    }
  }
  if (outcome === 'error' || outcome === 'inconclusive') {
    return { state: 'error', tag: 'error', type: outcome, message: `${word}: ${reason}`, body: reason }
  }
  return { state: 'skipped', tag: 'skipped', message: `${word}: ${reason}` }
}

function findingText(finding: Finding): string {
  return [
    `${finding.title} [${finding.id}]`,
    `Severity: ${ratingText(finding)}. Rule ${finding.rule.id}: ${finding.rule.text}`,
    finding.description,
    `Reproduce: ${finding.reproduce}`,
    ...(finding.mitigations.length === 0 ? [] : [`Mitigations: ${finding.mitigations.join(', ')}`]),
  ].join('\n')
}

function testCase(
  parts: Judged & { classname: string; name: string; seconds: number; output?: readonly string[] },
): Case {
  const { state, tag, type, message, body, output = [] } = parts
  const children: string[] = []
  if (tag !== undefined) {
    const attributes = {
      ...(message === undefined ? {} : { message }),
      ...(type === undefined ? {} : { type }),
    }
    children.push(element(tag, attributes, body === undefined ? [] : [escapeText(body)]))
  }
  if (output.length > 0) children.push(element('system-out', {}, [escapeText(output.join('\n'))]))
  const attributes = { classname: parts.classname, name: parts.name, time: parts.seconds.toFixed(3) }
  return { state, seconds: parts.seconds, xml: element('testcase', attributes, children) }
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly string[],
): string {
  const start = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeAttribute(value)}"`),
  ]
  return children.length === 0
    ? `<${start.join(' ')}/>`
    : `<${start.join(' ')}>${children.join('\n')}</${name}>`
}

/** Escapes `>` as well, so that `]]>` cannot stand in a text (XML 1.0, 2.4). */
function escapeText(text: string): string {
  return visibleText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\r/g, '&#13;')
}

function escapeAttribute(text: string): string {
  return escapeText(oneLine(text)).replace(/"/g, '&quot;').replace(/'/g, '&apos;')
}
