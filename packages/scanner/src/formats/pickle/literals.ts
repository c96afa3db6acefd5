// Texts and bytes that stand in a pickle, read as Python would read them.
import { inflateSync, unzipSync } from 'node:zlib'
import type { Source } from '../../source/source.ts'
import { type Bytes, isGlobal, itemsOf, type Text, type Value } from './values.ts'

const longestText = 1 << 20

/** The text, null when it is not valid in its coding or longer than a megabyte. */
export function textOf(source: Source, { at, length, coding }: Text): string | null {
  if (length > longestText) return null
  const bytes = source.read(at, length)
  if (coding === 'utf-8') {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return null
    }
  }
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (coding === 'latin-1') return raw
  if (coding === 'raw-unicode') {
    return raw.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, four: string, eight: string) =>
      String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(four ?? eight, 16))),
    )
  }
  const quoted = /^\s*(['"])([\s\S]*)\1\s*$/.exec(raw)
  return quoted === null ? null : unescaped(quoted[2]!)
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g, (_, hex, octal, other) =>
    hex !== undefined
      ? String.fromCharCode(Number.parseInt(hex, 16))
      : octal !== undefined
        ? String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
        : (escapes[other] ?? other),
  )
}

const largestPayload = 64 << 20

/**
 * The bytes that a value would be, where they can be told without running anything: literals, and literals that were
 * passed through base64, zlib, hex or latin-1 on the way.
 */
export function bytesOf(source: Source, value: Value | undefined, depth = 0): Uint8Array | null {
  if (typeof value !== 'object' || value === null || depth > 8) return null
  if (value.kind === 'bytes')
    return value.length > largestPayload ? null : source.read(value.at, value.length)
  if (value.kind === 'text') {
    const text = textOf(source, value)
    return text === null
      ? null
      : Buffer.from(text, value.coding === 'utf-8' && /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1')
  }
  if (value.kind !== 'call') return null
  const { callee, args } = value
  const inner = () => bytesOf(source, itemsOf(args)[0], depth + 1)
  try {
    if (
      isGlobal(callee, null, 'BytesIO') ||
      isGlobal(callee, 'builtins', 'bytes') ||
      isGlobal(callee, 'builtins', 'bytearray')
    )
      return inner()
    if (isGlobal(callee, '_codecs', 'encode')) return inner()
    if (isGlobal(callee, 'base64', 'b64decode') || isGlobal(callee, 'binascii', 'a2b_base64')) {
      const text = inner()
      return text === null ? null : Buffer.from(Buffer.from(text).toString('latin1'), 'base64')
    }
    if (isGlobal(callee, 'binascii', 'unhexlify') || isGlobal(callee, 'binascii', 'a2b_hex')) {
      const text = inner()
      return text === null ? null : Buffer.from(Buffer.from(text).toString('latin1'), 'hex')
    }
    if (isGlobal(callee, 'zlib', 'decompress')) {
      const data = inner()
      return data === null ? null : inflateSync(data, { maxOutputLength: largestPayload })
    }
    if (isGlobal(callee, 'gzip', 'decompress')) {
      const data = inner()
      return data === null ? null : unzipSync(data, { maxOutputLength: largestPayload })
    }
    if (
      isGlobal(callee, null, 'decode') &&
      isGlobal(
        callee,
        /^_?codecs$/.test((callee as { module: string }).module) ? (callee as { module: string }).module : '',
        'decode',
      )
    ) {
      const how = bytesOf(source, itemsOf(args)[1], depth + 1)
      const data = inner()
      const coding = how === null ? '' : Buffer.from(how).toString('latin1')
      if (data === null) return null
      if (/^base64/.test(coding)) return Buffer.from(Buffer.from(data).toString('latin1'), 'base64')
      if (/^hex/.test(coding)) return Buffer.from(Buffer.from(data).toString('latin1'), 'hex')
      if (/^zlib|^zip/.test(coding)) return inflateSync(data, { maxOutputLength: largestPayload })
    }
  } catch {
    // It does not decode: whoever loads it gets an error here.
  }
  return null
}

export type Literal = Bytes | Text
