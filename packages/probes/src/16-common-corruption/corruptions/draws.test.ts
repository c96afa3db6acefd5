import { createRandom, mean, variance } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { fillNormal, fillUniform } from './draws.ts'

const count = 2 ** 20
const fills = { fillUniform, fillNormal }
const names = ['fillUniform', 'fillNormal'] as const

/** sfc32 in 64-bit integers, as its author wrote it. */
function* sfc32(seeds: readonly bigint[]): Generator<number> {
  const cut = (x: bigint) => BigInt.asUintN(32, x)
  let [a, b, c, counter] = seeds.map(cut) as [bigint, bigint, bigint, bigint]
  for (;;) {
    const word = cut(a + b + counter++)
    a = b ^ (b >> 9n)
    b = cut(c + (c << 3n))
    c = cut(((c << 21n) | (c >> 11n)) + word)
    yield Number(word)
  }
}

describe('draws for pictures', () => {
  it('are the words of sfc32, after fifteen that are thrown away', () => {
    const random = createRandom(3)
    const words = sfc32(Array.from({ length: 4 }, () => BigInt(random.int(2 ** 32))))
    for (let i = 0; i < 15; i++) words.next()
    const expected = Array.from({ length: 1000 }, () => (words.next().value >>> 8) / 2 ** 24)
    expect(Array.from(fillUniform(new Float32Array(1000), createRandom(3)))).toEqual(expected)
  })

  it.each(names)('of %s are the same for the same stream and others for another', (name) => {
    const draw = (seed: number, length: number) => fills[name](new Float32Array(length), createRandom(seed))
    expect(draw(1, 101)).toEqual(draw(1, 101))
    expect(draw(1, 101)).toEqual(draw(1, 102).subarray(0, 101))
    expect(draw(1, 101)).not.toEqual(draw(2, 101))
    const random = createRandom(1)
    expect(fills[name](new Float32Array(9), random)).not.toEqual(fills[name](new Float32Array(9), random))
  })

  // Each of the errors allowed is at least four standard errors of 2^20 draws.
  it('that are uniform fill every sixteenth of [0,1) alike', () => {
    const draws = fillUniform(new Float32Array(count), createRandom(5))
    const bins = new Array<number>(16).fill(0)
    for (const x of draws) bins[Math.floor(x * 16)]!++
    for (const bin of bins) expect(Math.abs(bin / (count / 16) - 1)).toBeLessThan(0.016)
    expect(Math.abs(variance(draws) * 12 - 1)).toBeLessThan(0.004)
  })

  it('that are normal have the moments and the tails of the normal distribution', () => {
    const draws = fillNormal(new Float32Array(count), createRandom(5))
    const moment = (power: number) => mean(draws.map((x) => x ** power))
    expect(Math.abs(mean(draws))).toBeLessThan(0.004)
    expect(Math.abs(variance(draws) - 1)).toBeLessThan(0.006)
    expect(Math.abs(moment(3))).toBeLessThan(0.016)
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.04)
    const beyond = (limit: number) => draws.filter((x) => Math.abs(x) > limit).length / count
    expect(Math.abs(beyond(1) - 0.317311)).toBeLessThan(0.002)
    expect(Math.abs(beyond(2) - 0.0455)).toBeLessThan(0.0009)
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.00021)
  })

  it.each(names)('of %s do not hang on the one before, nor on the one before that', (name) => {
    const draws = fills[name](new Float32Array(count), createRandom(7))
    const [level, spread] = [mean(draws), variance(draws)]
    for (const lag of [1, 2, 3]) {
      let sum = 0
      for (let i = lag; i < count; i++) sum += (draws[i]! - level) * (draws[i - lag]! - level)
      expect(Math.abs(sum / count / spread)).toBeLessThan(0.004)
    }
  })
})
