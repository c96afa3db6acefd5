// Bytes to be examined, wherever they lie: a file, a member of an archive, what a compressor gave. Formats read from a
// source by offset and never hold all of it, so a file of any size takes the same memory.

export interface Source {
  readonly size: number
  /**
   * Up to `length` bytes from `offset`; fewer only where the source ends, none at or beyond the end. The bytes given stay
   * as they are, and must not be written to. For a few kilobytes; large ranges are read piece by piece.
   */
  read(offset: number, length: number): Uint8Array
}

export function memorySource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset) + length),
  }
}

/** `length` bytes of another source from `offset` on, cut where that one ends. */
export function slice(source: Source, offset: number, length: number = source.size - offset): Source {
  const size = Math.max(0, Math.min(length, source.size - offset))
  return {
    size,
    read: (at, count) =>
      at >= size ? new Uint8Array(0) : source.read(offset + at, Math.min(count, size - at)),
  }
}

/** Pieces of a range in order, each `pieceSize` bytes but the last. */
export function* pieces(
  source: Source,
  {
    from = 0,
    to = source.size,
    pieceSize = 1 << 18,
  }: { from?: number; to?: number; pieceSize?: number } = {},
): Generator<{ readonly offset: number; readonly bytes: Uint8Array }> {
  for (let offset = from; offset < to; offset += pieceSize) {
    const bytes = source.read(offset, Math.min(pieceSize, to - offset))
    if (bytes.length === 0) return
    yield { offset, bytes }
  }
}
