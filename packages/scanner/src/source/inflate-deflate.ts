// DEFLATE (RFC 1951) and the two wrappers around it, gzip (RFC 1952) and zlib (RFC 1950). Our own, because Node's zlib
// gives nothing of what came before a fault in the data, and a loader that unpickles while it unpacks has already used
// that. Codes are looked up whole: a table entry holds symbol and length of the code that the next bits begin with.
import { crc32 } from 'node:zlib'
import { Malformed } from '../formats/format.ts'
import type { Decoder } from './inflate.ts'
import type { InflateInput } from './inflate-input.ts'

interface CodeTable {
  /** (symbol << 4) | length of code; 0 where no code begins so. */
  readonly entries: Uint16Array
  readonly bits: number
}

const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Canonical code from the length of each symbol's code (RFC 1951, 3.2.2). */
function codeTable(lengths: Uint8Array, offset: number): CodeTable {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length]!++
  counts[0] = 0
  let bits = 15
  while (bits > 1 && counts[bits] === 0) bits--
  const next = new Uint16Array(16)
  let code = 0
  for (let length = 1; length <= 15; length++) {
    code = (code + counts[length - 1]!) << 1
    next[length] = code
    if (code + counts[length]! > 1 << length)
      throw new Malformed('a code of the deflate data is over-full', offset)
  }
  const entries = new Uint16Array(1 << bits)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!
    if (length === 0) continue
    // Codes are packed from their highest bit on, the reader takes bits from the lowest on.
    let reversed = 0
    for (let i = 0, rest = next[length]!++; i < length; i++, rest >>= 1)
      reversed = (reversed << 1) | (rest & 1)
    for (let at = reversed; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length
  }
  return { entries, bits }
}

let fixedTables: readonly [CodeTable, CodeTable] | null = null

function fixed(): readonly [CodeTable, CodeTable] {
  if (fixedTables === null) {
    const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)
    fixedTables = [codeTable(lengths, 0), codeTable(new Uint8Array(30).fill(5), 0)]
  }
  return fixedTables
}

/** Raw DEFLATE. Leaves the input behind its last byte. */
export const deflateDecoder: Decoder = (input, output, { budget }) => {
  let hold = 0
  let bits = 0
  /** Zero bits lent at the end of the input, so that the last codes can be looked up. */
  let lent = 0

  const more = (): void => {
    if (input.at === input.bytes.length && !input.fill()) {
      lent += 8
      if (lent > 32) throw input.truncated()
    } else hold |= input.bytes[input.at++]! << bits
    bits += 8
  }
  const take = (count: number): number => {
    while (bits < count) more()
    const value = hold & ((1 << count) - 1)
    hold >>>= count
    bits -= count
    if (bits < lent) throw input.truncated()
    return value
  }
  const symbol = ({ entries, bits: width }: CodeTable): number => {
    while (bits < width) more()
    const entry = entries[hold & ((1 << width) - 1)]!
    if (entry === 0)
      throw new Malformed('the deflate data holds a code that stands for nothing', input.offset)
    hold >>>= entry & 15
    bits -= entry & 15
    if (bits < lent) throw input.truncated()
    return entry >> 4
  }
  const readTables = (): readonly [CodeTable, CodeTable] => {
    const literals = take(5) + 257
    const distances = take(5) + 1
    const count = take(4) + 4
    const first = new Uint8Array(19)
    for (let i = 0; i < count; i++) first[lengthOrder[i]!] = take(3)
    const table = codeTable(first, input.offset)
    const lengths = new Uint8Array(literals + distances)
    for (let i = 0; i < lengths.length; ) {
      const code = symbol(table)
      if (code < 16) {
        lengths[i++] = code
        continue
      }
      if (code === 16 && i === 0)
        throw new Malformed('the deflate data repeats a code before the first', input.offset)
      const value = code === 16 ? lengths[i - 1]! : 0
      const times = code === 16 ? 3 + take(2) : code === 17 ? 3 + take(3) : 11 + take(7)
      if (i + times > lengths.length)
        throw new Malformed('a code of the deflate data is too long', input.offset)
      lengths.fill(value, i, i + times)
      i += times
    }
    return [
      codeTable(lengths.subarray(0, literals), input.offset),
      codeTable(lengths.subarray(literals), input.offset),
    ]
  }

  for (let last = false; !last; ) {
    budget.checkTime()
    last = take(1) === 1
    const kind = take(2)
    if (kind === 3) throw new Malformed('the deflate data has a block of no known kind', input.offset)
    if (kind === 0) {
      input.seek(input.offset - ((bits - lent) >> 3))
      hold = 0
      bits = 0
      lent = 0
      const length = input.uint(2)
      if (input.uint(2) !== (length ^ 0xffff)) {
        throw new Malformed('the length of a stored deflate block does not fit its complement', input.offset)
      }
      for (let left = length; left > 0; ) {
        if (input.at === input.bytes.length && !input.fill()) throw input.truncated()
        const count = Math.min(left, input.bytes.length - input.at)
        output.write(input.bytes.subarray(input.at, input.at + count))
        input.at += count
        left -= count
      }
      continue
    }
    const [literals, distances] = kind === 1 ? fixed() : readTables()
    for (let step = 0; ; step++) {
      if ((step & 0xffff) === 0) budget.checkTime()
      const code = symbol(literals)
      if (code < 256) {
        output.put(code)
        continue
      }
      if (code === 256) break
      const length = lengthBase[code - 257]
      if (length === undefined) throw new Malformed('the deflate data holds an unknown length', input.offset)
      const count = length + take(lengthExtra[code - 257]!)
      const far = symbol(distances)
      const distance = distanceBase[far]
      if (distance === undefined)
        throw new Malformed('the deflate data holds an unknown distance', input.offset)
      output.copy(distance + (far < 4 ? 0 : take((far >> 1) - 1)), count)
    }
  }
  input.seek(input.offset - ((bits - lent) >> 3))
}

