// Matches a complaint in free words against what the catalogue says of each mode. The search is minisearch's BM25
// over one document a mode, so a word counts for more the fewer modes use it. Every match is shown with the word of
// the complaint, the word it met and the sentence in which that stands, because a person must be able to see that
// the machine only compared words. The order it gives decides nothing.
import type { Catalogue, FailureMode } from '@failmode/catalogue'
import MiniSearch from 'minisearch'
import { termOf, wordsOf } from './complaint-words.ts'

/** Where in the catalogue a word was met. In this order a sentence is chosen to be shown. */
export const matchPlaces = ['symptoms', 'name', 'variants', 'scenarios', 'description', 'say'] as const
export type MatchPlace = (typeof matchPlaces)[number]

export interface WordMatch {
  /** As it stands in the complaint. */
  readonly word: string
  /** What it met, as it stands in the text. */
  readonly met: string
  readonly in: MatchPlace
  readonly text: string
  /** The variant that the text is about, or null. */
  readonly variant: string | null
}

export interface ModeMatch {
  readonly mode: string
  /** Between 0 and 1, in proportion to the best match of this complaint. */
  readonly score: number
  readonly words: readonly WordMatch[]
}

interface Passage {
  readonly in: MatchPlace
  readonly text: string
  readonly variant: string | null
}

interface Index {
  readonly search: MiniSearch
  readonly passages: ReadonlyMap<string, readonly Passage[]>
}

// How people complain weighs most; explanations for experts share the words of many modes and weigh least.
const boost: Readonly<Record<MatchPlace, number>> = {
  symptoms: 4,
  name: 2,
  variants: 1.5,
  scenarios: 2,
  description: 1,
  say: 0.5,
}

const indexes = new WeakMap<Catalogue, Index>()

/** The modes that share words with the complaint, best first. Empty when no word is known. */
export function matchComplaint(catalogue: Catalogue, complaint: string): readonly ModeMatch[] {
  const index = indexOf(catalogue)
  const byTerm = new Map<string, string>()
  for (const word of wordsOf(complaint)) {
    const term = termOf(word)
    if (term !== null && !byTerm.has(term)) byTerm.set(term, word)
  }
  if (byTerm.size === 0) return []
  const results = index.search.search([...byTerm.keys()].join(' '))
  const best = results[0]?.score ?? 1
  const words = new Map<string, WordMatch[]>()
  for (const [term, word] of byTerm) {
    for (const result of index.search.search(term)) {
      const match = shown(index.passages.get(result.id) ?? [], Object.keys(result.match))
      if (match !== undefined) words.set(result.id, [...(words.get(result.id) ?? []), { word, ...match }])
    }
  }
  return results.map(({ id, score }) => ({
    mode: id as string,
    score: score / best,
    words: words.get(id) ?? [],
  }))
}

function indexOf(catalogue: Catalogue): Index {
  const known = indexes.get(catalogue)
  if (known !== undefined) return known
  const search = new MiniSearch({
    fields: [...matchPlaces],
    idField: 'mode',
    tokenize: (text) => [...wordsOf(text)],
    processTerm: (word) => termOf(word),
    searchOptions: {
      boost,
      // The terms of a query are stems already.
      processTerm: (term) => term,
      prefix: (term) => term.length >= 5,
      fuzzy: (term) => (term.length >= 6 ? 0.17 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    },
  })
  const passages = new Map<string, readonly Passage[]>()
  for (const mode of catalogue.modes.filter(({ status }) => status === 'active')) {
    const own = passagesOf(catalogue, mode)
    passages.set(mode.slug, own)
    search.add({
      mode: mode.slug,
      ...Object.fromEntries(
        matchPlaces.map((place) => [
          place,
          own
            .filter((passage) => passage.in === place)
            .map(({ text }) => text)
            .join('\n'),
        ]),
      ),
    })
  }
  const index = { search, passages }
  indexes.set(catalogue, index)
  return index
}

function passagesOf({ triage }: Catalogue, mode: FailureMode): readonly Passage[] {
  const plain = (place: MatchPlace, texts: readonly string[]) =>
    texts.map((text): Passage => ({ in: place, text, variant: null }))
  return [
    ...triage.symptoms
      .filter((symptoms) => symptoms.mode === mode.slug)
      .flatMap(({ says, variant }) => says.map((text): Passage => ({ in: 'symptoms', text, variant }))),
    ...plain('name', [...new Set([mode.name, mode.summaryName])]),
    ...mode.variants.map(
      ({ id, name, description }): Passage => ({
        in: 'variants',
        text: `${name}: ${description}`,
        variant: id,
      }),
    ),
    ...plain(
      'scenarios',
      mode.scenarios.map(({ text }) => text),
    ),
    ...plain('description', [mode.overview, mode.description]),
    ...plain('say', [mode.say.responder, mode.say.policy]),
  ]
}

/** The first passage that holds one of the terms, with the word that it holds. */
function shown(passages: readonly Passage[], terms: readonly string[]): Omit<WordMatch, 'word'> | undefined {
  for (const passage of passages) {
    const met = wordsOf(passage.text).find((word) => terms.includes(termOf(word) ?? ''))
    if (met !== undefined) return { met, ...passage }
  }
  return undefined
}
