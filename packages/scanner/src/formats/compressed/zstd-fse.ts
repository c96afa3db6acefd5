// Finite state entropy, the second code of Zstandard (RFC 8878, 4.1): a state stands for a symbol, and the next state is
// a base plus some bits read.
import { Malformed } from '../format.ts'

export interface FseTable {
  /** log2 of the number of states. */
  readonly accuracy: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
  readonly next: Uint16Array
}

/** @param frequencies of the symbols, adding up to 2^accuracy; -1 for "less than one" */
export function fseTable(frequencies: readonly number[], accuracy: number): FseTable {
  const size = 1 << accuracy
  const symbols = new Uint8Array(size)
  const bits = new Uint8Array(size)
  const next = new Uint16Array(size)
  const counts = new Uint16Array(frequencies.length)
  let high = size
  for (const [symbol, frequency] of frequencies.entries()) {
    if (frequency === -1) {
      high -= 1
      symbols[high] = symbol
      counts[symbol] = 1
    } else counts[symbol] = frequency
  }
  const step = (size >> 1) + (size >> 3) + 3
  let at = 0
  for (const [symbol, frequency] of frequencies.entries()) {
    for (let i = 0; i < frequency; i++) {
      symbols[at] = symbol
      do at = (at + step) & (size - 1)
      while (at >= high)
    }
  }
  for (let state = 0; state < size; state++) {
    const count = counts[symbols[state]!]!++
    const width = accuracy - (31 - Math.clz32(count))
    bits[state] = width
    next[state] = (count << width) - size
  }
  return { accuracy, symbols, bits, next }
}

/** A code of one symbol, which takes no bits. */
export function singleTable(symbol: number): FseTable {
  return { accuracy: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1) }
}

/** Reads the frequencies (RFC 8878, 4.1.1). @returns `end`: where they end in the bytes */
export function readFseTable(
  bytes: Uint8Array,
  at: number,
  { accuracy: most, symbols }: { readonly accuracy: number; readonly symbols: number },
): { readonly table: FseTable; readonly end: number } {
  let bit = at * 8
  const peek = (count: number): number => {
    const i = bit >> 3
    const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16)
    return (word >> (bit & 7)) & ((1 << count) - 1)
  }
  const accuracy = peek(4) + 5
  bit += 4
  if (accuracy > most) throw new Malformed('a code of Zstandard is too fine', null)
  const frequencies: number[] = []
  let left = 1 << accuracy
  while (left > 0 && frequencies.length < symbols) {
    const width = 32 - Math.clz32(left + 1)
    const mask = (1 << (width - 1)) - 1
    const threshold = (1 << width) - 1 - (left + 1)
    let value = peek(width)
    if ((value & mask) < threshold) {
      value &= mask
      bit += width - 1
    } else {
      if (value > mask) value -= threshold
      bit += width
    }
    const frequency = value - 1
    left -= Math.abs(frequency)
    frequencies.push(frequency)
    if (frequency !== 0) continue
    for (let repeat = 3; repeat === 3; ) {
      repeat = peek(2)
      bit += 2
      for (let i = 0; i < repeat; i++) frequencies.push(0)
      if (frequencies.length > symbols) break
    }
  }
  const end = (bit + 7) >> 3
  if (left !== 0 || frequencies.length > symbols || end > bytes.length) {
    throw new Malformed('a code of Zstandard is not whole', null)
  }
  return { table: fseTable(frequencies, accuracy), end }
}
