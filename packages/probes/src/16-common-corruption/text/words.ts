// Words and characters as a reader sees them. Text is cut by the rules of Unicode (UAX 29) through `Intl.Segmenter`, so
// that a letter with its accents, a syllable of Hangul or an emoji of several code points stays one thing, and an
// apostrophe stays inside its word. The locale is fixed, because results must not follow the machine's language.

const byWord = new Intl.Segmenter('en', { granularity: 'word' })
const byGrapheme = new Intl.Segmenter('en', { granularity: 'grapheme' })
const bySentence = new Intl.Segmenter('en', { granularity: 'sentence' })

/** A stretch of a text: UTF-16 units `start` to `end - 1`. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** The words of a text, in order; spaces, punctuation and emoji are none. */
export function words(text: string): Place[] {
  const places: Place[] = []
  for (const { segment, index, isWordLike } of byWord.segment(text)) {
    if (isWordLike) places.push({ start: index, end: index + segment.length })
  }
  return places
}

/** The words that pass a test. */
export function wordsThat(test: (word: string) => boolean): (text: string) => Place[] {
  return (text) => words(text).filter(({ start, end }) => test(text.slice(start, end)))
}

/** Where the sentences of a text lie, spaces behind them included. */
export function sentences(text: string): Place[] {
  return Array.from(bySentence.segment(text), ({ segment, index }) => ({
    start: index,
    end: index + segment.length,
  }))
}

/** The characters of a text as a reader counts them. */
export function graphemes(text: string): string[] {
  return Array.from(byGrapheme.segment(text), ({ segment }) => segment)
}
