import { catalogue, type GlossaryTerm, measureByName, techniqueByName } from '@failmode/catalogue'
import { type Kind, named, type SourceLink } from './explanation.ts'
import { distinct, documentLink, ownWords, paperLink } from './sources.ts'

export const termKind: Kind = {
  names: () => catalogue.glossary.flatMap(({ id, term }) => [id, term.toLowerCase()]),
  find(word, audience) {
    const is = named(word)
    const found = catalogue.glossary.find(({ id, term }) => is(id) || is(term))
    if (found === undefined) return undefined
    const words = techniqueByName(found.id) ?? measureByName(found.id)
    return {
      kind: 'term',
      title: found.term,
      id: found.id,
      sections: [
        { title: null, lines: [found.definition] },
        { title: 'More', lines: words === undefined ? [] : [words.say[audience]] },
        { title: 'Kind of term', lines: [found.group] },
        { title: 'See', lines: found.see.length === 0 ? [] : [found.see.join(', ')] },
      ],
      sources: sourcesOf(found),
    }
  },
}

/** Definitions are in our words; what they rest on depends on where the term comes from. */
function sourcesOf({ id, term, group }: GlossaryTerm): readonly SourceLink[] {
  const words = techniqueByName(id) ?? measureByName(id)
  const legal =
    group === 'law'
      ? catalogue.modes
          .flatMap(({ legalNotes }) => legalNotes)
          .filter((note) => note.id.startsWith(id) || `${note.text} ${note.source}`.includes(term))
          .map(({ source, url }): SourceLink => ({ title: source, url }))
      : []
  return distinct([
    ...(words?.source == null ? [] : [paperLink(words.source)]),
    ...(group === 'taxonomy' ? [documentLink('failure-modes-2019')] : []),
    ...legal,
    ownWords,
  ])
}
