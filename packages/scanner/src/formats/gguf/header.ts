// The head of a GGUF file: settings as keys and typed values, then where each tensor lies. Every count is held against
// what is left of the file before anything is read by it.
// After https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type TensorType, tensorTypes } from './types.ts'

export interface GgufTensor {
  readonly name: string
  /** Null when its number is unknown. */
  readonly type: TensorType | null
  readonly typeNumber: number
  /** Fastest dimension first, as the file has them. */
  readonly shape: readonly number[]
  /** Offset in the file. */
  readonly offset: number
  /** Null when the type is unknown. */
  readonly bytes: number | null
}

export interface GgufHeader {
  readonly version: number
  readonly bigEndian: boolean
  /** Numbers, texts and truth values; of an array its length. */
  readonly values: ReadonlyMap<string, GgufValue>
  /** Where the texts among the values begin. */
  readonly textsAt: readonly number[]
  readonly tensors: readonly GgufTensor[]
  /** Where the numbers begin. */
  readonly bodyAt: number
  readonly alignment: number
}

export type GgufValue = string | number | bigint | boolean | { readonly length: number }

const scalarBytes: readonly (number | null)[] = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8]
const [boolType, stringType, arrayType] = [7, 8, 9]
const mostKeys = 1_000_000
const mostTensors = 1_000_000
const deepestArray = 4
/** Texts up to here are kept; vocabularies are arrays, and passed. */
const longestText = 4 * 2 ** 20
/** All texts that are kept. */
const longestTexts = 32 * 2 ** 20
const longestKey = 65_535
const mostTexts = 1000

/** @throws Malformed, LimitReached */
export function readHeader(source: Source, budget: Budget): GgufHeader {
  const start = source.read(4, 4)
  if (start.length < 4) throw new Malformed('the file ends within its header', source.size)
  // Of the two readings of a small number, the one that is small is right.
  const bigEndian = start[0] === 0 && start[1] === 0 && start[3] !== 0
  const cursor = createCursor(source, 4, bigEndian, budget)
  const version = cursor.u32()
  if (version < 1 || version > 3) throw new Malformed(`version ${version} does not exist`, 4)
  const size = version === 1 ? cursor.u32 : cursor.u64
  const wide = version === 1 ? 4 : 8

  const tensorCount = size()
  const keyCount = size()
  // The shortest key with a value, and the shortest tensor.
  cursor.holds(keyCount, wide + 5, 'keys')
  cursor.holds(tensorCount, wide + 16, 'tensors')
  if (keyCount > mostKeys) throw new LimitReached('headerBytes', `${keyCount} keys`)
  if (tensorCount > mostTensors) throw new LimitReached('headerBytes', `${tensorCount} tensors`)

  const values = new Map<string, GgufValue>()
  let kept = 0
  const text = (limit: number): string => {
    const length = size()
    cursor.holds(length, 1, 'bytes of text')
    if (length > limit) throw new LimitReached('headerBytes', `a text of ${length} bytes`)
    kept += length
    if (kept > longestTexts) throw new LimitReached('headerBytes', `texts of over ${longestTexts} bytes`)
    return cursor.text(length)
  }
  const textsAt: number[] = []
  const value = (type: number): GgufValue => {
    if (type === stringType) {
      if (textsAt.length < mostTexts) textsAt.push(cursor.at() + wide)
      return text(longestText)
    }
    if (type === arrayType) return array()
    return scalar(cursor, type)
  }
  const array = (): { readonly length: number } => {
    const type = cursor.u32()
    const length = size()
    const at = cursor.at()
    skipArray(type, length, 1)
    if (length > 0 && cursor.at() === at) throw new Malformed('an array has no bytes', at)
    return { length }
  }
  const skipArray = (type: number, length: number, depth: number): void => {
    const bytes = scalarBytes[type]
    if (bytes === undefined) throw new Malformed(`values of type ${type} do not exist`, cursor.at())
    if (depth > deepestArray) throw new Malformed(`arrays nest over ${deepestArray} deep`, cursor.at())
    if (bytes !== null) {
      cursor.holds(length, bytes, 'values of an array')
      cursor.skip(length * bytes)
      return
    }
    cursor.holds(length, type === stringType ? wide : 4 + wide, 'values of an array')
    for (let i = 0; i < length; i++) {
      if (i % 4096 === 0) budget.checkTime()
      if (type === stringType) {
        const count = size()
        cursor.holds(count, 1, 'bytes of text')
        cursor.skip(count)
      } else skipArray(cursor.u32(), size(), depth + 1)
    }
  }

  for (let i = 0; i < keyCount; i++) {
    if (i % 1024 === 0) budget.checkTime()
    const at = cursor.at()
    const key = text(longestKey)
    if (key === '') throw new Malformed('a key is empty', at)
    if (values.has(key)) {
      throw new Malformed(`the key ${JSON.stringify(key.slice(0, 100))} stands twice`, at)
    }
    values.set(key, value(cursor.u32()))
  }

  const given = values.get('general.alignment')
  const alignment = given === undefined ? 32 : typeof given === 'number' ? given : 0
  if (alignment < 1 || alignment > 2 ** 30 || (alignment & (alignment - 1)) !== 0) {
    throw new Malformed('general.alignment is no power of two')
  }

  const found: { name: string; typeNumber: number; shape: number[]; offset: number; at: number }[] = []
  for (let i = 0; i < tensorCount; i++) {
    if (i % 1024 === 0) budget.checkTime()
    const at = cursor.at()
    const name = text(longestKey)
    const count = cursor.u32()
    if (count > 4) throw new Malformed(`a tensor has ${count} dimensions`, at)
    const shape = Array.from({ length: count }, () => size())
    const typeNumber = cursor.u32()
    found.push({ name, typeNumber, shape, offset: cursor.u64(), at })
  }
  const bodyAt = Math.ceil(cursor.at() / alignment) * alignment
  const tensors = found.map(({ name, typeNumber, shape, offset, at }): GgufTensor => {
    const type = tensorTypes.get(typeNumber) ?? null
    return { name, type, typeNumber, shape, offset: bodyAt + offset, bytes: bytesOf(type, shape, name, at) }
  })
  return { version, bigEndian, values, textsAt, tensors, bodyAt, alignment }
}

