// The index of a TensorFlow checkpoint: a sorted table in blocks, as LevelDB writes it, from the name of a variable to
// its type, shape and place in the data files. It holds no code; what it says is checked against the files beside it.
import type { Budget } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { memorySource, slice } from '../../source/source.ts'
import { type Archive, type Format, Malformed } from '../format.ts'
import { fields, type Range } from '../protobuf/fields.ts'
import { tensorflowRules } from './rules.ts'

/** The last bytes of every such table. */
const magic = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
const footerSize = 48
const blockTrailer = 5

export interface CheckpointEntry {
  readonly name: string
  /** Number of the type, as TensorFlow numbers them. */
  readonly type: number
  readonly shape: readonly number[]
  readonly shard: number
  readonly offset: number
  readonly bytes: number
}

export interface CheckpointIndex {
  readonly shards: number
  readonly entries: readonly CheckpointEntry[]
  /** Blocks were compressed, and entries are missing. */
  readonly compressed: boolean
}

export function isCheckpointIndex(source: Source): boolean {
  return (
    source.size >= footerSize &&
    Buffer.compare(source.read(source.size - magic.length, magic.length), magic) === 0
  )
}

/** @throws Malformed */
export function readCheckpointIndex(source: Source, budget: Budget): CheckpointIndex {
  const footer = source.read(source.size - footerSize, footerSize - magic.length)
  const reader = { at: 0 }
  // First the handle of a block of extras, which is empty, then of the block that lists the others.
  readVarint(footer, reader)
  readVarint(footer, reader)
  const index = { offset: readVarint(footer, reader), size: readVarint(footer, reader) }
  const entries: CheckpointEntry[] = []
  let shards = 1
  let compressed = false
  for (const { value } of readBlock(source, index, budget) ?? []) {
    const handle = { at: 0 }
    const block = { offset: readVarint(value, handle), size: readVarint(value, handle) }
    const rows = readBlock(source, block, budget)
    if (rows === null) {
      compressed = true
      continue
    }
    for (const row of rows) {
      if (row.key.length === 0) shards = readShards(row.value, budget)
      else entries.push(readEntry(row.key, row.value, budget))
      if (entries.length > 1_000_000) throw new Malformed('it has over a million entries')
    }
  }
  return { shards, entries, compressed }
}

interface Handle {
  readonly offset: number
  readonly size: number
}

interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Rows of a block; null when it is compressed. */
function readBlock(source: Source, { offset, size }: Handle, budget: Budget): readonly Row[] | null {
  budget.checkTime()
  if (offset + size + blockTrailer > source.size)
    throw new Malformed('a block lies outside of the file', offset)
  if (size < 4 || size > budget.limits.headerBytes) throw new Malformed(`a block of ${size} bytes`, offset)
  const kind = source.read(offset + size, 1)[0]
  if (kind === 1) return null
  if (kind !== 0) throw new Malformed(`a block of kind ${kind}`, offset)
  const bytes = slice(source, offset, size).read(0, size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = size - 4 - 4 * view.getUint32(size - 4, true)
  if (end < 0) throw new Malformed('a block ends before it begins', offset)
  const rows: Row[] = []
  const at = { at: 0 }
  let key: Uint8Array = new Uint8Array(0)
  let spent = 0
  while (at.at < end) {
    const shared = readVarint(bytes, at)
    const more = readVarint(bytes, at)
    const length = readVarint(bytes, at)
    if (shared > key.length || at.at + more + length > end || more > 1 << 16) {
      throw new Malformed('a row of a block does not fit', offset + at.at)
    }
    key = Buffer.concat([key.subarray(0, shared), bytes.subarray(at.at, at.at + more)])
    spent += key.length
    if (spent > budget.limits.headerBytes) throw new Malformed('names in a block are too long', offset)
    rows.push({ key, value: bytes.subarray(at.at + more, at.at + more + length) })
    at.at += more + length
  }
  return rows
}

/** A BundleHeaderProto: 1 the number of data files. */
function readShards(value: Uint8Array, budget: Budget): number {
  for (const field of fields(memorySource(value), { from: 0, to: value.length }, budget)) {
    if (field.number === 1 && field.wire === 'varint') return Number(field.value)
  }
  return 1
}

/** A BundleEntryProto: 1 type, 2 shape, 3 data file, 4 offset, 5 size. */
function readEntry(key: Uint8Array, value: Uint8Array, budget: Budget): CheckpointEntry {
  const source = memorySource(value)
  let shape: readonly number[] = []
  const numbers = new Map<number, number>()
  for (const field of fields(source, { from: 0, to: value.length }, budget)) {
    if (field.number === 2 && field.wire === 'bytes') shape = readShape(source, field, budget)
    else if (field.wire === 'varint') numbers.set(field.number, Number(field.value))
  }
  return {
    name: Buffer.from(key).toString('utf8'),
    type: numbers.get(1) ?? 0,
    shape,
    shard: numbers.get(3) ?? 0,
    offset: numbers.get(4) ?? 0,
    bytes: numbers.get(5) ?? 0,
  }
}

function readShape(source: Source, range: Range, budget: Budget): readonly number[] {
  const shape: number[] = []
  for (const field of fields(source, range, budget)) {
    if (field.number !== 2 || field.wire !== 'bytes') continue
    let size = 0
    for (const part of fields(source, field, budget)) {
      if (part.number === 1 && part.wire === 'varint') size = Number(BigInt.asIntN(64, part.value))
    }
    shape.push(size)
    if (shape.length > 254) throw new Malformed('a shape of over 254 dimensions')
  }
  return shape
}

function readVarint(bytes: Uint8Array, place: { at: number }): number {
  let value = 0
  for (let i = 0; i < 8; i++) {
    const byte = bytes[place.at]
    if (byte === undefined) throw new Malformed('a number is cut short', place.at)
    place.at += 1
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new Malformed('a number is too long', place.at)
}

/** Name of a data file. */
export function shardName(prefix: string, shard: number, shards: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0')
  return `${prefix}.data-${digits(shard)}-of-${digits(shards)}`
}

export const checkpointIndex: Format = {
  id: 'tensorflow-checkpoint',
  title: 'TensorFlow checkpoint index',
  recognise: (_head, source) => (isCheckpointIndex(source) ? 'sure' : 'no'),
  async examine(source, context) {
    const { shards, entries, compressed } = readCheckpointIndex(source, context.budget)
    context.fact('shards', shards)
    context.fact(
      'tensors',
      entries.slice(0, 200).map(({ name, type, shape }) => ({ name: name.slice(0, 200), type, shape })),
    )
    context.fact('variables', entries.length)
    if (compressed) context.fact('compressed', true)
    return { end: source.size }
  },
}

/** Checks an index against its data files. Gives the names of those that are there. */
export function checkShards(
  index: CheckpointIndex,
  prefix: string,
  archive: Archive,
  report: (rule: (typeof tensorflowRules)['checkpoint-size'], detail: { readonly message: string }) => void,
): readonly string[] {
  const found: string[] = []
  const needed = new Map<number, number>()
  for (const { shard, offset, bytes } of index.entries) {
    needed.set(shard, Math.max(needed.get(shard) ?? 0, offset + bytes))
  }
  for (const [shard, bytes] of [...needed].slice(0, 100_000)) {
    const name = shardName(prefix, shard, index.shards)
    const entry = archive.find(name)
    if (entry === null) report(tensorflowRules['checkpoint-size'], { message: `${name} is missing.` })
    else if (entry.bytes < bytes) {
      report(tensorflowRules['checkpoint-size'], {
        message: `${name} has ${entry.bytes} bytes; the index needs ${bytes}.`,
      })
    }
    if (entry !== null) found.push(name)
  }
  return found
}
