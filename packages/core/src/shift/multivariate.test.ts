import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { chiSquareTest } from './chi-square-test.ts'
import { classifierTest, fitLogistic } from './classifier-test.ts'
import { featureStatistics, stratifiedFeatureStatistics } from './feature-statistics.ts'
import { jointTest } from './joint-test.ts'
import { lsddStatistic, mmdStatistic } from './kernel-statistics.ts'
import { kolmogorovSmirnov, ksTail } from './kolmogorov-smirnov.ts'
import { columnOf, type Points, pointsOf, stack, standardise } from './points.ts'

const normal = (random: Random, rows: number, columns: number, shift = 0): Points =>
  pointsOf(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal() + shift)))
const split = (m: number, n: number): Uint8Array =>
  Uint8Array.from({ length: m + n }, (_, i) => (i < m ? 0 : 1))

describe('maximum mean discrepancy', () => {
  it('is its definition, and zero on average without a shift', () => {
    const random = createRandom(2)
    const [x, y] = [normal(random, 6, 3), normal(random, 9, 3, 0.5)]
    const pooled = stack(x, y)
    const { value, bandwidth } = mmdStatistic(pooled)
    const k = (i: number, j: number) => {
      let d = 0
      for (let c = 0; c < 3; c++) d += (pooled.values[i * 3 + c]! - pooled.values[j * 3 + c]!) ** 2
      return Math.exp(-d / (2 * bandwidth ** 2))
    }
    const mean = (a: [number, number], b: [number, number], same: boolean) => {
      let sum = 0
      let count = 0
      for (let i = a[0]; i < a[1]; i++)
        for (let j = b[0]; j < b[1]; j++)
          if (!same || i !== j) {
            sum += k(i, j)
            count++
          }
      return sum / count
    }
    const truth = mean([0, 6], [0, 6], true) + mean([6, 15], [6, 15], true) - 2 * mean([0, 6], [6, 15], false)
    expect(value(split(6, 9))).toBeCloseTo(truth, 12)
    let sum = 0
    for (let r = 0; r < 200; r++)
      sum += mmdStatistic(stack(normal(random, 20, 2), normal(random, 20, 2)), { bandwidth: 1 }).value(
        split(20, 20),
      )
    expect(Math.abs(sum / 200)).toBeLessThan(0.004)
  })

  it('has the value that Gaussians have in closed form, and an interval that covers it', () => {
    // E k(a, b) for a - b normal with mean d and variance 2: s / sqrt(s^2 + 2) exp(-d^2 / (2 (s^2 + 2))).
    const [s2, shift] = [1, 1]
    const truth = 2 * Math.sqrt(s2 / (s2 + 2)) * (1 - Math.exp(-(shift ** 2) / (2 * (s2 + 2))))
    let covered = 0
    for (let r = 0; r < 100; r++) {
      const random = createRandom(r)
      const found = mmdStatistic(stack(normal(random, 60, 1), normal(random, 50, 1, shift)), { bandwidth: 1 })
      const { low, high } = found.interval(split(60, 50))
      if (low <= truth && truth <= high) covered++
    }
    expect(covered).toBeGreaterThan(87)
  })
})

describe('least-squares density difference', () => {
  it('comes near the integral that Gaussians have in closed form', () => {
    const random = createRandom(4)
    const shift = 1.5
    const points = stack(normal(random, 600, 1), normal(random, 600, 1, shift))
    const { value, bandwidth } = lsddStatistic(points, { bandwidth: 0.6 })
    const truth = (1 - Math.exp(-(shift ** 2) / 4)) / Math.sqrt(Math.PI)
    const found = value(split(600, 600)) / Math.sqrt(Math.PI * bandwidth ** 2)
    expect(Math.abs(found / truth - 1)).toBeLessThan(0.2)
  })
})

describe('statistics of features', () => {
  it('are -ln p of KS for numbers and of chi-square for categories', () => {
    const random = createRandom(9)
    const rows = Array.from({ length: 90 }, (_, i) => [random.normal() + (i < 50 ? 0 : 0.5), random.int(3)])
    const found = featureStatistics(pointsOf(rows))(split(50, 40))
    const column = (c: number) =>
      [rows.slice(0, 50).map((r) => r[c]!), rows.slice(50).map((r) => r[c]!)] as const
    const ks = kolmogorovSmirnov(...column(0))
    expect(found[0]).toBeCloseTo(-Math.log(ksTail(ks.distance, 50, 40)), 10)
    const [a, b] = column(1).map((part) => [0, 1, 2].map((k) => part.filter((v) => v === k).length))
    expect(found[1]).toBeCloseTo(-Math.log(chiSquareTest(a!, b!).pValue), 10)
  })
})

