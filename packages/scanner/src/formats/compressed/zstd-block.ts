// A compressed block of Zstandard (RFC 8878, 3.1.1.3): literals, mostly by a Huffman code, and sequences of "so many
// literals, then a copy of such a length from such a distance", coded by three finite state machines. Tables may be
// carried over from the block before.

import type { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { NotSupported } from './not-supported.ts'
import { type FseTable, fseTable, readFseTable, singleTable } from './zstd-fse.ts'

interface HuffmanTable {
  readonly bits: number
  /** (symbol << 4) | length of code, by the next `bits` bits. */
  readonly entries: Uint16Array
}

interface Kind {
  readonly base: readonly number[]
  readonly extra: readonly number[]
  readonly accuracy: number
  readonly predefined: FseTable
}

const range = (length: number, from: number): number[] => Array.from({ length }, (_, i) => from + i)
const zeros = (length: number): number[] => new Array<number>(length).fill(0)

// RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.1 to 3.
const literalLengths: Kind = {
  base: [
    ...range(16, 0),
    16,
    18,
    20,
    22,
    24,
    28,
    32,
    40,
    48,
    64,
    128,
    256,
    512,
    1024,
    2048,
    4096,
    8192,
    16384,
    32768,
    65536,
  ],
  extra: [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  accuracy: 9,
  predefined: fseTable(
    [
      4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
      -1, -1,
    ],
    6,
  ),
}
const matchLengths: Kind = {
  base: [
    ...range(32, 3),
    35,
    37,
    39,
    41,
    43,
    47,
    51,
    59,
    67,
    83,
    99,
    131,
    259,
    515,
    1027,
    2051,
    4099,
    8195,
    16387,
    32771,
    65539,
  ],
  extra: [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  accuracy: 9,
  predefined: fseTable(
    [1, 4, 3, 2, 2, 2, 2, 2, 2, ...new Array<number>(37).fill(1), -1, -1, -1, -1, -1, -1, -1],
    6,
  ),
}
const offsets: Kind = {
  base: range(32, 0).map((code) => 2 ** code),
  extra: range(32, 0),
  accuracy: 8,
  predefined: fseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, ...new Array<number>(15).fill(1), -1, -1, -1, -1, -1], 5),
}

export class ZstdBlocks {
  private readonly output: InflateOutput
  private readonly limits: { readonly window: number; readonly largestWindow: number; readonly most: number }
  private huffman: HuffmanTable | null = null
  private tables: [FseTable | null, FseTable | null, FseTable | null] = [null, null, null]
  private repeats: [number, number, number] = [1, 4, 8]

  /** One for all blocks of a frame. */
  constructor(output: InflateOutput, limits: { window: number; largestWindow: number; most: number }) {
    this.output = output
    this.limits = limits
  }

  read(block: Uint8Array): void {
    const { literals, end } = this.readLiterals(block)
    this.readSequences(block, end, literals)
  }

  private readLiterals(block: Uint8Array): { readonly literals: Uint8Array; readonly end: number } {
    const first = need(block, 0)
    const type = first & 3
    const format = (first >> 2) & 3
    if (type < 2) {
      const [size, at] =
        (format & 1) === 0
          ? [first >> 3, 1]
          : format === 1
            ? [(first >> 4) | (need(block, 1) << 4), 2]
            : [(first >> 4) | (need(block, 1) << 4) | (need(block, 2) << 12), 3]
      if (size > 131_072) throw new Malformed('a Zstandard block has too many literals', null)
      if (type === 1) return { literals: new Uint8Array(size).fill(need(block, at)), end: at + 1 }
      if (at + size > block.length) throw cutOff()
      return { literals: block.subarray(at, at + size), end: at + size }
    }
    const width = [10, 10, 14, 18][format]!
    const at = [3, 3, 4, 5][format]!
    let header = 0
    for (let i = at - 1; i >= 0; i--) header = header * 256 + need(block, i)
    const size = Math.floor(header / 16) % 2 ** width
    const packed = Math.floor(header / 2 ** (4 + width)) % 2 ** width
    if (size > 131_072 || at + packed > block.length) throw cutOff()
    let data = block.subarray(at, at + packed)
    if (type === 2) {
      const { table, end } = readHuffman(data)
      this.huffman = table
      data = data.subarray(end)
    }
    const table = this.huffman
    if (table === null) throw new Malformed('a Zstandard block repeats a code that is not there', null)
    const literals = new Uint8Array(size)
    if (format === 0) decodeHuffman(data, table, literals)
    else {
      if (data.length < 6) throw cutOff()
      const part = (size + 3) >> 2
      let from = 6
      for (let i = 0; i < 4; i++) {
        const length = i === 3 ? data.length - from : data[2 * i]! | (data[2 * i + 1]! << 8)
        if (length < 0 || from + length > data.length || part * 3 > size) throw cutOff()
        decodeHuffman(
          data.subarray(from, from + length),
          table,
          literals.subarray(part * i, i === 3 ? size : part * (i + 1)),
        )
        from += length
      }
    }
    return { literals, end: at + packed }
  }

  private readSequences(block: Uint8Array, start: number, literals: Uint8Array): void {
    const { output } = this
    let at = start
    let count = need(block, at++)
    if (count >= 128) {
      if (count < 255) count = ((count - 128) << 8) + need(block, at++)
      else {
        count = need(block, at) + (need(block, at + 1) << 8) + 0x7f00
        at += 2
      }
    }
    if (count === 0) {
      if (at !== block.length) throw new Malformed('bytes follow the end of a Zstandard block', null)
      output.write(literals)
      return
    }
    const modes = need(block, at++)
    if (modes & 3) throw new Malformed('a Zstandard block has unknown modes', null)
    for (const [i, kind] of [literalLengths, offsets, matchLengths].entries()) {
      const mode = (modes >> (6 - 2 * i)) & 3
      if (mode === 0) this.tables[i] = kind.predefined
      else if (mode === 1) {
        const symbol = need(block, at++)
        if (symbol >= kind.base.length) throw new Malformed('a Zstandard code is out of range', null)
        this.tables[i] = singleTable(symbol)
      } else if (mode === 2) {
        const { table, end } = readFseTable(block, at, { accuracy: kind.accuracy, symbols: kind.base.length })
        this.tables[i] = table
        at = end
      } else if (this.tables[i] === null)
        throw new Malformed('a Zstandard block repeats a code that is not there', null)
    }
    const [lengthTable, offsetTable, matchTable] = this.tables as [FseTable, FseTable, FseTable]
    const bits = new BackwardBits(block.subarray(at))
    let lengthState = bits.take(lengthTable.accuracy)
    let offsetState = bits.take(offsetTable.accuracy)
    let matchState = bits.take(matchTable.accuracy)
    let used = 0
    let written = 0
    for (let i = 0; i < count; i++) {
      const offsetCode = offsetTable.symbols[offsetState]!
      const matchCode = matchTable.symbols[matchState]!
      const lengthCode = lengthTable.symbols[lengthState]!
      const value = offsets.base[offsetCode]! + bits.takeLong(offsetCode)
      const match = matchLengths.base[matchCode]! + bits.take(matchLengths.extra[matchCode]!)
      const length = literalLengths.base[lengthCode]! + bits.take(literalLengths.extra[lengthCode]!)
      if (i < count - 1) {
        lengthState = lengthTable.next[lengthState]! + bits.take(lengthTable.bits[lengthState]!)
        matchState = matchTable.next[matchState]! + bits.take(matchTable.bits[matchState]!)
        offsetState = offsetTable.next[offsetState]! + bits.take(offsetTable.bits[offsetState]!)
      }
      if (bits.left < 0) throw cutOff()
      if (used + length > literals.length)
        throw new Malformed('a Zstandard block uses more literals than it has', null)
      written += length + match
      if (written > 131_072) throw new Malformed('a Zstandard block gives too much', null)
      output.write(literals.subarray(used, used + length))
      used += length
      const distance = this.distance(value, length)
      if (distance > this.limits.largestWindow && distance <= this.limits.window) {
        throw new NotSupported(`it reaches back further than ${this.limits.largestWindow} bytes`, null)
      }
      output.copy(distance, match)
    }
    if (bits.left !== 0)
      throw new Malformed('the sequences of a Zstandard block do not end where they should', null)
    output.write(literals.subarray(used))
  }

  /** Values 1 to 3 stand for the last three distances (RFC 8878, 3.1.1.5). */
  private distance(value: number, length: number): number {
    const { repeats } = this
    if (value > 3) {
      this.repeats = [value - 3, repeats[0], repeats[1]]
      return value - 3
    }
    const which = value - 1 + (length === 0 ? 1 : 0)
    if (which === 0) return repeats[0]
    const distance = which === 3 ? repeats[0] - 1 : repeats[which]!
    if (distance === 0) throw new Malformed('a Zstandard copy reaches back by nothing', null)
    this.repeats = which === 1 ? [distance, repeats[0], repeats[2]] : [distance, repeats[0], repeats[1]]
    return distance
  }
}

/** The weights of a Huffman code, plain or coded, and the table they give (RFC 8878, 4.2.1). */
function readHuffman(data: Uint8Array): { readonly table: HuffmanTable; readonly end: number } {
  const head = need(data, 0)
  const weights: number[] = []
  let end: number
  if (head >= 128) {
    const count = head - 127
    end = 1 + ((count + 1) >> 1)
    for (let i = 0; i < count; i++) {
      const byte = need(data, 1 + (i >> 1))
      weights.push(i % 2 === 0 ? byte >> 4 : byte & 15)
    }
  } else {
    end = 1 + head
    if (end > data.length) throw cutOff()
    const coded = data.subarray(1, end)
    const { table, end: at } = readFseTable(coded, 0, { accuracy: 6, symbols: 256 })
    const bits = new BackwardBits(coded.subarray(at))
    const states = [bits.take(table.accuracy), bits.take(table.accuracy)]
    for (let turn = 0; ; turn ^= 1) {
      if (weights.length > 254) throw new Malformed('a Huffman code of Zstandard has too many symbols', null)
      const state = states[turn]!
      weights.push(table.symbols[state]!)
      states[turn] = table.next[state]! + bits.take(table.bits[state]!)
      if (bits.left < 0) {
        weights.push(table.symbols[states[turn ^ 1]!]!)
        break
      }
    }
  }
  let sum = 0
  for (const weight of weights) {
    if (weight > 11) throw new Malformed('a Huffman code of Zstandard is too long', null)
    if (weight > 0) sum += 1 << (weight - 1)
  }
  if (sum === 0 || weights.length > 255) throw new Malformed('a Huffman code of Zstandard is empty', null)
  const bits = 32 - Math.clz32(sum)
  const rest = (1 << bits) - sum
  if (bits > 11 || (rest & (rest - 1)) !== 0)
    throw new Malformed('a Huffman code of Zstandard is not whole', null)
  weights.push(32 - Math.clz32(rest))
  const entries = new Uint16Array(1 << bits)
  let at = 0
  for (let weight = 1; weight <= bits; weight++) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue
      const width = 1 << (weight - 1)
      entries.fill((symbol << 4) | (bits + 1 - weight), at, at + width)
      at += width
    }
  }
  return { table: { bits, entries }, end }
}

