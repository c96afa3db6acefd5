import { createRandom, type ScoreModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { distance, norms } from './ball.ts'
import { nes, planRounds } from './nes.ts'

const random = createRandom(8)
const estimators = ['nes', 'spsa'] as const
const total = (calls: readonly number[]) => calls.reduce((a, b) => a + b, 0)
const twoClasses = (weights: readonly number[], threshold: number) =>
  linearModel([weights.map(() => 0), weights], [0, -threshold])
const weights = Array.from({ length: 12 }, (_, j) => Math.sin(j * 1.7 + 0.5))
const clean = weights.reduce((a, b) => a + b * 0.5, 0)
const grey = (count: number, size: number) => ({
  x: { data: new Float32Array(count * size).fill(0.5), dims: [count, size] },
  labels: new Int32Array(count).fill(1),
  ids: Array.from({ length: count }, (_, i) => i + 2),
})

describe('NES and SPSA', () => {
  it('fool a linear model nearly as soon as its closed form allows, and never beyond', async () => {
    // The smallest margin in the ball is the clean one less eps times the dual norm of the weights.
    const dual = {
      linf: weights.reduce((a, b) => a + Math.abs(b), 0),
      l2: Math.sqrt(weights.reduce((a, b) => a + b * b, 0)),
      l1: Math.max(...weights.map(Math.abs)),
    }
    for (const estimator of estimators) {
      for (const norm of norms) {
        const run = { random, norm, eps: 0.2, queries: 1500, estimator }
        const reach = 0.2 * dual[norm]
        // In L1 all of the change has to end up on one coordinate, and two others weigh 0.98 and 0.96 of it.
        const share = norm === 'l1' ? 0.9 : 0.97
        const just = await nes(twoClasses(weights, clean - reach * share), grey(1, 12), run)
        expect(just.spentToSuccess[0]).not.toBeNull()
        const never = await nes(twoClasses(weights, clean - reach * 1.01), grey(1, 12), run)
        expect(never.spentToSuccess[0]).toBeNull()
      }
    }
  })

  it('estimate the gradient without bias: on a linear model the first step goes along it', async () => {
    for (const estimator of estimators) {
      const { adversarial } = await nes(twoClasses(weights, -100), grey(1, 12), {
        random,
        norm: 'l2',
        eps: 10,
        // One round of 4,000 directions, and the look at where it led.
        queries: 8002,
        pairs: 4000,
        estimator,
        stepSize: 0.1,
      })
      const moved = Array.from(adversarial.data, (v) => v - 0.5)
      const along = moved.reduce((sum, v, j) => sum - v * (weights[j] as number), 0)
      const length = Math.sqrt(weights.reduce((a, b) => a + b * b, 0))
      expect(along / (length * Math.hypot(...moved))).toBeGreaterThan(0.99)
    }
  })

  it('see the gradient where ball and box cut one side of every direction', async () => {
    // A clean sample in a corner of the box: half of each direction leads out of it.
    const corner = {
      ...grey(1, 12),
      x: { data: Float32Array.from(weights, (w) => Number(w < 0)), dims: [1, 12] },
    }
    const start = linearModel([weights.map(() => 0), weights.map((w) => -w)], [0, 4])
    for (const estimator of estimators) {
      const { adversarial } = await nes(start, corner, {
        random,
        norm: 'linf',
        eps: 0.25,
        queries: 1000,
        estimator,
      })
      // Weights near zero are lost in the noise of the others.
      for (const [j, w] of weights.entries())
        if (Math.abs(w) > 0.3) expect(adversarial.data[j]).toBeCloseTo(w < 0 ? 0.75 : 0.25, 5)
    }
  })

  it('ask exactly the queries they were given, in calls of all samples together', async () => {
    for (let queries = 1; queries < 300; queries++) {
      for (const pairs of [1, 7, 25]) {
        const plan = planRounds(queries, pairs)
        expect(plan.reduce((sum, directions) => sum + 1 + 2 * directions, 0)).toBe(queries)
        expect(Math.max(...plan)).toBeLessThanOrEqual(pairs)
        expect(plan.at(-1)).toBe(0)
      }
    }
    const model = twoClasses(weights, -100)
    await nes(model, grey(3, 12), { random, norm: 'linf', eps: 0.1, queries: 500, estimator: 'spsa' })
    expect(total(model.calls.scores)).toBe(1500)
    expect(model.calls.scores).toHaveLength(planRounds(500, 25).length)
  })

  it('count the whole round in which a sample fell, and ask no more of it', async () => {
    const model = twoClasses(weights, clean - 0.3)
    const batch = { ...grey(3, 12), labels: Int32Array.of(1, 0, 1) }
    const result = await nes(model, batch, { random, norm: 'linf', eps: 0.2, queries: 600, estimator: 'nes' })
    expect(result.spentToSuccess.every((spent) => spent !== null)).toBe(true)
    expect(total(model.calls.scores)).toBe(
      result.spentToSuccess.reduce<number>((sum, spent) => sum + (spent ?? 0), 0),
    )
    // Wrong from the start: left as it is.
    expect(result.adversarial.data.subarray(12, 24)).toEqual(batch.x.data.subarray(12, 24))
    expect(await model.labels(result.adversarial)).toEqual(Int32Array.of(0, 1, 0))
  })

  it('ask only points of the ball and the box', async () => {
    for (const estimator of estimators) {
      for (const norm of norms) {
        const size = 30
        const x = random.split('x').fillUniform(new Float32Array(2 * size))
        for (let i = 0; i < x.length; i += 4) x[i] = (i / 4) % 2
        const linear = twoClasses(
          Array.from({ length: size }, (_, j) => Math.cos(j)),
          -100,
        )
        const model: ScoreModel = {
          async scores(points) {
            const each = (points.dims[0] as number) / 2
            for (let row = 0; row < 2 * each; row++) {
              const point = points.data.subarray(row * size, (row + 1) * size)
              const own = row < each ? x.subarray(0, size) : x.subarray(size)
              expect(distance(point, own, norm)).toBeLessThanOrEqual(0.05 * (1 + 1e-6) + 1e-7)
              expect(point.every((value) => value >= 0 && value <= 1)).toBe(true)
            }
            return linear.scores(points)
          },
        }
        await nes(
          model,
          { x: { data: x, dims: [2, 5, 6] }, labels: Int32Array.of(1, 1), ids: [0, 1] },
          { random, norm, eps: 0.05, queries: 120, estimator, pairs: 10 },
        )
      }
    }
  })

  it('give a sample the same result alone and in a batch', async () => {
    const x = random.split('y').fillUniform(new Float32Array(36))
    for (const estimator of estimators) {
      const run = { random, norm: 'l2', eps: 0.3, queries: 300, estimator } as const
      const labels = Int32Array.of(1, 1, 1)
      const batch = { x: { data: x, dims: [3, 12] }, labels, ids: [5, 6, 7] }
      const together = await nes(twoClasses(weights, -0.5), batch, run)
      const alone = await nes(
        twoClasses(weights, -0.5),
        { x: { data: x.subarray(12, 24), dims: [1, 12] }, labels: Int32Array.of(1), ids: [6] },
        run,
      )
      expect(alone.adversarial.data).toEqual(together.adversarial.data.subarray(12, 24))
      expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[1])
    }
  })

  it('reach the class they were given, with 2, 3 and 4 classes', async () => {
    for (const classes of [2, 3, 4]) {
      const model = linearModel(
        Array.from({ length: classes }, (_, k) =>
          Array.from({ length: 40 }, (_, j) => Math.sin(1 + k * 11 + j * 0.7)),
        ),
      )
      const batch = grey(4, 40)
      const labels = await model.labels(batch.x)
      const targets = labels.map((label, i) => (label + 1 + (i % (classes - 1))) % classes)
      for (const estimator of estimators) {
        const { adversarial, lossCurve } = await nes(
          model,
          { ...batch, labels, targets },
          { random, norm: 'linf', eps: 0.3, queries: 1000, estimator },
        )
        expect(await model.labels(adversarial)).toEqual(targets)
        expect(lossCurve?.length).toBeGreaterThan(0)
      }
    }
  })
})
