import { catalogue, type FailureMode } from '@failmode/catalogue'
import type { Audience } from '@failmode/report'
import { items, type Kind, named, type Section, type SourceLink } from './explanation.ts'
import { barLinks, distinct, modeLink, ratingLines, rowsOn } from './sources.ts'
import { checksOf } from './this-version.ts'

export const modeKind: Kind = {
  names: () => catalogue.modes.map(({ slug }) => slug),
  find(word, audience) {
    const is = named(word)
    const mode = catalogue.modes.find(
      (m) => is(m.slug) || (m.number !== null && is(m.number)) || is(m.name) || is(m.summaryName),
    )
    if (mode === undefined) return undefined
    return {
      kind: 'mode',
      title: `${mode.number === null ? '' : `${mode.number}. `}${mode.name}`,
      id: mode.slug,
      sections: [
        { title: null, lines: [mode.say[audience]] },
        {
          title: 'Kind',
          lines: [`${mode.kind} failure mode, ${mode.slug}; compromises ${mode.compromises.join(', ')}`],
        },
        ...sectionsFor[audience](mode),
        {
          title: 'Reported cases',
          lines: items(
            mode.scenarios.map(
              ({ text, tags, references }) =>
                `${text}${tags.length === 0 ? '' : ` (${tags.join(', ')})`}${cited(references)}`,
            ),
          ),
        },
        { title: null, lines: [catalogue.notices.attribution] },
      ],
      sources: distinct([
        modeLink(mode),
        ...barLinks(rowsOn(mode.slug)),
        ...mode.scenarios.flatMap(({ references, sources }) => [
          ...referencesOf(references).map(({ citation, url }) => ({ title: citation, url })),
          ...sources.map(({ citation, url }) => ({ title: citation, url })),
        ]),
        ...(audience === 'policy'
          ? mode.legalNotes.map(({ source, url }): SourceLink => ({ title: source, url }))
          : []),
      ]),
    }
  },
}

const sectionsFor: Readonly<Record<Audience, (mode: FailureMode) => readonly Section[]>> = {
  engineer: (mode) => {
    const checks = checksOf(mode.slug)
    return [
      { title: 'What happens', lines: [mode.description] },
      {
        title: 'Variants',
        lines: items(mode.variants.map((v) => `${v.id} ${v.name}: ${v.description}`)),
      },
      { title: 'Resembles, and how it differs', lines: [mode.parallel.text, mode.parallel.differs] },
      { title: 'Mitigations', lines: items(mode.mitigations.map((id) => `${id}: ${mitigation(id)}`)) },
      {
        title: 'Checks of this version',
        lines: checks.length === 0 ? ['none'] : items(checks.map(({ id, proves }) => `${id}: ${proves}`)),
      },
      {
        title: 'Attacks, stresses and tests by name',
        lines: [
          catalogue.techniques
            .filter(({ modes }) => modes.includes(mode.slug))
            .map(({ id }) => id)
            .join(', '),
        ].filter((line) => line !== ''),
      },
    ]
  },
  responder: (mode) => [
    { title: 'First response', lines: items(mode.response.firstResponse) },
    { title: 'Evidence to preserve', lines: items(mode.response.evidenceToPreserve) },
    { title: 'Rated', lines: ratingLines(rowsOn(mode.slug)) },
    {
      title: 'In other lists',
      lines: items(
        mode.crosswalk
          .filter(({ relation }) => relation === 'primary' || relation === 'case')
          .map(
            ({ scheme, id, name }) =>
              `${schemeTitle(scheme)}: ${id}${name === null || name === id ? '' : ` ${name}`}`,
          ),
      ),
    },
  ],
  policy: (mode) => [
    { title: 'Cause', lines: [mode.policy.cause] },
    { title: 'Consequence', lines: [mode.policy.consequence] },
    { title: 'Civil liberties', lines: [mode.policy.civilLiberties] },
    {
      title: 'Does it violate the traditional notion of access?',
      lines: items([
        `The published table says: ${mode.accessViolation.table}.`,
        `Its comments: ${mode.accessViolation.comments.text}`,
        `The paper version: ${mode.accessViolation.paper.text}`,
      ]),
    },
    {
      title: 'Legal notes (not legal advice)',
      lines: items(
        mode.legalNotes.map(
          (note) =>
            `${note.jurisdiction}, as of ${note.asOf}, ${note.certainty}: ${note.text} (${note.opinionOf}; ${note.source}${note.verified ? '' : '; not checked against the source'})`,
        ),
      ),
    },
    {
      title: 'Where the source is wrong',
      lines: items(
        catalogue.corrections
          .filter(({ modes }) => modes.includes(mode.slug))
          .map(({ defect, correction }) => `${defect} ${correction}`),
      ),
    },
  ],
}

function referencesOf(numbers: readonly number[]) {
  return catalogue.references.filter(({ number }) => numbers.includes(number))
}

function cited(numbers: readonly number[]): string {
  const entries = referencesOf(numbers)
  return entries.length === 0 ? '' : ` [${entries.map((entry) => entry.citation).join('; ')}]`
}

function mitigation(id: string): string {
  const found = catalogue.mitigations.find((entry) => entry.id === id)
  return found === undefined ? '' : `${found.title}. ${found.text}`
}

export function schemeTitle(id: string): string {
  const scheme = catalogue.schemes.find((entry) => entry.id === id)
  return scheme === undefined ? id : `${scheme.title} ${scheme.version}`
}
