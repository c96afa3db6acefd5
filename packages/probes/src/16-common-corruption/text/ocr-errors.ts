// Shapes that readers of scanned pages take for each other: "rn" for "m", "cl" for "d", 0 for O, 1 for l. One confusion in
// a word, in either direction of a pair. A digit becomes a letter and a letter a digit, never a digit another digit, so
// that a human still reads the number that stood there; words can turn into others ("modern" to "modem"), which is the
// point and the limit of it. Pairs are ours, from shape; letters with accents are left alone.
import { errorShares, type TextCorruption } from './text-corruption.ts'
import { graphemes, wordsThat } from './words.ts'

const pairs = [
  ['rn', 'm'],
  ['cl', 'd'],
  ['vv', 'w'],
  ['li', 'h'],
  ['ri', 'n'],
  ['nn', 'm'],
  ['e', 'c'],
  ['h', 'b'],
  ['i', 'l'],
  ['f', 't'],
  ['u', 'v'],
  ['I', 'l'],
  ['O', 'Q'],
  ['E', 'F'],
  ['0', 'O'],
  ['0', 'o'],
  ['1', 'l'],
  ['1', 'I'],
  ['5', 'S'],
  ['5', 's'],
  ['8', 'B'],
  ['2', 'Z'],
  ['6', 'b'],
  ['9', 'g'],
] as const

const confusions: readonly (readonly [string, string])[] = pairs.flatMap(([a, b]) => [
  [a, b],
  [b, a],
])

interface Match {
  readonly at: number
  readonly length: number
  readonly becomes: string
}

/** Where a confusion fits: on whole characters, so that an accented letter is never taken for its bare one. */
function matches(characters: readonly string[]): Match[] {
  return confusions.flatMap(([shape, becomes]) => {
    const found: Match[] = []
    for (let at = 0; at + shape.length <= characters.length; at++) {
      if (Array.from(shape).every((character, i) => characters[at + i] === character)) {
        found.push({ at, length: shape.length, becomes })
      }
    }
    return found
  })
}

export const ocrErrors: TextCorruption = {
  name: 'ocr-errors',
  shares: errorShares,
  places: wordsThat((word) => matches(graphemes(word)).length > 0),
  edit(word, random) {
    const characters = graphemes(word)
    const possible = matches(characters)
    const { at, length, becomes } = possible[random.int(possible.length)]!
    return characters.toSpliced(at, length, becomes).join('')
  },
}
