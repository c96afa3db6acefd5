import { memorySource } from '../../source/source.ts'
import { type Format, NotThisFormat, type ScanContext } from '../format.ts'
import { jsonKinds } from './kinds.ts'
import { readJson } from './read-json.ts'
import { jsonRules } from './rules.ts'

/** Any JSON text. What it means is up to the kinds that fit its value. */
export const json: Format = {
  id: 'json',
  title: 'JSON',
  recognise(head) {
    const start = startOf(head)
    if (/^\{\s{0,200}(?:"(?:[^"\\]|\\.){0,1000}"\s{0,200}:|\})/.test(start)) return 'sure'
    return /^(?:\[|\{|\/[/*])/.test(start) ? 'maybe' : 'no'
  },
  async examine(source, context) {
    const start = startOf(source.read(0, 4096))
    // Prose, templates and settings of other kinds begin with such brackets too.
    if (!/^(?:\{\s*["}/]|\[\s*(?:["[{\]\-\d]|true|false|null|NaN|$)|\/[/*])/.test(start)) {
      throw new NotThisFormat('not JSON')
    }
    const { values, duplicates, extensions } = readJson(source, context.budget)
    for (const { key, offset } of duplicates) {
      context.report(jsonRules['duplicate-key'], {
        message: `${JSON.stringify(key.slice(0, 100))} stands twice in one object.`,
        offset,
      })
    }
    const kinds = new Set<string>()
    let count = 0
    for (const value of values) {
      context.budget.checkTime()
      count += 1
      for (const kind of jsonKinds) {
        if (!kind.recognise(value)) continue
        kinds.add(kind.id)
        await kind.examine(value, context)
      }
      await examinePickles(value, context)
    }
    if (kinds.size > 0) context.fact('kind', [...kinds].join(', '))
    if (count > 1) context.fact('values', count)
    if (extensions.size > 0) {
      context.report(jsonRules['not-standard'], { message: `It has ${[...extensions].join(' and ')}.` })
    }
    return { end: source.size }
  },
}

/** The first characters, without the mark of the encoding and blanks. */
function startOf(head: Uint8Array): string {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  const text = wide
    ? new TextDecoder(head[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(head)
    : Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1').replace(/^ï»¿/, '')
  return text.trimStart()
}

/** Base64 of 0x80 and a protocol from 2 to 5, which no other text of that length begins with by chance. */
const pickleInBase64 = /^gA[I-X][A-Za-z0-9+/_-]{21,}={0,2}\s*$/
const pickledStrings = 50

async function examinePickles(value: unknown, context: ScanContext): Promise<void> {
  let found = 0
  const waiting: unknown[] = [value]
  for (let seen = 0; waiting.length > 0 && found < pickledStrings; seen++) {
    if ((seen & 0xfff) === 0) context.budget.checkTime()
    const one = waiting.pop()
    if (typeof one === 'string') {
      if (one.length < 24 || !one.startsWith('gA') || !pickleInBase64.test(one)) continue
      const bytes = Buffer.from(one, 'base64')
      // Every pickle ends with STOP; some writers pad the base64, none the pickle.
      if (bytes.at(-1) !== 0x2e) continue
      found += 1
      const { format } = await context.scan(memorySource(bytes), `base64 string ${found}`)
      if (format !== 'pickle') continue
      context.report(jsonRules['embedded-pickle'], { message: `A string of ${one.length} characters.` })
    } else if (Array.isArray(one)) {
      for (const item of one) if (typeof item === 'string' || typeof item === 'object') waiting.push(item)
    } else if (typeof one === 'object' && one !== null) {
      for (const item of Object.values(one)) {
        if (typeof item === 'string' || typeof item === 'object') waiting.push(item)
      }
    }
  }
}
