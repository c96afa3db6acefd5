// What points outside: legal notes, entries of other lists, and the documents that the catalogue restates.
import { catalogue } from '@failmode/catalogue'
import { type Explained, items, type Kind, named } from './explanation.ts'
import { schemeTitle } from './mode.ts'
import { documentLink, rangeText } from './sources.ts'
import { modeText } from './this-version.ts'

export const legalNoteKind: Kind = {
  names: () => [...new Set(catalogue.modes.flatMap(({ legalNotes }) => legalNotes.map(({ id }) => id)))],
  find(word) {
    const is = named(word)
    const modes = catalogue.modes.filter(({ legalNotes }) => legalNotes.some(({ id }) => is(id)))
    const note = modes[0]?.legalNotes.find(({ id }) => is(id))
    if (note === undefined) return undefined
    return {
      kind: 'legal-note',
      title: note.id,
      id: note.id,
      sections: [
        { title: null, lines: [note.text] },
        {
          title: 'Answers',
          lines: items(note.answers.map(({ question, answer }) => `${question}: ${answer}`)),
        },
        {
          title: 'Standing (not legal advice)',
          lines: items([
            `${note.jurisdiction}, as of ${note.asOf}`,
            `how settled the law is: ${note.certainty}`,
            `opinion of ${note.opinionOf}`,
            note.verified ? 'read in the source' : `not checked against the source (${note.provenance})`,
          ]),
        },
        { title: 'On the modes', lines: [modes.map(({ slug }) => modeText(slug)).join(', ')] },
      ],
      sources: [{ title: note.source, url: note.url }],
    }
  },
}

export const crosswalkKind: Kind = {
  names: () => [
    ...new Set(catalogue.modes.flatMap(({ crosswalk }) => crosswalk.map(({ id }) => id))),
    ...catalogue.schemes.map(({ id }) => id),
  ],
  find(word) {
    const is = named(word)
    const all = catalogue.modes.flatMap((mode) => mode.crosswalk.map((entry) => ({ mode, entry })))
    const entries = all.filter(
      ({ entry }) =>
        is(entry.id) || entry.aliases.some(({ id }) => is(id)) || is(`${entry.scheme} ${entry.id}`),
    )
    const first = entries[0]
    if (first !== undefined) {
      const { scheme, id, name } = first.entry
      return {
        kind: 'crosswalk',
        title: `${id}${name === null || name === id ? '' : ` ${name}`}`,
        id,
        sections: [
          {
            title: 'Maps to',
            lines: items(
              entries.map(({ mode, entry }) =>
                [
                  `${modeText(mode.slug)}: ${entry.relation}`,
                  ...(entry.scheme === scheme ? [] : [`in ${schemeTitle(entry.scheme)}`]),
                  entry.verified
                    ? 'identifier seen in that edition'
                    : `identifier not checked (${entry.provenance})`,
                  ...(entry.note === null ? [] : [entry.note]),
                ].join('; '),
              ),
            ),
          },
          {
            title: 'Other editions',
            lines: items([
              ...new Set(
                entries.flatMap(({ entry }) =>
                  entry.aliases.map((alias) => `${alias.id} in edition ${alias.version}`),
                ),
              ),
            ]),
          },
          { title: null, lines: [catalogue.notices.crosswalk] },
        ],
        sources: schemeLinks(entries.map(({ entry }) => entry.scheme)),
      }
    }
    const scheme = catalogue.schemes.find(({ id, title }) => is(id) || is(title))
    if (scheme === undefined) return undefined
    return {
      kind: 'crosswalk',
      title: `${scheme.title} ${scheme.version}`,
      id: scheme.id,
      sections: [
        { title: null, lines: scheme.note === null ? [] : [scheme.note] },
        {
          title: 'By mode',
          lines: items(
            catalogue.modes.flatMap(({ slug, crosswalk }) => {
              const ids = crosswalk.filter((entry) => entry.scheme === scheme.id).map(({ id }) => id)
              return ids.length === 0 ? [] : [`${modeText(slug)}: ${ids.join(', ')}`]
            }),
          ),
        },
        { title: null, lines: [catalogue.notices.crosswalk] },
      ],
      sources: schemeLinks([scheme.id]),
    }
  },
}

function schemeLinks(ids: readonly string[]): Explained['sources'] {
  return catalogue.schemes
    .filter(({ id }) => ids.includes(id))
    .map(({ title, version, url }) => ({ title: `${title}, ${version}`, url }))
}

export const documentKind: Kind = {
  names: () => catalogue.documents.map(({ id }) => id),
  find(word) {
    const is = named(word)
    const found = catalogue.documents.find(({ id, title }) => is(id) || is(title))
    if (found === undefined) return undefined
    const bar = catalogue.bugBars.find(({ document }) => document === found.id)
    return {
      kind: 'document',
      title: found.title,
      id: found.id,
      sections: [
        {
          title: null,
          lines: items([
            `by ${found.authors.join('; ')}`,
            `published ${found.published}; followed here in ${found.edition}`,
            `licence: ${found.licence.name}`,
          ]),
        },
        {
          title: 'Its ratings',
          lines:
            bar === undefined
              ? []
              : [bar.scope, ...items(bar.rows.map((row) => `${row.id} ${row.title}: ${rangeText(row)}`))],
        },
        {
          title: 'Where it is wrong',
          lines: items(
            catalogue.corrections
              .filter(({ document }) => document === found.id)
              .map(({ defect, correction }) => `${defect} ${correction}`),
          ),
        },
      ],
      sources: [documentLink(found.id)],
    }
  },
}
