import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, variance } from '../statistics/describe.ts'
import { chiSquareCdf, logGamma, normalCdf } from '../statistics/special.ts'
import streams from './golden/streams.json' with { type: 'json' }
import { createRandom, type Random } from './random.ts'

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next)

/** P-value of Pearson's chi-square test of counts against expected ones. */
function chiSquareTest(counts: readonly number[], expected: readonly number[]): number {
  const statistic = counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0)
  return 1 - chiSquareCdf(statistic, counts.length - 1)
}

/** P-value of Kolmogorov and Smirnov's test against a continuous distribution, by its limiting law. */
function kolmogorovTest(values: readonly number[], cdf: (x: number) => number): number {
  const ascending = [...values].sort((a, b) => a - b)
  const n = ascending.length
  const distance = Math.max(...ascending.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n)))
  let p = 0
  for (let k = 1; k < 50; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * n * distance * distance)
  return p
}

function tally(values: readonly number[], size: number): number[] {
  const counts = new Array<number>(size).fill(0)
  for (const value of values) counts[value]!++
  return counts
}

describe('streams', () => {
  it.each(streams)(
    'seed $seed at $path has the key and draws of the independent implementation',
    (golden) => {
      const random = createRandom(golden.seed, golden.path)
      expect(random.key).toBe(golden.key)
      expect(draw(4, random.uniform)).toEqual(golden.uniforms)
    },
  )

  it('are the same for a number, a bigint and a text that read the same', () => {
    const keys = [createRandom(7), createRandom(7n), createRandom('7')].map((random) => random.key)
    expect(new Set(keys).size).toBe(1)
    expect(createRandom(0).split(3).key).toBe(createRandom(0).split('3').key)
  })

  it('are reached alike by a path and by splitting', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.array(fc.string()), (seed, path) => {
        const split = path.reduce((random: Random, name) => random.split(name), createRandom(seed))
        expect(createRandom(seed, path).key).toBe(split.key)
      }),
    )
  })

  it('do not depend on draws made above or beside them', () => {
    const still = createRandom(1)
    const used = createRandom(1)
    used.fillNormal(new Float32Array(100))
    used.split('b').permutation(10)
    expect(draw(5, used.split('a').uniform)).toEqual(draw(5, still.split('a').uniform))
    const before = draw(5, createRandom(1).uniform)
    still.split('c')
    expect(draw(5, still.uniform)).toEqual(before)
  })

  it('have different keys for different names, and for the same names nested otherwise', () => {
    const root = createRandom(0)
    const keys = new Set(draw(50_000, () => 0).map((_, i) => root.split(i).key))
    keys.add(root.split('a').split('b').key).add(root.split('ab').key).add(root.split('b').split('a').key)
    keys.add(root.key).add(root.split('').key)
    expect(keys.size).toBe(50_005)
  })

  it('of siblings look independent: their first draws are uniform and uncorrelated', () => {
    const root = createRandom(3)
    const first = draw(20_000, () => 0).map((_, i) => root.split(i).uniform())
    expect(kolmogorovTest(first, (x) => x)).toBeGreaterThan(1e-3)
    const products = first.slice(1).map((x, i) => 12 * (x - 0.5) * (first[i]! - 0.5))
    expect(Math.abs(mean(products)) * Math.sqrt(products.length)).toBeLessThan(3.5)
  })

  it('refuse a number that cannot be told from its neighbours', () => {
    expect(() => createRandom(2 ** 53)).toThrow(RangeError)
    expect(() => createRandom(0.5)).toThrow(RangeError)
    expect(() => createRandom(Number.NaN)).toThrow(RangeError)
  })
})

