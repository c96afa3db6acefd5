// The plainest way to carry data off in a finished model (Song, Ristenpart and Shmatikov 2017, arXiv:1709.07886, 4.1):
// the low bits of a weight's mantissa hardly change what it does, so that they can hold anything. Bit 22 is worth half of
// a weight's power of two, bit 0 a part in eight million. The payload runs through the tensors in their order.
import { copyWeights, countWeights, piecesOf, type WeightTensor } from '../detectors/weights.ts'
import { addBit, type BitOrder, bitOf, checkRoom } from './payload-bits.ts'

export interface LowBitOptions {
  /** Low bits of every weight that carry the payload, 1 to 23. */
  readonly bits: number
  /** `high-first` unless said. */
  readonly bitOrder?: BitOrder
  /** Position of the first weight used, counted through all tensors; 0 unless said. */
  readonly from?: number
}

/** Whole bytes that fit. */
export function lowBitCapacity(
  weights: readonly WeightTensor[],
  { bits, from = 0 }: Omit<LowBitOptions, 'bitOrder'>,
): number {
  checkBits(bits)
  return Math.floor((Math.max(0, countWeights(weights) - from) * bits) / 8)
}

/**
 * Copies of the tensors with the payload in them; weights that it does not reach are as they were.
 * @throws RangeError when the payload does not fit or `bits` is not 1 to 23
 */
export function hideInLowBits(
  weights: readonly WeightTensor[],
  payload: Uint8Array,
  { bits, bitOrder = 'high-first', from = 0 }: LowBitOptions,
): WeightTensor[] {
  checkRoom(payload, lowBitCapacity(weights, { bits, from }))
  const copies = copyWeights(weights)
  const size = payload.length * 8
  let at = 0
  for (const piece of piecesOf(copies, { from, length: Math.ceil(size / bits) })) {
    const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.length)
    for (const [i, word] of words.entries()) {
      let changed = word
      for (let k = 0; k < bits && at < size; k++, at++) {
        const place = bitOrder === 'high-first' ? bits - 1 - k : k
        changed = (changed & ~(1 << place)) | (bitOf(payload, at, bitOrder) << place)
      }
      words[i] = changed
    }
  }
  return copies
}

/** The first `length` bytes that are there to be read, hidden or not. */
export function recoverFromLowBits(
  weights: readonly WeightTensor[],
  { bits, bitOrder = 'high-first', from = 0, length }: LowBitOptions & { readonly length: number },
): Uint8Array {
  checkBits(bits)
  const bytes = new Uint8Array(Math.min(length, lowBitCapacity(weights, { bits, from })))
  const size = bytes.length * 8
  let at = 0
  for (const piece of piecesOf(weights, { from, length: Math.ceil(size / bits) })) {
    const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.length)
    for (const word of words) {
      for (let k = 0; k < bits && at < size; k++, at++) {
        const place = bitOrder === 'high-first' ? bits - 1 - k : k
        addBit(bytes, at, (word >>> place) & 1, bitOrder)
      }
    }
  }
  return bytes
}

function checkBits(bits: number): void {
  if (!(Number.isInteger(bits) && bits >= 1 && bits <= 23))
    throw new RangeError(`a weight has 1 to 23 low bits to use, got ${bits}`)
}
