// The header of a safetensors file, read as strictly as the reference does and a little more strictly: what that
// leaves open (a key twice, where readers differ in which they take) is refused here.
// Rules after https://github.com/huggingface/safetensors, README "Format" and `safetensors/src/tensor.rs`.
import { duplicateKey } from '../../duplicate-key.ts'
import { LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export interface SafeTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Offset in the file. */
  readonly offset: number
  readonly bytes: number
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>
  /** In the order of their offsets. */
  readonly tensors: readonly SafeTensor[]
  /** Where the numbers begin. */
  readonly bodyAt: number
  /** Where the last of them ends. */
  readonly end: number
}

/** Bits of one element. */
const bits: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  U16: 16,
  I16: 16,
  U32: 32,
  I32: 32,
  U64: 64,
  I64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F16: 16,
  BF16: 16,
  F32: 32,
  F64: 64,
  C64: 64,
}

/** The reference refuses more. */
const longestHeader = 100_000_000
/** A hundred thousand tensors with long names take some 15 MB; parsed, a header takes several times its size. */
const longestRead = 32 * 2 ** 20

/** Length that the first eight bytes claim for the header; null when they cannot be one. */
export function claimedHeaderBytes(source: Source): number | null {
  const start = source.read(0, 8)
  if (start.length < 8) return null
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true)
  return length > BigInt(longestHeader) || length < 2n ? null : Number(length)
}

/** @throws Malformed where a rule is broken, LimitReached when it is longer than any honest one */
export function readHeader(source: Source): SafetensorsHeader {
  const length = claimedHeaderBytes(source)
  if (length === null) throw new Malformed(`the header is longer than ${longestHeader} bytes`, 0)
  if (8 + length > source.size) {
    throw new Malformed(`the header claims ${length} bytes and ${source.size - 8} are left`, 0)
  }
  if (length > longestRead) throw new LimitReached('headerBytes', `a header of ${length} bytes`)
  const text = decoded(source.read(8, length))
  if (!text.startsWith('{')) throw new Malformed('the header does not begin with a brace', 8)
  checkStructure(text)
  const header = parsed(text)
  const twice = duplicateKey(text)
  if (twice !== null) {
    throw new Malformed(
      `the key ${JSON.stringify(twice.slice(0, 100))} stands twice in one object of the header`,
      8,
    )
  }
  const bodyAt = 8 + length
  const metadata = readMetadata(header)
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readTensor(name, value, bodyAt))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)
  let end = bodyAt
  for (const { name, offset, bytes } of tensors) {
    if (offset !== end) {
      throw new Malformed(
        `${label(name)} ${offset < end ? 'overlaps the one before it' : `leaves a hole of ${offset - end} bytes before it`}`,
        Math.min(offset, source.size),
      )
    }
    end = offset + bytes
  }
  if (end > source.size) {
    throw new Malformed(
      `the tensors need ${end - bodyAt} bytes and ${source.size - bodyAt} are there`,
      bodyAt,
    )
  }
  return { metadata, tensors, bodyAt, end }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Malformed('the header is not UTF-8', 8)
  }
}

/**
 * A header is an object of objects of lists, and its shortest entry takes over fifty characters. What is built of
 * brackets alone would take many times its size in memory once parsed.
 */
function checkStructure(text: string): void {
  const structure = /"(?:[^"\\]|\\.)*"|[{}[\]]/g
  let depth = 0
  let brackets = 0
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    const character = match[0]
    if (character === '{' || character === '[') {
      depth += 1
      brackets += 1
    } else if (character === '}' || character === ']') depth -= 1
    if (depth > 3) throw new Malformed('the header nests too deep', 8 + match.index)
  }
  if (brackets * 10 > text.length + 100) throw new Malformed('the header is little but brackets', 8)
}

function parsed(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Malformed('the header is not JSON', 8)
  }
  if (!isObject(value)) throw new Malformed('the header is not an object', 8)
  return value
}

function readMetadata(header: Record<string, unknown>): Readonly<Record<string, string>> {
  if (!Object.hasOwn(header, '__metadata__')) return {}
  const metadata = header.__metadata__
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new Malformed('__metadata__ holds something other than texts', 8)
  }
  return metadata as Record<string, string>
}

function readTensor(name: string, value: unknown, bodyAt: number): SafeTensor {
  if (!isObject(value) || Object.keys(value).length !== 3) {
    throw new Malformed(`${label(name)} does not have exactly dtype, shape and data_offsets`, 8)
  }
  const { dtype, shape, data_offsets: offsets } = value
  const width = typeof dtype === 'string' && Object.hasOwn(bits, dtype) ? bits[dtype]! : null
  if (width === null) throw new Malformed(`${label(name)} has a dtype that does not exist`, 8)
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw new Malformed(`${label(name)} has no valid shape`, 8)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new Malformed(`${label(name)} has no valid data_offsets`, 8)
  }
  const [from, to] = offsets as [number, number]
  // The reference multiplies from left to right and refuses what passes 64 bits on the way, even before a zero.
  let count = 1n
  for (const size of shape as number[]) {
    count *= BigInt(size)
    if (count >= 1n << 64n) throw new Malformed(`${label(name)} has a shape beyond counting`, 8)
  }
  const wanted = count * BigInt(width)
  if (wanted % 8n !== 0n) throw new Malformed(`${label(name)} does not fill whole bytes`, 8)
  if (to < from || wanted / 8n !== BigInt(to - from)) {
    throw new Malformed(`${label(name)} spans ${to - from} bytes and its shape needs ${wanted / 8n}`, bodyAt)
  }
  return { name, dtype: dtype as string, shape: shape as number[], offset: bodyAt + from, bytes: to - from }
}

function label(name: string): string {
  return `the tensor ${JSON.stringify(name.slice(0, 100))}`
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
