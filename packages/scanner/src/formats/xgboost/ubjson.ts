// UBJSON as XGBoost writes it: JSON with lengths and types in front, numbers big-endian. Containers may say how many
// elements they have and of which type; every count is held against the bytes that are left before anything is made.
// After https://ubjson.org and XGBoost's `src/common/json.cc`.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

const deepest = 64
const mostValues = 20_000_000
const longestText = 64 * 2 ** 20
/** Bytes of a number by its marker. */
const widths: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 }

export interface Ubjson {
  readonly value: unknown
  readonly end: number
}

/**
 * Numbers become numbers, arrays of one type of number a Float64Array, all else what JSON.parse would give.
 * @throws Malformed, LimitReached
 */
export function readUbjson(source: Source, budget: Budget): Ubjson {
  let at = 0
  let values = 0
  let window: Uint8Array = new Uint8Array(0)
  let windowAt = 0

  const need = (bytes: number): number => {
    if (bytes > source.size - at)
      throw new Malformed(`${bytes} bytes are claimed and ${source.size - at} are left`, at)
    if (at < windowAt || at + bytes > windowAt + window.length) {
      window = source.read(at, Math.min(Math.max(bytes, 1 << 16), source.size - at))
      windowAt = at
      budget.checkTime()
    }
    const place = at - windowAt
    at += bytes
    return place
  }
  const marker = (): string => {
    // Asking for it may move the window.
    const place = need(1)
    return String.fromCharCode(window[place]!)
  }
  const peek = (): string => {
    const found = marker()
    at -= 1
    return found
  }
  const number = (type: string): number => {
    const width = widths[type]
    if (width === undefined) throw new Malformed(`${JSON.stringify(type)} is no type of number`, at - 1)
    const place = need(width)
    const view = new DataView(window.buffer, window.byteOffset + place, width)
    switch (type) {
      case 'i':
        return view.getInt8(0)
      case 'U':
        return view.getUint8(0)
      case 'I':
        return view.getInt16(0)
      case 'l':
        return view.getInt32(0)
      case 'L':
        return Number(view.getBigInt64(0))
      case 'd':
        return view.getFloat32(0)
      default:
        return view.getFloat64(0)
    }
  }
  const length = (): number => {
    const type = marker()
    if (type === 'd' || type === 'D') throw new Malformed('a length is no whole number', at - 1)
    const value = number(type)
    if (value < 0) throw new Malformed('a length is negative', at)
    return value
  }
  const text = (): string => {
    const bytes = length()
    if (bytes > longestText && bytes <= source.size - at)
      throw new LimitReached('headerBytes', `a text of ${bytes} bytes`)
    const place = need(bytes)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(window.subarray(place, place + bytes))
    } catch {
      throw new Malformed('a text is not UTF-8', at - bytes)
    }
  }
  const count = (more: number): void => {
    values += more
    if (values > mostValues) throw new LimitReached('headerBytes', `over ${mostValues} values`)
    if (values % 4096 < more) budget.checkTime()
  }
  /** The optional type and number of elements of a container. */
  const head = (): { readonly type: string | null; readonly size: number | null } => {
    let type: string | null = null
    if (peek() === '$') {
      at += 1
      type = marker()
      if (peek() !== '#') throw new Malformed('a container has a type and no count', at)
    }
    if (peek() !== '#') return { type, size: null }
    at += 1
    const size = length()
    // Nothing, true and false take no bytes, so a count of them costs the writer nothing.
    const least = type === null ? 1 : (widths[type] ?? 1)
    if (size > (source.size - at) / least)
      throw new Malformed(`${size} elements are claimed and ${source.size - at} bytes are left`, at)
    return { type, size }
  }
  const array = (depth: number): unknown => {
    const { type, size } = head()
    if (type !== null && size !== null && type in widths) {
      count(size)
      const numbers = new Float64Array(size)
      for (let i = 0; i < size; i++) numbers[i] = number(type)
      return numbers
    }
    const items: unknown[] = []
    for (let i = 0; size === null || i < size; i++) {
      if (size === null && peek() === ']') {
        at += 1
        break
      }
      items.push(value(type ?? marker(), depth + 1))
    }
    return items
  }
  const object = (depth: number): unknown => {
    const { type, size } = head()
    const entries = new Map<string, unknown>()
    for (let i = 0; size === null || i < size; i++) {
      if (size === null && peek() === '}') {
        at += 1
        break
      }
      const start = at
      const key = text()
      if (entries.has(key))
        throw new Malformed(`the key ${JSON.stringify(key.slice(0, 80))} stands twice`, start)
      entries.set(key, value(type ?? marker(), depth + 1))
    }
    return Object.fromEntries(entries)
  }
  const value = (type: string, depth: number): unknown => {
    if (depth > deepest) throw new Malformed(`values nest over ${deepest} deep`, at)
    count(1)
    if (type in widths) return number(type)
    switch (type) {
      case 'Z':
        return null
      case 'T':
        return true
      case 'F':
        return false
      case 'S':
      case 'H':
        return text()
      case 'C':
        return marker()
      case '[':
        return array(depth)
      case '{':
        return object(depth)
      default:
        throw new Malformed(`the byte ${JSON.stringify(type)} begins no value`, at - 1)
    }
  }
  const result = value(marker(), 0)
  return { value: result, end: at }
}
