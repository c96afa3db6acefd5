// The report as GitHub shows it: a job summary, an issue, a pull request comment. The same facts in the same
// order as the HTML report, without pictures (a comment cannot carry them); their files are named instead.
// Everything that comes from the run is escaped, so that a label cannot break a table, load a picture, mention a
// person or pass for a heading.
import type { CheckResult, Evidence, Measurement, ModeResult, RunDocument } from '@failmode/core'
import { box } from '@failmode/core'
import { type Block, type FindingContext, findingContext } from './briefs/brief.ts'
import { decisionRecord } from './briefs/decision-record.ts'
import { writeBrief } from './briefs/write-brief.ts'
import {
  formatBare,
  formatDuration,
  formatInterval,
  formatNumber,
  formatSlice,
  formatTime,
  measuredValue,
} from './format.ts'
import { notLookedAt } from './not-looked-at.ts'
import type { RenderOptions } from './renderer.ts'
import { barTitle, mitigationWords, modeWords, type ReportCatalogue } from './report-catalogue.ts'
import { runAgain } from './run-again.ts'
import { findingsOf, modesTable } from './table.ts'
import { oneLine, visibleText } from './visible-text.ts'
import {
  audiences,
  baselineWords,
  byRating,
  estimatedGradients,
  modeTitle,
  outcomeWords,
  ratingText,
  sanityState,
  transportText,
  verdict,
  voiceNames,
} from './wording.ts'

/** Measurements that a finding shows before it refers to the detail of its mode. */
const shownRows = 20

type MarkdownOptions = Pick<RenderOptions, 'catalogue' | 'audience'>

export function renderMarkdown(run: RunDocument, options: MarkdownOptions): string {
  const blocks = [
    ...heading(run),
    overview(run),
    ...findings(run, options),
    ...(options.audience === 'responder' ? record(run, options.catalogue) : []),
    ...gaps(run),
    ...sanity(run),
    // Checks and their numbers are for the engineer.
    ...(options.audience === undefined || options.audience === 'engineer'
      ? ['## Every mode in detail', ...run.modes.flatMap((mode) => modeDetail(run, mode, options))]
      : []),
    ...facts(run, options.catalogue),
  ]
  return `${blocks.join('\n\n')}\n`
}

function heading(run: RunDocument): readonly string[] {
  const { title, text, reasons } = verdict(run)
  return [
    `# Failure-mode report: ${inline(run.system.name)}`,
    `**${inline(title)}.** ${inline(text)}`,
    ...(reasons.length === 0 ? [] : [list(reasons.map(inline))]),
    [
      inline(run.system.task),
      `budget ${run.budget.name}`,
      `seed ${run.seed}`,
      formatTime(run.createdAt),
      `run ${code(run.id)}`,
    ].join(' · '),
  ]
}

function overview(run: RunDocument): string {
  const rows = modesTable(run).map((row) => [
    row.number === null ? '+' : String(row.number),
    inline(row.name),
    outcomeText(row.outcome),
    inline(row.headline),
    row.rating === null ? '' : `${ratingText(row.rating)}${row.rating.waived ? ', waived' : ''}`,
    inline(row.meaning),
  ])
  return table(['#', 'Mode', 'Outcome', 'Headline [95 % interval] (n)', 'Severity', 'What it means'], rows)
}

function findings(run: RunDocument, { catalogue, audience }: MarkdownOptions): readonly string[] {
  if (run.findings.length === 0)
    return ['## Findings', 'None. Modes that were not observed are no proof of safety.']
  return [
    '## Findings',
    ...[...run.findings].sort(byRating).flatMap((finding) => {
      const context = findingContext(run, catalogue, finding)
      const brief = writeBrief(audience, context)
      return [
        ...findingHead(context),
        ...(brief === null
          ? engineerBlocks(context)
          : brief.flatMap(({ title, blocks }) => [`#### ${inline(title)}`, ...blocks.map(blockText)])),
      ]
    }),
  ]
}

