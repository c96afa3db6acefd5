// bzip2, block by block: Huffman codes, runs and move-to-front give the sorted columns, the sort is undone by following
// one list, and runs of four are spread out. A block is at most 900,000 bytes before that last step, so memory is fixed.

import type { Decoder } from '../../source/inflate.ts'
import type { InflateInput } from '../../source/inflate-input.ts'
import type { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { compressedFormat } from './compressed-format.ts'
import { NotSupported } from './not-supported.ts'

const blockMagic = 0x314159265359
const endMagic = 0x177245385090
const longestCode = 20
const groupSize = 50

/** Streams one after the other. */
export const bzip2Decoder: Decoder = (input, output, { budget, problem }) => {
  const bits = new Bits(input)
  do {
    const head = input.take(4)
    if (!isBzip2(head)) throw new Malformed('it does not begin as bzip2 data', input.offset)
    const block = new Block((head[3]! - 0x30) * 100_000)
    let combined = 0
    for (;;) {
      budget.checkTime()
      const magic = bits.take(24) * 2 ** 24 + bits.take(24)
      const told = bits.take(16) * 2 ** 16 + bits.take(16)
      const at = input.offset
      if (magic === endMagic) {
        if (told !== combined) problem('The checksum of the whole does not fit the contents.', at)
        break
      }
      if (magic !== blockMagic) throw new Malformed('a bzip2 block does not begin as one', at)
      block.read(bits)
      const crc = block.write(output)
      if (crc !== told) problem('The checksum of a block does not fit its contents.', at)
      combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0
    }
    bits.align()
  } while (isBzip2(input.peek(10)))
}

function isBzip2(head: Uint8Array): boolean {
  const level = head[3] ?? 0
  if (head[0] !== 0x42 || head[1] !== 0x5a || head[2] !== 0x68 || level < 0x31 || level > 0x39) return false
  if (head.length < 10) return true
  const magic = Buffer.from(head.buffer, head.byteOffset + 4, 6).readUIntBE(0, 6)
  return magic === blockMagic || magic === endMagic
}

export const bzip2 = compressedFormat({
  id: 'bzip2',
  title: 'bzip2 data',
  recognise: (head) => (head.length >= 10 && isBzip2(head.subarray(0, 10)) ? 'sure' : 'no'),
  decode: bzip2Decoder,
  signatures: [Uint8Array.of(0x42, 0x5a, 0x68)],
})

/** Bits from the highest on. */
class Bits {
  private readonly input: InflateInput
  private hold = 0
  private count = 0

  constructor(input: InflateInput) {
    this.input = input
  }

  /** @param count at most 24 */
  take(count: number): number {
    while (this.count < count) {
      this.hold = (this.hold << 8) | this.input.byte()
      this.count += 8
    }
    this.count -= count
    return (this.hold >>> this.count) & ((1 << count) - 1)
  }

  /** Drops what is left of the byte; bytes read ahead go back. */
  align(): void {
    this.input.seek(this.input.offset - (this.count >> 3))
    this.count = 0
  }
}

/** Canonical codes, decoded by comparing with the largest code of each length. */
interface Codes {
  readonly shortest: number
  readonly longest: number
  readonly limit: Int32Array
  readonly base: Int32Array
  readonly symbols: Uint16Array
}

function codesOf(lengths: Uint8Array, at: number): Codes {
  let shortest = longestCode
  let longest = 1
  for (const length of lengths) {
    shortest = Math.min(shortest, length)
    longest = Math.max(longest, length)
  }
  const symbols = new Uint16Array(lengths.length)
  const limit = new Int32Array(longestCode + 2).fill(-1)
  const base = new Int32Array(longestCode + 2)
  let code = 0
  let next = 0
  for (let length = shortest; length <= longest; length++) {
    base[length] = next - code
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue
      symbols[next++] = symbol
      code += 1
    }
    if (code > 2 ** length) throw new Malformed('a bzip2 code is over-full', at)
    limit[length] = code - 1
    code *= 2
  }
  return { shortest, longest, limit, base, symbols }
}

class Block {
  private readonly limit: number
  /** Low byte: the sorted column; above it: where to go next. */
  private readonly cells: Uint32Array
  private count = 0
  private origin = 0

  constructor(limit: number) {
    this.limit = limit
    this.cells = new Uint32Array(limit)
  }

