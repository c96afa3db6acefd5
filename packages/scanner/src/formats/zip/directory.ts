// The directory of a zip: found from the end of the file as Python's zipfile and PyTorch's reader do it, through the last
// end record, its zip64 form included. Everything is offsets and lengths from a hostile file, so each is checked against
// what is there before it is used.

import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export const localSignature = 0x04034b50
const centralSignature = 0x02014b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const endSize = 22
const longestComment = 65_535

export interface EndRecord {
  /** Where the end record begins. */
  readonly at: number
  /** Behind its comment. */
  readonly end: number
  readonly directoryAt: number
  readonly directorySize: number
  readonly members: number
  /** Bytes in front of the archive that its offsets do not count. */
  readonly shift: number
  /** Where what belongs to the end begins: the zip64 record, or the end record itself. */
  readonly tailAt: number
  /** Where readers of the old and of the zip64 record would disagree. */
  readonly disagrees: string | null
  /** Another end record lies in what this one calls its comment, or behind it. */
  readonly another: boolean
}

/** What the directory says of a member. */
export interface CentralEntry {
  readonly name: Uint8Array
  readonly flags: number
  readonly method: number
  readonly crc32: number
  readonly compressed: number
  readonly size: number
  /** Of its local header, in the source. */
  readonly localAt: number
  /** A symbolic link, by its Unix mode. */
  readonly link: boolean
  readonly directory: boolean
  readonly extra: Extra
  /** Range of its comment in the source. */
  readonly comment: { readonly from: number; readonly to: number }
}

/** What is in an extra field besides wider numbers. */
export interface Extra {
  /** A name that some readers take in the place of the plain one (Info-ZIP Unicode path). */
  readonly otherName: Uint8Array | null
  /** A block reaches beyond the field; Python refuses the archive, others do not. */
  readonly broken: boolean
  /** Holds a block of no known kind that is more than padding. */
  readonly unknown: boolean
}

/** The header in front of a member's bytes. */
export interface LocalHeader {
  readonly at: number
  readonly name: Uint8Array
  readonly flags: number
  readonly method: number
  readonly crc32: number
  readonly compressed: number
  readonly size: number
  readonly dataAt: number
  readonly extra: Extra
  readonly extraAt: number
}

/** The end record that readers use, null when there is none. */
export function findEnd(source: Source): EndRecord | null {
  const from = Math.max(0, source.size - endSize - longestComment)
  const tail = source.read(from, source.size - from)
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength)
  let last: EndRecord | null = null
  // Python and PyTorch take the last one, others the one whose comment reaches the end exactly.
  let tries = 0
  for (
    let at = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    at !== -1 && tries < 64;
    at = at === 0 ? -1 : bytes.lastIndexOf('PK\x05\x06', at - 1, 'latin1')
  ) {
    tries += 1
    const record = readEnd(source, from + at)
    if (record === null) continue
    if (last === null) last = record
    // Further in front only what lies beyond the directory of the last one is another view of the same file.
    else return record.at < last.shift + last.directoryAt ? last : { ...last, another: true }
  }
  return last
}

function readEnd(source: Source, at: number): EndRecord | null {
  if (at + endSize > source.size) return null
  const view = viewOf(source.read(at, endSize))
  let members = view.getUint16(10, true)
  let directorySize = view.getUint32(12, true)
  let directoryAt = view.getUint32(16, true)
  const end = Math.min(source.size, at + endSize + view.getUint16(20, true))
  let tailAt = at
  let disagrees: string | null = null
  const record64 = readEnd64(source, at)
  if (record64 !== null) {
    tailAt = record64.at
    for (const [what, told, told64, full] of [
      ['number of members', members, record64.members, 0xffff],
      ['size of the directory', directorySize, record64.directorySize, 0xffffffff],
      ['place of the directory', directoryAt, record64.directoryAt, 0xffffffff],
    ] as const) {
      if (told !== full && told !== told64)
        disagrees ??= `The ${what} is ${told} in the end record and ${told64} in its 64-bit form.`
    }
    members = record64.members
    directorySize = record64.directorySize
    directoryAt = record64.directoryAt
  }
  const shift = tailAt - directorySize - directoryAt
  if (shift < 0) {
    // Some readers go where the record says, whatever lies between the directory and its end.
    if (directoryAt + directorySize > tailAt) return null
  }
  if (directorySize > 0 || members > 0) {
    const found = signatureAt(source, shift + directoryAt)
    if (found !== centralSignature) {
      // PyTorch takes the offset as it stands, Python the size.
      if (signatureAt(source, directoryAt) !== centralSignature) return null
      return {
        at,
        end,
        directoryAt,
        directorySize,
        members,
        shift: 0,
        tailAt,
        disagrees: 'The directory does not lie where its size says.',
        another: false,
      }
    }
    if (shift > 0 && signatureAt(source, directoryAt) === centralSignature) {
      disagrees = 'There is a directory where the end record says and another one where its size says.'
    }
  }
  return { at, end, directoryAt, directorySize, members, shift, tailAt, disagrees, another: false }
}

function readEnd64(source: Source, endAt: number) {
  if (endAt < 20) return null
  const locator = viewOf(source.read(endAt - 20, 20))
  if (locator.getUint32(0, true) !== locator64Signature) return null
  const told = uint64(locator, 8)
  // The record stands right before its locator; the offset in the locator does not count bytes in front of the archive.
  for (const at of [endAt - 20 - 56, told]) {
    if (at < 0 || at + 56 > endAt - 20) continue
    const record = viewOf(source.read(at, 56))
    if (record.getUint32(0, true) !== end64Signature) continue
    return {
      at,
      members: uint64(record, 32),
      directorySize: uint64(record, 40),
      directoryAt: uint64(record, 48),
    }
  }
  return null
}

