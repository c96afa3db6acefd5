// The bytes of an HDF5 file as its structures see them: little-endian numbers whose width the superblock sets, and
// addresses that may be undefined. All reading of structures goes through `read`, which counts: no file gets more than
// `headerBytes` of them read, however its structures overlap.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'

export interface Hdf5Bytes {
  readonly source: Source
  readonly budget: Budget
  /** Where address 0 lies in the source. */
  readonly base: number
  /** Bytes of an address. */
  readonly addressSize: number
  /** Bytes of a length. */
  readonly lengthSize: number
  /** @throws Malformed when the range is not within the file */
  read(address: number, length: number, what: string): Cursor
}

export function hdf5Bytes(
  source: Source,
  budget: Budget,
  layout: Pick<Hdf5Bytes, 'base' | 'addressSize' | 'lengthSize'>,
): Hdf5Bytes {
  let spent = 0
  return {
    ...layout,
    source,
    budget,
    read(address, length, what) {
      const offset = layout.base + address
      if (offset + length > source.size) {
        throw new Malformed(`${what} of ${length} bytes reaches beyond the end of the file`, offset)
      }
      // A structure of a few bytes costs the look-up too.
      spent += length + 32
      if (spent > budget.limits.headerBytes) {
        throw new LimitReached(
          'headerBytes',
          `more than ${budget.limits.headerBytes} bytes of HDF5 structures`,
        )
      }
      budget.checkTime()
      return new Cursor(source.read(offset, length), { offset, what, ...layout })
    },
  }
}

interface CursorOptions {
  /** Where the bytes lie in the file. */
  readonly offset: number
  readonly what: string
  readonly addressSize: number
  readonly lengthSize: number
}

/** Reads numbers and pieces one after another and throws Malformed where the bytes end. */
export class Cursor {
  readonly bytes: Uint8Array
  at = 0
  private readonly options: CursorOptions

  constructor(bytes: Uint8Array, options: CursorOptions) {
    this.bytes = bytes
    this.options = options
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** The same bytes from their start. */
  again(): Cursor {
    return new Cursor(this.bytes, this.options)
  }

  /** Offset in the file of what comes next. */
  get offset(): number {
    return this.options.offset + this.at
  }

  broken(message: string): Malformed {
    return new Malformed(`${this.options.what}: ${message}`, this.offset)
  }

  skip(length: number): this {
    if (length < 0 || length > this.left) throw this.broken('it ends too early')
    this.at += length
    return this
  }

  take(length: number): Uint8Array {
    const from = this.at
    this.skip(length)
    return this.bytes.subarray(from, this.at)
  }

  /** The next `length` bytes as a cursor of their own. */
  part(length: number, what = this.options.what): Cursor {
    const { offset } = this
    return new Cursor(this.take(length), { ...this.options, offset, what })
  }

  /** An unsigned number of up to eight bytes; Infinity from 2^53 on. */
  uint(width: number): number {
    const bytes = this.take(width)
    let value = 0
    for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[i]!
    return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : value
  }

  u8(): number {
    return this.uint(1)
  }

  u16(): number {
    return this.uint(2)
  }

  u32(): number {
    return this.uint(4)
  }

  length(): number {
    return this.uint(this.options.lengthSize)
  }

  /** Null when it is undefined: all bits set. */
  address(): number | null {
    const bytes = this.take(this.options.addressSize)
    if (bytes.every((byte) => byte === 0xff)) return null
    this.at -= bytes.length
    return this.uint(bytes.length)
  }

  /** An address that must be there. */
  place(): number {
    const address = this.address()
    if (address === null) throw this.broken('an address is undefined')
    return address
  }

  expect(signature: string): this {
    const found = Buffer.from(this.take(signature.length)).toString('latin1')
    if (found !== signature) throw this.broken(`it does not begin with ${signature}`)
    return this
  }

  /** Text of `length` bytes, up to its first zero. */
  text(length: number): string {
    return textOf(this.take(length))
  }

  /** Text that a zero ends; with `paddedTo`, the zeros after it up to a multiple of that are taken too. */
  zeroEnded({ paddedTo = 1 }: { readonly paddedTo?: number } = {}): string {
    const end = this.bytes.indexOf(0, this.at)
    if (end === -1) throw this.broken('a name does not end')
    const length = end + 1 - this.at
    return this.text(Math.min(this.left, Math.ceil(length / paddedTo) * paddedTo))
  }
}

/** UTF-8 up to the first zero. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('utf8')
}

/** Bytes that a number up to `value` takes, as HDF5 counts them. */
export function bytesOfNumber(value: number): number {
  return value < 1 ? 1 : Math.floor(Math.log2(value) / 8) + 1
}
