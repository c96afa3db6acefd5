/** CRC-64 of ECMA-182 as xz uses it, in two halves of 32 bits. */
export class Crc64 {
  private low = -1
  private high = -1

  add(bytes: Uint8Array): void {
    let { low, high } = this
    for (let i = 0; i < bytes.length; i++) {
      const at = ((low ^ bytes[i]!) & 255) * 2
      low = ((low >>> 8) | (high << 24)) ^ table[at]!
      high = (high >>> 8) ^ table[at + 1]!
    }
    this.low = low
    this.high = high
  }

  /** @param value eight bytes, little-endian */
  equals(value: Uint8Array): boolean {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
    return view.getInt32(0, true) === ~this.low && view.getInt32(4, true) === ~this.high
  }
}

/** Low and high half for each byte; polynomial 0xC96C5795D7870F42, bits from the lowest on. */
const table = new Int32Array(512)
for (let byte = 0; byte < 256; byte++) {
  let low = byte
  let high = 0
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd) {
      low ^= 0xd7870f42
      high ^= 0xc96c5795
    }
  }
  table[byte * 2] = low
  table[byte * 2 + 1] = high
}
