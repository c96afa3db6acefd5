// JSON, read so that a hostile text can neither exhaust the reader nor show it something else than a loader sees. One
// pass over the characters, without recursion, checks nesting, counts what would be built, finds keys that stand twice
// and takes out what some loaders accept beyond the standard (NaN, comments, a comma at the end). Only then does
// JSON.parse see the text. Several values one after another, as in JSON Lines, are given one by one.
import type { Budget } from '../../scan/limits.ts'
import { LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export interface JsonText {
  /** Its values in order: one, but for JSON Lines. */
  readonly values: Iterable<unknown>
  /** Keys that stand twice in one object, as `{key, offset}`; at most some. Offsets are of characters. */
  readonly duplicates: readonly { readonly key: string; readonly offset: number }[]
  /** What is in it that the standard does not allow but some readers do. */
  readonly extensions: ReadonlySet<'NaN or Infinity' | 'comments' | 'trailing commas'>
}

/** Loaders written in Python stop at a nesting of about 1,000, those in C earlier; no honest file is near. */
const deepest = 200
/** Objects and arrays take some 100 bytes each once parsed. */
const mostContainers = 4_000_000
const mostStrings = 10_000_000
const duplicatesKept = 20

/**
 * @throws Malformed where it is not JSON, LimitReached when it is longer than `headerBytes`, deeper than 200 or has
 * more parts than memory should be spent on
 */
export function readJson(source: Source, budget: Budget): JsonText {
  const longest = budget.limits.headerBytes
  if (source.size > longest) {
    throw new LimitReached('headerBytes', `a JSON text of ${source.size} bytes; at most ${longest} are read`)
  }
  return parseJson(decode(source.read(0, source.size)), budget)
}

/** As `readJson`, for text at hand. */
export function parseJson(text: string, budget: Budget): JsonText {
  const { edits, ends, duplicates, extensions } = check(text, budget)
  return { values: parse(text, ends, edits), duplicates, extensions }
}

/** The one value of a JSON text; throws as `parseJson`, and Malformed when there is not exactly one. */
export function jsonValue(text: string, budget: Budget): unknown {
  const values = [...parseJson(text, budget).values]
  if (values.length !== 1) throw new Malformed(`${values.length} JSON values stand where one is expected`)
  return values[0]
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new Malformed(`it is JSON by its start, and not ${encoding.toUpperCase()}`)
  }
}

/** Replace `[from, to)` of the text. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly by: string
}

interface Checked {
  readonly edits: readonly Edit[]
  /** Where each value at the top ends. */
  readonly ends: readonly number[]
  readonly duplicates: JsonText['duplicates']
  readonly extensions: JsonText['extensions']
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const slash = 0x2f

