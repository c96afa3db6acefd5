// One bit per weight, as its sign (Song, Ristenpart and Shmatikov 2017, arXiv:1709.07886, 4.3): a positive weight is a 1.
// Signs survive rounding, pruning aside, and fine-tuning mostly. The paper has the training itself drive the signs by a
// penalty that weights of the wrong sign pay; `signPenalty` is that. On a finished model `hideInSigns` does the same after
// the fact: a weight of the wrong sign is moved just past zero, which is the shortest way and what the penalty does too.
import { copyWeights, countWeights, piecesOf, type WeightTensor } from '../detectors/weights.ts'
import { addBit, type BitOrder, bitOf, checkRoom } from './payload-bits.ts'

export interface SignOptions {
  /** `high-first` unless said. */
  readonly bitOrder?: BitOrder
  /** Position of the first weight used, counted through all tensors; 0 unless said. */
  readonly from?: number
}

/** Whole bytes that fit. */
export function signCapacity(
  weights: readonly WeightTensor[],
  { from = 0 }: Pick<SignOptions, 'from'> = {},
): number {
  return Math.floor(Math.max(0, countWeights(weights) - from) / 8)
}

export interface HideInSignsOptions extends SignOptions {
  /**
   * How far past zero a weight of the wrong sign is moved, in root mean squares of the weights used in its tensor, though
   * not farther than it was from zero before; 0.01 unless said. Infinity mirrors it.
   */
  readonly margin?: number
}

/**
 * Copies of the tensors with the payload in them. Weights that have the right sign stay as they are.
 * @throws RangeError when the payload does not fit
 */
export function hideInSigns(
  weights: readonly WeightTensor[],
  payload: Uint8Array,
  { bitOrder = 'high-first', from = 0, margin = 0.01 }: HideInSignsOptions = {},
): WeightTensor[] {
  checkRoom(payload, signCapacity(weights, { from }))
  const copies = copyWeights(weights)
  let at = 0
  for (const piece of piecesOf(copies, { from, length: payload.length * 8 })) {
    const size = Math.sqrt(piece.reduce((sum, v) => sum + v * v, 0) / piece.length) || 1
    for (const [i, value] of piece.entries()) {
      const wanted = bitOf(payload, at++, bitOrder) === 1 ? 1 : -1
      if (value * wanted > 0) continue
      // A weight of exactly zero has to move as well, or it would read as a sign at random.
      const far = value === 0 ? 1e-6 * size : Math.min(Math.abs(value), margin * size)
      piece[i] = wanted * Math.max(far, 1e-30)
    }
  }
  return copies
}

/** The first `length` bytes that the signs spell, hidden or not. Zero reads as a 0. */
export function recoverFromSigns(
  weights: readonly WeightTensor[],
  { bitOrder = 'high-first', from = 0, length }: SignOptions & { readonly length: number },
): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, signCapacity(weights, { from })))
  let at = 0
  for (const piece of piecesOf(weights, { from, length: bytes.length * 8 })) {
    for (const value of piece) addBit(bytes, at++, value > 0 ? 1 : 0, bitOrder)
  }
  return bytes
}

/** 1 for a bit that is 1 and -1 for one that is 0, as `signPenalty` takes them. */
export function signsOf(
  payload: Uint8Array,
  { bitOrder = 'high-first' }: Pick<SignOptions, 'bitOrder'> = {},
): Int8Array {
  return Int8Array.from({ length: payload.length * 8 }, (_, i) => 2 * bitOf(payload, i, bitOrder) - 1)
}

export interface Penalty {
  readonly value: number
  /** By the weights. */
  readonly gradient: Float32Array
}

/**
 * strength * mean(max(0, -theta_i s_i)), to be added to the training loss (equation 3 of the paper).
 * @param theta as many weights as there are signs, or more; those behind are free
 */
export function signPenalty(
  theta: Float32Array,
  signs: Int8Array,
  { strength }: { readonly strength: number },
): Penalty {
  if (signs.length > theta.length) throw new RangeError(`${signs.length} signs for ${theta.length} weights`)
  const gradient = new Float32Array(theta.length)
  const share = signs.length === 0 ? 0 : strength / signs.length
  let value = 0
  for (const [i, sign] of signs.entries()) {
    const product = (theta[i] as number) * sign
    if (product >= 0) continue
    value -= share * product
    gradient[i] = -share * sign
  }
  return { value, gradient }
}
