import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { chiSquareTest, totalVariation } from './chi-square-test.ts'
import { cramerVonMises } from './cramer-von-mises.ts'
import { psi, psiOfCounts, wasserstein } from './effect-sizes.ts'
import truths from './golden/truths.json' with { type: 'json' }
import { kolmogorovSmirnov, kolmogorovTail, ksDistance, ksTail } from './kolmogorov-smirnov.ts'

describe('against SciPy', () => {
  it.each(truths.samples)('KS, Cramer-von Mises and Wasserstein agree on a pair of samples', (truth) => {
    const ks = kolmogorovSmirnov(truth.reference, truth.current)
    expect(ks.method).toBe('exact')
    expect(ks.distance).toBeCloseTo(truth.ks[0]!, 12)
    expect(ks.pValue / truth.ks[1]!).toBeCloseTo(1, 9)
    const cvm = cramerVonMises(truth.reference, truth.current)
    expect(cvm.statistic).toBeCloseTo(truth.cvm[0]!, 10)
    expect(cvm.pValue).toBeCloseTo(truth.cvm[1]!, 8)
    expect(wasserstein(truth.reference, truth.current)).toBeCloseTo(truth.wasserstein, 12)
  })

  it('they agree where values are tied', () => {
    const { reference, current, cvm, wasserstein: distance } = truths.tied
    expect(cramerVonMises(reference, current).statistic).toBeCloseTo(cvm[0]!, 10)
    expect(cramerVonMises(reference, current).pValue).toBeCloseTo(cvm[1]!, 8)
    expect(wasserstein(reference, current)).toBeCloseTo(distance, 12)
  })

  it.each(truths.kolmogorov)("Kolmogorov's tail at %s agrees", (x, tail) => {
    expect(Math.abs(kolmogorovTail(x) / tail - 1)).toBeLessThan(1e-9)
  })

  it('chi-square agrees where counts are large, and Fisher where they are not', () => {
    for (const { reference, current, truth } of truths.chiSquare) {
      const found = chiSquareTest(reference, current)
      expect(found.method).toBe('chi-square')
      expect([found.statistic, found.degrees]).toEqual([expect.closeTo(truth[0]!, 9), truth[1]])
      expect(found.pValue).toBeCloseTo(truth[2]!, 10)
    }
    for (const { reference, current, p } of truths.fisher) {
      const found = chiSquareTest(reference, current)
      expect(found.method).toBe('fisher')
      expect(found.pValue).toBeCloseTo(p, 9)
    }
  })
})

/** Share of all splits of the pooled values that are at least as far apart. */
function byEnumeration(reference: readonly number[], current: readonly number[]): number {
  const pooled = [...reference, ...current]
  const own = ksDistance(reference, current)
  let all = 0
  let far = 0
  for (let mask = 0; mask < 1 << pooled.length; mask++) {
    const first = pooled.filter((_, i) => (mask >> i) & 1)
    if (first.length !== reference.length) continue
    all++
    if (
      ksDistance(
        first,
        pooled.filter((_, i) => !((mask >> i) & 1)),
      ) >=
      own - 1e-12
    )
      far++
  }
  return far / all
}

describe('the exact KS test', () => {
  it.each([
    [
      [0, 0, 1, 1, 2],
      [1, 2, 2, 3, 3, 3],
    ],
    [
      [1, 1, 1, 1],
      [1, 1, 2, 2, 2],
    ],
    [
      [5, 6, 7],
      [1, 2, 3, 4, 5],
    ],
    [
      [2, 2],
      [2, 2],
    ],
  ])('is the share of splits as far apart, ties and all: %j %j', (reference, current) => {
    expect(kolmogorovSmirnov(reference, current).pValue).toBeCloseTo(byEnumeration(reference, current), 12)
  })

  it('meets the asymptotic one where samples are large', () => {
    const random = createRandom(1)
    const draw = (n: number, shift: number) => Array.from({ length: n }, () => random.normal() + shift)
    for (const shift of [0, 0.1, 0.2]) {
      const { distance, pValue } = kolmogorovSmirnov(draw(500, 0), draw(480, shift))
      expect(Math.abs(pValue - ksTail(distance, 500, 480))).toBeLessThan(0.02)
    }
  })

  it('refuses what has no distribution', () => {
    expect(() => kolmogorovSmirnov([], [1])).toThrow(RangeError)
    expect(() => kolmogorovSmirnov([Number.NaN], [1])).toThrow(RangeError)
  })
})

describe('small counts', () => {
  it('of many categories are put together before chi-square is believed', () => {
    const found = chiSquareTest([50, 45, 1, 0, 2, 1, 1], [52, 40, 2, 2, 1, 2, 1])
    expect(found).toMatchObject({ method: 'chi-square', categories: 3, degrees: 2 })
    expect(chiSquareTest([9, 0], [4, 0])).toMatchObject({ method: 'none', pValue: 1 })
  })

  it('keep the level: at most 6 % of equal samples are called different at 5 %', () => {
    const random = createRandom(3)
    const counts = () => {
      const made = new Array<number>(12).fill(0)
      for (let i = 0; i < 80; i++) made[Math.min(11, Math.floor(-Math.log(1 - random.uniform()) * 2))]!++
      return made
    }
    let alarms = 0
    for (let r = 0; r < 1000; r++) if (chiSquareTest(counts(), counts()).pValue < 0.05) alarms++
    expect(alarms).toBeLessThan(68)
    expect(alarms).toBeGreaterThan(20)
  })
})

describe('effect sizes', () => {
  it('of a plain move are the distance moved (Wasserstein) and its square in deviations (PSI, roughly)', () => {
    const random = createRandom(5)
    const reference = Array.from({ length: 40_000 }, () => random.normal())
    const moved = reference.map((x) => x + 0.3)
    expect(wasserstein(reference, moved)).toBeCloseTo(0.3, 12)
    // Jeffreys' divergence of two normal distributions of variance 1 is the squared distance; bins lose a little.
    const index = psi(reference, moved)
    expect(index).toBeGreaterThan(0.075)
    expect(index).toBeLessThan(0.09)
  })

  it('of shares are those of the definition', () => {
    expect(totalVariation([10, 90], [20, 80])).toBeCloseTo(0.1, 12)
    const [a, b] = [100.5 / 1001, 200.5 / 1001]
    const truth = (a - b) * Math.log(a / b) + (b - a) * Math.log((1 - a) / (1 - b))
    expect(psiOfCounts([100, 900], [200, 800])).toBeCloseTo(truth, 12)
  })
})
