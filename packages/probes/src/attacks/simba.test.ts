import { createRandom, type ScoreModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { type Ball, distance, norms } from './ball.ts'
import { simba } from './simba.ts'

const random = createRandom(6)
const bases = ['pixel', 'dct'] as const
const total = (calls: readonly number[]) => calls.reduce((a, b) => a + b, 0)

const twoClasses = (weights: readonly number[], threshold: number) =>
  linearModel([weights.map(() => 0), weights], [0, -threshold])

function grey(dims: readonly number[]) {
  const count = dims[0] as number
  return {
    x: { data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5), dims },
    labels: new Int32Array(count).fill(1),
    ids: Array.from({ length: count }, (_, i) => i + 10),
  }
}

describe('SimBA', () => {
  it('on a linear model takes one step down along every vector, in at most two queries each', async () => {
    const weights = Array.from({ length: 30 }, (_, j) => Math.sin(j * 1.9 + 0.3))
    const l1 = weights.reduce((a, b) => a + Math.abs(b), 0)
    const clean = weights.reduce((a, b) => a + b * 0.5, 0)
    // Steps of 0.1 against the sign of each weight; the least of them is just not needed.
    const least = Math.min(...weights.map(Math.abs))
    const model = twoClasses(weights, clean - 0.1 * (l1 - least * 0.5))
    const { adversarial, spentToSuccess, l2 } = await simba(model, grey([1, 1, 5, 6]), {
      random,
      queries: 61,
      basis: 'pixel',
      step: 0.1,
    })
    expect(spentToSuccess[0]).not.toBeNull()
    for (const [j, w] of weights.entries()) {
      expect(adversarial.data[j]).toBeCloseTo(0.5 - 0.1 * Math.sign(w), 6)
    }
    expect(l2[0]).toBeCloseTo(0.1 * Math.sqrt(30), 5)
  })

  it('is no longer than its steps at right angles: the L2 distance is step times the root of their number', async () => {
    const weights = Array.from({ length: 64 }, (_, j) => Math.cos(j * 0.9))
    for (const basis of bases) {
      const model = twoClasses(weights, -100)
      // All 64 vectors once: no component of these weights is zero, so each is used in one direction.
      const { l2 } = await simba(model, grey([1, 1, 8, 8]), { random, queries: 60, basis, step: 0.02 })
      const steps = Math.round(((l2[0] as number) / 0.02) ** 2)
      expect(l2[0]).toBeCloseTo(0.02 * Math.sqrt(steps), 4)
      // 59 queries after the first: one or two a step.
      expect(steps).toBeGreaterThanOrEqual(29)
      expect(steps).toBeLessThanOrEqual(59)
    }
  })

  it('asks only points of the box and the ball, of pictures of any shape and of rows', async () => {
    for (const basis of bases) {
      for (const norm of [...norms, null]) {
        for (const dims of [
          [2, 3, 4, 5],
          [2, 2, 7, 3],
          [2, 9],
        ]) {
          const size = dims.slice(1).reduce((a, b) => a * b, 1)
          const x = random.split('x').fillUniform(new Float32Array(2 * size))
          for (let i = 0; i < x.length; i += 4) x[i] = (i / 4) % 2
          const ball: Ball | undefined = norm === null ? undefined : { norm, eps: 0.3 }
          const linear = twoClasses(
            Array.from({ length: size }, (_, j) => Math.sin(j + 1)),
            -100,
          )
          const model: ScoreModel = {
            async scores(points) {
              for (let row = 0; row < (points.dims[0] as number); row++) {
                const point = points.data.subarray(row * size, (row + 1) * size)
                const clean = x.subarray(row * size, (row + 1) * size)
                expect(point.every((value) => value >= 0 && value <= 1)).toBe(true)
                if (ball !== undefined)
                  expect(distance(point, clean, ball.norm)).toBeLessThanOrEqual(0.3 * (1 + 1e-6) + 1e-7)
              }
              return linear.scores(points)
            },
          }
          const batch = { x: { data: x, dims }, labels: Int32Array.of(1, 1), ids: [0, 1] }
          await simba(model, batch, {
            random,
            queries: 80,
            basis,
            ...(ball === undefined ? {} : { ball }),
          })
        }
      }
    }
  })

  it('spends exactly its queries on a sample that resists and no more on one that fell', async () => {
    for (const basis of bases) {
      const model = twoClasses(new Array(16).fill(1), 7.5)
      const batch = { ...grey([3, 1, 4, 4]), labels: Int32Array.of(1, 0, 1) }
      const { spentToSuccess, adversarial } = await simba(model, batch, { random, queries: 100, basis })
      // The second is wrong before anything was done, and is left as it is.
      expect(spentToSuccess[1]).toBe(1)
      expect(adversarial.data.subarray(16, 32)).toEqual(batch.x.data.subarray(16, 32))
      expect(total(model.calls.scores)).toBe(
        spentToSuccess.reduce<number>((sum, spent) => sum + (spent ?? 0), 0),
      )
      // Pushed back and forth between two samples: never fooled, never out of steps.
      const restless = random.split('noise')
      const stubborn = linearModel([[0], [0]])
      const calls: number[] = []
      await simba(
        {
          async scores(x) {
            calls.push(x.dims[0] as number)
            const { data, ...rest } = await stubborn.scores(x)
            return { ...rest, data: data.map((_, i) => (i % 2) * (1 + restless.uniform())) }
          },
        },
        { x: { data: Float32Array.of(0.5, 0.5), dims: [2, 1] }, labels: Int32Array.of(1, 1), ids: [0, 1] },
        { random, queries: 37, basis, step: 0.001 },
      )
      expect(calls).toEqual(new Array(37).fill(2))
    }
  })

  it('ends before its queries do when no step changes the sample', async () => {
    const model = twoClasses([1, 1], -100)
    const batch = { x: { data: Float32Array.of(0, 1), dims: [1, 2] }, labels: Int32Array.of(1), ids: [0] }
    const { adversarial } = await simba(model, batch, {
      random,
      queries: 50,
      basis: 'pixel',
      ball: { norm: 'linf', eps: 0 },
    })
    expect(total(model.calls.scores)).toBe(1)
    expect(adversarial.data).toEqual(batch.x.data)
  })

  it('gives a sample the same result alone and in a batch', async () => {
    const weights = Array.from({ length: 24 }, (_, j) => Math.cos(j))
    const x = random.split('y').fillUniform(new Float32Array(72))
    for (const basis of bases) {
      const run = { random, queries: 60, basis, ball: { norm: 'l2', eps: 0.5 } } as const
      const ids = [5, 6, 7]
      const labels = Int32Array.of(1, 1, 1)
      const together = await simba(
        twoClasses(weights, -1),
        { x: { data: x, dims: [3, 2, 3, 4] }, labels, ids },
        run,
      )
      const alone = await simba(
        twoClasses(weights, -1),
        { x: { data: x.subarray(24, 48), dims: [1, 2, 3, 4] }, labels: Int32Array.of(1), ids: [6] },
        run,
      )
      expect(alone.adversarial.data).toEqual(together.adversarial.data.subarray(24, 48))
      expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[1])
    }
  })

  it('reaches the class it was given, with 2, 3 and 4 classes', async () => {
    for (const classes of [2, 3, 4]) {
      const model = linearModel(
        Array.from({ length: classes }, (_, k) =>
          Array.from({ length: 48 }, (_, j) => Math.sin(1 + k * 11 + j * 0.7)),
        ),
      )
      const batch = grey([4, 3, 4, 4])
      const labels = await model.labels(batch.x)
      const targets = labels.map((label, i) => (label + 1 + (i % (classes - 1))) % classes)
      for (const basis of bases) {
        const { adversarial, spentToSuccess } = await simba(
          model,
          { ...batch, labels, targets },
          { random, queries: 400, basis },
        )
        expect(await model.labels(adversarial)).toEqual(targets)
        expect(spentToSuccess.every((spent) => spent !== null)).toBe(true)
      }
    }
  })
})
