import { Malformed } from '../formats/format.ts'

const pieceSize = 1 << 18
const smallest = 1 << 16

/**
 * What a decompressor writes to, and copies from: the last `window` bytes are kept, the rest is passed on in pieces of
 * 256 KiB. The buffer grows with what is written, so a window that the data announces and never fills costs nothing.
 */
export class InflateOutput {
  private readonly sink: (piece: Uint8Array) => void
  private buffer: Uint8Array = new Uint8Array(smallest)
  private window: number
  private at = 0
  /** Up to here it was passed on. */
  private sent = 0
  /** Where the next step is due: the buffer is full or a piece is. */
  private limit = smallest
  /** Bytes that slid out of the buffer. */
  private gone = 0
  /** From here on (in bytes of all) copies may reach. */
  private origin = 0
  private watcher: ((piece: Uint8Array) => void) | null = null

  /** @param sink gets pieces that are overwritten later: it copies what it keeps */
  constructor(window: number, sink: (piece: Uint8Array) => void) {
    this.window = window
    this.sink = sink
  }

  /** Bytes written so far. */
  get total(): number {
    return this.gone + this.at
  }

  /** Starts another stream: its copies may not reach what was written before. */
  restart(window: number): void {
    this.window = window
    this.origin = this.total
  }

  /**
   * Shows every piece from here on to a checksum before it is passed on.
   * @returns ends it
   */
  watch(watcher: (piece: Uint8Array) => void): () => void {
    this.flush()
    this.watcher = watcher
    return () => {
      this.watcher = null
    }
  }

  put(byte: number): void {
    if (this.at === this.limit) this.makeRoom()
    this.buffer[this.at++] = byte
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      if (this.at === this.limit) this.makeRoom()
      const count = Math.min(bytes.length - from, this.limit - this.at)
      this.buffer.set(bytes.subarray(from, from + count), this.at)
      this.at += count
      from += count
    }
  }

  /**
   * Repeats what was written `distance` bytes ago.
   * @throws Malformed when the distance reaches before the start or beyond the window
   */
  copy(distance: number, length: number): void {
    if (distance > this.window || distance > this.total - this.origin) {
      throw new Malformed('the compressed data repeats bytes from before its start', null)
    }
    let left = length
    while (left > 0) {
      if (this.at === this.limit) this.makeRoom()
      const count = Math.min(left, this.limit - this.at)
      const { buffer } = this
      const end = this.at + count
      if (distance === 1) buffer.fill(buffer[this.at - 1]!, this.at, end)
      else if (distance >= count && count > 48) {
        buffer.copyWithin(this.at, this.at - distance, this.at - distance + count)
      } else for (let to = this.at, from = to - distance; to < end; ) buffer[to++] = buffer[from++]!
      this.at = end
      left -= count
    }
  }

  /** The byte written `distance` bytes ago, 0 before the start. */
  back(distance: number): number {
    return distance > this.total - this.origin ? 0 : this.buffer[this.at - distance]!
  }

  /** Passes on what is left. */
  flush(): void {
    if (this.at > this.sent) {
      const from = this.sent
      this.sent = this.at
      this.limit = Math.min(this.buffer.length, this.sent + pieceSize)
      const piece = this.buffer.subarray(from, this.at)
      this.watcher?.(piece)
      this.sink(piece)
    }
  }

  private makeRoom(): void {
    if (this.at - this.sent >= pieceSize || this.at === this.buffer.length) this.flush()
    if (this.at === this.buffer.length) {
      // The more is beyond the window, the less often all of it moves.
      const most = this.window + Math.max(2 * pieceSize, this.window >> 2)
      if (this.buffer.length < most) {
        const larger = new Uint8Array(Math.min(most, this.buffer.length * 2))
        larger.set(this.buffer)
        this.buffer = larger
      } else {
        const keep = Math.min(this.window, this.at)
        const drop = this.at - keep
        this.buffer.copyWithin(0, drop, this.at)
        this.gone += drop
        this.at = keep
        this.sent = keep
      }
    }
    this.limit = Math.min(this.buffer.length, this.sent + pieceSize)
  }
}
