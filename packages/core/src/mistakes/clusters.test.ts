import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../random/random.ts'
import { type Points, pointsOf } from '../shift/points.ts'
import { errorClusters } from './error-clusters.ts'
import truths from './golden/truths.json' with { type: 'json' }
import { hypergeometricTail, logHypergeometricTail } from './hypergeometric.ts'
import { chooseKMeans, kMeans, silhouette } from './k-means.ts'

describe('the hypergeometric tail', () => {
  it('agrees with SciPy', () => {
    for (const [hits, drawn, marked, total, tail] of truths.hypergeometric) {
      expect(hypergeometricTail(hits!, drawn!, marked!, total!) / tail!).toBeCloseTo(1, 9)
    }
  })

  it('sums to what counting all draws gives, at every number of hits', () => {
    const choose = (n: number, k: number): number =>
      k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k
    for (let hits = 0; hits <= 9; hits++) {
      let sum = 0
      for (let x = hits; x <= 8; x++) sum += (choose(8, x) * choose(12, 9 - x)) / choose(20, 9)
      expect(hypergeometricTail(hits, 9, 8, 20)).toBeCloseTo(sum, 12)
    }
  })

  it('keeps its digits where the probability is too small for a number', () => {
    // All of 5000 marked ones in 5000 draws of 10,000: 1 / C(10000, 5000).
    expect(logHypergeometricTail(5000, 5000, 5000, 10_000)).toBeCloseTo(
      -(10_000 * Math.LN2 - 0.5 * Math.log(5000 * Math.PI)),
      3,
    )
    expect(hypergeometricTail(6, 5, 10, 20)).toBe(0)
    expect(hypergeometricTail(0, 5, 10, 20)).toBe(1)
  })
})

const blobs = (random: Random, sizes: readonly number[], spread = 1, columns = 4): Points =>
  pointsOf(
    sizes.flatMap((size, k) => {
      const own = random.split(k)
      const centre = Array.from({ length: columns }, () => 8 * own.normal())
      return Array.from({ length: size }, () => centre.map((value) => value + spread * own.normal()))
    }),
  )

describe('k-means', () => {
  const points = pointsOf(truths.silhouette.points)

  it('reaches the inertia and the silhouette that scikit-learn gives', () => {
    const { inertia } = kMeans(points, 3, createRandom(1), { restarts: 20 })
    expect(inertia).toBeCloseTo(truths.silhouette.inertia, 9)
    expect(silhouette(points, truths.silhouette.labels)).toBeCloseTo(truths.silhouette.value, 9)
  })

  it('is the same for the same random, and finds the number of groups', () => {
    for (let seed = 0; seed < 5; seed++) {
      const own = blobs(createRandom(seed), [60, 40, 50, 30, 45], 0.6)
      const found = chooseKMeans(own, createRandom('k').split(seed))
      expect(found.centres.rows).toBe(5)
      expect(found).toEqual(chooseKMeans(own, createRandom('k').split(seed)))
      // One label a blob.
      expect(new Set(found.labels.subarray(0, 60)).size).toBe(1)
    }
  })

  it('lives with copies, and refuses more groups than rows', () => {
    const same = pointsOf(new Array(6).fill([1, 2]))
    expect(kMeans(same, 3, createRandom(0)).centres.rows).toBe(1)
    expect(chooseKMeans(same, createRandom(0)).centres.rows).toBe(1)
    expect(() => kMeans(same, 7, createRandom(0))).toThrow(RangeError)
    expect(() => silhouette(same, [0, 0, 0, 0, 0, 0])).toThrow(RangeError)
  })
})

describe.each([
  ['without the errors', 0],
  ['with them, on halves', 0.5],
])('clusters of errors found %s', (_, errorWeight) => {
  const options = { clusters: 8, errorWeight }

  it('show the place where the model fails', () => {
    const random = createRandom('place')
    const points = blobs(random, [100, 100, 100, 100, 100, 100], 1)
    const errors = Array.from({ length: 600 }, (_, i) =>
      random.uniform() < (i >= 200 && i < 300 ? 0.6 : 0.05) ? 1 : 0,
    )
    const found = errorClusters(points, errors, random.split('found'), options)
    const worst = found[0]!
    expect(worst.adjusted).toBeLessThan(0.001)
    expect([...worst.rows].every((row) => row >= 200 && row < 300)).toBe(true)
    expect(worst.errors).toBe([...worst.rows].reduce((sum, row) => sum + errors[row]!, 0))
    expect(worst.errorRate).toBeCloseTo(worst.errors / worst.support, 12)
    expect(worst.interval.low < 0.6 && worst.interval.high > 0.6).toBe(true)
    const total = found.reduce((sum, { support }) => sum + support, 0)
    expect(total).toBe(errorWeight === 0 ? 600 : 300)
    const wrong = found.reduce((sum, one) => sum + one.errors, 0)
    expect(worst.lift).toBeCloseTo(worst.errorRate / (wrong / total), 12)
    for (const one of found)
      if (one.adjusted < 0.05) expect(one.rows[0]! >= 200 && one.rows[0]! < 300).toBe(true)
  })

  it('claim nothing of errors that fall anywhere, more often than they may', () => {
    let claimed = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom('chance').split(seed)
      const points = {
        rows: 200,
        columns: 2,
        values: Float64Array.from({ length: 400 }, () => random.normal()),
      }
      const errors = Array.from({ length: 200 }, () => (random.uniform() < 0.2 ? 1 : 0))
      const found = errorClusters(points, errors, random.split('found'), { ...options, restarts: 1 })
      if (found.some(({ adjusted }) => adjusted < 0.1)) claimed++
    }
    // 20 of 200 are allowed; 30 would be seen less than once in a hundred times at that rate.
    expect(claimed).toBeLessThan(30)
  })
})
