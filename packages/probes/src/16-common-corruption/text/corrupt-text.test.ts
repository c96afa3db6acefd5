import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Severity, severities } from '../corruptions/corruption.ts'
import { corruptText, type TextCorruptionName, textCorruptionNames, textCorruptions } from './corrupt-text.ts'
import { lookAlikes } from './homoglyphs.ts'
import { homophoneSets } from './homophones.ts'
import { neighbourKeys } from './keyboard-typos.ts'
import { corruptShare, type TextCorruption } from './text-corruption.ts'
import { graphemes, words } from './words.ts'

const letter = `Dear Mr Müller, I'm writing because their café in the modern cloister was closed again (for the
whole week!). You're right: our order of 10 crème brûlées came too late, and nobody would hear why. "There is no need to
wait," she said; but we knew that it's only 3.5 miles to the sea. Would you please break the silence? Yours, Zoë Smith.\n`
const long = letter.repeat(40)

function corrupt(corruption: TextCorruptionName, text: string, severity: Severity = 3, seed = 7) {
  return corruptText(text, { corruption, severity, random: createRandom(seed) })
}

/** The corruption with its places in one text known, since finding them costs more than the rest. */
function cutOnce(corruption: TextCorruptionName, text: string): TextCorruption {
  const places = textCorruptions[corruption].places(text)
  return { ...textCorruptions[corruption], places: () => places }
}

/** One word or place under one corruption, every outcome that a few hundred streams give. */
function outcomes(corruption: TextCorruptionName, text: string): Set<string> {
  const all = new Set<string>()
  const known = cutOnce(corruption, text)
  for (let seed = 0; seed < 400; seed++) {
    all.add(corruptShare(text, known, { share: 1, random: createRandom(seed) }).text)
  }
  return all
}

