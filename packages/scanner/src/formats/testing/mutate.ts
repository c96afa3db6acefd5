// Mutants of files, repeatable by seed.

/** A small generator of whole numbers (mulberry32), seeded by a text. */
export function mutantRandom(seed: string): (below: number) => number {
  let state = 0x9e3779b9
  for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 0x85ebca6b) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Bytes that mean something to one format or another: ends of ranges, signs, lengths, opcodes, quotes. */
const telling = [
  0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x28, 0x29, 0x2e, 0x52, 0x63, 0x7b, 0x7d, 0x22, 0x5c, 0x0a,
]

/** One of these files, changed in one to eight places. */
export function mutate(files: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  let bytes = Uint8Array.from(files[random(files.length)]!)
  for (let count = 1 + random(8); count > 0; count--) bytes = change(bytes, files, random)
  return bytes
}

function change(
  bytes: Uint8Array<ArrayBuffer>,
  files: readonly Uint8Array[],
  random: (below: number) => number,
): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) return Uint8Array.of(random(256))
  const at = random(bytes.length)
  const length = 1 + random(Math.min(64, bytes.length))
  switch (random(9)) {
    case 0:
      bytes[at]! ^= 1 << random(8)
      return bytes
    case 1:
      bytes[at] = telling[random(telling.length)]!
      return bytes
    case 2:
      bytes[at] = random(256)
      return bytes
    case 3: {
      // A length or a count at the end of its range.
      const wide = [2, 4, 8][random(3)]!
      bytes.fill(random(2) === 0 ? 0xff : 0, at, Math.min(bytes.length, at + wide))
      return bytes
    }
    case 4:
      return bytes.slice(0, at)
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length)))
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at))
    case 7: {
      const to = random(bytes.length)
      bytes.copyWithin(to, at, Math.min(bytes.length, at + length))
      return bytes
    }
    default: {
      const other = files[random(files.length)]!
      const from = random(Math.max(1, other.length))
      return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at))
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
