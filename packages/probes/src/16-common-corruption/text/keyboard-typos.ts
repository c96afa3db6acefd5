// One slip of the fingers in a word: a neighbouring key of the QWERTY layout, a letter left out, doubled, or swapped with
// the next. Only words of four letters or more are touched, and only inside, because readers still recognise a word whose
// first and last letters stand (the rule of Pruthi, Dhingra and Lipton, arXiv:1905.11268). It keeps the meaning for a human
// reader except where the slip makes another word ("there" to "three"), which is not checked. Words with digits are left
// alone: a slip in a number is another number.
import { errorShares, type TextCorruption } from './text-corruption.ts'
import { graphemes, wordsThat } from './words.ts'

const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
// How far each row is shifted to the right of the upper one, in widths of a key.
const shifts = [0, 0.25, 0.75]

const keys = rows.flatMap((row, y) => Array.from(row, (key, x) => ({ key, x: x + shifts[y]!, y })))

/** The keys that touch a key: beside it in its row, or overlapping it by less than a width in the rows around. */
const neighbours = new Map(
  keys.map((a) => [
    a.key,
    keys
      .filter((b) => {
        const dx = Math.abs(a.x - b.x)
        return (a.y === b.y && dx === 1) || (Math.abs(a.y - b.y) === 1 && dx < 1)
      })
      .map(({ key }) => key),
  ]),
)

const isLetter = (grapheme: string) => /^\p{L}\p{M}*$/u.test(grapheme)

/** Letters on the keys around a letter, in its case; none for what is not on the layout. */
export function neighbourKeys(letter: string): string[] {
  const lower = letter.toLowerCase()
  const around = neighbours.get(lower) ?? []
  return lower === letter ? [...around] : around.map((key) => key.toUpperCase())
}

export const keyboardTypos: TextCorruption = {
  name: 'keyboard-typos',
  shares: errorShares,
  places: wordsThat((word) => {
    const letters = graphemes(word)
    return letters.length >= 4 && letters.every(isLetter)
  }),
  edit(word, random) {
    const letters = graphemes(word)
    const inside = Array.from({ length: letters.length - 2 }, (_, i) => i + 1)
    const pick = (places: readonly number[]) => places[random.int(places.length)]!
    const onLayout = inside.filter((i) => neighbourKeys(letters[i]!).length > 0)
    const beforeOther = inside.slice(0, -1).filter((i) => letters[i] !== letters[i + 1])

    const slips: (() => void)[] = [
      () => void letters.splice(pick(inside), 1),
      () => {
        const i = pick(inside)
        letters.splice(i, 0, letters[i]!)
      },
    ]
    if (onLayout.length > 0) {
      slips.push(() => {
        const i = pick(onLayout)
        const around = neighbourKeys(letters[i]!)
        letters[i] = around[random.int(around.length)]!
      })
    }
    if (beforeOther.length > 0) {
      slips.push(() => {
        const i = pick(beforeOther)
        letters.splice(i, 2, letters[i + 1]!, letters[i]!)
      })
    }
    slips[random.int(slips.length)]!()
    return letters.join('')
  },
}