/** Levenshtein's distance over graphemes, written out plainly. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1)
  a.forEach((x, i) => {
    let left = i + 1
    row = row.map((up, j) => {
      const diagonal = j === 0 ? i : row[j - 1]!
      left = Math.min(up + 1, left + 1, diagonal + (x === b[j] ? 0 : 1))
      return left
    })
  })
  return row.at(-1) ?? a.length
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('rn', 'their', 'é', 'e\u0301', '👩‍👩‍👧', '🇩🇪', ' ', '. ', '-5', "it's", 'ŋ', 'ǅ'))
    .map((a) => a.join('')),
)

describe.each(textCorruptionNames)('%s', (name) => {
  const corruption = textCorruptions[name]

  it('has the name under which it is registered and shares that rise from above 0 to at most 1', () => {
    expect(corruption.name).toBe(name)
    const { shares } = corruption
    expect(shares[0]).toBeGreaterThan(0)
    expect(shares[4]).toBeLessThanOrEqual(1)
    for (let i = 1; i < 5; i++) expect(shares[i]!).toBeGreaterThan(shares[i - 1]!)
  })

  it('touches its share of the possible places, to the place', () => {
    for (const severity of severities) {
      const { possible, touched } = corrupt(name, long, severity)
      expect(possible).toBeGreaterThanOrEqual(40)
      expect(Math.abs(touched.length - corruption.shares[severity - 1]! * possible)).toBeLessThan(1)
    }
  })

  it('touches its share on average where a text has few places', () => {
    const { possible } = corrupt(name, letter)
    const known = cutOnce(name, letter)
    const share = corruption.shares[0]
    let sum = 0
    const runs = 2000
    for (let seed = 0; seed < runs; seed++) {
      sum += corruptShare(letter, known, { share, random: createRandom(seed) }).touched.length
    }
    // The rounding draw is the only chance in the count: its deviation is at most 1/2.
    expect(Math.abs(sum / runs - possible * share)).toBeLessThan((4 * 0.5) / Math.sqrt(runs))
  })

  it('changes nothing outside the places that it touches', () => {
    const { text, touched } = corrupt(name, letter, 5)
    expect(touched.length).toBeGreaterThan(0)
    const ends = [0, ...touched.map(({ end }) => end)]
    const starts = [...touched.map(({ start }) => start), letter.length]
    const kept = starts.map((start, i) =>
      letter.slice(ends[i], start).replaceAll(/[.?()[\]{}*+^$|\\]/g, '\\$&'),
    )
    expect(text).toMatch(new RegExp(`^${kept.join('[^]*?')}$`))
  })

  it('touches at a higher severity what it touches at a lower one, and more', () => {
    let before: readonly number[] = []
    for (const severity of severities) {
      const now = corrupt(name, long, severity).touched.map(({ start }) => start)
      expect(now).toEqual(expect.arrayContaining([...before]))
      expect(now.length).toBeGreaterThan(before.length)
      before = now
    }
  })

  it('is the same for the same seed and another for another', () => {
    expect(corrupt(name, long)).toEqual(corrupt(name, long))
    expect(corrupt(name, long, 3, 8).text).not.toBe(corrupt(name, long).text)
  })

  it('leaves the text alone at share 0 and has no place in an empty text', () => {
    const none = corruptShare(long, corruption, { share: 0, random: createRandom(1) })
    expect(none).toMatchObject({ text: long, touched: [] })
    expect(corrupt(name, '', 5)).toEqual({ text: '', possible: 0, touched: [] })
  })

  it('takes any text, keeps it well-formed, and changes each place by itself', () => {
    fc.assert(
      fc.property(anyText, fc.integer(), (text, seed) => {
        const random = createRandom(seed)
        const places = corruption.places(text)
        let end = 0
        for (const place of places) {
          expect(place.start).toBeGreaterThanOrEqual(end)
          expect(place.end).toBeGreaterThan(place.start)
          const piece = text.slice(place.start, place.end)
          expect(corruption.edit(piece, random)).not.toBe(piece)
          end = place.end
        }
        const out = corruptShare(text, corruption, { share: 1, random })
        expect(out.touched).toEqual(places)
        expect(/\p{Cs}/u.test(out.text)).toBe(/\p{Cs}/u.test(text))
      }),
      { numRuns: 300 },
    )
  })

  it('leaves emoji, flags and the marks of other scripts as they were', () => {
    const fragile = '👩‍👩‍👧 🇩🇪 1️⃣ *️⃣ 👍🏽 हिन्दी ไทย مَرْحَبًا 한국어'
    const kept = (text: string) =>
      graphemes(text).filter((one) => /\p{Emoji}(?!\p{L})/u.test(one) && one.length > 1)
    for (const out of outcomes(name, fragile)) {
      expect(kept(out)).toEqual(kept(fragile))
      // No mark has come loose: each stands on what it stood on, or went with it.
      const marks = new Set(graphemes(fragile))
      for (const one of graphemes(out)) {
        if (/^.\p{M}/u.test(one)) expect(marks).toContain(one)
      }
    }
  })
})

describe('keyboard typos', () => {
  it('know the keys around a key', () => {
    expect(neighbourKeys('s').sort()).toEqual(['a', 'd', 'e', 'w', 'x', 'z'])
    expect(neighbourKeys('q').sort()).toEqual(['a', 'w'])
    expect(neighbourKeys('P').sort()).toEqual(['L', 'O'])
    expect(neighbourKeys('m').sort()).toEqual(['j', 'k', 'n'])
    expect(neighbourKeys('é')).toEqual([])
    for (const key of 'abcdefghijklmnopqrstuvwxyz') {
      for (const other of neighbourKeys(key)) expect(neighbourKeys(other)).toContain(key)
    }
  })

  it('are one slip inside a word of letters, its ends kept', () => {
    const given = graphemes('Silence')
    const lengths = new Set<number>()
    for (const out of outcomes('keyboard-typos', 'Silence')) {
      const got = graphemes(out)
      lengths.add(got.length)
      expect([got[0], got.at(-1)]).toEqual(['S', 'e'])
      const isSwap = distance(given, got) === 2 && [...got].sort().join() === [...given].sort().join()
      expect(distance(given, got) === 1 || isSwap, out).toBe(true)
      const changed = got.length === 7 && !isSwap ? got.findIndex((one, i) => one !== given[i]) : -1
      if (changed >= 0) expect(neighbourKeys(given[changed]!)).toContain(got[changed])
    }
    expect([...lengths].sort()).toEqual([6, 7, 8])
  })

  it('leave short words and words with digits alone', () => {
    expect(corrupt('keyboard-typos', 'the cat is 10km off B2B4U', 5).possible).toBe(0)
  })

  it('move a letter together with its accent, however it is stored', () => {
    for (const form of ['NFC', 'NFD'] as const) {
      for (const out of outcomes('keyboard-typos', 'brûlée'.normalize(form))) {
        const extra = graphemes(out.normalize('NFC')).filter((one) => /[^a-z]/.test(one))
        expect(
          extra.every((one) => one === 'û' || one === 'é'),
          out,
        ).toBe(true)
      }
    }
  })
})

describe('OCR errors', () => {
  it('take shapes for each other in both directions', () => {
    expect(outcomes('ocr-errors', 'rn')).toContain('m')
    expect(outcomes('ocr-errors', 'm')).toContain('rn')
    expect(outcomes('ocr-errors', 'clock')).toContain('dock')
    expect(outcomes('ocr-errors', 'BOOK')).toContain('B0OK')
    expect(outcomes('ocr-errors', '105')).toEqual(new Set(['l05', 'I05', '1O5', '1o5', '10S', '10s']))
  })

  it('never put a digit in the place of another', () => {
    for (const digits of ['0123456789', '55', '1989']) {
      for (const out of outcomes('ocr-errors', digits)) {
        expect(out.length).toBe(digits.length)
        Array.from(out).forEach((one, i) => {
          expect(/\d/.test(one) && one !== digits[i]).toBe(false)
        })
      }
    }
  })

  it('do not take an accented letter for its bare one', () => {
    expect(corrupt('ocr-errors', 'é', 5).possible).toBe(0)
    expect(corrupt('ocr-errors', 'e\u0301', 5).possible).toBe(0)
  })
})

describe('letter case', () => {
  it('is all small, all large, or small at the start of sentences at severity 5', () => {
    expect(corrupt('lower-case', letter, 5).text).toBe(letter.toLowerCase())
    expect(corrupt('upper-case', letter, 5).text).toBe(letter.toUpperCase())
    expect(corrupt('uncapitalised-sentences', 'Well. "Éva said so." Ask Tom! 5 came.', 5).text).toBe(
      'well. "éva said so." ask Tom! 5 came.',
    )
  })

  it('changes nothing a second time', () => {
    for (const name of ['lower-case', 'upper-case', 'uncapitalised-sentences', 'dropped-accents'] as const) {
      const once = corrupt(name, letter, 5).text
      expect(corrupt(name, once, 5), name).toEqual({ text: once, possible: 0, touched: [] })
    }
  })

  it('mixed at random keeps the letters and turns about half of them', () => {
    const { text } = corrupt('random-case', long, 5)
    expect(text.toLowerCase()).toBe(long.toLowerCase())
    const letters = Array.from(long).flatMap((one, i) => (/\p{L}/u.test(one) ? [i] : []))
    const turned = letters.filter((i) => text[i] !== long[i]).length / letters.length
    expect(turned).toBeGreaterThan(0.5)
    expect(turned).toBeLessThan(0.65)
  })
})

describe('whitespace', () => {
  it('is dropped, doubled, made unbreakable or broken', () => {
    expect(outcomes('whitespace', 'a b')).toEqual(new Set(['ab', 'a  b', 'a\u00A0b', 'a\nb']))
    expect(outcomes('whitespace', 'a\nb')).toEqual(new Set(['ab', 'a\n\nb', 'a\u00A0b']))
  })

  it('changes gaps between words only', () => {
    const { text } = corrupt('whitespace', long, 5)
    expect(text.replaceAll(/\s/g, '')).toBe(long.replaceAll(/\s/g, ''))
    expect(corrupt('whitespace', ' edge ', 5).possible).toBe(0)
  })
})

describe('accents', () => {
  it('are dropped from Latin letters in either form and from nothing else', () => {
    for (const form of ['NFC', 'NFD'] as const) {
      expect(corrupt('dropped-accents', 'Crème brûlée, Łódź, smørbrød'.normalize(form), 5).text).toBe(
        'Creme brulee, Łodz, smørbrød'.normalize('NFC'),
      )
    }
    expect(corrupt('dropped-accents', 'हिन्दी й ά', 5).possible).toBe(0)
  })

  it('that were added are gone when accents are dropped', () => {
    const plain = letter.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
    const { text, touched } = corrupt('added-accents', plain, 5)
    expect(text).not.toBe(plain)
    expect(text.length).toBe(plain.length)
    expect(touched.length).toBeGreaterThan(20)
    expect(corrupt('dropped-accents', text, 5).text).toBe(plain)
  })
})

describe('homoglyphs', () => {
  it('stand in the place of one letter a word, are of another script and undo to the text', () => {
    const back = new Map(Object.entries(lookAlikes).map(([latin, alike]) => [alike, latin]))
    expect(back.size).toBe(Object.keys(lookAlikes).length)
    for (const [latin, alike] of Object.entries(lookAlikes)) {
      expect(/^\p{Script=Latin}$/u.test(latin)).toBe(true)
      expect(/^[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]$/u.test(alike), latin).toBe(true)
      // Of the same case, so that lowering the text hides nothing.
      expect(alike === alike.toLowerCase()).toBe(latin === latin.toLowerCase())
    }
    const { text, touched } = corrupt('homoglyphs', long, 4)
    expect(Array.from(text, (one) => back.get(one) ?? one).join('')).toBe(long)
    expect(Array.from(text).filter((one) => back.has(one)).length).toBe(touched.length)
  })
})

describe('homophones', () => {
  it('are at least 80 sets, each word in one of them', () => {
    expect(homophoneSets.length).toBeGreaterThanOrEqual(80)
    const all = homophoneSets.flat()
    expect(new Set(all).size).toBe(all.length)
    for (const set of homophoneSets) expect(set.length).toBeGreaterThanOrEqual(2)
    for (const word of all) expect(words(word), word).toEqual([{ start: 0, end: word.length }])
  })

  it('take the case and the apostrophe as they come', () => {
    expect(outcomes('homophones', 'Their')).toEqual(new Set(['There', "They're"]))
    expect(outcomes('homophones', 'YOU\u2019RE')).toEqual(new Set(['YOUR']))
    expect(outcomes('homophones', 'cake')).toEqual(new Set(['cake']))
  })
})

describe('dropped punctuation', () => {
  it('keeps what punctuation says inside numbers', () => {
    expect(
      corrupt('dropped-punctuation', `"Well, don't," he said (at 10:30): -5.5 or .7, 1,000!`, 5).text,
    ).toBe('Well dont he said at 10:30 -5.5 or .7 1,000')
    expect(corrupt('dropped-punctuation', '50% @home #1 a&b *️⃣', 5).possible).toBe(0)
  })
})
