/** xxHash of 64 bits with seed 0 (Yann Collet), of which Zstandard keeps the low half. Numbers are pairs of 32 bits. */
export class Xxh64 {
  /** Four lanes, each low and high half. */
  private readonly lanes = new Int32Array(8)
  private readonly held = new Uint8Array(32)
  private heldLength = 0
  private total = 0

  constructor() {
    const starts = [mask(prime1 + prime2), prime2, 0n, mask(-prime1)]
    for (const [i, start] of starts.entries()) {
      this.lanes[2 * i] = Number(BigInt.asIntN(32, start))
      this.lanes[2 * i + 1] = Number(BigInt.asIntN(32, start >> 32n))
    }
  }

  add(bytes: Uint8Array): void {
    this.total += bytes.length
    let at = 0
    if (this.heldLength > 0) {
      at = Math.min(32 - this.heldLength, bytes.length)
      this.held.set(bytes.subarray(0, at), this.heldLength)
      this.heldLength += at
      if (this.heldLength < 32) return
      this.stripe(this.held, 0)
      this.heldLength = 0
    }
    for (; at + 32 <= bytes.length; at += 32) this.stripe(bytes, at)
    this.held.set(bytes.subarray(at))
    this.heldLength = bytes.length - at
  }

  /** The low 32 bits of the hash. */
  get low(): number {
    const lane = (i: number): bigint =>
      (BigInt(this.lanes[2 * i + 1]! >>> 0) << 32n) | BigInt(this.lanes[2 * i]! >>> 0)
    let hash = prime5
    if (this.total >= 32) {
      hash = mask(rotate(lane(0), 1n) + rotate(lane(1), 7n) + rotate(lane(2), 12n) + rotate(lane(3), 18n))
      for (let i = 0; i < 4; i++) {
        const round = mask(rotate(mask(lane(i) * prime2), 31n) * prime1)
        hash = mask((hash ^ round) * prime1 + prime4)
      }
    }
    hash = mask(hash + BigInt(this.total))
    const view = new DataView(this.held.buffer)
    let at = 0
    for (; at + 8 <= this.heldLength; at += 8) {
      const round = mask(rotate(mask(view.getBigUint64(at, true) * prime2), 31n) * prime1)
      hash = mask(rotate(hash ^ round, 27n) * prime1 + prime4)
    }
    if (at + 4 <= this.heldLength) {
      hash = mask(rotate(hash ^ mask(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3)
      at += 4
    }
    for (; at < this.heldLength; at++)
      hash = mask(rotate(hash ^ mask(BigInt(this.held[at]!) * prime5), 11n) * prime1)
    hash = mask((hash ^ (hash >> 33n)) * prime2)
    hash = mask((hash ^ (hash >> 29n)) * prime3)
    return Number((hash ^ (hash >> 32n)) & 0xffffffffn)
  }

  /** lane = rotate(lane + word * prime2, 31) * prime1 */
  private stripe(bytes: Uint8Array, from: number): void {
    const { lanes } = this
    for (let i = 0; i < 8; i += 2) {
      const at = from + 4 * i
      const wordLow = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      const wordHigh =
        bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
      const productHigh =
        (multiplyHigh(wordLow, prime2Low) + Math.imul(wordHigh, prime2Low) + Math.imul(wordLow, prime2High)) |
        0
      const productLow = Math.imul(wordLow, prime2Low)
      const low = (lanes[i]! + productLow) | 0
      const carry = low >>> 0 < productLow >>> 0 ? 1 : 0
      const high = (lanes[i + 1]! + productHigh + carry) | 0
      const turnedLow = (low << 31) | (high >>> 1)
      const turnedHigh = (high << 31) | (low >>> 1)
      lanes[i] = Math.imul(turnedLow, prime1Low)
      lanes[i + 1] =
        multiplyHigh(turnedLow, prime1Low) +
        Math.imul(turnedHigh, prime1Low) +
        Math.imul(turnedLow, prime1High)
    }
  }
}

const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n
const prime1Low = 0x85ebca87 | 0
const prime1High = 0x9e3779b1 | 0
const prime2Low = 0x27d4eb4f
const prime2High = 0xc2b2ae3d | 0

function mask(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotate(value: bigint, by: bigint): bigint {
  return mask((value << by) | (value >> (64n - by)))
}

/** The high 32 bits of the product of two unsigned numbers of 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65_536)
  const cross = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(cross / 65_536)) | 0
}
