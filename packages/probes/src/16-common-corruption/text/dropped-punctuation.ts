// Stops, commas, quotes, dashes and brackets left out, as in chat, dictation and stripped exports. Marks that change what is
// said rather than how it is set off are kept: between digits (3.14, 10:30), before a digit (-5), and signs that stand for
// words (% & @ #). A lost question mark or a lost comma can still change a sentence, and smileys fall apart.
import { habitShares, type TextCorruption } from './text-corruption.ts'

const mark =
  /(?<!\p{N}(?=.\p{N}))(?![-\u2010-\u2014.]\p{N})[.,;:!?\u2026'"\u2018-\u201F()[\]{}\-\u2010-\u2015\u00A1\u00BF\u00AB\u00BB\u3001\u3002\uFF01\uFF0C\uFF1A\uFF1B\uFF1F](?![\p{M}\u200D])/gu

export const droppedPunctuation: TextCorruption = {
  name: 'dropped-punctuation',
  shares: habitShares,
  places: (text) => Array.from(text.matchAll(mark), ({ index }) => ({ start: index, end: index + 1 })),
  edit: () => '',
}
