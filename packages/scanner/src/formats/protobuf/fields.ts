// Protocol Buffers on the wire: a message is a run of fields, each a number, a wire type and a value. Nothing in the
// bytes says which message it is, so a format walks the ranges that its own description names. Bytes and nested
// messages come back as ranges of the source, never as contents, so a weight of a gigabyte costs a few bytes to pass.
// Written after https://protobuf.dev/programming-guides/encoding/
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

export type Field = {
  readonly number: number
  /** Offset of its tag. */
  readonly at: number
} & (
  | { readonly wire: 'varint' /** 0 to 2^64 - 1. */; readonly value: bigint }
  | ({ readonly wire: 'bytes' | 'fixed32' | 'fixed64' } & Range)
)

/** A field with a range. */
export type BytesField = Extract<Field, Range>

const windowSize = 4096
/** Longest tag, length and varint together. */
const longestHead = 20

/**
 * The fields of the message that fills a range, in order, without going into any of them.
 * @throws Malformed where a field does not fit: a varint of over ten bytes, a length beyond the range, a group, number 0
 */
export function* fields(source: Source, { from, to }: Range, budget: Budget): Generator<Field> {
  if (to > source.size) throw new Malformed('the message ends behind the end of the file', from)
  let window = source.read(from, Math.min(windowSize, to - from))
  let windowAt = from
  let at = from
  for (let count = 1; at < to; count++) {
    if (count % 1024 === 0) budget.checkTime()
    if (at + longestHead > windowAt + window.length && windowAt + window.length < to) {
      window = source.read(at, Math.min(windowSize, to - at))
      windowAt = at
    }
    const start = at
    const tag = varint(window, at - windowAt, start)
    at += tag.bytes
    const number = Number(tag.value >> 3n)
    if (number === 0 || number >= 2 ** 29) throw new Malformed(`field number ${number} does not exist`, start)
    switch (Number(tag.value & 7n)) {
      case 0: {
        const { value, bytes } = varint(window, at - windowAt, start)
        at += bytes
        yield { number, at: start, wire: 'varint', value }
        break
      }
      case 1:
        yield { number, at: start, wire: 'fixed64', ...take(8) }
        break
      case 2: {
        const { value, bytes } = varint(window, at - windowAt, start)
        at += bytes
        yield { number, at: start, wire: 'bytes', ...take(value) }
        break
      }
      case 5:
        yield { number, at: start, wire: 'fixed32', ...take(4) }
        break
      default:
        throw new Malformed(`field ${number} has wire type ${tag.value & 7n}, which no such file uses`, start)
    }
    function take(length: number | bigint): Range {
      if (BigInt(at) + BigInt(length) > BigInt(to)) {
        throw new Malformed(`field ${number} of ${length} bytes ends behind its message`, start)
      }
      const range = { from: at, to: at + Number(length) }
      at = range.to
      return range
    }
  }
}

/** Bits above 64 are dropped, as every reader does. */
function varint(
  window: Uint8Array,
  index: number,
  start: number,
): { readonly value: bigint; readonly bytes: number } {
  let small = 0
  for (let i = 0; i < 10; i++) {
    const byte = window[index + i]
    if (byte === undefined) throw new Malformed('the message ends within a number', start)
    if (i < 4) small |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) {
      return { value: i < 4 ? BigInt(small) : wide(window, index, i + 1), bytes: i + 1 }
    }
  }
  throw new Malformed('a number is longer than ten bytes', start)
}

function wide(window: Uint8Array, index: number, bytes: number): bigint {
  let value = 0n
  for (let i = bytes - 1; i >= 0; i--) value = (value << 7n) | BigInt(window[index + i]! & 0x7f)
  return BigInt.asUintN(64, value)
}

/** A varint as int64 (and int32, which is written as int64) has it. */
export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/**
 * A text, which must be UTF-8.
 * @throws Malformed when it is not, LimitReached when it is longer than `limit` bytes
 */
export function readText(
  source: Source,
  { from, to }: Range,
  { limit = 1 << 20 }: { readonly limit?: number } = {},
): string {
  if (to - from > limit) throw new LimitReached('headerBytes', `a text of ${to - from} bytes`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source.read(from, to - from))
  } catch {
    throw new Malformed('a text is not UTF-8', from)
  }
}

/**
 * The varints of a repeated integer field, written packed or one by one.
 * @param limit most values to give; more are Malformed
 */
export function* varints(
  source: Source,
  field: Field,
  budget: Budget,
  { limit = Number.POSITIVE_INFINITY }: { readonly limit?: number } = {},
): Generator<bigint> {
  if (field.wire === 'varint') {
    yield field.value
    return
  }
  let window: Uint8Array = new Uint8Array(0)
  let windowAt = field.from
  let count = 0
  for (let at = field.from; at < field.to; ) {
    if (at + 10 > windowAt + window.length && windowAt + window.length < field.to) {
      budget.checkTime()
      window = source.read(at, Math.min(1 << 16, field.to - at))
      windowAt = at
    }
    const { value, bytes } = varint(window, at - windowAt, at)
    if (++count > limit) throw new Malformed(`field ${field.number} has more than ${limit} values`, field.at)
    at += bytes
    yield value
  }
}
