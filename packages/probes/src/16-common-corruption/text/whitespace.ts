// Gaps between words go wrong: left out, doubled, made unbreakable (U+00A0) or broken into a new line. Forms, copied web
// pages and PDF files give all four. Nothing but the gap changes; a dropped one can join two words into a third ("no thing"),
// and where line breaks carry sense, as in verse or code, they are not meaning-preserving.
import { errorShares, type TextCorruption } from './text-corruption.ts'

// A space that carries a combining mark or joins an emoji is a character of its own, not a gap.
const gap = /(?<=\S)\s+(?=[^\s\p{M}\u200D])/gu

export const whitespace: TextCorruption = {
  name: 'whitespace',
  shares: errorShares,
  places: (text) =>
    Array.from(text.matchAll(gap), ({ index, 0: run }) => ({ start: index, end: index + run.length })),
  edit(run, random) {
    const others = ['', run + run, '\u00A0', '\n'].filter((other) => other !== run)
    return others[random.int(others.length)]!
  },
}