function check(text: string, budget: Budget): Checked {
  const edits: Edit[] = []
  const ends: number[] = []
  const duplicates: { key: string; offset: number }[] = []
  const extensions = new Set<'NaN or Infinity' | 'comments' | 'trailing commas'>()
  /** Keys of the objects that are open; null for an array. */
  const open: (Set<string> | null)[] = []
  let containers = 0
  let strings = 0
  /** Where the comma stands, while nothing has followed it. */
  let lastComma = -1
  let at = 0
  const syntax = (what: string): Malformed => new Malformed(`it is JSON by its start, but ${what}`, at)
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      at += 1
      continue
    }
    if (code === slash) {
      const end = endOfComment(text, at)
      if (end === -1) throw syntax('a slash stands outside a string')
      edits.push({ from: at, to: end, by: ' ' })
      extensions.add('comments')
      at = end
      continue
    }
    if (code === 0x7d || code === 0x5d) {
      if (lastComma !== -1) {
        edits.push({ from: lastComma, to: lastComma + 1, by: ' ' })
        extensions.add('trailing commas')
      }
      const closed = open.pop()
      if (closed === undefined || (closed === null) !== (code === 0x5d)) {
        throw syntax('a bracket closes that was not opened')
      }
      at += 1
      if (open.length === 0) ends.push(at)
      lastComma = -1
      continue
    }
    const isComma = code === comma
    if (isComma) {
      lastComma = at
      at += 1
      continue
    }
    lastComma = -1
    if (code === 0x7b || code === 0x5b) {
      if (open.length >= deepest) throw new LimitReached('depth', `JSON nested more than ${deepest} deep`)
      containers += 1
      if (containers > mostContainers) {
        throw new LimitReached('headerBytes', `JSON with more than ${mostContainers} objects and arrays`)
      }
      if ((containers & 0xfff) === 0) budget.checkTime()
      open.push(code === 0x7b ? new Set() : null)
      at += 1
    } else if (code === quote) {
      const end = endOfString(text, at)
      if (end === -1) throw syntax('a string does not end')
      strings += 1
      if (strings > mostStrings) {
        throw new LimitReached('headerBytes', `JSON with more than ${mostStrings} strings`)
      }
      if ((strings & 0xfff) === 0) budget.checkTime()
      const keys = open.at(-1)
      if (keys !== null && keys !== undefined && colonFollows(text, end)) {
        const key = keyOf(text, at, end)
        if (keys.has(key) && duplicates.length < duplicatesKept) duplicates.push({ key, offset: at })
        keys.add(key)
      }
      at = end
      if (open.length === 0) ends.push(at)
    } else if (code === 0x4e || code === 0x49 || (code === 0x2d && text.charCodeAt(at + 1) === 0x49)) {
      const word = ['NaN', 'Infinity', '-Infinity'].find((known) => text.startsWith(known, at))
      if (word === undefined) throw syntax('a word stands outside a string')
      edits.push({ from: at, to: at + word.length, by: 'null' })
      extensions.add('NaN or Infinity')
      at += word.length
      if (open.length === 0) ends.push(at)
    } else if (code === 0x3a) {
      at += 1
    } else {
      const end = endOfWord(text, at)
      if (end === at) throw syntax('a character stands where none can')
      at = end
      if (open.length === 0) ends.push(at)
    }
  }
  if (open.length > 0) throw syntax('it ends before its brackets close')
  if (ends.length === 0) throw syntax('there is no value in it')
  return { edits, ends, duplicates, extensions }
}

function* parse(text: string, ends: readonly number[], edits: readonly Edit[]): Generator<unknown> {
  let from = 0
  let next = 0
  for (const [index, end] of ends.entries()) {
    const to = index === ends.length - 1 ? text.length : end
    const parts: string[] = []
    let at = from
    for (; next < edits.length && edits[next]!.from < to; next++) {
      const edit = edits[next]!
      parts.push(text.slice(at, edit.from), edit.by)
      at = edit.to
    }
    parts.push(text.slice(at, to))
    try {
      yield JSON.parse(parts.join(''))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new Malformed(`it is JSON by its start, but ${error.message.slice(0, 120)}`, from)
    }
    from = to
  }
}

/** Position behind the quote that closes the string opened at `start`, -1 when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before -= 1
    if ((end - 1 - before) % 2 === 0) return end + 1
  }
  return -1
}

function endOfComment(text: string, start: number): number {
  const next = text[start + 1]
  if (next === '/') {
    const end = text.indexOf('\n', start)
    return end === -1 ? text.length : end
  }
  if (next !== '*') return -1
  const end = text.indexOf('*/', start + 2)
  return end === -1 ? -1 : end + 2
}

/** Numbers, true, false, null. */
function endOfWord(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const digit = code >= 0x30 && code <= 0x39
    const letter = (code >= 0x61 && code <= 0x7a) || code === 0x45
    if (!digit && !letter && code !== 0x2e && code !== 0x2b && code !== 0x2d) break
  }
  return at
}

function colonFollows(text: string, from: number): boolean {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}

/** Keys are compared as they read after their escapes. */
function keyOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1)
  if (!raw.includes('\\')) return raw
  try {
    return JSON.parse(text.slice(start, end)) as string
  } catch {
    return raw
  }
}