function findingHead({
  finding,
  mode,
  catalogue,
  doubts,
  withoutAttacker,
}: FindingContext): readonly string[] {
  const { rule } = finding
  return [
    `### ${inline(finding.title)}`,
    [
      `**${ratingText(finding)}**`,
      `mode ${inline(mode === undefined ? finding.mode : modeTitle(mode))}`,
      ...(finding.variant === null ? [] : [`variant ${inline(finding.variant)}`]),
      `check ${code(finding.check)}`,
      `id ${code(finding.id)}`,
    ].join(' · '),
    [
      `Rated by ${inline(barTitle(catalogue, rule.bar))}, rule ${code(rule.id)}: ${inline(rule.text)}`,
      ...(rule.elsewhere ?? []).map(
        ({ bar, severity, text }) =>
          `${inline(barTitle(catalogue, bar))} rates the same ${severity}: ${inline(text)}`,
      ),
    ].join(' '),
    ...doubts.map(({ meaning }) => `**In doubt**: ${inline(meaning)}`),
    ...(withoutAttacker === null ? [] : [`**Without an attacker**: ${inline(withoutAttacker)}`]),
    ...(finding.baseline === undefined
      ? []
      : [`**${baselineWords[finding.baseline.status]}**: ${inline(finding.baseline.reason)}`]),
    ...(finding.waived === null
      ? []
      : [
          `**Waived** by ${inline(finding.waived.owner)} until ${inline(finding.waived.until)}: ${inline(finding.waived.reason)}`,
        ]),
  ]
}

function engineerBlocks({ finding, measurements, catalogue }: FindingContext): readonly string[] {
  const advice = mitigationWords(catalogue, finding.mitigations)
  return [
    paragraph(finding.description),
    ...(finding.rule.open.length === 0
      ? []
      : [
          'Facts that nobody answered and that could change the rating:',
          list(
            finding.rule.open.map(
              ({ fact, question, effect }) => `${code(fact)}: ${inline(question)} ${inline(effect)}`,
            ),
          ),
        ]),
    ...(measurements.length === 0
      ? []
      : ['What was measured:', measurementTable(measurements.slice(0, shownRows))]),
    ...(measurements.length <= shownRows
      ? []
      : [`${formatNumber(measurements.length - shownRows)} more are in the detail of the mode.`]),
    ...finding.evidence.flatMap(evidenceBlocks),
    'Reproduce:',
    fence(finding.reproduce),
    ...(advice.length === 0
      ? []
      : [
          'Mitigations:',
          list(advice.map(({ id, title, text }) => `${code(id)} **${inline(title)}**: ${inline(text)}`)),
        ]),
  ]
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text)
    case 'list':
      return block.ordered === true
        ? block.items.map((item, i) => `${i + 1}. ${inline(item)}`).join('\n')
        : list(block.items.map(inline))
    case 'terms':
      return list(block.rows.map(([term, text]) => `**${inline(term)}** ${inline(text)}`))
    case 'command':
      return fence(block.command)
    case 'notes':
      return list(
        block.notes.map(({ head, text, foot }) => `**${inline(head)}.** ${inline(text)} _${inline(foot)}_`),
      )
  }
}

function record(run: RunDocument, catalogue: ReportCatalogue): readonly string[] {
  return [
    '## The record of a decision',
    'What a system should record about each decision of high impact, and what this run knows of it.',
    blockText({ kind: 'terms', rows: decisionRecord(run, catalogue) }),
    inline(catalogue.decisionRecord.also),
  ]
}

function gaps(run: RunDocument): readonly string[] {
  const found = notLookedAt(run)
  return [
    '## What was not looked at',
    found.length === 0
      ? 'Every check of this version that fits the system ran, and left nothing out.'
      : list(
          found.map(
            ({ mode, reasons }) =>
              `**${inline(modeTitle(mode))}** (${outcomeWords[mode.outcome].word.toLowerCase()}): ${reasons.map(inline).join(' ')}`,
          ),
        ),
  ]
}

function sanity(run: RunDocument): readonly string[] {
  if (run.sanity.length === 0) return []
  const rows = run.sanity.map((entry) => [
    sanityState(entry),
    code(entry.id),
    (entry.concerns ?? [entry.check]).map((check) => code(check)).join(' '),
    inline(entry.settledBy === undefined ? entry.meaning : `${entry.meaning} Settled by ${entry.settledBy}.`),
  ])
  return [
    '## Sanity checks',
    'Whether the measurements themselves can be trusted.',
    table(['State', 'Test', 'Checks', 'Meaning'], rows),
  ]
}

