// One header block of a tar: 512 bytes, of which a checksum over all makes it unlikely that chance bytes pass. Old (v7),
// POSIX (ustar) and GNU forms share the layout of what is read here.
import { Malformed } from '../format.ts'

export const blockSize = 512

export interface TarHeader {
  readonly name: string
  readonly size: number
  /** The type flag; `0` also for the old forms of a plain file. */
  readonly type: string
  readonly linkName: string
  /** Which form: with a magic or without. */
  readonly form: 'ustar' | 'gnu' | 'old'
}

/** Whether the checksum of a block fits; some old writers summed signed bytes. */
export function checksumFits(block: Uint8Array): boolean {
  if (block.length < blockSize) return false
  const told = octal(block, 148, 8)
  if (told === null || told === 0) return false
  let unsigned = 0
  let signed = 0
  for (let i = 0; i < blockSize; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : block[i]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return told === unsigned || told === signed
}

/**
 * @param at for the message
 * @throws Malformed when a number in it cannot be read
 */
export function readTarHeader(block: Uint8Array, at: number): TarHeader {
  const size = number(block, 124, 12)
  if (size === null) throw new Malformed('the size of a member is no number', at + 124)
  const magic = Buffer.from(block.subarray(257, 265)).toString('latin1')
  const form = magic.startsWith('ustar\0') ? 'ustar' : magic.startsWith('ustar ') ? 'gnu' : 'old'
  const prefix = form === 'ustar' ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  const type = String.fromCharCode(block[156]!)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: type === '\0' || type === '7' ? '0' : type,
    linkName: text(block, 157, 100),
    form,
  }
}

export function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

/** Text up to the first null character. */
export function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return decode(end === -1 ? field : field.subarray(0, end))
}

export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** Octal digits, or GNU's base 256 where the highest bit is set; null for anything else or a negative number. */
function number(block: Uint8Array, at: number, length: number): number | null {
  const first = block[at]!
  if (first < 0x80) return octal(block, at, length)
  if (first !== 0x80) return null
  let value = 0
  for (let i = at + 1; i < at + length; i++) value = value * 256 + block[i]!
  return Number.isSafeInteger(value) ? value : null
}

function octal(block: Uint8Array, at: number, length: number): number | null {
  const digits = Buffer.from(block.subarray(at, at + length))
    .toString('latin1')
    .replace(/\0.*$/s, '')
    .trim()
  if (digits === '') return 0
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : null
}
