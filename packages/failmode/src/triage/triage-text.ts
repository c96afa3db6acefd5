// A triage for the terminal: the order of all modes first, then what to do about those that answers support, then
// what is still to be asked. A mode that only words recommend gets no page of its own here, so that nobody starts
// to work on what a word search found.
import { leadingCandidates, type TriageCandidate, type TriageResult } from '@failmode/core'
import { involvedText } from '@failmode/report'
import pc from 'picocolors'
import { paragraph } from '../terminal/paragraph.ts'
import { printable } from '../terminal/printable.ts'
import {
  noChecksText,
  openTexts,
  opinionText,
  reasonText,
  rowQuestions,
  safetyText,
  statusNames,
  titleOf,
  variantText,
} from './triage-words.ts'

type Colors = ReturnType<typeof pc.createColors>

export interface TextOptions {
  readonly width: number
  readonly color: boolean
}

/** Candidates with a page of their own, open questions and mitigations that are printed. */
const shown = { candidates: 3, questions: 8, mitigations: 6 } as const

export function triageText(result: TriageResult, { width, color }: TextOptions): string {
  const colors = pc.createColors(color)
  const { bold, dim } = colors
  const wrap = (text: string) => paragraph(text, width)
  const { next, decisionRecord } = result
  const supported = leadingCandidates(result.candidates).filter(({ status }) => status === 'supported')
  const out = [
    ...(result.complaint === null ? [] : [bold('Complaint'), wrap(printable(result.complaint)), '']),
    wrap(result.statement),
    '',
    candidateLines(result, { width, color }),
    ...supported.slice(0, shown.candidates).flatMap((candidate) => ['', details(candidate, colors, wrap)]),
  ]
  if (supported.length > 0) {
    out.push(
      '',
      bold('Record of each disputed decision'),
      ...decisionRecord.fields.map((field) => wrap(`- ${field}`)),
      wrap(decisionRecord.also),
    )
  } else {
    out.push(
      '',
      dim(wrap('What to save and do first, mode by mode: failmode explain <mode> --for responder')),
    )
  }
  if (!result.decided && next.questions.length > 0) {
    out.push('', bold('Questions that tell them apart, the most telling first'))
    for (const { id, text } of next.questions.slice(0, shown.questions))
      out.push(wrap(`- ${text}`), `  ${dim(id)}`)
    const more = next.questions.length - shown.questions
    if (more > 0) out.push(dim(`  ${more} more: --json`))
  }
  if (supported.length > 0 && next.facts.length > 0) {
    out.push('', bold('Facts to ask the owner; until then the worst is taken'))
    for (const { name, question, answers } of next.facts)
      out.push(wrap(`- ${question}`), `  ${dim(`${name}: ${answers.join(', ')}`)}`)
  }
  const question = next.questions[0]
  if (question !== undefined) {
    out.push(
      '',
      wrap('Write what is known to a file and give it with --answers:'),
      '',
      'answers:',
      `  ${question.id}: unknown   ${dim('# or yes, or no')}`,
    )
    const fact = next.facts[0]
    if (supported.length > 0 && fact !== undefined)
      out.push('facts:', `  ${fact.name}: ${String(fact.answers.at(-1))}`)
  }
  out.push('', ...result.notices.slice(0, 1).map((notice) => dim(wrap(notice))))
  return `${out.join('\n')}\n`
}

/** Every mode in a line or two. */
export function candidateLines({ candidates }: TriageResult, { width, color }: TextOptions): string {
  const { bold, dim, green, red } = pc.createColors(color)
  const paint = { supported: green, possible: (text: string) => text, 'ruled-out': red }
  const nameWidth = Math.max(...candidates.map(({ mode }) => mode.length))
  const statusWidth = Math.max(...Object.values(statusNames).map(({ length }) => length))
  const margin = 4 + nameWidth + 2 + statusWidth + 2
  return candidates
    .map((candidate) => {
      const number = String(candidate.number ?? '').padStart(2)
      const status = paint[candidate.status](statusNames[candidate.status].padEnd(statusWidth))
      const reason = paragraph(printable(reasonText(candidate)), Math.max(20, width - margin))
        .split('\n')
        .join(`\n${' '.repeat(margin)}`)
      const name = candidate.mode.padEnd(nameWidth)
      return `${dim(number)}  ${candidate.status === 'supported' ? bold(name) : name}  ${status}  ${dim(reason)}`
    })
    .join('\n')
}

function details(candidate: TriageCandidate, { bold, dim }: Colors, wrap: (text: string) => string): string {
  const variant = variantText(candidate)
  const { supports, against } = candidate.reasons
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => wrap(`- ${printable(line)}`))]
  const rated = [
    ...candidate.opinions.map(opinionText),
    ...(candidate.safety === null ? [] : [safetyText(candidate.safety)]),
  ]
  const advice = candidate.mitigations.slice(0, shown.mitigations)
  const more = candidate.mitigations.length - advice.length
  return [
    `${bold(titleOf(candidate))}  ${dim(statusNames[candidate.status])}${variant === null ? '' : `  ${dim(`variant ${variant}`)}`}`,
    ...section('Why', [
      ...supports.map(({ text, answer }) => `for it: ${text} ${answer}`),
      ...against.map(({ text, answer }) => `against it: ${text} ${answer}`),
    ]),
    ...section('Severity', rated),
    ...section('Open facts of the rating', openTexts(candidate)),
    ...section('To place it in its row, ask', rowQuestions(candidate)),
    ...section('Involve', candidate.involve.map(involvedText)),
    ...section('First response', candidate.firstResponse),
    ...section('Evidence to preserve', candidate.evidenceToPreserve),
    ...section(
      'Mitigations',
      advice.map(({ title, text, phase }) => `${title} (${phase}). ${text}`),
    ),
    ...(more > 0 ? [dim(`  ${more} more: failmode explain ${candidate.mode}`)] : []),
    '',
    bold('Measure it'),
    `${candidate.checks.command}${noChecksText(candidate.checks)}`,
  ].join('\n')
}
