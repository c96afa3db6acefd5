import { catalogue } from '@failmode/catalogue'
import { items, type Kind, named } from './explanation.ts'
import { modeLink, paperLink } from './sources.ts'
import { modeOf, modeText, whereRun } from './this-version.ts'

const seen: Readonly<Record<string, string>> = {
  label: 'label: the class that the model returns',
  score: 'score: the scores that the model returns',
  gradient: 'gradient: the model itself, to differentiate it',
  weights: 'weights: the numbers inside the model',
  'training-data': 'training-data: the examples that the model learns from',
  training: 'training: the program that trains the model',
  artifact: 'artifact: the files of the system',
  environment: 'environment: what an agent acts in',
}

export const techniqueKind: Kind = {
  names: () => catalogue.techniques.flatMap(({ id, name, aliases }) => [id, name.toLowerCase(), ...aliases]),
  find(word, audience) {
    const is = named(word)
    const technique = catalogue.techniques.find(({ id, name, aliases }) => [id, name, ...aliases].some(is))
    if (technique === undefined) return undefined
    const { id, name, aliases, kind, modes, access, goal, say, limits, source } = technique
    const runs = whereRun(technique)
    const own = [id, name, ...aliases].map((one) => one.toLowerCase())
    const term = catalogue.glossary.find(
      (entry) => own.includes(entry.id) || own.includes(entry.term.toLowerCase()),
    )
    return {
      kind: 'technique',
      title: name,
      id,
      sections: [
        { title: null, lines: [say[audience]] },
        { title: 'In a word', lines: term === undefined ? [] : [term.definition] },
        { title: 'Goal', lines: [goal] },
        { title: 'When its failure proves nothing', lines: [limits] },
        {
          title: 'What it is',
          lines: items([
            `${kind} for ${modes.map(modeText).join(', ')}`,
            ...(access === null ? [] : [`least access: ${seen[access] ?? access}`]),
            ...(aliases.length === 0 ? [] : [`also called ${aliases.join(', ')}`]),
          ]),
        },
        {
          title: 'In this version',
          lines:
            runs.length === 0
              ? ['Explained only; no probe of this version runs it.']
              : items(
                  runs.map(({ probe, options }) =>
                    options.length === 0
                      ? `run by the check ${probe.meta.mode}/${id}`
                      : `run by the probe ${probe.meta.mode}, which can be told so by its ${options.length === 1 ? 'option' : 'options'} ${options.join(' and ')}`,
                  ),
                ),
        },
      ],
      sources: [
        paperLink(source),
        ...modes.flatMap((slug) => {
          const mode = modeOf(slug)
          return mode === undefined ? [] : [modeLink(mode)]
        }),
      ],
    }
  },
}
