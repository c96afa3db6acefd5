// MurmurHash3, the 128-bit variant for 32-bit machines (Austin Appleby, public domain, 2011). It turns a parent's
// key and a child's name into the child's key. It mixes well and takes about a microsecond; it is no
// cryptographic hash, and need not be: names come from our own code, and nothing is kept secret.

const c1 = 0x239b961b
const c2 = 0xab0e9789
const c3 = 0x38b34ae5
const c4 = 0xa1e38b93

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

const scramble = (k: number, first: number, by: number, second: number): number =>
  Math.imul(rotate(Math.imul(k, first), by), second)

/** The finaliser of MurmurHash3: every input bit flips every output bit with probability near one half. */
function avalanche(x: number): number {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Up to four bytes from `at`, little endian; bytes past the end count as zero. */
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)

/** The four 32-bit words of the hash, as signed integers. `seed` is a 32-bit integer. */
export function murmur3(bytes: Uint8Array, seed = 0): readonly [number, number, number, number] {
  const { length } = bytes
  let h1 = seed | 0
  let h2 = seed | 0
  let h3 = seed | 0
  let h4 = seed | 0
  const whole = length - (length % 16)
  for (let at = 0; at < whole; at += 16) {
    h1 ^= scramble(word(bytes, at), c1, 15, c2)
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= scramble(word(bytes, at + 4), c2, 16, c3)
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
    h3 ^= scramble(word(bytes, at + 8), c3, 17, c4)
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
    h4 ^= scramble(word(bytes, at + 12), c4, 18, c1)
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
  }
  // A word of zeros scrambles to zero, so an absent tail word changes nothing.
  h1 ^= scramble(word(bytes, whole), c1, 15, c2) ^ length
  h2 ^= scramble(word(bytes, whole + 4), c2, 16, c3) ^ length
  h3 ^= scramble(word(bytes, whole + 8), c3, 17, c4) ^ length
  h4 ^= scramble(word(bytes, whole + 12), c4, 18, c1) ^ length

  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = avalanche((h2 + h1) | 0)
  h3 = avalanche((h3 + h1) | 0)
  h4 = avalanche((h4 + h1) | 0)
  h1 = avalanche(h1)
  h1 = (h1 + h2 + h3 + h4) | 0
  return [h1, (h2 + h1) | 0, (h3 + h1) | 0, (h4 + h1) | 0]
}