describe('the joint test', () => {
  const families = (pooled: Points) => {
    const mmd = mmdStatistic(standardise(pooled))
    return [featureStatistics(pooled), (s: Uint8Array) => [mmd.value(s)]]
  }

  it('keeps its level of 5 % over 200 pairs without a shift, however much the columns share', () => {
    let alarms = 0
    for (let r = 0; r < 200; r++) {
      const random = createRandom(r)
      const rows = Array.from({ length: 60 }, () => {
        const common = random.normal()
        return Array.from({ length: 8 }, () => common + 0.3 * random.normal())
      })
      const { pValue } = jointTest(split(30, 30), families(pointsOf(rows)), random, { permutations: 199 })
      if (pValue <= 0.05) alarms++
    }
    // 99 % of binomial(200, 0.05) lies in 3 to 18.
    expect(alarms).toBeGreaterThanOrEqual(3)
    expect(alarms).toBeLessThanOrEqual(18)
  })

  it('finds the column that moved and names no other', () => {
    const random = createRandom(6)
    const rows = Array.from({ length: 200 }, (_, i) =>
      Array.from({ length: 10 }, (_, c) => random.normal() + (c === 3 && i >= 100 ? 0.8 : 0)),
    )
    const found = jointTest(split(100, 100), families(pointsOf(rows)), random, { permutations: 199 })
    expect(found.pValue).toBe(1 / 200)
    const adjusted = found.families[0]!.adjusted
    expect(adjusted[3]).toBe(1 / 200)
    for (const [c, p] of adjusted.entries()) if (c !== 3) expect(p).toBeGreaterThan(0.05)
  })

  it('does not see within strata what only their shares explain', () => {
    const random = createRandom(8)
    const strata = Array.from({ length: 400 }, (_, i) => (random.uniform() < (i < 200 ? 0.2 : 0.6) ? 1 : 0))
    const rows = strata.map((k) => [random.normal() + 3 * k])
    const test = (given: object) =>
      jointTest(split(200, 200), [featureStatistics(pointsOf(rows))], random, { permutations: 199, ...given })
        .pValue
    expect(test({})).toBe(1 / 200)
    expect(test({ strata })).toBeGreaterThan(0.05)
  })
})

describe('statistics within strata', () => {
  it('see columns that moved up in one stratum and down in another, and keep their level', () => {
    const p = (seed: number, move: number) => {
      const random = createRandom(seed)
      const strata = Array.from({ length: 120 }, () => random.int(2))
      const rows = strata.map((k, i) => [random.normal() + (i < 60 ? 0 : k === 0 ? move : -move)])
      const pooled = pointsOf(rows)
      const test = (family: ReturnType<typeof featureStatistics>) =>
        jointTest(split(60, 60), [family], random, { permutations: 99, strata }).pValue
      return [test(stratifiedFeatureStatistics(pooled, strata)), test(featureStatistics(pooled))] as const
    }
    expect(p(1, 1.5)[0]).toBe(0.01)
    expect(p(1, 1.5)[1]).toBeGreaterThan(0.05)
    const alarms = Array.from({ length: 200 }, (_, seed) => p(seed, 0)[0]).filter((value) => value <= 0.05)
    expect(alarms.length).toBeGreaterThanOrEqual(3)
    expect(alarms.length).toBeLessThanOrEqual(18)
  })
})

describe('the classifier two-sample test', () => {
  it('meets the area that two shifted Gaussians have', () => {
    // Best score of a shift d along one axis: AUC = Phi(d / sqrt 2).
    const random = createRandom(10)
    const found = classifierTest(normal(random, 400, 3), normal(random, 500, 3, 0.5 / Math.sqrt(3)), random)
    expect(found.n).toBe(800)
    expect(Math.abs(found.auc - 0.6382)).toBeLessThan(0.04)
    expect(found.pValue).toBeLessThan(0.001)
  })

  it('rarely cries out where there is nothing', () => {
    let alarms = 0
    for (let r = 0; r < 200; r++) {
      const random = createRandom(r)
      if (classifierTest(normal(random, 50, 3), normal(random, 50, 3), random).pValue < 0.05) alarms++
    }
    expect(alarms).toBeLessThanOrEqual(22)
  })

  it('fits where the gradient of the loss is zero', () => {
    const random = createRandom(12)
    const points = normal(random, 80, 2)
    const targets = Array.from(columnOf(points, 0), (x) => (x + random.normal() > 0.3 ? 1 : 0))
    const { weights } = fitLogistic(points, targets, { ridge: 0.1 })
    const loss = (w: readonly number[]) => {
      let sum = 0.05 * (w[0]! ** 2 + w[1]! ** 2)
      for (let i = 0; i < 80; i++) {
        const z = w[0]! * points.values[2 * i]! + w[1]! * points.values[2 * i + 1]! + w[2]!
        sum += (Math.log1p(Math.exp(z)) - targets[i]! * z) / 80
      }
      return sum
    }
    for (let a = 0; a < 3; a++) {
      const at = (d: number) => loss(Array.from(weights, (w, k) => (k === a ? w + d : w)))
      expect(Math.abs((at(1e-5) - at(-1e-5)) / 2e-5)).toBeLessThan(1e-8)
    }
  })
})
