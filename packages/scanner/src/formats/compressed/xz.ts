// The xz container: streams of blocks, each a chain of filters over LZMA2 with a checksum, an index of the blocks and a
// footer. Several streams may follow each other, with zeros between.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Decoder, DecoderOptions } from '../../source/inflate.ts'
import type { InflateInput } from '../../source/inflate-input.ts'
import { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { type ByteFilter, bcjX86, delta } from './byte-filters.ts'
import { compressedFormat } from './compressed-format.ts'
import { Crc64 } from './crc64.ts'
import { decodeLzma2, lzma2Dictionary } from './lzma-decoder.ts'
import { NotSupported } from './not-supported.ts'

const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]
/** Bytes of each kind of check (xz format 2.1.1.2). */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]

export const xzDecoder: Decoder = (input, output, options) => {
  do {
    stream(input, output, options)
    while (input.left >= 4 && input.peek(4).every((byte) => byte === 0) && followed(input)) input.skip(4)
  } while (isXz(input.peek(6)))
}

export const xz = compressedFormat({
  id: 'xz',
  title: 'xz data',
  recognise: (head) => (isXz(head) ? 'sure' : 'no'),
  decode: xzDecoder,
  signatures: [Uint8Array.from(magic)],
})

function isXz(head: Uint8Array): boolean {
  return magic.every((byte, i) => head[i] === byte)
}

/** Zeros count as padding only where another stream comes within sight. */
function followed(input: InflateInput): boolean {
  const ahead = input.peek(4096)
  const at = ahead.findIndex((byte) => byte !== 0)
  return at > 0 && at % 4 === 0 && isXz(ahead.subarray(at))
}

const stream: Decoder = (input, output, options) => {
  const head = input.take(12)
  if (!isXz(head)) throw new Malformed('it does not begin as xz data', input.offset)
  const check = head[7]!
  if (head[6] !== 0 || check > 15) throw new Malformed('the xz stream has unknown flags', input.offset)
  if (crc32(head.subarray(6, 8)) !== u32(head, 8)) {
    options.problem('The checksum of the stream header does not fit.', input.offset - 4)
  }
  let blocks = 0
  while (input.peek(1)[0] !== 0) {
    options.budget.checkTime()
    block(input, output, check, options)
    blocks += 1
  }
  readIndex(input, blocks, options)
  const footer = input.take(12)
  if (footer[10] !== 0x59 || footer[11] !== 0x5a)
    throw new Malformed('the xz footer does not end as one', input.offset - 2)
  if (crc32(footer.subarray(4, 10)) !== u32(footer, 0) || footer[9] !== check) {
    options.problem('The checksum of the stream footer does not fit.', input.offset - 12)
  }
}

function block(input: InflateInput, output: InflateOutput, check: number, options: DecoderOptions): void {
  const { budget, problem } = options
  const at = input.offset
  if (input.left === 0) throw input.truncated()
  const size = (input.peek(1)[0]! + 1) * 4
  const header = input.take(size)
  if (crc32(header.subarray(0, size - 4)) !== u32(header, size - 4))
    problem('The checksum of a block header does not fit.', at)
  const cursor = { at: 2 }
  const flags = header[1]!
  if (flags & 0x3c) throw new NotSupported('an xz block with unknown flags', at)
  if (flags & 0x40) variable(header, cursor)
  const told = flags & 0x80 ? variable(header, cursor) : null
  const filters: ByteFilter[] = []
  let dictionary = -1
  for (let left = (flags & 3) + 1; left > 0; left--) {
    const id = variable(header, cursor)
    const length = variable(header, cursor)
    const properties = header.subarray(cursor.at, cursor.at + length)
    cursor.at += length
    if (properties.length < length || cursor.at > size - 4)
      throw new Malformed('the filters of an xz block do not fit', at)
    if (left === 1) {
      if (id !== 0x21 || length !== 1) throw new NotSupported(`the xz filter ${id} in the last place`, at)
      dictionary = lzma2Dictionary(properties[0]!)
    } else if (id === 3 && length === 1) filters.unshift(delta(properties[0]! + 1))
    else if (id === 4 && length === 0) filters.unshift(bcjX86())
    else throw new NotSupported(`the xz filter ${id}`, at)
  }
  const dataAt = input.offset
  const before = output.total
  const sum = checker(check)
  const stop = output.watch((piece) => sum.add(piece))
  try {
    if (filters.length === 0) decodeLzma2(input, output, { budget, dictionary })
    else {
      const pass = (bytes: Uint8Array, from: number): void => {
        const filter = filters[from]
        if (filter === undefined) output.write(bytes)
        else filter.push(bytes, (out) => pass(out, from + 1))
      }
      const inner = new InflateOutput(1 << 15, (piece) => pass(piece, 0))
      try {
        decodeLzma2(input, inner, { budget, dictionary })
      } finally {
        inner.flush()
        for (const [i, filter] of filters.entries()) filter.end((out) => pass(out, i + 1))
      }
    }
    output.flush()
  } finally {
    stop()
  }
  if (told !== null && told !== output.total - before)
    throw new Malformed('an xz block is not as long as it says', at)
  input.skip((4 - ((input.offset - dataAt) % 4)) % 4)
  const checkAt = input.offset
  const value = input.take(checkSizes[check]!)
  if (!sum.fits(value)) problem('The check of a block does not fit its contents.', checkAt)
}

/** The index must list as many blocks as there were. */
function readIndex(input: InflateInput, blocks: number, { budget, problem }: DecoderOptions): void {
  const start = input.offset
  let crc = 0
  const next = (): number => {
    const byte = input.byte()
    crc = crc32(Uint8Array.of(byte), crc)
    return byte
  }
  const number = (): number => {
    let value = 0
    for (let i = 0; i < 9; i++) {
      const byte = next()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw new Malformed('a number of the xz index is too long', input.offset)
  }
  next()
  const records = number()
  if (records !== blocks) throw new Malformed(`the xz index lists ${records} blocks of ${blocks}`, start)
  for (let i = 0; i < records; i++) {
    if (i % 1024 === 0) budget.checkTime()
    number()
    number()
  }
  while ((input.offset - start) % 4 !== 0)
    if (next() !== 0) throw new Malformed('the padding of the xz index is not zero', input.offset)
  if (input.uint(4) !== crc) problem('The checksum of the index does not fit.', input.offset - 4)
}

function checker(check: number): { add(bytes: Uint8Array): void; fits(value: Uint8Array): boolean } {
  if (check === 1) {
    let crc = 0
    return {
      add: (bytes) => {
        crc = crc32(bytes, crc)
      },
      fits: (value) => u32(value, 0) === crc,
    }
  }
  if (check === 4) {
    const crc = new Crc64()
    return { add: (bytes) => crc.add(bytes), fits: (value) => crc.equals(value) }
  }
  if (check === 10) {
    const hash = createHash('sha256')
    return { add: (bytes) => hash.update(bytes), fits: (value) => hash.digest().equals(value) }
  }
  return { add: () => {}, fits: () => true }
}

function variable(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0
  for (let i = 0; i < 9; i++) {
    const byte = bytes[cursor.at++]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new Malformed('a number of an xz block header is too long', null)
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
}