function modeDetail(
  run: RunDocument,
  mode: ModeResult,
  { catalogue, audience }: MarkdownOptions,
): readonly string[] {
  const words = modeWords(catalogue, mode.slug)
  const voices = audience === undefined ? audiences : [audience]
  const body = [
    `${outcomeText(mode.outcome)}. ${inline(mode.reason)}`,
    ...(words === undefined
      ? []
      : [list(voices.map((voice) => `For the ${voiceNames[voice]}: ${inline(words.say[voice])}`))]),
    ...(mode.measurements.length === 0 ? [] : [measurementTable(mode.measurements)]),
    ...mode.checks.flatMap(checkBlocks),
    ...findingsOf(run, mode).map(
      (finding) => `Finding: ${inline(finding.title)} (${ratingText(finding)}), above.`,
    ),
  ]
  const summary = `${html(modeTitle(mode))}: ${outcomeWords[mode.outcome].mark} ${outcomeWords[mode.outcome].word}`
  return [`<details><summary>${summary}</summary>`, ...body, '</details>']
}

function checkBlocks(check: CheckResult): readonly string[] {
  return [
    `#### ${inline(check.title)} (${code(check.id)})`,
    `${outcomeText(check.outcome)}. ${inline(check.reason)}`,
    ...(check.access === null
      ? []
      : [
          [
            `access: ${check.access}`,
            box(check.access, check.knowledge),
            ...(check.knowledge.length === 0 ? [] : [`knows ${check.knowledge.join(', ')}`]),
            `${formatNumber(check.cost.queries)} queries`,
            `${formatNumber(check.cost.gradients)} gradients`,
          ].join(' · '),
        ]),
    ...(check.measurements.length === 0 ? [] : [measurementTable(check.measurements)]),
    ...(check.detectable === null ? [] : [`Smallest detectable effect: ${inline(check.detectable.text)}`]),
    ...(check.notCovered.length === 0 ? [] : ['Not covered:', list(check.notCovered.map(inline))]),
  ]
}

function measurementTable(measurements: readonly Measurement[]): string {
  return table(
    ['Measurement', 'Value', 'Interval', 'n', 'Counted over', 'Attack', 'Slice'],
    measurements.map((measurement) => [
      code(measurement.name),
      inline(measuredValue(measurement)),
      inline(
        measurement.interval === undefined
          ? ''
          : `${formatInterval(measurement)} ${measurement.interval.method}`,
      ),
      formatNumber(measurement.n),
      inline(measurement.denominator),
      inline(measurement.attack ?? ''),
      inline(formatSlice(measurement.slice)),
    ]),
  )
}

function evidenceBlocks(evidence: Evidence): readonly string[] {
  const title = `Evidence: ${inline(evidence.title)}`
  switch (evidence.kind) {
    case 'images':
      return [
        evidence.caption === undefined ? title : `${title}. ${inline(evidence.caption)}`,
        ...(evidence.images.length === 0
          ? []
          : [list(evidence.images.map(({ label, blob }) => `${inline(label)}: ${code(blob.path)}`))]),
      ]
    case 'table':
      return [
        title,
        table(
          evidence.columns.map(inline),
          evidence.rows.map((row) =>
            row.map((cell) => inline(typeof cell === 'number' ? formatNumber(cell) : (cell ?? ''))),
          ),
        ),
      ]
    case 'curve': {
      const { x, y } = evidence
      const axis = ({ label, unit }: typeof x) =>
        unit === undefined ? label : `${label} (${unit === 'fraction' ? '%' : unit})`
      const value = (number: number | undefined, unit = '') =>
        number === undefined ? '' : formatBare(number, unit)
      return [
        title,
        table(
          ['Series', inline(axis(x)), inline(axis(y)), 'Low', 'High'],
          evidence.series.flatMap(({ label, points }) =>
            points.map((point) => [
              inline(label),
              value(point.x, x.unit),
              value(point.y, y.unit),
              value(point.low, y.unit),
              value(point.high, y.unit),
            ]),
          ),
        ),
      ]
    }
    case 'file':
      return [
        title,
        list([
          `file ${code(evidence.path)}`,
          `expected ${evidence.expected === null ? 'nothing on record' : code(evidence.expected)}`,
          `actual ${evidence.actual === null ? 'missing' : code(evidence.actual)}`,
        ]),
      ]
  }
}