function bytesOf(type: TensorType | null, shape: readonly number[], name: string, at: number): number | null {
  let elements = 1
  for (const dim of shape) {
    elements *= dim
    if (!Number.isSafeInteger(elements)) {
      throw new Malformed(`the tensor ${JSON.stringify(name.slice(0, 100))} has a shape beyond counting`, at)
    }
  }
  if (type === null) return null
  if ((shape[0] ?? 1) % type.elements !== 0) {
    throw new Malformed(
      `the tensor ${JSON.stringify(name.slice(0, 100))} does not fill whole blocks of ${type.name}`,
      at,
    )
  }
  const bytes = (elements / type.elements) * type.bytes
  if (!Number.isSafeInteger(bytes)) {
    throw new Malformed(`the tensor ${JSON.stringify(name.slice(0, 100))} has a size beyond counting`, at)
  }
  return bytes
}

function scalar(cursor: Cursor, type: number): GgufValue {
  const bytes = scalarBytes[type]
  if (bytes === undefined || bytes === null) {
    throw new Malformed(`values of type ${type} do not exist`, cursor.at())
  }
  const at = cursor.at()
  const view = cursor.view(bytes)
  const little = !cursor.bigEndian
  switch (type) {
    case 0:
      return view.getUint8(0)
    case 1:
      return view.getInt8(0)
    case 2:
      return view.getUint16(0, little)
    case 3:
      return view.getInt16(0, little)
    case 4:
      return view.getUint32(0, little)
    case 5:
      return view.getInt32(0, little)
    case 6:
      return view.getFloat32(0, little)
    case boolType:
      if (view.getUint8(0) > 1) throw new Malformed('a truth value is neither 0 nor 1', at)
      return view.getUint8(0) === 1
    case 10:
      return view.getBigUint64(0, little)
    case 11:
      return view.getBigInt64(0, little)
    default:
      return view.getFloat64(0, little)
  }
}

interface Cursor {
  readonly bigEndian: boolean
  at(): number
  u32(): number
  /** Beyond 2^53 it is Malformed: no file is that long. */
  u64(): number
  text(length: number): string
  view(length: number): DataView
  skip(length: number): void
  /** Malformed unless `count` things of at least `each` bytes fit into what is left. */
  holds(count: number, each: number, what: string): void
}

const windowBytes = 1 << 16

function createCursor(source: Source, from: number, bigEndian: boolean, budget: Budget): Cursor {
  let position = from
  let window: Uint8Array = new Uint8Array(0)
  let windowAt = 0
  const view = (length: number): DataView => {
    if (position + length > source.size) throw new Malformed('the file ends within its header', position)
    if (position < windowAt || position + length > windowAt + window.length) {
      window = source.read(position, Math.max(length, windowBytes))
      windowAt = position
      budget.checkTime()
    }
    const result = new DataView(window.buffer, window.byteOffset + position - windowAt, length)
    position += length
    return result
  }
  return {
    bigEndian,
    at: () => position,
    view,
    u32: () => view(4).getUint32(0, !bigEndian),
    u64() {
      const value = view(8).getBigUint64(0, !bigEndian)
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
        throw new Malformed(`the number ${value} is beyond any file`, position - 8)
      }
      return Number(value)
    },
    text(length) {
      const { buffer, byteOffset } = view(length)
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          new Uint8Array(buffer, byteOffset, length),
        )
      } catch {
        throw new Malformed('a text is not UTF-8', position - length)
      }
    },
    skip(length) {
      if (position + length > source.size) throw new Malformed('the file ends within its header', position)
      position += length
    },
    holds(count, each, what) {
      if (count > (source.size - position) / each) {
        throw new Malformed(
          `${count} ${what} are claimed and ${source.size - position} bytes are left`,
          position,
        )
      }
    },
  }
}
