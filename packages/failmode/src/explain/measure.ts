import { catalogue, measureByName } from '@failmode/catalogue'
import { items, type Kind } from './explanation.ts'
import { distinct, modeLink, ownWords, paperLink } from './sources.ts'
import { everyCheck, modeOf } from './this-version.ts'

const directions = {
  higher: 'higher is better',
  lower: 'lower is better',
  neither: 'neither high nor low is good by itself',
} as const

export const measureKind: Kind = {
  names: () => [
    ...catalogue.measures.flatMap(({ name, title }) => [
      name.replace(/<[a-z]>/, '0.01'),
      title.toLowerCase(),
    ]),
    ...everyCheck().flatMap(({ meta }) => meta.measurements),
  ],
  find(asked, audience) {
    // Gates write `<mode>/<name>`.
    const mode = catalogue.modes.find(({ slug }) => asked.startsWith(`${slug}/`))
    const word = mode === undefined ? asked : asked.slice(mode.slug.length + 1)
    const given = everyCheck().some(({ meta }) => meta.measurements.includes(word))
    const words = measureByName(word) ?? catalogue.measures.find(({ title }) => title.toLowerCase() === word)
    const name = given || measureByName(word) !== undefined ? word : words?.name
    if (name === undefined) return undefined
    const measuring = everyCheck().filter(({ meta }) => meta.measurements.includes(name))
    const modes = [...new Set(measuring.map(({ mode }) => mode))].flatMap((slug) => modeOf(slug) ?? [])
    const term = catalogue.glossary.find(
      (entry) => entry.id === name || entry.term.toLowerCase() === words?.title.toLowerCase(),
    )
    return {
      kind: 'measure',
      title: words?.title ?? name,
      id: name,
      sections: [
        { title: null, lines: words === undefined ? [] : [words.say[audience]] },
        {
          title: 'How it is given',
          lines: words === undefined ? [] : [`${name}, unit: ${words.unit}; ${directions[words.better]}`],
        },
        { title: 'In a word', lines: term === undefined ? [] : [term.definition] },
        {
          title: 'Measured by',
          lines:
            measuring.length === 0
              ? ['No single check of this version.']
              : items(measuring.map(({ meta }) => `${meta.id}: ${meta.proves}`)),
        },
      ],
      sources: distinct([
        ...(words?.source == null ? [ownWords] : [paperLink(words.source)]),
        ...modes.map(modeLink),
      ]),
    }
  },
}
