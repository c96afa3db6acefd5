// A triage as Markdown, for the ticket of the incident. The complaint is a stranger's text and is escaped like
// everything else, so that it cannot mention a person, load a picture or pass for a heading.
import { leadingCandidates, type TriageCandidate, type TriageResult } from '@failmode/core'
import { code, inline, involvedText } from '@failmode/report'
import {
  noChecksText,
  openTexts,
  opinionText,
  placeNames,
  reasonText,
  rowQuestions,
  safetyText,
  statusNames,
  titleOf,
  variantText,
} from './triage-words.ts'

export function triageMarkdown(result: TriageResult): string {
  const { candidates, next, decisionRecord } = result
  const chosen = leadingCandidates(candidates)
  const blocks = [
    '# Incident triage',
    ...(result.complaint === null ? [] : [`> ${inline(result.complaint)}`]),
    `**${inline(result.statement)}**`,
    '## Every mode',
    table(
      ['#', 'Mode', 'Status', 'Reason'],
      candidates.map((candidate) => [
        candidate.number === null ? '+' : String(candidate.number),
        inline(candidate.name),
        candidate.status === 'supported' ? '**supported**' : statusNames[candidate.status],
        inline(reasonText(candidate)),
      ]),
    ),
    ...chosen.flatMap(details),
    '## Record of each disputed decision',
    list([...decisionRecord.fields, decisionRecord.also]),
    ...(next.questions.length === 0
      ? []
      : [
          '## Questions that tell them apart',
          table(
            ['Question', 'Why', 'Id', 'Answer'],
            next.questions.map(({ text, why, id }) => [inline(text), inline(why), code(id), '']),
          ),
        ]),
    ...(next.facts.length === 0
      ? []
      : [
          '## Facts to ask the owner',
          'Until they are answered, ratings take them at their worst.',
          table(
            ['Question', 'Answers, least harmful first', 'Fact', 'Concerns'],
            next.facts.map(({ question, answers, name, concerns }) => [
              inline(question),
              inline(answers.join(', ')),
              code(name),
              inline(concerns.join(', ')),
            ]),
          ),
        ]),
    '---',
    ...result.notices.map(inline),
  ]
  return `${blocks.join('\n\n')}\n`
}

function details(candidate: TriageCandidate): readonly string[] {
  const variant = variantText(candidate)
  const { supports, against, words } = candidate.reasons
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`### ${title}`, list(lines)]
  return [
    `## ${inline(titleOf(candidate))}`,
    `Status: **${statusNames[candidate.status]}**${variant === null ? '' : `, variant ${inline(variant)}`}`,
    ...section('Why', [
      ...supports.map(({ text, answer }) => `for it: ${text} ${answer}`),
      ...against.map(({ text, answer }) => `against it: ${text} ${answer}`),
      ...words.map(
        ({ word, met, in: place, text }) =>
          `the word "${word}" met "${met}" in ${placeNames[place]}: ${text}`,
      ),
    ]),
    ...section('Severity', [
      ...candidate.opinions.map(opinionText),
      ...(candidate.safety === null ? [] : [safetyText(candidate.safety)]),
    ]),
    ...section('Open facts of the rating', openTexts(candidate)),
    ...section('To place it in its row, ask', rowQuestions(candidate)),
    ...section('Involve', candidate.involve.map(involvedText)),
    ...section('First response', candidate.firstResponse),
    ...section('Evidence to preserve', candidate.evidenceToPreserve),
    ...section(
      'Mitigations',
      candidate.mitigations.map(({ title, text, phase }) => `${title} (${phase}). ${text}`),
    ),
    '### Measure it',
    `${code(candidate.checks.command)}${noChecksText(candidate.checks)}`,
  ]
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${inline(item)}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
