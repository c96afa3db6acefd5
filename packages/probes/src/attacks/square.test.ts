import { createRandom, type ScoreModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { square, windowShare } from './square.ts'

/** A linear model on [1, h, w] pictures: the margin of class 1 is the weighted sum less a threshold. */
function linear(weights: readonly number[], threshold: number): ScoreModel & { calls: number[] } {
  const calls: number[] = []
  return {
    calls,
    async scores(x) {
      const count = x.dims[0] as number
      calls.push(count)
      const data = new Float32Array(count * 2)
      for (let i = 0; i < count; i++) {
        let sum = -threshold
        for (let j = 0; j < weights.length; j++)
          sum += (weights[j] as number) * (x.data[i * weights.length + j] as number)
        data[i * 2 + 1] = sum
      }
      return { kind: 'logits', data, classes: 2 }
    },
  }
}

const random = createRandom(3)

describe('Square', () => {
  it('follows the published schedule, stretched to the number of queries', () => {
    // Share of p0 at iterations of 10,000: the table of facts in the paper's code.
    const at = (i: number) => 0.8 / windowShare(i, 10_000, 0.8)
    expect([0, 10, 11, 51, 201, 501, 1001, 2001, 4001, 6001, 8001].map(at)).toEqual([
      1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
    ])
    expect(windowShare(100, 1000, 0.8)).toBe(windowShare(1000, 10_000, 0.8))
  })

  it('reaches the worst corner of the ball on a linear model, whose margin is known in closed form', async () => {
    const weights = Array.from({ length: 36 }, (_, j) => Math.sin(j * 2.3) * 0.4)
    const x = new Float32Array(36).fill(0.5)
    const eps = 0.1
    const clean = weights.reduce((a, b) => a + b * 0.5, 0)
    const reach = weights.reduce((a, b) => a + Math.abs(b) * eps, 0)
    // Just outside the ball: never fooled, so the search goes on to the end and the margin is what it reached.
    const model = linear(weights, clean - reach * 1.05)
    const result = await square(
      model,
      { x: { data: x, dims: [1, 1, 6, 6] }, labels: Int32Array.of(1), ids: [0] },
      { random, eps, queries: 3000, initialShare: 0.8 },
    )
    expect(result.spentToSuccess[0]).toBeNull()
    const best = reach * 0.05
    expect(result.margin[0]).toBeGreaterThanOrEqual(best - 1e-5)
    expect(result.margin[0]).toBeLessThan(best + reach * 0.12)
    for (const value of result.adversarial.data)
      expect(Math.abs(Math.abs(value - 0.5) - eps)).toBeLessThan(1e-6)
  })

  it('stays in the ball and the box, on pictures that are not square and with three channels', async () => {
    for (const dims of [
      [2, 3, 5, 9],
      [2, 3, 9, 4],
      [2, 7],
    ]) {
      const size = dims.reduce((a, b) => a * b, 1)
      const x = random.split('x').fillUniform(new Float32Array(size))
      const model = linear(new Array(size / 2).fill(0.01), -1e6)
      const { adversarial } = await square(
        model,
        { x: { data: x, dims }, labels: Int32Array.of(1, 1), ids: [0, 1] },
        { random, eps: 0.2, queries: 50, initialShare: 0.8 },
      )
      for (let i = 0; i < size; i++) {
        expect(Math.abs((adversarial.data[i] as number) - (x[i] as number))).toBeLessThanOrEqual(0.2 + 1e-6)
        expect(adversarial.data[i]).toBeGreaterThanOrEqual(0)
        expect(adversarial.data[i]).toBeLessThanOrEqual(1)
      }
    }
  })

  it('spends exactly its queries on a sample that resists and no more on one that fell', async () => {
    const weights = new Array(16).fill(1)
    const x = new Float32Array(32).fill(0.5)
    const model = linear(weights, 7.9)
    // Sample 0 has the true class 1 and falls; sample 1 is asked to be class 0 of a model that says 1: wrong at once.
    const result = await square(
      model,
      { x: { data: x, dims: [2, 1, 4, 4] }, labels: Int32Array.of(1, 0), ids: [0, 1] },
      { random, eps: 0.05, queries: 200, initialShare: 0.8 },
    )
    expect(result.spentToSuccess[0]).not.toBeNull()
    const spent = model.calls.reduce((a, b) => a + b, 0)
    expect(spent).toBe((result.spentToSuccess[0] ?? 0) + (result.spentToSuccess[1] ?? 0))
    const stubborn = linear(weights, -1e6)
    await square(
      stubborn,
      { x: { data: x, dims: [2, 1, 4, 4] }, labels: Int32Array.of(1, 1), ids: [0, 1] },
      { random, eps: 0.05, queries: 200, initialShare: 0.8 },
    )
    expect(stubborn.calls.reduce((a, b) => a + b, 0)).toBe(400)
  })

  it('gives a sample the same result alone and in a batch', async () => {
    const weights = Array.from({ length: 16 }, (_, j) => Math.cos(j))
    const x = random.split('y').fillUniform(new Float32Array(48))
    const options = { eps: 0.1, queries: 120, initialShare: 0.8 }
    const together = await square(
      linear(weights, -3),
      { x: { data: x, dims: [3, 1, 4, 4] }, labels: Int32Array.of(1, 1, 1), ids: [5, 6, 7] },
      { random, ...options },
    )
    const alone = await square(
      linear(weights, -3),
      { x: { data: x.subarray(16, 32), dims: [1, 1, 4, 4] }, labels: Int32Array.of(1), ids: [6] },
      { random, ...options },
    )
    expect(Array.from(alone.adversarial.data)).toEqual(Array.from(together.adversarial.data.subarray(16, 32)))
  })

  it('works from probabilities as from logits', async () => {
    const weights = new Array(16).fill(1)
    const logits = linear(weights, 7.9)
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
    const x = { data: new Float32Array(16).fill(0.5), dims: [1, 1, 4, 4] }
    const options = { eps: 0.05, queries: 200, initialShare: 0.8 }
    const a = await square(logits, { x: x, labels: Int32Array.of(1), ids: [0] }, { random, ...options })
    const b = await square(
      probabilities,
      { x: x, labels: Int32Array.of(1), ids: [0] },
      { random, ...options },
    )
    expect(b.spentToSuccess).toEqual(a.spentToSuccess)
  })
})
