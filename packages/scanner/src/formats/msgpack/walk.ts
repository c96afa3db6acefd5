// MessagePack, read from front to back without building anything and without recursion. Maps and arrays that are open
// wait in a list, and what bytes hold is passed by its length.
// After https://github.com/msgpack/msgpack/blob/master/spec.md
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import type { Range } from '../protobuf/fields.ts'

export type Item =
  | { readonly kind: 'nil' | 'bool'; readonly at: number }
  | { readonly kind: 'int'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'float'; readonly at: number }
  | ({ readonly kind: 'text' | 'bytes'; readonly at: number } & Range)
  | ({ readonly kind: 'extension'; readonly at: number; readonly type: number } & Range)
  | { readonly kind: 'array' | 'map'; readonly at: number; readonly count: number }

export interface Step {
  readonly item: Item
  /** 0 for the outermost value. */
  readonly depth: number
  /** Within a map: whether this is a key. */
  readonly isKey: boolean
}

/** The unpacker of Python's msgpack stops there too. */
const deepest = 512
const mostItems = 20_000_000
const windowBytes = 1 << 16

/**
 * The items of one value and all within it, in order.
 * @returns where it ends
 * @throws Malformed, LimitReached
 */
export function* walk(source: Source, { from, to }: Range, budget: Budget): Generator<Step, number> {
  const open: { kind: 'array' | 'map'; left: number }[] = []
  let window: Uint8Array = new Uint8Array(0)
  let windowAt = from
  let at = from
  const view = (length: number): DataView => {
    if (at + length > to) throw new Malformed('the file ends within a value', at)
    if (at + length > windowAt + window.length || at < windowAt) {
      window = source.read(at, Math.min(windowBytes, to - at))
      windowAt = at
      budget.checkTime()
    }
    const result = new DataView(window.buffer, window.byteOffset + at - windowAt, length)
    at += length
    return result
  }
  const unsigned = (bytes: 1 | 2 | 4): number => {
    const data = view(bytes)
    return bytes === 1 ? data.getUint8(0) : bytes === 2 ? data.getUint16(0) : data.getUint32(0)
  }
  const range = (length: number): Range => {
    if (length > to - at) throw new Malformed(`${length} bytes are claimed and ${to - at} are left`, at)
    const result = { from: at, to: at + length }
    at += length
    return result
  }
  const extension = (start: number, length: number): Item => {
    const type = view(1).getInt8(0)
    return { kind: 'extension', at: start, type, ...range(length) }
  }
  const container = (kind: 'array' | 'map', start: number, count: number): Item => {
    const least = kind === 'map' ? 2 * count : count
    if (least > to - at)
      throw new Malformed(`${count} entries are claimed and ${to - at} bytes are left`, start)
    return { kind, at: start, count }
  }
  const read = (): Item => {
    const start = at
    const tag = view(1).getUint8(0)
    if (tag < 0x80) return { kind: 'int', at: start, value: BigInt(tag) }
    if (tag < 0x90) return container('map', start, tag & 0x0f)
    if (tag < 0xa0) return container('array', start, tag & 0x0f)
    if (tag < 0xc0) return { kind: 'text', at: start, ...range(tag & 0x1f) }
    if (tag >= 0xe0) return { kind: 'int', at: start, value: BigInt(tag - 256) }
    switch (tag) {
      case 0xc0:
        return { kind: 'nil', at: start }
      case 0xc2:
      case 0xc3:
        return { kind: 'bool', at: start }
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return { kind: 'bytes', at: start, ...range(unsigned((1 << (tag - 0xc4)) as 1 | 2 | 4)) }
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return extension(start, unsigned((1 << (tag - 0xc7)) as 1 | 2 | 4))
      case 0xca:
      case 0xcb:
        view(tag === 0xca ? 4 : 8)
        return { kind: 'float', at: start }
      case 0xcc:
      case 0xcd:
      case 0xce:
        return { kind: 'int', at: start, value: BigInt(unsigned((1 << (tag - 0xcc)) as 1 | 2 | 4)) }
      case 0xcf:
        return { kind: 'int', at: start, value: view(8).getBigUint64(0) }
      case 0xd0:
        return { kind: 'int', at: start, value: BigInt(view(1).getInt8(0)) }
      case 0xd1:
        return { kind: 'int', at: start, value: BigInt(view(2).getInt16(0)) }
      case 0xd2:
        return { kind: 'int', at: start, value: BigInt(view(4).getInt32(0)) }
      case 0xd3:
        return { kind: 'int', at: start, value: view(8).getBigInt64(0) }
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return extension(start, 1 << (tag - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return { kind: 'text', at: start, ...range(unsigned((1 << (tag - 0xd9)) as 1 | 2 | 4)) }
      case 0xdc:
        return container('array', start, unsigned(2))
      case 0xdd:
        return container('array', start, unsigned(4))
      case 0xde:
        return container('map', start, unsigned(2))
      case 0xdf:
        return container('map', start, unsigned(4))
      default:
        throw new Malformed('the byte 0xc1 begins no value', start)
    }
  }

  for (let count = 1; ; count++) {
    if (count > mostItems) throw new LimitReached('headerBytes', `over ${mostItems} values`)
    if (count % 4096 === 0) budget.checkTime()
    const around = open.at(-1)
    const isKey = around?.kind === 'map' && around.left % 2 === 0
    const item = read()
    yield { item, depth: open.length, isKey }
    if (around !== undefined) around.left -= 1
    if ((item.kind === 'array' || item.kind === 'map') && item.count > 0) {
      if (open.length >= deepest) throw new Malformed(`values nest over ${deepest} deep`, item.at)
      open.push({ kind: item.kind, left: item.kind === 'map' ? 2 * item.count : item.count })
    }
    while (open.at(-1)?.left === 0) open.pop()
    if (open.length === 0) return at
  }
}
