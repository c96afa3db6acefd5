// LZMA: a range decoder with adaptive probabilities drives a machine of literals, matches and repeats (after Igor
// Pavlov's LZMA specification). One decoder serves four containers: .lzma, xz and 7z (there mostly in the chunks of
// LZMA2), and method 14 of zip.

import type { Budget } from '../../scan/limits.ts'
import type { InflateInput } from '../../source/inflate-input.ts'
import type { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { NotSupported } from './not-supported.ts'

/** A larger dictionary is followed only as far back as this. */
const largestWindow = 128 * 2 ** 20

// Where each set of probabilities begins in the one array that holds them all.
const isMatch = 0
const isRep = 192
const isRepG0 = 204
const isRepG1 = 216
const isRepG2 = 228
const isRep0Long = 240
const posSlot = 432
const posSpecial = 688
const posAlign = 816
const matchLength = 832
const repLength = 1346
const literals = 1860

export class LzmaDecoder {
  private readonly input: InflateInput
  private readonly output: InflateOutput
  private readonly budget: Budget
  private readonly dictionary: number
  private probs = new Uint16Array(literals)
  private lc = 0
  private lpMask = 0
  private pbMask = 0
  // Signed 32-bit on purpose: such numbers need no memory of their own in the engine.
  private range = -1
  private code = 0
  private state = 0
  private rep0 = 0
  private rep1 = 0
  private rep2 = 0
  private rep3 = 0
  /** Bytes written since positions were last counted from zero. */
  private position = 0

  /** @param dictionary bytes that matches may reach back, as announced */
  constructor(
    input: InflateInput,
    output: InflateOutput,
    { budget, dictionary }: { budget: Budget; dictionary: number },
  ) {
    this.input = input
    this.output = output
    this.budget = budget
    this.dictionary = Math.max(4096, dictionary)
    output.restart(Math.min(this.dictionary, largestWindow))
  }

  /** Starts anew with nothing to reach back to. */
  resetDictionary(): void {
    this.output.restart(Math.min(this.dictionary, largestWindow))
    this.position = 0
  }

  /** @param byte (pb * 5 + lp) * 9 + lc */
  setProperties(byte: number): void {
    if (byte >= 225) throw new Malformed('the LZMA properties are out of range', this.input.offset)
    this.lc = byte % 9
    const rest = Math.floor(byte / 9)
    this.lpMask = (1 << (rest % 5)) - 1
    this.pbMask = (1 << Math.floor(rest / 5)) - 1
    const size = literals + (0x300 << (this.lc + (rest % 5)))
    if (this.probs.length !== size) this.probs = new Uint16Array(size)
    this.resetState()
  }

  resetState(): void {
    this.probs.fill(1024)
    this.state = 0
    this.rep0 = 0
    this.rep1 = 0
    this.rep2 = 0
    this.rep3 = 0
  }

  startRange(): void {
    if (this.input.byte() !== 0)
      throw new Malformed('the LZMA data does not begin with a zero byte', this.input.offset)
    this.range = -1
    this.code = 0
    for (let i = 0; i < 4; i++) this.code = (this.code << 8) | this.input.byte()
  }

  /** Takes bytes as they are, which later matches may reach back to. */
  copyPlain(length: number): void {
    for (let i = 0; i < length; i++) this.output.put(this.input.byte())
    this.position += length
  }

  /**
   * Decodes until `length` bytes are written or the end marker comes.
   * @param length null: only the marker ends it
   * @returns whether the marker came
   */
  decode(length: number | null, { marker = true }: { readonly marker?: boolean } = {}): boolean {
    const { output } = this
    let left = length ?? Number.POSITIVE_INFINITY
    let step = 0
    while (left > 0) {
      if ((++step & 0xffff) === 0) this.budget.checkTime()
      const posState = this.position & this.pbMask
      if (this.bit(isMatch + (this.state << 4) + posState) === 0) {
        this.literal()
        this.position += 1
        left -= 1
        continue
      }
      let count: number
      if (this.bit(isRep + this.state) === 0) {
        this.rep3 = this.rep2
        this.rep2 = this.rep1
        this.rep1 = this.rep0
        count = this.length(matchLength, posState)
        this.state = this.state < 7 ? 7 : 10
        this.rep0 = this.distance(count)
        if (this.rep0 === -1) {
          if (!marker) throw new Malformed('an LZMA chunk holds an end marker', this.input.offset)
          return true
        }
      } else {
        if (output.total === 0)
          throw new Malformed('the LZMA data repeats bytes from before its start', this.input.offset)
        if (this.bit(isRepG0 + this.state) === 0) {
          if (this.bit(isRep0Long + (this.state << 4) + posState) === 0) {
            this.state = this.state < 7 ? 9 : 11
            this.repeat(1)
            left -= 1
            continue
          }
        } else {
          let distance: number
          if (this.bit(isRepG1 + this.state) === 0) distance = this.rep1
          else {
            if (this.bit(isRepG2 + this.state) === 0) distance = this.rep2
            else {
              distance = this.rep3
              this.rep3 = this.rep2
            }
            this.rep2 = this.rep1
          }
          this.rep1 = this.rep0
          this.rep0 = distance
        }
        count = this.length(repLength, posState)
        this.state = this.state < 7 ? 8 : 11
      }
      if (count > left)
        throw new Malformed('an LZMA match goes beyond the end of the data', this.input.offset)
      this.repeat(count)
      left -= count
    }
    return false
  }

  /** With a known length the marker may still stand behind it. */
  takeMarker(): void {
    if (this.input.left === 0) return
    const posState = this.position & this.pbMask
    if (this.bit(isMatch + (this.state << 4) + posState) === 0 || this.bit(isRep + this.state) !== 0) return
    this.distance(this.length(matchLength, posState))
  }

  /** Whether the range decoder ended where its encoder did. */
  get ended(): boolean {
    return this.code === 0
  }

  private repeat(count: number): void {
    const distance = (this.rep0 >>> 0) + 1
    if (distance > largestWindow && distance <= this.dictionary) {
      throw new NotSupported(`it reaches back further than ${largestWindow} bytes`, this.input.offset)
    }
    this.output.copy(distance, count)
    this.position += count
  }

  private literal(): void {
    const { output, lc } = this
    const before = output.back(1)
    const base = literals + 0x300 * (((this.position & this.lpMask) << lc) + (before >> (8 - lc)))
    let symbol = 1
    if (this.state >= 7) {
      let match = output.back((this.rep0 >>> 0) + 1)
      do {
        const matchBit = (match >> 7) & 1
        match <<= 1
        const bit = this.bit(base + ((1 + matchBit) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (matchBit !== bit) break
      } while (symbol < 0x100)
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(base + symbol)
    output.put(symbol & 0xff)
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6
  }

  private length(base: number, posState: number): number {
    if (this.bit(base) === 0) return 2 + this.tree(base + 2 + (posState << 3), 3)
    if (this.bit(base + 1) === 0) return 10 + this.tree(base + 130 + (posState << 3), 3)
    return 18 + this.tree(base + 258, 8)
  }

  /** Less one; -1 is the end marker. */
  private distance(length: number): number {
    const slot = this.tree(posSlot + (Math.min(length - 2, 3) << 6), 6)
    if (slot < 4) return slot
    const direct = (slot >> 1) - 1
    const start = (2 | (slot & 1)) << direct
    if (slot < 14) return start + this.reverseTree(posSpecial + start - slot, direct)
    let value = 0
    for (let i = direct - 4; i > 0; i--) {
      this.range >>>= 1
      // The subtraction of the range where the code reaches it, as signed numbers.
      const reaches = (this.code ^ 0x80000000) >= (this.range ^ 0x80000000)
      if (reaches) this.code = (this.code - this.range) | 0
      value = (value << 1) | (reaches ? 1 : 0)
      this.normalise()
    }
    return (start + (value << 4) + this.reverseTree(posAlign, 4)) | 0
  }

  private tree(base: number, bits: number): number {
    let symbol = 1
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(base + symbol)
    return symbol - (1 << bits)
  }

  private reverseTree(base: number, bits: number): number {
    let symbol = 1
    let value = 0
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(base + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << i
    }
    return value
  }

  private bit(at: number): number {
    const prob = this.probs[at]!
    const bound = Math.imul(this.range >>> 11, prob)
    if ((this.code ^ 0x80000000) < (bound ^ 0x80000000)) {
      this.range = bound
      this.probs[at] = prob + ((2048 - prob) >> 5)
      if ((bound & 0xff000000) === 0) this.normalise()
      return 0
    }
    this.range = (this.range - bound) | 0
    this.code = (this.code - bound) | 0
    this.probs[at] = prob - (prob >> 5)
    if ((this.range & 0xff000000) === 0) this.normalise()
    return 1
  }

  private normalise(): void {
    if ((this.range & 0xff000000) !== 0) return
    this.range <<= 8
    const { input } = this
    this.code = (this.code << 8) | (input.at < input.bytes.length ? input.bytes[input.at++]! : input.byte())
  }
}

/** The chunks of LZMA2 up to and with the end byte. */
export function decodeLzma2(
  input: InflateInput,
  output: InflateOutput,
  { budget, dictionary }: { readonly budget: Budget; readonly dictionary: number },
): void {
  const lzma = new LzmaDecoder(input, output, { budget, dictionary })
  let needs: 'dictionary' | 'properties' | 'state' | 'nothing' = 'dictionary'
  for (;;) {
    budget.checkTime()
    const control = input.byte()
    if (control === 0) return
    if (control < 0x80) {
      if (control > 2 || (control === 2 && needs === 'dictionary')) {
        throw new Malformed('an LZMA2 chunk is of no known kind', input.offset)
      }
      if (control === 1) {
        lzma.resetDictionary()
        if (needs === 'dictionary') needs = 'properties'
      }
      lzma.copyPlain(bigEndian16(input) + 1)
      continue
    }
    const length = ((control & 0x1f) << 16) + bigEndian16(input) + 1
    const packed = bigEndian16(input) + 1
    const reset = (control >> 5) & 3
    if ((needs === 'dictionary' && reset < 3) || (needs === 'properties' && reset < 2)) {
      throw new Malformed('an LZMA2 chunk goes on from one that is not there', input.offset)
    }
    if (reset === 3) lzma.resetDictionary()
    if (reset >= 2) {
      const properties = input.byte()
      // LZMA2 bounds the two so that a reset in each chunk stays cheap.
      if ((properties % 9) + (Math.floor(properties / 9) % 5) > 4) {
        throw new Malformed('the LZMA2 properties are out of range', input.offset)
      }
      lzma.setProperties(properties)
    } else if (reset === 1) lzma.resetState()
    needs = 'nothing'
    const at = input.offset
    lzma.startRange()
    lzma.decode(length, { marker: false })
    if (input.offset !== at + packed) throw new Malformed('an LZMA2 chunk is not as long as it says', at)
  }
}

function bigEndian16(input: InflateInput): number {
  return input.byte() * 256 + input.byte()
}

/** Dictionary size from the one byte that xz and 7z give. */
export function lzma2Dictionary(byte: number): number {
  if (byte > 40) throw new Malformed('the size of the LZMA2 dictionary is out of range', null)
  return byte === 40 ? 0xffffffff : (2 | (byte & 1)) * 2 ** ((byte >> 1) + 11)
}
