// Seeded randomness that splits by name. A Random is a 128-bit key and a stream of draws from it; `split(name)`
// hashes the key and the name to the key of a child, whatever was drawn before, so that adding a draw in one
// place changes no number in another. This is how JAX handles keys, with names in place of counters. The stream is
// xoroshiro128+ (Blackman and Vigna 2018) from pure-rand; its low bits are weak, so whatever has few bits is made
// of the high ones.
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { murmur3 } from './murmur3.ts'
import { drawNormal } from './normal.ts'
import { drawPoisson } from './poisson.ts'

/** One stream of random draws, and the root of the streams below it. The methods need no `this`. */
export interface Random {
  /** 32 hexadecimal digits that name the stream; same key, same draws. */
  readonly key: string
  /** The stream named `name` below this one. Independent of draws already made; 3 and '3' are the same name. */
  split(name: string | number): Random
  /** A number in [0,1), a multiple of 2^-53. */
  uniform(): number
  /** An integer from 0 to n - 1, each as likely. n is from 1 to 2^53 - 1. */
  int(n: number): number
  /** A draw from the normal distribution of mean 0 and variance 1. */
  normal(): number
  boolean(): boolean
  sign(): -1 | 1
  /** A count from the Poisson distribution of mean `rate`, which is from 0 to 1e9. */
  poisson(rate: number): number
  /** The same elements in random order, as a new array. */
  shuffle<T>(array: readonly T[]): T[]
  /** The integers 0 to n - 1 in random order. */
  permutation(n: number): Int32Array<ArrayBuffer>
  /** k distinct integers from 0 to n - 1, in random order. */
  sample(n: number, k: number): Int32Array<ArrayBuffer>
  /** Fills `out` with numbers in [0,1), multiples of 2^-24, and returns it. */
  fillUniform<A extends Float32Array>(out: A): A
  /** Fills `out` with normal draws and returns it. */
  fillNormal<A extends Float32Array>(out: A): A
}

type Key = readonly [number, number, number, number]

const encoder = new TextEncoder()

function childKey(parent: Key, name: string): Key {
  const text = encoder.encode(name)
  const message = new Uint8Array(16 + text.length)
  for (let i = 0; i < 16; i++) message[i] = parent[i >> 2]! >>> (8 * (i & 3))
  message.set(text, 16)
  return murmur3(message)
}

/**
 * The stream of a seed, or the one at `path` below it: `createRandom(7, ['a', 'b'])` is
 * `createRandom(7).split('a').split('b')`.
 * @param seed any text, any bigint or a safe integer; 7, 7n and '7' are the same seed
 * @throws RangeError when a number is not a safe integer
 */
export function createRandom(seed: number | bigint | string, path: readonly string[] = []): Random {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(`a seed that is a number has to be a safe integer, got ${seed}`)
  }
  return fromKey(path.reduce(childKey, childKey([0, 0, 0, 0], String(seed))))
}

function fromKey(key: Key): Random {
  // All zeros is the one state that xoroshiro128+ never leaves.
  const generator = xoroshiro128plusFromState(key.some((word) => word !== 0) ? key : [1, 0, 0, 0])
  const bits = (): number => generator.next()

  const uniform = (): number => {
    const high = bits() >>> 5
    return (high * 0x4000000 + (bits() >>> 6)) * 2 ** -53
  }

  // Rejection by division: of the draws below the largest multiple of n, each integer has as many.
  const int = (n: number): number => {
    if (!(Number.isSafeInteger(n) && n >= 1)) {
      throw new RangeError(`int needs an integer from 1 to 2^53 - 1, got ${n}`)
    }
    if (n <= 0x100000000) {
      const width = Math.floor(0x100000000 / n)
      for (;;) {
        const candidate = Math.floor((bits() >>> 0) / width)
        if (candidate < n) return candidate
      }
    }
    const width = Math.floor(2 ** 53 / n)
    for (;;) {
      const draw = uniform() * 2 ** 53
      // Taking the remainder off first keeps the division exact at 53 bits.
      const candidate = (draw - (draw % width)) / width
      if (candidate < n) return candidate
    }
  }

  const normal = (): number => drawNormal(bits, uniform)

  const permutation = (n: number): Int32Array<ArrayBuffer> => sample(n, n)

  // The first k swaps of a Fisher-Yates shuffle of 0..n-1. Where k is small against n only the places that were
  // touched are kept; both ways make the same draws and give the same integers.
  const sample = (n: number, k: number): Int32Array<ArrayBuffer> => {
    if (!(Number.isInteger(n) && n >= 0 && n <= 0x7fffffff)) {
      throw new RangeError(`a sample is drawn from 0 to 2^31 - 1 integers, got ${n}`)
    }
    if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
      throw new RangeError(`a sample of ${n} integers has 0 to ${n} of them, got ${k}`)
    }
    const out = new Int32Array(k)
    if (k < n / 16) {
      const moved = new Map<number, number>()
      for (let i = 0; i < k; i++) {
        const j = i + int(n - i)
        out[i] = moved.get(j) ?? j
        moved.set(j, moved.get(i) ?? i)
      }
      return out
    }
    const all = new Int32Array(n)
    for (let i = 0; i < n; i++) all[i] = i
    for (let i = 0; i < k; i++) {
      const j = i + int(n - i)
      out[i] = all[j]!
      all[j] = all[i]!
    }
    return out
  }

  return {
    // Written out only where it is asked for: it would cost more than the rest of a split.
    get key() {
      return key.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
    },
    split: (name) => fromKey(childKey(key, String(name))),
    uniform,
    int,
    normal,
    boolean: () => bits() < 0,
    sign: () => (bits() < 0 ? -1 : 1),
    poisson: (rate) => drawPoisson(rate, uniform),
    shuffle<T>(array: readonly T[]) {
      const order = permutation(array.length)
      const out = new Array<T>(order.length)
      for (let i = 0; i < out.length; i++) out[i] = array[order[i]!]!
      return out
    },
    permutation,
    sample,
    fillUniform(out) {
      for (let i = 0; i < out.length; i++) out[i] = (bits() >>> 8) * 2 ** -24
      return out
    },
    fillNormal(out) {
      for (let i = 0; i < out.length; i++) out[i] = drawNormal(bits, uniform)
      return out
    },
  }
}
