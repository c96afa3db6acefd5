// The weights themselves as grey values (Song, Ristenpart and Shmatikov 2017, arXiv:1709.07886, 4.2): training is paid for
// weights whose Pearson correlation with the secret is high, of either sign, and who scales them to 0..255 sees the secret
// through noise. `correlationPenalty` is what such a training adds to its loss. On a finished model `hideInCorrelation`
// goes there at once: the part of the weights that has nothing to do with the secret is shrunk to make room for it, so
// that mean and variance stay what they were and the correlation is exactly the one asked for.
import { copyWeights, countWeights, piecesOf, type WeightTensor } from '../detectors/weights.ts'
import { checkRoom } from './payload-bits.ts'
import type { Penalty } from './signs.ts'

/** Bytes that fit: one per weight. */
export function correlationCapacity(
  weights: readonly WeightTensor[],
  { from = 0 }: { readonly from?: number } = {},
): number {
  return Math.max(0, countWeights(weights) - from)
}

export interface HideInCorrelationOptions {
  /** Pearson correlation that each tensor's part of the range gets; -1 to 1, below 0 for a negative. */
  readonly correlation: number
  /** Position of the first weight used, counted through all tensors; 0 unless said. */
  readonly from?: number
}

/**
 * Copies of the tensors with the payload in them. Of a tensor that has fewer than 3 weights in the range, or where the
 * payload is one value only, nothing can correlate, and it is left as it was.
 * @throws RangeError when the payload does not fit or the correlation is out of range
 */
export function hideInCorrelation(
  weights: readonly WeightTensor[],
  payload: Uint8Array,
  { correlation, from = 0 }: HideInCorrelationOptions,
): WeightTensor[] {
  if (!(Math.abs(correlation) <= 1)) throw new RangeError(`${correlation} is no correlation`)
  checkRoom(payload, correlationCapacity(weights, { from }))
  const copies = copyWeights(weights)
  let at = 0
  for (const piece of piecesOf(copies, { from, length: payload.length })) {
    const secret = standardised(payload.subarray(at, at + piece.length))
    at += piece.length
    if (secret === null || piece.length < 3) continue
    const own = standardised(piece)
    // What the weights have in common with the secret already is taken out, or the correlation would come out too high.
    const rest = own === null ? null : standardised(without(own.values, secret.values))
    const noise = rest === null ? 0 : Math.sqrt(1 - correlation * correlation)
    const scale = own?.deviation ?? 0
    for (let i = 0; i < piece.length; i++) {
      const mixed = correlation * (secret.values[i] as number) + noise * (rest?.values[i] ?? 0)
      piece[i] = (own?.mean ?? (piece[i] as number)) + scale * mixed
    }
  }
  return copies
}

export interface RecoverFromCorrelationOptions {
  readonly length: number
  readonly from?: number
  /** Weights that are scaled together, such as the pixels of a picture; each tensor's part of the range unless said. */
  readonly block?: number
  /** Scales the lowest to 255, for a secret under a negative correlation. */
  readonly inverted?: true
}

/** The weights of the range, scaled so that the lowest of a block is 0 and its highest 255, and rounded. */
export function recoverFromCorrelation(
  weights: readonly WeightTensor[],
  { length, from = 0, block, inverted }: RecoverFromCorrelationOptions,
): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, correlationCapacity(weights, { from })))
  let at = 0
  for (const piece of piecesOf(weights, { from, length: bytes.length })) {
    const size = block ?? piece.length
    for (let start = 0; start < piece.length; start += size) {
      const part = piece.subarray(start, start + size)
      bytes.set(scaleToBytes(part, { inverted: inverted === true }), at)
      at += part.length
    }
  }
  return bytes
}

/** Min-max scaling to 0..255, as an attacker reads weights. All of one value come out as 0. */
export function scaleToBytes(values: Float32Array, { inverted }: { readonly inverted: boolean }): Uint8Array {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const scale = high > low ? 255 / (high - low) : 0
  return Uint8Array.from(values, (v) => Math.round(inverted ? scale * (high - v) : scale * (v - low)))
}

/**
 * -strength * |Pearson(theta, secret)|, to be added to the training loss (equation 2 of the paper).
 * @param theta as many weights as the secret has values, or more; those behind are free
 */
export function correlationPenalty(
  theta: Float32Array,
  secret: ArrayLike<number>,
  { strength }: { readonly strength: number },
): Penalty {
  const size = secret.length
  if (size > theta.length) throw new RangeError(`${size} values for ${theta.length} weights`)
  const gradient = new Float32Array(theta.length)
  const goal = standardised(secret)
  const own = standardised(theta.subarray(0, size))
  if (goal === null || own === null) return { value: 0, gradient }
  let pearson = 0
  for (let i = 0; i < size; i++) pearson += (own.values[i] as number) * (goal.values[i] as number)
  pearson /= size
  const step = (-strength * Math.sign(pearson)) / (size * own.deviation)
  for (let i = 0; i < size; i++)
    gradient[i] = step * ((goal.values[i] as number) - pearson * (own.values[i] as number))
  return { value: -strength * Math.abs(pearson), gradient }
}

interface Standardised {
  readonly mean: number
  readonly deviation: number
  /** Of mean 0 and mean square 1. */
  readonly values: Float64Array
}

/** Null where all values are the same. */
function standardised(values: ArrayLike<number>): Standardised | null {
  const size = values.length
  let sum = 0
  for (let i = 0; i < size; i++) sum += values[i] as number
  const mean = sum / size
  let squares = 0
  for (let i = 0; i < size; i++) squares += ((values[i] as number) - mean) ** 2
  const deviation = Math.sqrt(squares / size)
  if (!(deviation > 1e-12 * Math.abs(mean)) || deviation === 0) return null
  const out = new Float64Array(size)
  for (let i = 0; i < size; i++) out[i] = ((values[i] as number) - mean) / deviation
  return { mean, deviation, values: out }
}

function without(values: Float64Array, direction: Float64Array): Float64Array {
  let product = 0
  for (let i = 0; i < values.length; i++) product += (values[i] as number) * (direction[i] as number)
  const share = product / values.length
  return values.map((v, i) => v - share * (direction[i] as number))
}
