// What xz and 7z apply to bytes before they compress them: differences to the byte some places before, and for x86 code
// jumps and calls with absolute in the place of relative targets. Both are undone piece by piece.

export interface ByteFilter {
  push(bytes: Uint8Array, next: (bytes: Uint8Array) => void): void
  /** Gives out what was held back. */
  end(next: (bytes: Uint8Array) => void): void
}

/** @param distance 1 to 256 */
export function delta(distance: number): ByteFilter {
  const before = new Uint8Array(distance)
  let at = 0
  return {
    push(bytes, next) {
      const out = new Uint8Array(bytes.length)
      for (let i = 0; i < bytes.length; i++) {
        const value = (bytes[i]! + before[at]!) & 255
        out[i] = value
        before[at] = value
        at = (at + 1) % distance
      }
      next(out)
    },
    end: () => {},
  }
}

/** Branch targets of x86 (after the decoder of the LZMA SDK, `Bra86.c`, which is in the public domain). */
export function bcjX86(): ByteFilter {
  let held: Uint8Array = new Uint8Array(0)
  let position = 0
  let mask = 0
  const isEdge = (byte: number): boolean => byte === 0 || byte === 0xff
  const allowed = [true, true, true, false, true, false, false, false]
  const maskBit = [0, 1, 2, 2, 3, 3, 3, 3]

  const convert = (data: Uint8Array): number => {
    let i = 0
    let previous = mask
    // Where the last opcode stood; before a piece the mask alone tells of it.
    let last = -1
    while (i + 4 < data.length) {
      const byte = data[i]!
      if ((byte & 0xfe) !== 0xe8) {
        i += 1
        continue
      }
      const gap = i - last
      if (gap > 3) previous = 0
      else {
        previous = (previous << (gap - 1)) & 7
        if (previous !== 0 && (!allowed[previous] || isEdge(data[i + 4 - maskBit[previous]!]!))) {
          last = i
          previous = ((previous << 1) & 7) | 1
          i += 1
          continue
        }
      }
      last = i
      if (!isEdge(data[i + 4]!)) {
        previous = ((previous << 1) & 7) | 1
        i += 1
        continue
      }
      let source = data[i + 1]! | (data[i + 2]! << 8) | (data[i + 3]! << 16) | (data[i + 4]! << 24) | 0
      let target: number
      for (;;) {
        target = (source - (position + i + 5)) | 0
        if (previous === 0) break
        const shift = maskBit[previous]! * 8
        if (!isEdge((target >>> (24 - shift)) & 255)) break
        source = target ^ ((1 << (32 - shift)) - 1)
      }
      target = (target & 0x01ffffff) | (target & 0x01000000 ? 0xff000000 : 0)
      data[i + 1] = target
      data[i + 2] = target >> 8
      data[i + 3] = target >> 16
      data[i + 4] = target & 0x01000000 ? 0xff : 0
      i += 5
      last = i - 1
      previous = 0
    }
    const gap = i - last
    mask = gap > 3 ? 0 : (previous << (gap - 1)) & 7
    return i
  }

  return {
    push(bytes, next) {
      const data = new Uint8Array(held.length + bytes.length)
      data.set(held)
      data.set(bytes, held.length)
      const done = convert(data)
      position = (position + done) | 0
      held = data.slice(done)
      next(data.subarray(0, done))
    },
    end(next) {
      if (held.length > 0) next(held)
      held = new Uint8Array(0)
    },
  }
}
