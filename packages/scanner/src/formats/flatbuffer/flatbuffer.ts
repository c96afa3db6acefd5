// FlatBuffers: tables that point at each other by offsets within one buffer, read in place. Readers in C++ follow the
// offsets without looking, so every one of them is checked here before it is followed: that it stays in the buffer, that
// it is aligned, that a table's own table of fields is whole, and that all of it together is not read over and over.
// Rules after https://flatbuffers.dev/internals/ and the verifier in `flatbuffers/verifier.h`.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export interface Table {
  readonly at: number
  readonly vtable: number
  readonly vtableBytes: number
  readonly bytes: number
}

/** A vector: where its first element lies, and how many there are. */
export interface Vector {
  readonly at: number
  readonly length: number
}

const windowBytes = 1 << 16
/** As the reference verifier. */
const mostTables = 1_000_000

export interface FlatReader {
  /** The table that the buffer's first offset leads to. */
  root(): Table
  /** Whether a table has a field. */
  has(table: Table, field: number): boolean
  i8(table: Table, field: number, otherwise: number): number
  i32(table: Table, field: number, otherwise: number): number
  u32(table: Table, field: number, otherwise: number): number
  /** Beyond 2^53 it is Malformed. */
  u64(table: Table, field: number, otherwise: number): number
  text(table: Table, field: number): string | null
  /** Texts of a vector of texts, one after the other. */
  texts(table: Table, field: number): Generator<string>
  vector(table: Table, field: number, elementBytes: number): Vector | null
  /** Tables of a vector of tables, one after the other. */
  tables(table: Table, field: number): Generator<Table>
  table(table: Table, field: number): Table | null
  /** Elements of a vector of numbers, as int32. */
  int32s(vector: Vector): Generator<number>
  /** Behind the last byte that anything met so far takes. */
  reached(): number
}

const longestText = 1 << 20

/** @param size bytes of the buffer, from the start of the source */
export function flatReader(source: Source, size: number, budget: Budget): FlatReader {
  let window: Uint8Array = new Uint8Array(0)
  let windowAt = 0
  let tablesRead = 0
  let reached = 8

  const view = (at: number, bytes: number): DataView => {
    if (at < 0 || at + bytes > size)
      throw new Malformed('an offset leads out of the file', Math.min(Math.max(at, 0), size))
    reached = Math.max(reached, at + bytes)
    if (at < windowAt || at + bytes > windowAt + window.length) {
      window = source.read(at, Math.min(Math.max(bytes, windowBytes), size - at))
      windowAt = at
      budget.checkTime()
    }
    return new DataView(window.buffer, window.byteOffset + at - windowAt, bytes)
  }
  const u16 = (at: number): number => view(at, 2).getUint16(0, true)
  const u32 = (at: number): number => view(at, 4).getUint32(0, true)
  const aligned = (at: number, to: number): void => {
    if (at % to !== 0) throw new Malformed(`an offset is no multiple of ${to}`, at)
  }
  /** Offsets count forward from where they stand, and are never 0. */
  const follow = (at: number): number => {
    aligned(at, 4)
    const offset = u32(at)
    if (offset === 0 || offset >= 2 ** 31) throw new Malformed('an offset leads nowhere', at)
    return at + offset
  }
  const tableAt = (at: number): Table => {
    if (++tablesRead > mostTables) throw new LimitReached('headerBytes', `over ${mostTables} tables`)
    if (tablesRead % 256 === 0) budget.checkTime()
    aligned(at, 4)
    const vtable = at - view(at, 4).getInt32(0, true)
    aligned(vtable, 2)
    const vtableBytes = u16(vtable)
    const bytes = u16(vtable + 2)
    if (vtableBytes < 4 || vtableBytes % 2 !== 0)
      throw new Malformed('a table of fields has an odd length', vtable)
    view(vtable, vtableBytes)
    if (bytes < 4) throw new Malformed('a table is shorter than its own head', at)
    view(at, bytes)
    return { at, vtable, vtableBytes, bytes }
  }
  /** Place of a field of so many bytes, or null when the table does not have it. */
  const place = (table: Table, field: number, bytes: number): number | null => {
    const entry = 4 + 2 * field
    if (entry + 2 > table.vtableBytes) return null
    const offset = u16(table.vtable + entry)
    if (offset === 0) return null
    if (offset < 4 || offset + bytes > table.bytes)
      throw new Malformed('a field lies outside its table', table.at)
    aligned(table.at + offset, bytes)
    return table.at + offset
  }
  const vectorAt = (at: number, elementBytes: number): Vector => {
    aligned(at, 4)
    const length = u32(at)
    if (length > (size - at - 4) / elementBytes) {
      throw new Malformed(`a vector claims ${length} elements and ${size - at - 4} bytes are left`, at)
    }
    reached = Math.max(reached, at + 4 + length * elementBytes)
    return { at: at + 4, length }
  }
  const vector = (table: Table, field: number, elementBytes: number): Vector | null => {
    const at = place(table, field, 4)
    return at === null ? null : vectorAt(follow(at), elementBytes)
  }
  const textAt = ({ at, length }: Vector): string => {
    if (length > longestText) throw new LimitReached('headerBytes', `a text of ${length} bytes`)
    const { buffer, byteOffset } = view(at, length + 1)
    if (new Uint8Array(buffer, byteOffset + length, 1)[0] !== 0) throw new Malformed('a text has no end', at)
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset, length))
  }

  return {
    reached: () => reached,
    root: () => tableAt(follow(0)),
    has: (table, field) => place(table, field, 1) !== null,
    i8(table, field, otherwise) {
      const at = place(table, field, 1)
      return at === null ? otherwise : view(at, 1).getInt8(0)
    },
    i32(table, field, otherwise) {
      const at = place(table, field, 4)
      return at === null ? otherwise : view(at, 4).getInt32(0, true)
    },
    u32(table, field, otherwise) {
      const at = place(table, field, 4)
      return at === null ? otherwise : u32(at)
    },
    u64(table, field, otherwise) {
      const at = place(table, field, 8)
      if (at === null) return otherwise
      const value = view(at, 8).getBigUint64(0, true)
      if (value > BigInt(Number.MAX_SAFE_INTEGER))
        throw new Malformed(`the number ${value} is beyond any file`, at)
      return Number(value)
    },
    text(table, field) {
      const bytes = vector(table, field, 1)
      return bytes === null ? null : textAt(bytes)
    },
    *texts(table, field) {
      const offsets = vector(table, field, 4)
      if (offsets === null) return
      for (let i = 0; i < offsets.length; i++) yield textAt(vectorAt(follow(offsets.at + 4 * i), 1))
    },
    vector,
    *tables(table, field) {
      const offsets = vector(table, field, 4)
      if (offsets === null) return
      for (let i = 0; i < offsets.length; i++) yield tableAt(follow(offsets.at + 4 * i))
    },
    table(table, field) {
      const at = place(table, field, 4)
      return at === null ? null : tableAt(follow(at))
    },
    *int32s({ at, length }) {
      for (let i = 0; i < length; i++) yield view(at + 4 * i, 4).getInt32(0, true)
    },
  }
}
