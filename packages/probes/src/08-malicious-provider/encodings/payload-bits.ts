// Bytes as a row of bits. There are two natural ways to lay out numbers of several bits: the highest bit first, as people
// write them, or the lowest first, as shift registers do. Who reads has to go the same way as who wrote.

/** Of the bits of a byte, and of those that go into one weight, whether the highest or the lowest come first. */
export type BitOrder = 'high-first' | 'low-first'

/** Bit `i` of the row. */
export function bitOf(bytes: Uint8Array, i: number, order: BitOrder): 0 | 1 {
  const shift = order === 'high-first' ? 7 - (i & 7) : i & 7
  return ((((bytes[i >> 3] ?? 0) >> shift) & 1) === 1 ? 1 : 0) as 0 | 1
}

/** Sets bit `i` of the row, which is 0 so far, to `bit`. */
export function addBit(bytes: Uint8Array, i: number, bit: number, order: BitOrder): void {
  const shift = order === 'high-first' ? 7 - (i & 7) : i & 7
  bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << shift)
}

/** @throws RangeError when the payload is longer than there is room for */
export function checkRoom(payload: Uint8Array, capacity: number): void {
  if (payload.length > capacity)
    throw new RangeError(`${payload.length} bytes do not fit, there is room for ${capacity}`)
}
