// A Poisson draw is dear, and a picture of bytes has few levels. Where a picture is large enough to pay for it, the
// distribution of each level is summed up once, and a draw is then one uniform number looked up in the sums.
import { defineCorruption } from './corruption.ts'
import { fillUniform } from './draws.ts'

/** Poisson(x c) / c: what a sensor counts when full brightness is c photons. */
export const shotNoise = defineCorruption<number>({
  name: 'shot-noise',
  constants: {
    imagenet: [60, 25, 12, 5, 3],
    cifar: [500, 250, 100, 75, 50],
  },
  apply(image, photons, { random }) {
    const out = new Float32Array(image.length)
    if (image.length < 512 * photons) {
      for (let i = 0; i < out.length; i++) out[i] = random.poisson(image[i]! * photons) / photons
      return out
    }
    fillUniform(out, random)
    const tables = new Array<Counts | undefined>(256)
    for (let i = 0; i < out.length; i++) {
      const x = image[i]!
      const level = (x * 255 + 0.5) | 0
      if (Math.abs(level / 255 - x) > 1e-6) {
        out[i] = random.poisson(x * photons) / photons
        continue
      }
      const table = (tables[level] ??= countsOf((level / 255) * photons))
      const sums = table.sums
      const draw = out[i]!
      let count = table.starts[(draw * steps) | 0]!
      while (draw >= sums[count]!) count++
      out[i] = count / photons
    }
    return out
  },
})

const steps = 256

interface Counts {
  /** Chance of at most k events; the last is 1. */
  readonly sums: Float64Array
  /** The count from which to look for a draw in each of `steps` equal parts of [0,1). */
  readonly starts: Uint16Array
}

function countsOf(rate: number): Counts {
  const sums: number[] = []
  let chance = Math.exp(-rate)
  let sum = 0
  // Beyond, less than one draw in 10^12 is lost, far below the 2^-24 that the draws can tell.
  for (let k = 0; 1 - sum > 1e-12 && k < 4 * rate + 40; k++) {
    if (k > 0) chance *= rate / k
    sum += chance
    sums.push(sum)
  }
  sums[sums.length - 1] = 1
  const starts = new Uint16Array(steps)
  for (let step = 0, count = 0; step < steps; step++) {
    while (sums[count]! <= step / steps) count++
    starts[step] = count
  }
  return { sums: Float64Array.from(sums), starts }
}
