import { createRandom, type ScoreModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { distance, type Norm, norms } from './ball.ts'
import { type SquareOptions, square } from './square.ts'

const random = createRandom(3)
const options = { random, norm: 'linf', eps: 0.1, queries: 200, initialShare: 0.8 } as const
const total = (calls: readonly number[]) => calls.reduce((a, b) => a + b, 0)

/** Two classes; class 1 is right while the weighted sum is above `threshold`. */
const twoClasses = (weights: readonly number[], threshold: number) =>
  linearModel([weights.map(() => 0), weights], [0, -threshold])

/** Grey pictures, all of class 1. */
function grey(dims: readonly number[]) {
  const count = dims[0] as number
  return {
    x: { data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5), dims },
    labels: new Int32Array(count).fill(1),
    ids: Array.from({ length: count }, (_, i) => i),
  }
}

describe('Square', () => {
  it('reaches the worst corner of the cube on a linear model, whose margin is known in closed form', async () => {
    const weights = Array.from({ length: 36 }, (_, j) => Math.sin(j * 2.3) * 0.4)
    const clean = weights.reduce((a, b) => a + b * 0.5, 0)
    const reach = weights.reduce((a, b) => a + Math.abs(b) * options.eps, 0)
    // Just outside the ball: never fooled, so the search goes on to the end and the margin is what it reached.
    const model = twoClasses(weights, clean - reach * 1.05)
    const result = await square(model, grey([1, 1, 6, 6]), { ...options, queries: 3000 })
    expect(result.spentToSuccess[0]).toBeNull()
    const best = reach * 0.05
    expect(result.margin[0]).toBeGreaterThanOrEqual(best - 1e-5)
    expect(result.margin[0]).toBeLessThan(best + reach * 0.12)
    for (const value of result.adversarial.data)
      expect(Math.abs(Math.abs(value - 0.5) - options.eps)).toBeLessThan(1e-6)
  })

  it('gets near the best point of the L2 and of the L1 ball, which a linear model tells, and never beyond', async () => {
    // A hill of weights. L2 gains at most eps times their length, L1 eps times the largest of them.
    const weights = Array.from({ length: 144 }, (_, j) => {
      const [r, c] = [Math.floor(j / 12) - 4, (j % 12) - 7]
      return Math.exp(-(r * r + c * c) / 6)
    })
    const sum = weights.reduce((a, b) => a + b, 0)
    const length = Math.sqrt(weights.reduce((a, b) => a + b * b, 0))
    for (const [norm, gain, share] of [
      ['l2', length, 0.85],
      // A tile of 3 x 3 with a light and a dark half is the least that Square draws.
      ['l1', 1, 0.5],
    ] as const) {
      const eps = 0.4
      const model = twoClasses(weights, sum * 0.5 - eps * gain * 1.05)
      const { margin, spentToSuccess } = await square(model, grey([1, 1, 12, 12]), {
        ...options,
        norm,
        eps,
        queries: 3000,
      })
      expect(spentToSuccess[0]).toBeNull()
      expect(margin[0]).toBeGreaterThanOrEqual(eps * gain * 0.05 - 1e-5)
      expect(margin[0]).toBeLessThan(eps * gain * (1.05 - share))
    }
  })

  it('spends all of the ball in L2, and in L1 too', async () => {
    for (const norm of ['l2', 'l1'] as const) {
      for (const dims of [
        [1, 1, 10, 10],
        [1, 3, 8, 8],
      ]) {
        const batch = grey(dims)
        const model = twoClasses(
          Array.from({ length: batch.x.data.length }, (_, j) => Math.cos(j)),
          -100,
        )
        const { adversarial } = await square(model, batch, { ...options, norm, eps: 0.7 })
        const moved = distance(adversarial.data, batch.x.data, norm)
        expect(moved).toBeLessThanOrEqual(0.7)
        expect(moved).toBeGreaterThan(0.7 * (1 - 1e-4))
      }
    }
  })

  it('asks only points of the ball and the box, of pictures of any shape and of rows', async () => {
    for (const norm of norms) {
      for (const dims of [
        [2, 3, 5, 9],
        [2, 3, 9, 4],
        [2, 1, 2, 2],
        [2, 2, 1, 1],
        [2, 7],
        [2, 4, 6],
      ]) {
        const size = dims.slice(1).reduce((a, b) => a * b, 1)
        const x = random.split('x').fillUniform(new Float32Array(2 * size))
        // Some at the faces of the box.
        for (let i = 0; i < x.length; i += 3) x[i] = i % 2
        const eps = norm === 'l1' ? 0.9 : 0.3
        const linear = twoClasses(
          Array.from({ length: size }, (_, j) => Math.sin(j) * 0.01),
          -100,
        )
        const model: ScoreModel = {
          async scores(points) {
            expect(points.dims).toEqual(dims)
            for (let row = 0; row < 2; row++) {
              const point = points.data.subarray(row * size, (row + 1) * size)
              const clean = x.subarray(row * size, (row + 1) * size)
              expect(distance(point, clean, norm)).toBeLessThanOrEqual(eps * (1 + 1e-6) + 1e-7)
              expect(point.every((value) => value >= 0 && value <= 1)).toBe(true)
            }
            return linear.scores(points)
          },
        }
        const batch = { x: { data: x, dims }, labels: Int32Array.of(1, 1), ids: [0, 1] }
        const result = await square(model, batch, { ...options, norm, eps, queries: 60 })
        // What it says of its last point is true.
        const { data } = await linear.scores(result.adversarial)
        for (let row = 0; row < 2; row++)
          expect(result.margin[row]).toBeCloseTo((data[row * 2 + 1] as number) - (data[row * 2] as number), 3)
      }
    }
  })

  it('spends exactly its queries on a sample that resists and no more on one that fell', async () => {
    const weights = new Array(16).fill(1)
    const model = twoClasses(weights, 7.9)
    // Sample 0 has the true class 1 and falls; sample 1 is asked to be class 0 of a model that says 1: wrong at once.
    const batch = { ...grey([2, 1, 4, 4]), labels: Int32Array.of(1, 0) }
    const result = await square(model, batch, { ...options, eps: 0.05 })
    expect(result.spentToSuccess[0]).not.toBeNull()
    expect(result.spentToSuccess[1]).toBe(1)
    expect(total(model.calls.scores)).toBe((result.spentToSuccess[0] ?? 0) + 1)
    for (const norm of norms) {
      const stubborn = twoClasses(weights, -100)
      await square(stubborn, grey([2, 1, 4, 4]), { ...options, norm, eps: 0.05 })
      expect(total(stubborn.calls.scores)).toBe(400)
      expect(stubborn.calls.scores).toHaveLength(200)
    }
  })

  it('gives a sample the same result alone and in a batch that it outlives', async () => {
    const weights = Array.from({ length: 48 }, (_, j) => Math.cos(j))
    const x = random.split('y').fillUniform(new Float32Array(144))
    const sums = [0, 1, 2].map((i) => weights.reduce((sum, w, j) => sum + w * (x[i * 48 + j] as number), 0))
    const model = () => twoClasses(weights, Math.min(...sums) - 0.8)
    for (const norm of norms) {
      const run: SquareOptions = { ...options, norm, eps: norm === 'linf' ? 0.03 : norm === 'l2' ? 0.2 : 0.8 }
      const together = await square(
        model(),
        { x: { data: x, dims: [3, 3, 4, 4] }, labels: Int32Array.of(1, 1, 1), ids: [5, 6, 7] },
        run,
      )
      for (let i = 0; i < 3; i++) {
        const alone = await square(
          model(),
          {
            x: { data: x.subarray(i * 48, i * 48 + 48), dims: [1, 3, 4, 4] },
            labels: Int32Array.of(1),
            ids: [5 + i],
          },
          run,
        )
        expect(alone.adversarial.data).toEqual(together.adversarial.data.subarray(i * 48, i * 48 + 48))
        expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[i])
      }
    }
  })

  it('reaches the class it was given, with 2, 3 and 4 classes', async () => {
    for (const classes of [2, 3, 4]) {
      const weights = Array.from({ length: classes }, (_, k) =>
        Array.from({ length: 75 }, (_, j) => Math.sin(1 + k * 11 + j * 0.7)),
      )
      const model = linearModel(weights)
      const batch = grey([6, 3, 5, 5])
      const labels = (await model.labels(batch.x)).map((label) => label)
      const targets = labels.map((label, i) => (label + 1 + (i % (classes - 1))) % classes)
      for (const norm of norms) {
        const eps = { linf: 0.3, l2: 2, l1: 12 }[norm]
        const run = { ...options, norm, eps, queries: 500 }
        const { adversarial, margin, spentToSuccess } = await square(
          model,
          { ...batch, labels, targets },
          run,
        )
        expect(await model.labels(adversarial)).toEqual(targets)
        for (let i = 0; i < 6; i++) {
          expect(spentToSuccess[i]).not.toBeNull()
          expect(margin[i]).toBeLessThanOrEqual(0)
        }
      }
    }
  })

  it('looks through smaller and smaller windows within its queries, or as if it had 10,000', async () => {
    // The number of pixels that differ between two points in a row, near the end of the search.
    const finest = async (rescale: boolean): Promise<number> => {
      const points: Float32Array[] = []
      const linear = twoClasses(
        Array.from({ length: 400 }, (_, j) => Math.sin(j)),
        -100,
      )
      const model: ScoreModel = {
        async scores(x) {
          points.push(x.data.slice())
          return linear.scores(x)
        },
      }
      await square(model, grey([1, 1, 20, 20]), { ...options, queries: 100, rescale })
      const last = points.slice(-15)
      return Math.max(
        ...last.slice(1).map((point, i) => {
          const before = last[i] as Float32Array
          return point.filter((value, j) => value !== before[j]).length
        }),
      )
    }
    // 0.8 / 512 of 400 pixels is one of them, drawn and taken back; 0.8 / 4 is a square of 9 x 9.
    expect(await finest(true)).toBeLessThanOrEqual(2)
    expect(await finest(false)).toBeGreaterThan(40)
  })

  it('works from probabilities as from logits', async () => {
    const logits = twoClasses(new Array(16).fill(1), 7.9)
    const probabilities: ScoreModel = {
      async scores(x) {
        const { data, classes } = await logits.scores(x)
        const out = data.map((_, i) => {
          const row = Math.floor(i / 2) * 2
          const a = Math.exp(data[row] as number)
          const b = Math.exp(data[row + 1] as number)
          return (i % 2 === 0 ? a : b) / (a + b)
        })
        return { kind: 'probabilities', data: out, classes }
      },
    }
    for (const norm of ['linf', 'l2'] satisfies Norm[]) {
      const run = { ...options, norm, eps: 0.05 }
      const a = await square(logits, grey([1, 1, 4, 4]), run)
      const b = await square(probabilities, grey([1, 1, 4, 4]), run)
      expect(b.spentToSuccess).toEqual(a.spentToSuccess)
    }
  })
})
