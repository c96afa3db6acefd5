// `explain` looks a word up in the catalogue and in the probes of this version: a mode by slug, number or name, a
// variant, a check, a measurement, a severity, a term of the glossary. The audience chooses whose words are shown.
import { catalogue, type FailureMode } from '@failmode/catalogue'
import { FailmodeError, nearest } from '@failmode/core'
import pc from 'picocolors'
import { registry } from '../registry.ts'
import { type Options, oneOf, text } from '../terminal/options.ts'
import { paragraph } from '../terminal/paragraph.ts'

type Audience = 'engineer' | 'responder' | 'policy'

interface Section {
  readonly title: string | null
  readonly lines: readonly string[]
}

interface Explanation {
  readonly kind: string
  readonly title: string
  readonly sections: readonly Section[]
}

export async function run(words: readonly string[], options: Options): Promise<number> {
  const audience = oneOf(text(options, 'for') ?? 'engineer', ['engineer', 'responder', 'policy'], '--for')
  const explanation = explain(words.join(' '), audience)
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(explanation, null, 2)}\n`)
    return 0
  }
  const out = [`${pc.bold(explanation.title)}  ${pc.dim(explanation.kind)}`]
  for (const { title, lines } of explanation.sections) {
    if (lines.length === 0) continue
    out.push('', ...(title === null ? [] : [pc.bold(title)]), ...lines.map((line) => paragraph(line)))
  }
  process.stdout.write(`${out.join('\n')}\n`)
  return 0
}

/** @throws FailmodeError `usage` when nothing has this name; the hint names what is nearest */
export function explain(word: string, audience: Audience): Explanation {
  const wanted = word.trim().toLowerCase()
  const same = (name: string | number | null) => String(name).toLowerCase() === wanted
  const mode = catalogue.modes.find(
    (m) => same(m.slug) || same(m.number) || same(m.name) || same(m.summaryName),
  )
  if (mode !== undefined) return explainMode(mode, audience)
  for (const owner of catalogue.modes) {
    const variant = owner.variants.find((v) => same(v.id) || same(v.slug) || same(v.name))
    if (variant !== undefined) {
      return {
        kind: `variant of ${owner.slug}`,
        title: `${variant.id} ${variant.name}`,
        sections: [
          { title: null, lines: [variant.description] },
          { title: 'Resembles', lines: [variant.parallel] },
          { title: 'Rated', lines: ratingLines(owner.slug, variant.id) },
        ],
      }
    }
  }
  for (const probe of registry) {
    const check = probe.checks.find(({ meta }) => same(meta.id) || same(meta.title))
    if (check !== undefined) {
      const { meta } = check
      return {
        kind: `check of ${probe.meta.mode}`,
        title: `${meta.id}: ${meta.title}`,
        sections: [
          { title: null, lines: [meta.proves] },
          { title: 'Access', lines: [meta.access ?? 'none'] },
          { title: 'Measures', lines: [meta.measurements.join(', ')] },
        ],
      }
    }
  }
  const measuring = registry.flatMap((probe) =>
    probe.checks.filter(({ meta }) => meta.measurements.some(same)),
  )
  const term = catalogue.glossary.find((entry) => same(entry.id) || same(entry.term))
  if (measuring.length > 0 || term !== undefined) {
    return {
      kind: measuring.length > 0 ? 'measurement' : `term (${term?.group})`,
      title: term?.term ?? word,
      sections: [
        { title: null, lines: term === undefined ? [] : [term.definition] },
        { title: 'Measured by', lines: measuring.map(({ meta }) => `${meta.id}: ${meta.proves}`) },
        { title: 'See', lines: term === undefined || term.see.length === 0 ? [] : [term.see.join(', ')] },
      ],
    }
  }
  const severity = severityMeanings[wanted]
  if (severity !== undefined)
    return { kind: 'severity', title: wanted, sections: [{ title: null, lines: severity }] }
  const near = nearest(wanted, allNames())
  throw new FailmodeError('usage', {
    message: `nothing here is called "${word}".`,
    hint: near === undefined ? 'See failmode list for modes and checks.' : `Did you mean "${near}"?`,
  })
}

function explainMode(mode: FailureMode, audience: Audience): Explanation {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`)
  const title = `${mode.number === null ? '' : `${mode.number}. `}${mode.name}`
  const head: readonly Section[] = [{ title: null, lines: [mode.say[audience]] }]
  const checks = registry.filter((probe) => probe.meta.mode === mode.slug).flatMap((probe) => probe.checks)
  const own: Readonly<Record<Audience, () => readonly Section[]>> = {
    engineer: () => [
      { title: 'What happens', lines: [mode.description] },
      { title: 'Variants', lines: list(mode.variants.map((v) => `${v.id} ${v.name}: ${v.description}`)) },
      { title: 'Resembles, and how it differs', lines: [mode.parallel.text, mode.parallel.differs] },
      { title: 'Mitigations', lines: list(mode.mitigations.map((id) => `${id}: ${mitigation(id)}`)) },
      {
        title: 'Checks of this version',
        lines: checks.length === 0 ? ['none'] : list(checks.map(({ meta }) => `${meta.id}: ${meta.proves}`)),
      },
    ],
    responder: () => [
      { title: 'First response', lines: list(mode.response.firstResponse) },
      { title: 'Evidence to preserve', lines: list(mode.response.evidenceToPreserve) },
      { title: 'Rated', lines: ratingLines(mode.slug, null) },
    ],
    policy: () => [
      { title: 'Cause', lines: [mode.policy.cause] },
      { title: 'Consequence', lines: [mode.policy.consequence] },
      { title: 'Civil liberties', lines: [mode.policy.civilLiberties] },
      {
        title: 'Does it violate the traditional notion of access?',
        lines: list([
          `The published table says: ${mode.accessViolation.table}.`,
          `Its comments: ${mode.accessViolation.comments.text}`,
          `The paper version: ${mode.accessViolation.paper.text}`,
        ]),
      },
      {
        title: 'Legal notes (not legal advice)',
        lines: list(
          mode.legalNotes.map(
            (note) =>
              `${note.jurisdiction}, as of ${note.asOf}, ${note.certainty}: ${note.text} (${note.opinionOf}; ${note.source}${note.verified ? '' : '; not checked against the source'})`,
          ),
        ),
      },
    ],
  }
  return {
    kind: `${mode.kind} failure mode, ${mode.slug}; compromises ${mode.compromises.join(', ')}`,
    title,
    sections: [
      ...head,
      ...own[audience](),
      {
        title: 'Reported cases',
        lines: list(
          mode.scenarios.map(
            (s) => `${s.text}${s.tags.length === 0 ? '' : ` (${s.tags.join(', ')})`}${cited(s.references)}`,
          ),
        ),
      },
      { title: null, lines: [catalogue.notices.attribution] },
    ],
  }
}