/** zlib: two bytes, DEFLATE, Adler-32. */
export const zlibDecoder: Decoder = (input, output, options) => {
  const first = input.byte()
  const second = input.byte()
  if ((first & 15) !== 8 || first >> 4 > 7 || (first * 256 + second) % 31 !== 0) {
    throw new Malformed('it does not begin as zlib data', input.offset)
  }
  if (second & 0x20) throw new Malformed('the zlib data needs a dictionary that is not there', input.offset)
  const sum = new Adler()
  const stop = output.watch((piece) => sum.add(piece))
  try {
    deflateDecoder(input, output, options)
    output.flush()
  } finally {
    stop()
  }
  const at = input.offset
  if (input.left < 4) throw input.truncated()
  const told = bigEndian32(input)
  if (told !== sum.value) options.problem('The checksum (Adler-32) does not fit the contents.', at)
}

/** gzip: any number of members one after the other. */
export const gzipDecoder: Decoder = (input, output, options) => {
  do gzipMember(input, output, options)
  while (isGzip(input.peek(4)))
}

const gzipMember: Decoder = (input, output, options) => {
  readGzipHeader(input)
  output.flush()
  output.restart(1 << 15)
  const before = output.total
  let crc = 0
  const stop = output.watch((piece) => {
    crc = crc32(piece, crc)
  })
  try {
    deflateDecoder(input, output, options)
    output.flush()
  } finally {
    stop()
  }
  const at = input.offset
  if (input.left < 8) throw input.truncated()
  if (input.uint(4) !== crc) options.problem('The checksum (CRC-32) does not fit the contents.', at)
  if (input.uint(4) !== (output.total - before) % 2 ** 32) {
    options.problem('The length at the end does not fit the contents.', at + 4)
  }
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8 && (head[3] ?? 0xff) < 0x20
}

/** @returns the file name that the header gives, null when none */
export function readGzipHeader(input: InflateInput): string | null {
  const head = input.take(10)
  if (!isGzip(head)) throw new Malformed('it does not begin as gzip data', input.offset)
  const flags = head[3]!
  if (flags & 4) input.skip(input.uint(2))
  let name: string | null = null
  for (const bit of [8, 16]) {
    if (!(flags & bit)) continue
    let text = ''
    for (let byte = input.byte(); byte !== 0; byte = input.byte()) {
      if (text.length < 1024) text += String.fromCharCode(byte)
    }
    if (bit === 8) name = text
  }
  if (flags & 2) input.skip(2)
  return name
}

function bigEndian32(input: InflateInput): number {
  let value = 0
  for (let i = 0; i < 4; i++) value = value * 256 + input.byte()
  return value
}

/** Adler-32 (RFC 1950, 8.2). */
class Adler {
  private a = 1
  private b = 0

  add(bytes: Uint8Array): void {
    // 3,800 additions stay within 32 bits.
    for (let from = 0; from < bytes.length; from += 3800) {
      const to = Math.min(bytes.length, from + 3800)
      let { a, b } = this
      for (let i = from; i < to; i++) {
        a += bytes[i]!
        b += a
      }
      this.a = a % 65_521
      this.b = b % 65_521
    }
  }

  get value(): number {
    return this.b * 65_536 + this.a
  }
}
