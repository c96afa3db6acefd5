// Some bits of every weight, strung together and cut into bytes: what an attacker who hides bits in weights reads. The
// bytes may begin at any bit, since the payload may begin at any weight; as bytes always begin together with a weight,
// some beginnings never happen: of eight-bit fields only one is left, of odd ones all eight.
import type { BitOrder } from '../encodings/payload-bits.ts'

/** Bits `shift` to `shift + width - 1` of the 32. */
export interface BitField {
  readonly shift: number
  readonly width: number
}

export interface Reading extends BitField {
  readonly bitOrder: BitOrder
  /** Bits left out before the first byte. */
  readonly phase: number
}

/** Bits that a payload that begins at some weight can leave before its first byte, seen from the first weight. */
export function phasesOf({ width }: BitField): number[] {
  const step = [8, 1, 2, 1, 4, 1, 2, 1][width % 8] as number
  return Array.from({ length: 8 / step }, (_, i) => i * step)
}

/** Bytes that whole weights make up from phase 0 on. */
export function byteCount(weights: number, { width }: BitField): number {
  return Math.floor((weights * width) / 8)
}

/** Writes the bytes of phase 0 to `out` and returns how many there are. */
export function readBytes(
  words: Uint32Array,
  { shift, width, bitOrder }: Omit<Reading, 'phase'>,
  out: Uint8Array,
): number {
  const mask = (1 << width) - 1
  let held = 0
  let size = 0
  let count = 0
  if (bitOrder === 'high-first') {
    for (let i = 0; i < words.length; i++) {
      held = (held << width) | (((words[i] as number) >>> shift) & mask)
      size += width
      while (size >= 8) {
        size -= 8
        out[count++] = held >>> size
      }
      held &= (1 << size) - 1
    }
  } else {
    for (let i = 0; i < words.length; i++) {
      held |= (((words[i] as number) >>> shift) & mask) << size
      size += width
      while (size >= 8) {
        out[count++] = held
        held >>>= 8
        size -= 8
      }
    }
  }
  return count
}

/** Bytes of another phase, made from `count` bytes of phase 0; one fewer. */
export function shiftBytes(
  bytes: Uint8Array,
  count: number,
  { phase, bitOrder }: Pick<Reading, 'phase' | 'bitOrder'>,
  out: Uint8Array,
): number {
  if (phase === 0) {
    out.set(bytes.subarray(0, count))
    return count
  }
  const rest = 8 - phase
  if (bitOrder === 'high-first') {
    for (let i = 0; i + 1 < count; i++)
      out[i] = ((bytes[i] as number) << phase) | ((bytes[i + 1] as number) >> rest)
  } else {
    for (let i = 0; i + 1 < count; i++)
      out[i] = ((bytes[i] as number) >> phase) | ((bytes[i + 1] as number) << rest)
  }
  return Math.max(0, count - 1)
}
