import { createRandom, type GradientModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { distance } from './ball.ts'
import { type PgdOptions, pgd } from './pgd.ts'

/** Two classes with scores 0 and w x - threshold; the loss is minus the margin of class 1, its gradient -w. */
function linear(weights: readonly number[], threshold: number): GradientModel {
  const size = weights.length
  const margin = (data: Float32Array, row: number) =>
    weights.reduce((sum, w, j) => sum + w * (data[row * size + j] as number), -threshold)
  const scores: GradientModel['scores'] = async (x) => {
    const data = new Float32Array((x.dims[0] as number) * 2)
    for (let row = 0; row < (x.dims[0] as number); row++) data[row * 2 + 1] = margin(x.data, row)
    return { kind: 'logits', data, classes: 2 }
  }
  return {
    scores,
    async gradient(x) {
      const count = x.dims[0] as number
      const loss = Float32Array.from({ length: count }, (_, row) => -margin(x.data, row))
      const gradient = Float32Array.from(x.data, (_, i) => -(weights[i % size] as number))
      return { loss, gradient, scores: await scores(x) }
    },
  }
}

const weights = Array.from({ length: 20 }, (_, j) => Math.sin(j * 1.7))
const clean = new Float32Array(20).fill(0.5)
const cleanSum = weights.reduce((a, b) => a + b * 0.5, 0)
const l1 = weights.reduce((a, b) => a + Math.abs(b), 0)
const l2 = Math.sqrt(weights.reduce((a, b) => a + b * b, 0))
const random = createRandom(4)
const base: PgdOptions = {
  random,
  norm: 'linf',
  eps: 0.1,
  loss: 'margin',
  steps: 40,
  stepSize: 0.01,
  randomStart: true,
  restarts: 1,
}
const attack = (threshold: number, options: Partial<PgdOptions>) =>
  pgd(
    linear(weights, threshold),
    { x: { data: clean, dims: [1, 20] }, labels: Int32Array.of(1), ids: [3] },
    { ...base, ...options },
  )

describe('PGD', () => {
  it('fools a linear model exactly when the closed form says that the ball holds an adversarial point', async () => {
    // The smallest margin in the ball is clean margin - eps |w|_1 (Linf) or - eps |w|_2 (L2).
    for (const [norm, dual] of [
      ['linf', l1],
      ['l2', l2],
    ] as const) {
      const reach = base.eps * dual
      const just = await attack(cleanSum - reach * 0.99, { norm, stepSize: 0.02 })
      expect(just.spentToSuccess[0]).not.toBeNull()
      const never = await attack(cleanSum - reach * 1.01, { norm, stepSize: 0.02 })
      expect(never.spentToSuccess[0]).toBeNull()
      expect(distance(never.adversarial.data, clean, norm)).toBeLessThanOrEqual(base.eps * (1 + 1e-6))
    }
  })

  it('with one step from the clean sample is FGSM: the corner that the gradient points at', async () => {
    const { adversarial } = await attack(-100, { steps: 1, stepSize: 0.1, randomStart: false })
    for (const [j, w] of weights.entries()) {
      expect(adversarial.data[j]).toBeCloseTo(0.5 - 0.1 * Math.sign(w), 6)
    }
  })

  it('stays in the box as well as in the ball', async () => {
    const edge = new Float32Array(20).fill(0.98)
    for (const norm of ['linf', 'l2'] as const) {
      const { adversarial } = await pgd(
        linear(weights, -100),
        { x: { data: edge, dims: [1, 20] }, labels: Int32Array.of(1), ids: [0] },
        { ...base, norm, eps: 0.5, stepSize: 0.2 },
      )
      for (const value of adversarial.data) expect(value >= 0 && value <= 1).toBe(true)
      expect(distance(adversarial.data, edge, norm)).toBeLessThanOrEqual(0.5 * (1 + 1e-6))
    }
  })

  it('gives a loss that rises to its maximum and draws that do not depend on the batch', async () => {
    const { lossCurve } = await attack(-100, {})
    expect(lossCurve).toHaveLength(40)
    for (let i = 1; i < lossCurve.length; i++) {
      expect(lossCurve[i]).toBeGreaterThanOrEqual((lossCurve[i - 1] as number) - 1e-4)
    }
    const two = await pgd(
      linear(weights, -100),
      {
        x: { data: Float32Array.of(...clean, ...clean), dims: [2, 20] },
        labels: Int32Array.of(1, 1),
        ids: [9, 3],
      },
      { ...base, steps: 2 },
    )
    const one = await attack(-100, { steps: 2 })
    expect(Array.from(two.adversarial.data.subarray(20))).toEqual(Array.from(one.adversarial.data))
  })

  it('reports samples without any gradient', async () => {
    const flat = linear(new Array(20).fill(0), -1)
    const { zeroGradients } = await pgd(
      flat,
      { x: { data: clean, dims: [1, 20] }, labels: Int32Array.of(1), ids: [0] },
      base,
    )
    expect(zeroGradients).toBe(1)
  })
})