  read(bits: Bits): void {
    if (bits.take(1) === 1)
      throw new NotSupported('randomised blocks of the first bzip2 are not followed', null)
    this.origin = bits.take(24)
    const used: number[] = []
    const groups = bits.take(16)
    for (let group = 0; group < 16; group++) {
      if (!((groups >> (15 - group)) & 1)) continue
      const members = bits.take(16)
      for (let i = 0; i < 16; i++) if ((members >> (15 - i)) & 1) used.push(group * 16 + i)
    }
    if (used.length === 0) throw new Malformed('a bzip2 block uses no symbols', null)
    const tables = bits.take(3)
    if (tables < 2 || tables > 6) throw new Malformed('a bzip2 block has a wrong number of codes', null)
    const selectors = this.readSelectors(bits, tables)
    const codes: Codes[] = []
    for (let table = 0; table < tables; table++) codes.push(readCodes(bits, used.length + 2))
    this.readSymbols(bits, { used, selectors, codes })
  }

  private readSelectors(bits: Bits, tables: number): Uint8Array {
    const count = bits.take(15)
    if (count === 0) throw new Malformed('a bzip2 block chooses no code', null)
    const order = [0, 1, 2, 3, 4, 5]
    const selectors = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      let place = 0
      while (bits.take(1) === 1) {
        place += 1
        if (place >= tables) throw new Malformed('a bzip2 block chooses a code that is not there', null)
      }
      const [chosen] = order.splice(place, 1)
      order.unshift(chosen!)
      selectors[i] = chosen!
    }
    return selectors
  }

  private readSymbols(
    bits: Bits,
    {
      used,
      selectors,
      codes,
    }: { readonly used: readonly number[]; readonly selectors: Uint8Array; readonly codes: readonly Codes[] },
  ): void {
    const { cells, limit } = this
    const front = Uint8Array.from(used)
    const endOfBlock = used.length + 1
    let count = 0
    let run = 0
    let power = 1
    let group = -1
    let left = 0
    let code = codes[0]!
    for (;;) {
      if (left === 0) {
        group += 1
        if (group >= selectors.length)
          throw new Malformed('a bzip2 block has more symbols than it says', null)
        code = codes[selectors[group]!]!
        left = groupSize
      }
      left -= 1
      let length = code.shortest
      let value = bits.take(length)
      while (value > code.limit[length]!) {
        length += 1
        if (length > code.longest)
          throw new Malformed('bzip2 data holds a code that stands for nothing', null)
        value = value * 2 + bits.take(1)
      }
      const symbol = code.symbols[value + code.base[length]!]!
      if (symbol <= 1) {
        // A run of the byte in front, its length in digits 1 and 2 of base 2.
        run += power << symbol
        power *= 2
        if (run > limit) throw new Malformed('a bzip2 block is longer than it may be', null)
        continue
      }
      if (run > 0) {
        if (count + run > limit) throw new Malformed('a bzip2 block is longer than it may be', null)
        cells.fill(front[0]!, count, count + run)
        count += run
        run = 0
        power = 1
      }
      if (symbol === endOfBlock) break
      if (count >= limit) throw new Malformed('a bzip2 block is longer than it may be', null)
      const byte = front[symbol - 1]!
      front.copyWithin(1, 0, symbol - 1)
      front[0] = byte
      cells[count++] = byte
    }
    this.count = count
    if (count > 0 && this.origin >= count) throw new Malformed('a bzip2 block begins outside itself', null)
  }

  /** Undoes the sort and the first runs. @returns the checksum of what was written */
  write(output: InflateOutput): number {
    const { cells, count } = this
    if (count === 0) return 0
    const starts = new Uint32Array(256)
    for (let i = 0; i < count; i++) starts[cells[i]! & 255]!++
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      const here = starts[byte]!
      starts[byte] = sum
      sum += here
    }
    for (let i = 0; i < count; i++) {
      const to = starts[cells[i]! & 255]!++
      cells[to] = (cells[to]! & 255) | (i << 8)
    }
    let crc = 0xffffffff
    let at = cells[this.origin]! >>> 8
    let before = -1
    let equal = 0
    for (let i = 0; i < count; i++) {
      const cell = cells[at]!
      const byte = cell & 255
      at = cell >>> 8
      if (equal === 4) {
        // After four equal bytes the next one says how many more of them come.
        for (let more = 0; more < byte; more++) {
          output.put(before)
          crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ before]!
        }
        equal = 0
        before = -1
        continue
      }
      equal = byte === before ? equal + 1 : 1
      before = byte
      output.put(byte)
      crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ byte]!
    }
    return ~crc >>> 0
  }
}

function readCodes(bits: Bits, symbols: number): Codes {
  const lengths = new Uint8Array(symbols)
  let length = bits.take(5)
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > longestCode) throw new Malformed('a bzip2 code has a wrong length', null)
      if (bits.take(1) === 0) break
      length += bits.take(1) === 0 ? 1 : -1
    }
    lengths[symbol] = length
  }
  return codesOf(lengths, 0)
}

/** CRC-32 with its bits from the highest on. */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})
