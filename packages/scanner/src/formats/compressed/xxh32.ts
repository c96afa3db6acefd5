/** xxHash of 32 bits with seed 0 (Yann Collet), which the frames of lz4 carry. */
export class Xxh32 {
  private readonly lanes = Int32Array.of(0x24234428, -2048144777, 0, 1640531535)
  private readonly held = new Uint8Array(16)
  private heldLength = 0
  private total = 0

  add(bytes: Uint8Array): void {
    this.total += bytes.length
    let at = 0
    if (this.heldLength > 0) {
      at = Math.min(16 - this.heldLength, bytes.length)
      this.held.set(bytes.subarray(0, at), this.heldLength)
      this.heldLength += at
      if (this.heldLength < 16) return
      this.stripe(this.held, 0)
      this.heldLength = 0
    }
    for (; at + 16 <= bytes.length; at += 16) this.stripe(bytes, at)
    this.held.set(bytes.subarray(at))
    this.heldLength = bytes.length - at
  }

  get value(): number {
    const { lanes, held, heldLength } = this
    let hash =
      this.total >= 16
        ? (rotate(lanes[0]!, 1) + rotate(lanes[1]!, 7) + rotate(lanes[2]!, 12) + rotate(lanes[3]!, 18)) | 0
        : prime5
    hash = (hash + this.total) | 0
    let at = 0
    for (; at + 4 <= heldLength; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(word(held, at), prime3)) | 0, 17), prime4)
    }
    for (; at < heldLength; at++)
      hash = Math.imul(rotate((hash + Math.imul(held[at]!, prime5)) | 0, 11), prime1)
    hash = Math.imul(hash ^ (hash >>> 15), prime2)
    hash = Math.imul(hash ^ (hash >>> 13), prime3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  private stripe(bytes: Uint8Array, at: number): void {
    const { lanes } = this
    for (let i = 0; i < 4; i++) {
      lanes[i] = Math.imul(rotate((lanes[i]! + Math.imul(word(bytes, at + 4 * i), prime2)) | 0, 13), prime1)
    }
  }
}

const prime1 = 0x9e3779b1 | 0
const prime2 = 0x85ebca77 | 0
const prime3 = 0xc2b2ae3d | 0
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