function facts(run: RunDocument, catalogue: ReportCatalogue): readonly string[] {
  const { system, environment, timing } = run
  const rows = [
    ['System', `${inline(system.name)}, ${inline(system.task)}, digest ${code(system.digest)}`],
    ...(system.model === null
      ? []
      : [
          [
            'Model',
            `${inline(system.model.kind)}, sample ${system.model.sampleShape.join(' × ')}, ${formatNumber(system.model.classes)} classes, digest ${code(system.model.digest)}`,
          ],
          ['Access', inline(system.model.access.join(', '))],
          ...Object.entries(system.model.missingAccess).map(([access, why]) => [
            `No ${inline(access)} access`,
            inline(why),
          ]),
          ...(system.model.note === undefined ? [] : [['To know', inline(system.model.note)]]),
          ...(system.model.gradientNotes === undefined
            ? []
            : [['Gradients', inline(estimatedGradients(system.model.gradientNotes))]]),
        ]),
    ...Object.entries(system.data).map(([split, { count, digest, labelled }]) => [
      `Data: ${inline(split)}`,
      `${formatNumber(count)} samples${labelled ? '' : ' without labels'}, digest ${code(digest)}`,
    ]),
    ...(system.artifacts.length === 0 ? [] : [['Artifacts', system.artifacts.map(code).join(', ')]]),
    ['Bug bar', inline(barTitle(catalogue, run.bugBar))],
    ['Budget and seed', `${run.budget.name}, seed ${run.seed}`],
    ['Tool', `failmode ${inline(run.tool.version)}, catalogue ${inline(run.tool.catalogue)}`],
    ['Environment', inline(`${environment.runtime}, ${environment.platform}, ${environment.cpu}`)],
    ['Workers', `${environment.workers}, ${environment.threadsPerWorker} threads each`],
    [
      'Took',
      `${formatDuration(timing.seconds)}, ${formatNumber(timing.steps)} steps, ${formatNumber(timing.reusedSteps)} reused`,
    ],
    ...(timing.transport === undefined ? [] : [['Sent', transportText(timing.transport)]]),
  ]
  return [
    '## System and environment',
    table(['', ''], rows),
    ...(system.authorized === null
      ? []
      : [
          `Authorised by ${inline(system.authorized.by)}, scope ${inline(system.authorized.scope)}, until ${inline(system.authorized.until)}.`,
        ]),
    '## Run it again',
    fence(runAgain(run)),
    '---',
    inline(catalogue.notices.attribution),
    inline(catalogue.notices.crosswalk),
    inline(catalogue.notices.legal),
  ]
}

function outcomeText(outcome: ModeResult['outcome']): string {
  const { mark, word, reading } = outcomeWords[outcome]
  return reading === 'clean' || reading === 'outside' ? `${mark} ${word}` : `**${mark} ${word}**`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** HTML escapes; what is left is text for GitHub's HTML filter. */
function html(text: string): string {
  return oneLine(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/** Text for inside a line: no markup, table border, mention, link or formula can come of it. */
export function inline(text: string): string {
  return html(text)
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/@(?=\w)/g, '@<!-- -->')
    .replace(/:\/\//g, ':<!-- -->//')
    .replace(/\bwww\./gi, 'www<!-- -->.')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^([#+\-=])/, '\\$1')
}

/** Text that may have several paragraphs. */
function paragraph(text: string): string {
  return visibleText(text)
    .split(/\n\s*\n/)
    .map(inline)
    .filter((part) => part !== '')
    .join('\n\n')
}

/** A code span. Backticks inside are outnumbered by those around (CommonMark 6.1). */
export function code(text: string): string {
  const content = oneLine(text)
  if (content === '') return ''
  // Nothing can be escaped inside a code span, and a pipe in it would end a table's cell.
  if (content.includes('|')) return `<code>${inline(content)}</code>`
  const ticks = fenceOf(content, 1)
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return `${ticks}${pad}${content}${pad}${ticks}`
}

function fence(text: string): string {
  const content = visibleText(text)
  const ticks = fenceOf(content, 3)
  return `${ticks}sh\n${content}\n${ticks}`
}

function fenceOf(content: string, least: number): string {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length))
  return '`'.repeat(Math.max(least, longest + 1))
}