describe('uniform numbers', () => {
  it('pass a chi-square test on 256 cells and a Kolmogorov test', () => {
    const values = draw(200_000, createRandom(11).uniform)
    const counts = tally(
      values.map((x) => Math.floor(x * 256)),
      256,
    )
    expect(
      chiSquareTest(
        counts,
        counts.map(() => 200_000 / 256),
      ),
    ).toBeGreaterThan(1e-3)
    expect(kolmogorovTest(values.slice(0, 20_000), (x) => x)).toBeGreaterThan(1e-3)
  })

  it('use all 53 bits', () => {
    const values = draw(2000, createRandom(12).uniform).map((x) => BigInt(x * 2 ** 53))
    for (let bit = 0n; bit < 53n; bit++) {
      const ones = values.filter((value) => (value >> bit) & 1n).length
      expect(Math.abs(ones - 1000)).toBeLessThan(4.5 * Math.sqrt(500))
    }
  })

  it('fill a Float32Array within [0,1) and evenly', () => {
    const values = createRandom(13).fillUniform(new Float32Array(200_000))
    expect(Math.max(...values.slice(0, 100_000))).toBeLessThan(1)
    const counts = tally(
      Array.from(values, (x) => Math.floor(x * 100)),
      100,
    )
    expect(
      chiSquareTest(
        counts,
        counts.map(() => 2000),
      ),
    ).toBeGreaterThan(1e-3)
  })
})

describe('integers', () => {
  it.each([1, 2, 3, 7, 10, 100])('below %i are equally likely', (n) => {
    const { int } = createRandom(20 + n)
    const counts = tally(
      draw(50_000, () => int(n)),
      n,
    )
    if (n > 1)
      expect(
        chiSquareTest(
          counts,
          counts.map(() => 50_000 / n),
        ),
      ).toBeGreaterThan(1e-3)
    else expect(counts).toEqual([50_000])
  })

  // Without rejection, of 3 * 2^30 values one third would come up twice as often as the others.
  it.each([3 * 2 ** 30, 3 * 2 ** 51])('below %i, a bad divisor of the word size, are unbiased', (n) => {
    const { int } = createRandom(30)
    const counts = tally(
      draw(60_000, () => Math.floor(int(n) / (n / 12))),
      12,
    )
    expect(
      chiSquareTest(
        counts,
        counts.map(() => 5000),
      ),
    ).toBeGreaterThan(1e-3)
    expect(
      chiSquareTest(
        tally(
          draw(60_000, () => int(n) % 3),
          3,
        ),
        [20_000, 20_000, 20_000],
      ),
    ).toBeGreaterThan(1e-3)
  })

  it('stay in range and are integers for any n', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.integer(), (n, seed) => {
        const value = createRandom(seed).int(n)
        expect(Number.isSafeInteger(value) && value >= 0 && value < n).toBe(true)
      }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuse n = %d', (n) => {
    expect(() => createRandom(0).int(n)).toThrow(RangeError)
  })

  it('of two values come out even as booleans and signs', () => {
    const random = createRandom(31)
    expect(Math.abs(draw(40_000, random.boolean).filter(Boolean).length - 20_000)).toBeLessThan(400)
    const signs = draw(40_000, random.sign)
    expect(new Set(signs)).toEqual(new Set([-1, 1]))
    expect(Math.abs(signs.reduce((sum: number, sign) => sum + sign, 0))).toBeLessThan(800)
  })
})

describe('normal draws', () => {
  const values = draw(200_000, createRandom(40).normal)

  it('have the moments of the normal distribution', () => {
    const moment = (k: number) => mean(values.map((x) => x ** k))
    // Each moment's standard error is the root of (its variance / n): 1, 2, 15 and 96 for k = 1..4.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / 200_000))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 200_000))
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / 200_000))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 200_000))
  })

  it('pass a Kolmogorov test, and a chi-square test on 50 cells of equal chance', () => {
    expect(kolmogorovTest(values.slice(0, 20_000), normalCdf)).toBeGreaterThan(1e-3)
    const counts = tally(
      values.map((x) => Math.floor(normalCdf(x) * 50)),
      50,
    )
    expect(
      chiSquareTest(
        counts,
        counts.map(() => 4000),
      ),
    ).toBeGreaterThan(1e-3)
  })

  it('reach beyond the last layer as often as they should, on both sides', () => {
    const { normal } = createRandom(41)
    const limit = 3.6541528853610088
    const far = draw(2_000_000, normal).filter((x) => Math.abs(x) > limit)
    const expected = 2_000_000 * 2 * normalCdf(-limit)
    expect(Math.abs(far.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
    expect(Math.abs(far.filter((x) => x > 0).length - far.length / 2)).toBeLessThan(2 * Math.sqrt(far.length))
    // Beyond the limit, the chance left is again uniform.
    const left = (x: number): number => 1 - normalCdf(-x) / normalCdf(-limit)
    expect(kolmogorovTest(far.map(Math.abs), left)).toBeGreaterThan(1e-3)
  })

  it('fill a Float32Array with the same draws', () => {
    const filled = createRandom(42).fillNormal(new Float32Array(100))
    expect([...filled]).toEqual(draw(100, createRandom(42).normal).map(Math.fround))
  })
})

