import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { auditScores, exposures, rocPoints, shuffleControl } from './audit.ts'
import { epsilonLowerBound } from './epsilon.ts'

const normals = (name: string, { n, mean = 0 }: { n: number; mean?: number }) => {
  const random = createRandom(name)
  return Float64Array.from({ length: n }, () => mean + random.normal())
}

describe('an audit', () => {
  it('of scores that mean nothing says so: area 0.5, no advantage, no epsilon', () => {
    let [held, gains, proved] = [0, 0, 0]
    for (let i = 0; i < 100; i++) {
      const audit = auditScores(normals(`a${i}`, { n: 200 }), normals(`b${i}`, { n: 200 }))
      if (audit.aucInterval.low <= 0.5 && audit.aucInterval.high >= 0.5) held++
      gains += audit.advantage / 100
      if (audit.epsilon.epsilon > 0) proved++
    }
    expect(held).toBeGreaterThanOrEqual(88)
    // Chosen on the same records the advantage would be about 0.08.
    expect(Math.abs(gains)).toBeLessThan(0.02)
    expect(proved).toBeLessThanOrEqual(5)
  })

  it('of scores that tell all has area and advantage 1, and an epsilon as large as the counts can prove', () => {
    const audit = auditScores(
      Array.from({ length: 2000 }, (_, i) => 10 + i),
      Array.from({ length: 2000 }, (_, i) => -i),
    )
    expect(audit.auc).toBe(1)
    expect(audit.advantage).toBe(1)
    expect(audit.tpr.map(({ rate }) => (rate.ok ? rate.tpr : null))).toEqual([1, 1, null])
    // Clopper and Pearson's upper end for 0 of 1000 at two-sided 95 %.
    const end = 1 - 0.025 ** (1 / 1000)
    expect(audit.epsilon.epsilon).toBeCloseTo(Math.log((1 - end - 1e-5) / end), 6)
  })

  it('has the area of two normal distributions that are known', () => {
    const audit = auditScores(normals('in', { n: 20_000, mean: 1 }), normals('out', { n: 20_000 }))
    // Phi(1 / sqrt 2), and 2 Phi(1/2) - 1.
    expect(audit.auc).toBeCloseTo(0.7602, 2)
    expect(audit.advantage).toBeCloseTo(0.3829, 1)
    // Members above the 99 % quantile: 1 - Phi(2.3263 - 1).
    const hundredth = audit.tpr.find(({ fpr }) => fpr === 0.01)!.rate
    expect(hundredth.ok && Math.abs(hundredth.tpr - 0.0924) < 0.012).toBe(true)
  })
})

describe('the epsilon bound', () => {
  it('stays below the epsilon of randomised response, and near it', () => {
    const epsilon = 2
    const truth = Math.exp(epsilon) / (1 + Math.exp(epsilon))
    let above = 0
    let sum = 0
    for (let i = 0; i < 60; i++) {
      const random = createRandom(`response ${i}`)
      const answers = (bit: number) =>
        Float64Array.from({ length: 2000 }, () => (random.uniform() < truth ? bit : 1 - bit))
      const found = epsilonLowerBound(
        {
          choose: { members: answers(1), strangers: answers(0) },
          count: { members: answers(1), strangers: answers(0) },
        },
        { delta: 0 },
      )
      if (found.epsilon > epsilon) above++
      sum += found.epsilon / 60
    }
    expect(above).toBeLessThanOrEqual(5)
    expect(sum).toBeGreaterThan(1.7)
  })
})

describe('the shuffled control', () => {
  it('holds 0.5 in about 95 % of the shuffles whatever the scores say', () => {
    const control = shuffleControl(normals('m', { n: 150, mean: 3 }), normals('s', { n: 150 }), { seed: 1 })
    expect(control.held).toBeGreaterThan(0.88)
    expect(control.low).toBeLessThan(0.5)
    expect(control.high).toBeGreaterThan(0.5)
    expect(control.pValue).toBe(1 / 200)
  })
})

it('the curve goes from the least false-positive rate to all, and never falls', () => {
  const points = rocPoints(normals('m', { n: 300, mean: 1 }), normals('s', { n: 300 }))
  expect(points[0]!.x).toBe(1 / 300)
  expect(points.at(-1)).toEqual({ x: 1, y: 1 })
  for (const [i, point] of points.entries()) {
    if (i > 0) {
      expect(point.x).toBeGreaterThan(points[i - 1]!.x)
      expect(point.y).toBeGreaterThanOrEqual(points[i - 1]!.y)
    }
  }
})

it('exposure is the logarithm of how many there could have been over the rank', () => {
  const heldOut = Array.from({ length: 15 }, (_, i) => i)
  // Above all: rank 1 of 16. Below all: rank 16.
  expect(Array.from(exposures([99, -1, 7], heldOut))).toEqual([4, 0, 4 - Math.log2(9)])
})
