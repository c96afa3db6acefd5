// Random numbers of training: initial weights, shuffles, dropout, augmentation. Every use draws from a stream of its own,
// named by what it is for and at which epoch or step, and a stream is made from the seed and that name alone. So a
// training that was cut off goes on with the same numbers without having stored any state. The generator is sfc32 (Chris
// Doty-Humphrey, PractRand 2010), seeded by mixing the name with FNV-1a and MurmurHash3's finaliser.

export interface Draws {
  /** 32 random bits, as an unsigned integer. */
  bits(): number
  /** In [0, 1), 24 bits. */
  uniform(): number
  /** Standard normal. */
  normal(): number
  /** A whole number in [0, below). */
  below(limit: number): number
}

/** The stream of this seed and name. Names are told apart by all their parts. */
export function drawsOf(seed: number, ...name: readonly (string | number)[]): Draws {
  const text = `${seed}/${name.join('/')}`
  let [a, b, c] = [1, 2, 3].map((salt) => hash(text, salt)) as [number, number, number]
  let counter = 1
  const bits = (): number => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) bits()
  const uniform = (): number => (bits() >>> 8) / 2 ** 24
  let spare: number | undefined
  return {
    bits,
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      // Box and Muller (1958); 1 - u is in (0, 1].
      const radius = Math.sqrt(-2 * Math.log(1 - bits() / 2 ** 32))
      const angle = 2 * Math.PI * (bits() / 2 ** 32)
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    below(limit) {
      // Lemire (2019), without the rejection step: the bias is limit / 2^53.
      return Math.floor(((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) * 2 ** -53 * limit)
    },
  }
}

/** 0 to count - 1 in random order (Fisher and Yates). */
export function shuffled(count: number, draws: Draws): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = draws.below(i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}

function hash(text: string, salt: number): number {
  let h = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