function decodeHuffman(data: Uint8Array, { bits: width, entries }: HuffmanTable, out: Uint8Array): void {
  const bits = new BackwardBits(data)
  for (let i = 0; i < out.length; i++) {
    const entry = entries[bits.peek(width)]!
    out[i] = entry >> 4
    bits.left -= entry & 15
    if (bits.left < 0) throw cutOff()
  }
  if (bits.left !== 0)
    throw new Malformed('the literals of a Zstandard block do not end where they should', null)
}

/** Bits from the end towards the start; the highest set bit of the last byte is only a mark. Before the start lie zeros. */
class BackwardBits {
  left: number
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0
    if (last === 0) throw new Malformed('a bit stream of Zstandard does not end as one', null)
    this.bytes = bytes
    this.left = bytes.length * 8 - 1 - Math.clz32(last << 24)
  }

  /** @param count at most 24 */
  peek(count: number): number {
    const from = this.left - count
    if (from < 0) return from <= -count ? 0 : (this.at(0) & ((1 << this.left) - 1)) << -from
    return (this.at(from >> 3) >>> (from & 7)) & ((1 << count) - 1)
  }

  take(count: number): number {
    const value = this.peek(count)
    this.left -= count
    return value
  }

  /** @param count at most 31 */
  takeLong(count: number): number {
    if (count <= 16) return this.take(count)
    const high = this.take(count - 16)
    return high * 65_536 + this.take(16)
  }

  private at(i: number): number {
    const { bytes } = this
    return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
  }
}

function need(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw cutOff()
  return byte
}

function cutOff(): Malformed {
  return new Malformed('a Zstandard block ends in the middle', null)
}