function cited(references: readonly number[]): string {
  const entries = references.flatMap((number) =>
    catalogue.references.filter((entry) => entry.number === number),
  )
  return entries.length === 0 ? '' : ` [${entries.map((entry) => entry.citation).join('; ')}]`
}

function mitigation(id: string): string {
  const found = catalogue.mitigations.find((entry) => entry.id === id)
  return found === undefined ? '' : `${found.title}. ${found.text}`
}

/** What each published bar says of a mode or variant, side by side. */
function ratingLines(mode: string, variant: string | null): string[] {
  return catalogue.bugBars.flatMap((bar) =>
    bar.rows
      .filter(
        (row) =>
          row.modes.includes(mode) &&
          (variant === null || row.variants.length === 0 || row.variants.includes(variant)),
      )
      .map((row) => {
        const { severity } = row
        const range =
          severity === null
            ? 'not rated'
            : severity.low === severity.high
              ? severity.low
              : `${severity.low} to ${severity.high}`
        return `- ${bar.title}, ${row.id} ${row.title}: ${range}${row.condition === null ? '' : ` (${row.condition})`}`
      }),
  )
}

const severityMeanings: Readonly<Record<string, readonly string[]>> = {
  critical: ['Bug bar: the highest damage potential. A gate with "failOn" at any severity stops on it.'],
  important: ['Bug bar: significant damage potential, below critical.'],
  moderate: ['Bug bar: medium damage potential, below important.'],
  low: [
    'Bug bar: little damage potential. Our safety scale has a "low" too, for slight harm or rare and easily undone harm.',
  ],
  high: [
    'Our own safety scale, for modes that no published bar rates: severe harm that the system will meet, or that cannot be undone.',
  ],
  medium: [
    'Our own safety scale: noticeable harm that the system will meet, or severe harm that is rare and can be undone.',
  ],
}

function allNames(): string[] {
  return [
    ...catalogue.modes.flatMap((mode) => [mode.slug, ...mode.variants.flatMap((v) => [v.id, v.slug])]),
    ...registry.flatMap((probe) => probe.checks.flatMap(({ meta }) => [meta.id, ...meta.measurements])),
    ...catalogue.glossary.flatMap((entry) => [entry.id, entry.term.toLowerCase()]),
    ...Object.keys(severityMeanings),
  ]
}
