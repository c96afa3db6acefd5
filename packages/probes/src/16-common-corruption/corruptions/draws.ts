// Noise for whole pictures, where drawing is most of the work. Four words of the picture's own stream seed a fast
// generator (sfc32 by Chris Doty-Humphrey, 128 bits of state, passes PractRand), whose steps are written out in the
// loops below. Pictures are cut to 256 levels in the end, so normal numbers need no more than 16 bits each: they are
// looked up in a table of 65,536 quantiles, two for each word.
import { normalQuantile, type Random } from '@failmode/core'

/** Fills `out` with numbers in [0,1), multiples of 2^-24, and returns it. */
export function fillUniform(out: Float32Array, random: Random): Float32Array {
  const state = seeded(random)
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let counter = state[3]!
  for (let i = 0; i < out.length; i++) {
    const word = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    out[i] = (word >>> 8) * 2 ** -24
  }
  return out
}

/** Fills `out` with normal draws of mean 0 and variance 1, none beyond 4.4, and returns it. */
export function fillNormal(out: Float32Array, random: Random): Float32Array {
  quantiles ??= normalQuantiles()
  const table = quantiles
  const state = seeded(random)
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let counter = state[3]!
  // The second number of the last pair falls outside where the length is odd, and is lost there.
  for (let i = 0; i < out.length; i += 2) {
    const word = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    out[i] = table[word >>> 16]!
    if (i + 1 < out.length) out[i + 1] = table[word & 0xffff]!
  }
  return out
}

const warmUp = 15

/** The state of the generator: three words of chance, and a counter that begins anywhere. */
function seeded(random: Random): Int32Array {
  const state = Int32Array.from({ length: 4 }, () => random.int(2 ** 32))
  for (let i = 0; i < warmUp; i++) {
    const [a, b, c, counter] = state as unknown as [number, number, number, number]
    const word = (((a + b) | 0) + counter) | 0
    state.set([b ^ (b >>> 9), c + (c << 3), ((c << 21) | (c >>> 11)) + word, counter + 1])
  }
  return state
}

let quantiles: Float32Array | undefined

/** The middles of 65,536 equally likely parts of the normal distribution, stretched by the little that variance 1 lacks. */
function normalQuantiles(): Float32Array {
  const count = 2 ** 16
  const middles = Float64Array.from({ length: count / 2 }, (_, i) => normalQuantile((i + 0.5) / count))
  const variance = middles.reduce((sum, x) => sum + x * x, 0) / middles.length
  const table = new Float32Array(count)
  for (let i = 0; i < middles.length; i++) {
    table[i] = middles[i]! / Math.sqrt(variance)
    table[count - 1 - i] = -table[i]!
  }
  return table
}
