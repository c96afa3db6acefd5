// Accents lost, as in systems that know only ASCII, and accents where none belong, as from a wrong layout or dictation.
// Dropping takes all marks of a word's Latin letters; adding gives one bare letter a mark that exists on it in some
// European language. Both keep the word readable; dropping merges words in languages where the accent tells them apart
// (French "ou" and "où"). Letters that no mark makes, such as ø, ł and ß, stay, and so do the vowel signs of other scripts.
import { errorShares, habitShares, type TextCorruption } from './text-corruption.ts'
import { graphemes, wordsThat } from './words.ts'

/** The letter without its marks, itself where it is not a Latin letter with marks. */
function bare(letter: string): string {
  const [base, ...rest] = Array.from(letter.normalize('NFD'))
  const isMarked = rest.length > 0 && rest.every((mark) => /\p{Mn}/u.test(mark))
  return isMarked && /\p{Script=Latin}/u.test(base!) ? base! : letter
}

const marked: Readonly<Record<string, string>> = {
  a: 'áàâäãå',
  c: 'çćč',
  e: 'éèêë',
  i: 'íìîï',
  n: 'ñń',
  o: 'óòôöõ',
  s: 'śš',
  u: 'úùûü',
  y: 'ýÿ',
  z: 'źżž',
}

function markedForms(letter: string): readonly string[] {
  const lower = letter.toLowerCase()
  const forms = Object.hasOwn(marked, lower) ? Array.from(marked[lower]!) : []
  return lower === letter ? forms : forms.map((form) => form.toUpperCase())
}

export const droppedAccents: TextCorruption = {
  name: 'dropped-accents',
  shares: habitShares,
  places: wordsThat((word) => graphemes(word).some((letter) => bare(letter) !== letter)),
  edit: (word) => graphemes(word).map(bare).join(''),
}

export const addedAccents: TextCorruption = {
  name: 'added-accents',
  shares: errorShares,
  places: wordsThat((word) => graphemes(word).some((letter) => markedForms(letter).length > 0)),
  edit(word, random) {
    const letters = graphemes(word)
    const open = letters.flatMap((letter, i) => (markedForms(letter).length > 0 ? [i] : []))
    const at = open[random.int(open.length)]!
    const forms = markedForms(letters[at]!)
    letters[at] = forms[random.int(forms.length)]!
    return letters.join('')
  },
}
