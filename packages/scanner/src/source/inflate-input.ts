import { Malformed } from '../formats/format.ts'
import type { Source } from './source.ts'

const pieceSize = 1 << 16

/** What a decompressor reads from: a range of a source, byte by byte, held in pieces of 64 KiB. */
export class InflateInput {
  /** The piece at hand. A fast loop may read `bytes` and move `at` itself, calling `fill` at its end. */
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  private readonly source: Source
  private readonly to: number
  private base: number

  constructor(source: Source, from: number, to: number) {
    this.source = source
    this.base = from
    this.to = Math.min(to, source.size)
  }

  /** Where the next byte lies in the source. */
  get offset(): number {
    return this.base + this.at
  }

  /** Bytes that are left. */
  get left(): number {
    return this.to - this.offset
  }

  /** Gets the next piece once all of this one is read; false at the end. */
  fill(): boolean {
    this.seek(this.offset)
    return this.bytes.length > 0
  }

  seek(offset: number): void {
    this.base = offset
    this.at = 0
    this.bytes = this.source.read(offset, Math.max(0, Math.min(pieceSize, this.to - offset)))
  }

  /** @throws Malformed at the end */
  byte(): number {
    if (this.at === this.bytes.length && !this.fill()) throw this.truncated()
    return this.bytes[this.at++]!
  }

  /** The next bytes without moving; fewer at the end. */
  peek(length: number): Uint8Array {
    return this.source.read(this.offset, Math.max(0, Math.min(length, this.left)))
  }

  /** @param length at most some kilobytes */
  take(length: number): Uint8Array {
    const bytes = this.peek(length)
    if (bytes.length < length) throw this.truncated()
    this.seek(this.offset + length)
    return bytes
  }

  skip(length: number): void {
    if (length > this.left) throw this.truncated()
    this.seek(this.offset + length)
  }

  /** Little-endian, `size` of 1 to 6 bytes. */
  uint(size: number): number {
    let value = 0
    for (let i = 0; i < size; i++) value += this.byte() * 2 ** (8 * i)
    return value
  }

  truncated(): Malformed {
    return new Malformed('the compressed data ends in the middle', this.offset)
  }
}