/**
 * All entries of a directory, in its order.
 * @throws Malformed where a record is broken; those before it were given to `each`
 */
export function readDirectory(source: Source, end: EndRecord, each: (entry: CentralEntry) => void): void {
  let at = end.shift + end.directoryAt
  const to = at + end.directorySize
  if (to > source.size) throw new Malformed('the directory does not fit into the file', at)
  while (at < to) {
    const fixed = source.read(at, 46)
    if (fixed.length < 46 || at + 46 > to)
      throw new Malformed('the directory ends in the middle of an entry', at)
    const view = viewOf(fixed)
    const signature = view.getUint32(0, true)
    // A digital signature may follow the entries (APPNOTE 4.3.13).
    if (signature === 0x05054b50) return
    if (signature !== centralSignature)
      throw new Malformed('an entry of the directory does not begin as one', at)
    const nameLength = view.getUint16(28, true)
    const extraLength = view.getUint16(30, true)
    const length = 46 + nameLength + extraLength + view.getUint16(32, true)
    if (at + length > to) throw new Malformed('an entry reaches beyond the directory', at)
    const name = source.read(at + 46, nameLength)
    const sizes = {
      size: view.getUint32(24, true),
      compressed: view.getUint32(20, true),
      localAt: view.getUint32(42, true),
    }
    const extra = readExtra(source.read(at + 46 + nameLength, extraLength), sizes)
    const unix = view.getUint8(5) === 3
    const attributes = view.getUint32(38, true)
    each({
      name,
      flags: view.getUint16(8, true),
      method: view.getUint16(10, true),
      crc32: view.getUint32(16, true),
      compressed: sizes.compressed,
      size: sizes.size,
      localAt: sizes.localAt + end.shift,
      // Readers look at the mode whatever system is named as the maker's, when there is one.
      link: attributes >>> 28 === 10,
      extra,
      comment: { from: at + 46 + nameLength + extraLength, to: at + length },
      directory: name.at(-1) === 0x2f || (!unix && (attributes & 0x10) !== 0 && sizes.size === 0),
    })
    at += length
  }
}

/** The local header at an offset, null when there is none. */
export function readLocal(source: Source, at: number): LocalHeader | null {
  const fixed = source.read(at, 30)
  if (at < 0 || fixed.length < 30) return null
  const view = viewOf(fixed)
  if (view.getUint32(0, true) !== localSignature) return null
  const nameLength = view.getUint16(26, true)
  const extraLength = view.getUint16(28, true)
  const dataAt = at + 30 + nameLength + extraLength
  if (dataAt > source.size) return null
  const sizes = { size: view.getUint32(22, true), compressed: view.getUint32(18, true), localAt: 0 }
  const extraAt = at + 30 + nameLength
  const extra = readExtra(source.read(extraAt, extraLength), sizes)
  return {
    at,
    name: source.read(at + 30, nameLength),
    flags: view.getUint16(6, true),
    method: view.getUint16(8, true),
    crc32: view.getUint32(14, true),
    compressed: sizes.compressed,
    size: sizes.size,
    dataAt,
    extra,
    extraAt,
  }
}

/**
 * Blocks that tools write: zip64, NTFS and Unix times and owners, Jar, Unicode names and comments, AES, alignment by
 * Android and PyTorch (APPNOTE 4.5.2 and Info-ZIP's list).
 */
const knownBlocks = new Set([
  0x0001, 0x000a, 0x000d, 0x0017, 0x4246, 0x5455, 0x5855, 0x6375, 0x7075, 0x7855, 0x7875, 0x9901, 0xcafe,
  0xd935, 0xa11e,
])

/** Bytes that such a block needs; in what is longer, something may hide. */
function longestOf(id: number): number {
  if (id === 0xcafe || id === 0x4246) return 0
  return id === 0x7075 || id === 0x6375 ? 100 : 40
}

/** Reads an extra field and puts the 64-bit values of zip64 in the place of those that did not fit. */
function readExtra(extra: Uint8Array, sizes: { size: number; compressed: number; localAt: number }): Extra {
  const view = viewOf(extra)
  let otherName: Uint8Array | null = null
  let unknown = false
  let wide = false
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = view.getUint16(at, true)
    const length = view.getUint16(at + 2, true)
    const to = at + 4 + length
    if (to > extra.length) return { otherName, broken: id !== 0, unknown: true }
    if (id === 1 && !wide) {
      wide = true
      let value = at + 4
      for (const key of ['size', 'compressed', 'localAt'] as const) {
        if (sizes[key] !== 0xffffffff || value + 8 > to) continue
        sizes[key] = uint64(view, value)
        value += 8
      }
    } else if (id === 0x7075 && length > 5) otherName = extra.subarray(at + 9, to)
    // What alignment fills up with is one letter over and over.
    if (
      (!knownBlocks.has(id) || length > longestOf(id)) &&
      extra.subarray(at + 4, to).some((byte) => byte !== extra[at + 4])
    ) {
      unknown = true
    }
    at = to
  }
  return { otherName, broken: false, unknown }
}

export function signatureAt(source: Source, at: number): number | null {
  if (at < 0) return null
  const bytes = source.read(at, 4)
  return bytes.length < 4 ? null : viewOf(bytes).getUint32(0, true)
}

/** Values beyond what a file can hold all become 2^53, which no check lets pass. */
function uint64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? 2 ** 53 : Number(value)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