describe('Poisson draws', () => {
  it.each([0.5, 3, 9.99, 10, 30, 500])('of rate %d have its mean, variance and probabilities', (rate) => {
    const { poisson } = createRandom(50)
    const n = 100_000
    const values = draw(n, () => poisson(rate))
    expect(Math.abs(mean(values) - rate)).toBeLessThan(4 * Math.sqrt(rate / n))
    // The variance of the sample variance is (mu4 - sigma^4) / n, with mu4 = rate + 3 rate^2.
    expect(Math.abs(variance(values) - rate)).toBeLessThan(4 * Math.sqrt((rate + 2 * rate * rate) / n))

    // Cells of one count each around the mean, the rest in two.
    const low = Math.max(0, Math.floor(rate - 2.5 * Math.sqrt(rate)))
    const high = Math.ceil(rate + 2.5 * Math.sqrt(rate))
    const counts = tally(
      values.map((k) => Math.min(Math.max(k, low), high) - low),
      high - low + 1,
    )
    const expected = counts.map(
      (_, i) => n * Math.exp((low + i) * Math.log(rate) - rate - logGamma(low + i + 1)),
    )
    for (let k = 0; k < low; k++) expected[0]! += n * Math.exp(k * Math.log(rate) - rate - logGamma(k + 1))
    expected[expected.length - 1] = n - expected.slice(0, -1).reduce((sum, x) => sum + x, 0)
    expect(chiSquareTest(counts, expected)).toBeGreaterThan(1e-3)
  })

  it('of rate 0 are 0, and rates that make no sense are refused', () => {
    const { poisson } = createRandom(51)
    expect(poisson(0)).toBe(0)
    for (const rate of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2e9])
      expect(() => poisson(rate)).toThrow(RangeError)
  })
})

describe('orders and samples', () => {
  it('shuffle to every order equally often, and leave the array alone', () => {
    const { shuffle } = createRandom(60)
    const input = ['a', 'b', 'c', 'd'] as const
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = shuffle(input).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(input.join('')).toBe('abcd')
    expect(counts.size).toBe(24)
    expect(chiSquareTest([...counts.values()], new Array(24).fill(1000))).toBeGreaterThan(1e-3)
  })

  it('sample distinct indices in range, the same whether few or all places are kept', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.integer(), (n, k, seed) => {
        fc.pre(k <= n)
        const sample = createRandom(seed).sample(n, k)
        expect(new Set(sample).size).toBe(k)
        expect(sample.every((i) => i >= 0 && i < n)).toBe(true)
        expect([...createRandom(seed).permutation(n).slice(0, k)]).toEqual([...sample])
      }),
    )
  })

  it('sample every pair equally often, with few places kept', () => {
    const { sample } = createRandom(61)
    const pairs = draw(40_000, () => sample(40, 2)).map(([a, b]) => a! * 40 + b!)
    const counts = tally(pairs, 1600).filter((_, i) => Math.floor(i / 40) !== i % 40)
    expect(
      chiSquareTest(
        counts,
        counts.map(() => 40_000 / 1560),
      ),
    ).toBeGreaterThan(1e-3)
  })

  it('refuse a sample larger than what it is drawn from', () => {
    expect(() => createRandom(0).sample(3, 4)).toThrow(RangeError)
    expect(() => createRandom(0).sample(-1, 0)).toThrow(RangeError)
    expect(() => createRandom(0).permutation(2 ** 31)).toThrow(RangeError)
  })
})
