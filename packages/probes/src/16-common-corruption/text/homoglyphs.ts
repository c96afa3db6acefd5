// One letter of a word becomes a letter of another script that looks the same: Latin a and Cyrillic а. It comes from mixed
// keyboards and from files of scanned text, and on purpose from people who want to pass a filter (Boucher et al.,
// arXiv:2106.09898), so that a drop here speaks of mode 1 too. The reader sees no difference at all. The pairs are letters
// that the confusables of Unicode Technical Standard 39 give for the Latin ones.
import { errorShares, type TextCorruption } from './text-corruption.ts'
import { graphemes, wordsThat } from './words.ts'

/** Latin letter -> Cyrillic (or, where Cyrillic has none, Greek or Armenian) letters of its shape, by code point. */
export const lookAlikes: Readonly<Record<string, string>> = {
  a: '\u0430',
  c: '\u0441',
  d: '\u0501',
  e: '\u0435',
  h: '\u04BB',
  i: '\u0456',
  j: '\u0458',
  o: '\u043E',
  p: '\u0440',
  q: '\u051B',
  s: '\u0455',
  u: '\u057D',
  v: '\u03BD',
  w: '\u051D',
  x: '\u0445',
  y: '\u0443',
  A: '\u0410',
  B: '\u0412',
  C: '\u0421',
  E: '\u0415',
  H: '\u041D',
  I: '\u0406',
  J: '\u0408',
  K: '\u041A',
  M: '\u041C',
  N: '\u039D',
  O: '\u041E',
  P: '\u0420',
  S: '\u0405',
  T: '\u0422',
  X: '\u0425',
  Y: '\u03A5',
  Z: '\u0396',
}

const hasLookAlike = (letter: string) => Object.hasOwn(lookAlikes, letter)

export const homoglyphs: TextCorruption = {
  name: 'homoglyphs',
  shares: errorShares,
  places: wordsThat((word) => graphemes(word).some(hasLookAlike)),
  edit(word, random) {
    const letters = graphemes(word)
    const open = letters.flatMap((letter, i) => (hasLookAlike(letter) ? [i] : []))
    const at = open[random.int(open.length)]!
    letters[at] = lookAlikes[letters[at]!]!
    return letters.join('')
  },
}
