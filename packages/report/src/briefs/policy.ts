// A finding for lawyers and policy makers, in plain words and on two printed pages at most: what it is, how bad by whose
// rule, who could do it, both readings of the question of access, and the legal questions with whose opinion each is.
import { measureByName } from '@failmode/catalogue'
import { barTitle, mitigationWords } from '../report-catalogue.ts'
import { type BriefSection, type FindingContext, list, type Note, section, text } from './brief.ts'
import { plainMeasurement } from './plain-measurement.ts'
import { termsIn } from './terms-in.ts'
import { whoCould } from './who-could.ts'

const shownMeasurements = 2
const shownSteps = 3
const shownAdvice = 5

const levels: Readonly<Record<string, string>> = {
  critical: 'the highest of the four levels of the bug bar',
  important: 'the second highest of the four levels of the bug bar',
  moderate: 'the third of the four levels of the bug bar',
  low: 'the lowest level',
  high: "the highest of the three levels of failmode's own safety scale",
  medium: "the middle one of the three levels of failmode's own safety scale",
}

export function policyBrief(context: FindingContext): readonly BriefSection[] {
  const { finding, words, measurements, catalogue } = context
  const advice = mitigationWords(catalogue, finding.mitigations)
  const sections = [
    ...section('What was measured', [
      text(finding.description),
      ...list(
        measurements.slice(0, shownMeasurements).map((measurement) => {
          const meaning = measureByName(measurement.name, catalogue)?.say.policy
          return [plainMeasurement(measurement, catalogue), ...(meaning === undefined ? [] : [meaning])].join(
            ' ',
          )
        }),
      ),
    ]),
    ...section(
      'What this kind of failure is, in general',
      words === undefined ? [] : [text(words.say.policy)],
    ),
    ...section('How bad, and by which rule', howBad(context)),
    ...section('Who could do it, and with what access', list(who(context))),
    ...(words === undefined
      ? []
      : section('Where it comes from, and where it may lead', [
          {
            kind: 'terms',
            rows: [
              ['Cause', words.policy.cause],
              ['Consequence', words.policy.consequence],
              ['Civil liberties', words.policy.civilLiberties],
              ['Whose view', words.policy.opinionOf],
            ],
          },
        ])),
    ...(words === undefined || words.accessViolation.table === 'not-asked'
      ? []
      : section('Does it violate the traditional notion of access?', [
          {
            kind: 'terms',
            rows: [
              ['The published table', words.accessViolation.table === 'yes' ? 'Yes.' : 'No.'],
              ['Comments in the source of the page', words.accessViolation.comments.text],
              ['The paper version', words.accessViolation.paper.text],
            ],
          },
        ])),
    ...section('Legal questions', legal(context)),
    ...section(
      'What to do, if it has happened in use',
      words === undefined
        ? []
        : [{ kind: 'list', items: words.response.firstResponse.slice(0, shownSteps), ordered: true }],
    ),
    ...section(
      'What can be done against it',
      list(advice.slice(0, shownAdvice).map(({ title, id }) => `${title} (${id})`)),
    ),
    ...section('How an expert sees it again', [{ kind: 'command', command: finding.reproduce }]),
    ...section('Not looked at', list(context.check?.notCovered ?? [])),
  ]
  const rows = termsIn(sections, catalogue.glossary)
  return rows.length === 0 ? sections : [...sections, { title: 'Words', blocks: [{ kind: 'terms', rows }] }]
}

function howBad({ finding, catalogue }: FindingContext) {
  const { rule, severity } = finding
  return [
    text(
      `${severity[0]?.toUpperCase()}${severity.slice(1)}, ${levels[severity] ?? ''}. The rule, from ${barTitle(catalogue, rule.bar)}: ${rule.text}`,
    ),
    ...list([
      ...(rule.elsewhere ?? []).map(
        ({ bar, severity: other, text: why }) =>
          `${barTitle(catalogue, bar)} rates the same ${other}: ${why}`,
      ),
      ...rule.open.map(({ question, effect }) => `${question} ${effect}`),
    ]),
  ]
}

function who({ check, words }: FindingContext): readonly string[] {
  if (words?.kind === 'unintentional') return whoCould(null, [])
  return whoCould(check?.access ?? null, check?.knowledge ?? [])
}

function legal({ words, catalogue }: FindingContext) {
  if (words === undefined || words.legalNotes.length === 0) return []
  const notes = words.legalNotes.map(
    (note): Note => ({
      head: note.jurisdiction,
      text: [note.text, ...note.answers.map(({ question, answer }) => `${question}: ${answer}.`)].join(' '),
      foot: `${note.source}. As of ${note.asOf}; ${certaintyWords[note.certainty]}; opinion of ${note.opinionOf}${note.verified ? '' : '; not checked against the source'}.`,
      url: note.url,
    }),
  )
  return [{ kind: 'notes' as const, notes }, text(catalogue.notices.legal)]
}

const certaintyWords = {
  settled: 'settled law',
  likely: 'likely',
  contested: 'contested',
  open: 'an open question',
} as const
