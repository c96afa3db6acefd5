// Words in small letters, in capitals, in a ransom note's mixture, and sentences that begin small. Meaning stays for a
// reader, but for the few words whose case is all that tells them apart ("US" and "us", "Polish" and "polish") and for
// capitals that shout. Scripts without case have no such words and stay as they are.
import { habitShares, type TextCorruption } from './text-corruption.ts'
import { graphemes, sentences, words, wordsThat } from './words.ts'

export const lowerCase: TextCorruption = {
  name: 'lower-case',
  shares: habitShares,
  places: wordsThat((word) => word.toLowerCase() !== word),
  edit: (word) => word.toLowerCase(),
}

export const upperCase: TextCorruption = {
  name: 'upper-case',
  shares: habitShares,
  places: wordsThat((word) => word.toUpperCase() !== word),
  edit: (word) => word.toUpperCase(),
}

/** The letter in its other case; itself where it has none. */
function otherCase(letter: string): string {
  const upper = letter.toUpperCase()
  return upper === letter ? letter.toLowerCase() : upper
}

export const randomCase: TextCorruption = {
  name: 'random-case',
  shares: habitShares,
  places: wordsThat((word) => graphemes(word).some((letter) => otherCase(letter) !== letter)),
  edit(word, random) {
    const letters = graphemes(word)
    const cased = letters.flatMap((letter, i) => (otherCase(letter) === letter ? [] : [i]))
    // At least one letter turns, for a word left as it was would count as touched.
    const sure = cased[random.int(cased.length)]!
    for (const i of cased) if (i === sure || random.boolean()) letters[i] = otherCase(letters[i]!)
    return letters.join('')
  },
}

export const uncapitalisedSentences: TextCorruption = {
  name: 'uncapitalised-sentences',
  shares: habitShares,
  /** The first letter of each sentence that begins with a capital. */
  places: (text) =>
    sentences(text).flatMap(({ start, end }) => {
      const sentence = text.slice(start, end)
      const [first] = words(sentence)
      if (first === undefined) return []
      const letter = graphemes(sentence.slice(first.start, first.end))[0]!
      if (letter.toLowerCase() === letter) return []
      return [{ start: start + first.start, end: start + first.start + letter.length }]
    }),
  edit: (letter) => letter.toLowerCase(),
}
