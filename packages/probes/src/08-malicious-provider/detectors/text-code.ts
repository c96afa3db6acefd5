// How much shorter bytes become when they are written in a code made for text, against a code that gives all 256 values
// the same length. The code knows which letter follows which in English, counted over the commonest words, and behind
// that what kind of byte follows what kind: letters of either case, digits, marks, and the lead and continuation bytes of
// UTF-8. Lengths are in nats. Under uniform bytes exp(gain) has mean 1 whatever the code, so that a gain of g nats at a
// place chosen beforehand has a chance of exp(-g) at most (Ville's inequality); text gains over two nats a byte.

/** By falling frequency; the weight of a word is taken as 1 / (rank + 2.7), after Zipf and Mandelbrot. */
const commonWords =
  'the of and to in a is that for it was on with as he be by at his this are from not have or had an they which one you were her all she there would their we him been has when who will more no if out so said what up its about into than them can only other new some could time these two may then do first any my now such like our over man me even most made after also did many before must through back years where much your way well down should because each just those people how too little state good very make world still own see men work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three himself few house use during without again place around however small found thought went say part once general high upon school every does got united left number course war until always away something fact water less public put thing almost hand enough far took head yet government system set better told nothing night end why called eyes find going look asked later knew'.split(
    ' ',
  )

const kinds = [
  'lower',
  'upper',
  'digit',
  'space',
  'line',
  'mark',
  'two',
  'three',
  'four',
  'more',
  'rest',
] as const

/** Chances that a kind of byte is followed by each kind; the rows are scaled to sum to 1. */
const follow: Record<(typeof kinds)[number], readonly number[]> = {
  lower: [720, 15, 10, 165, 20, 60, 6, 3, 0.5, 0.1, 0.1],
  upper: [600, 200, 20, 90, 15, 70, 5, 1, 0.5, 0.1, 0.1],
  digit: [40, 20, 560, 120, 60, 200, 1, 1, 0.5, 0.1, 0.1],
  space: [680, 110, 70, 70, 5, 60, 5, 5, 0.5, 0.1, 0.1],
  line: [300, 300, 100, 100, 100, 100, 5, 5, 0.5, 0.1, 0.1],
  mark: [180, 90, 140, 330, 120, 140, 3, 3, 0.5, 0.1, 0.1],
  two: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1000, 0.1],
  three: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1000, 0.1],
  four: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1000, 0.1],
  more: [60, 5, 5, 80, 15, 40, 300, 200, 10, 400, 0.1],
  rest: [100, 50, 50, 100, 50, 50, 20, 20, 5, 5, 500],
}

/** Share of a letter's or a space's successors that the table of letter pairs decides. */
const pairShare = 0.8
/** Share that goes to all bytes alike, so that one wrong byte in a text costs seven nats and no more. */
const uniformShare = 0.001

function kindOf(byte: number): number {
  if (byte >= 97 && byte <= 122) return 0
  if (byte >= 65 && byte <= 90) return 1
  if (byte >= 48 && byte <= 57) return 2
  if (byte === 32) return 3
  if (byte === 10 || byte === 13 || byte === 9) return 4
  if (byte > 32 && byte < 127) return 5
  if (byte >= 0xc2 && byte <= 0xdf) return 6
  if (byte >= 0xe0 && byte <= 0xef) return 7
  if (byte >= 0xf0 && byte <= 0xf4) return 8
  if (byte >= 0x80 && byte <= 0xbf) return 9
  return 10
}

/** 0 to 25 for a to z and 26 for a space, else -1. */
function letterOf(byte: number): number {
  return byte === 32 ? 26 : byte >= 97 && byte <= 122 ? byte - 97 : -1
}

/** Chance of each letter or space, and of each after each, over the common words with a space behind every word. */
function countLetters(): { readonly single: Float64Array; readonly pairs: Float64Array } {
  const single = new Float64Array(27).fill(0.003)
  const pairs = new Float64Array(27 * 27)
  for (const [rank, word] of commonWords.entries()) {
    const weight = 1 / (rank + 2.7)
    let before = 26
    for (const letter of `${word} `) {
      const at = letterOf(letter.charCodeAt(0))
      single[at] = (single[at] as number) + weight
      pairs[before * 27 + at] = (pairs[before * 27 + at] as number) + weight
      before = at
    }
  }
  scale(single, 0, 27)
  for (let row = 0; row < 27; row++) {
    // Pairs that no common word has are as likely as their letter makes them, a little.
    let sum = 0
    for (let i = 0; i < 27; i++) sum += pairs[row * 27 + i] as number
    for (let i = 0; i < 27; i++)
      pairs[row * 27 + i] = (pairs[row * 27 + i] as number) + (0.15 * sum + 0.02) * (single[i] as number)
    scale(pairs, row * 27, 27)
  }
  return { single, pairs }
}

function scale(values: Float64Array, from: number, length: number): void {
  let sum = 0
  for (let i = from; i < from + length; i++) sum += values[i] as number
  for (let i = from; i < from + length; i++) values[i] = (values[i] as number) / sum
}

/** Chance of each byte after each, at index 256 * before + byte. */
function textModel(): Float64Array {
  const { single, pairs } = countLetters()
  const inKind = new Float64Array(256)
  for (let kind = 0; kind < kinds.length; kind++) {
    let sum = 0
    const weightOf = (byte: number) => {
      if (kind === 0 || kind === 1) return (single[(byte | 32) - 97] as number) + 0.005
      if (kind === 5) return '.,-\'"():;/='.includes(String.fromCharCode(byte)) ? 5 : 1
      return byte === 10 ? 10 : 1
    }
    for (let byte = 0; byte < 256; byte++) if (kindOf(byte) === kind) sum += weightOf(byte)
    for (let byte = 0; byte < 256; byte++) if (kindOf(byte) === kind) inKind[byte] = weightOf(byte) / sum
  }
  const model = new Float64Array(65536)
  for (let before = 0; before < 256; before++) {
    const row = follow[kinds[kindOf(before)] as (typeof kinds)[number]]
    const sum = row.reduce((a, b) => a + b, 0)
    const letter = letterOf(before)
    for (let byte = 0; byte < 256; byte++) {
      const byKind = ((row[kindOf(byte)] as number) / sum) * (inKind[byte] as number)
      const next = letterOf(byte)
      const byPair = letter === -1 || next === -1 ? 0 : (pairs[letter * 27 + next] as number)
      const chance = letter === -1 ? byKind : pairShare * byPair + (1 - pairShare) * byKind
      model[256 * before + byte] = (1 - uniformShare) * chance + uniformShare / 256
    }
  }
  return model
}

let table: Float32Array | undefined

/** Nats that byte `b` saves behind byte `a` against the uniform code, at index 256 * a + b. */
export function textGains(): Float32Array {
  table ??= Float32Array.from(textModel(), (chance) => Math.log(256 * chance))
  return table
}
