import { createRandom, type GradientModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { distance, norms } from './ball.ts'
import { transfer } from './transfer.ts'

const random = createRandom(15)
const weights = Array.from({ length: 20 }, (_, j) => Math.sin(j * 1.7 + 0.4))
const clean = weights.reduce((a, b) => a + b * 0.5, 0)
const twoClasses = (w: readonly number[], threshold: number) =>
  linearModel([w.map(() => 0), w], [0, -threshold])
const grey = (dims: readonly number[]) => ({
  x: { data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5), dims },
  labels: new Int32Array(dims[0] as number).fill(1),
  ids: Array.from({ length: dims[0] as number }, (_, i) => i + 1),
})

describe('transfer', () => {
  it('reaches on a target like the surrogate what the closed form says', async () => {
    const dual = {
      linf: weights.reduce((a, b) => a + Math.abs(b), 0),
      l2: Math.sqrt(weights.reduce((a, b) => a + b * b, 0)),
      l1: Math.max(...weights.map(Math.abs)),
    }
    for (const norm of norms) {
      for (const [share, success] of [
        [0.99, 1],
        [1.01, null],
      ] as const) {
        const target = twoClasses(weights, clean - 0.2 * dual[norm] * share)
        const { spentToSuccess } = await transfer(twoClasses(weights, clean), target, grey([1, 20]), {
          random,
          norm,
          eps: 0.2,
        })
        expect(spentToSuccess).toEqual([success])
        expect(target.calls).toEqual({ labels: [1], scores: [], gradients: [] })
      }
    }
  })

  it('counts success on the target alone', async () => {
    const surrogate = twoClasses(weights, clean)
    const deaf = twoClasses(new Array(20).fill(0), -1)
    const result = await transfer(surrogate, deaf, grey([3, 20]), { random, norm: 'linf', eps: 0.3 })
    expect(result.spentToSuccess).toEqual([null, null, null])
    // The surrogate itself is fooled by the same points.
    expect(await surrogate.labels(result.adversarial)).toEqual(Int32Array.of(0, 0, 0))
    expect(surrogate.calls.gradients).toEqual(new Array(10).fill(3))
  })

  it('keeps its momentum: a gradient that turns round is followed for a while', async () => {
    let step = 0
    const turning: GradientModel = {
      scores: twoClasses([1], 0).scores,
      async gradient(x) {
        // Of any size, since it is brought to size 1: three steps up, then down.
        const value = step++ < 3 ? 5 : -0.01
        const data = new Float32Array(x.data.length).fill(value)
        const scores = await twoClasses([1], 0).scores(x)
        return { loss: new Float32Array(1), gradient: data, scores }
      },
    }
    const run = { random, norm: 'linf', eps: 0.4, stepSize: 0.05, steps: 5 } as const
    const target = twoClasses([1], -100)
    const withMomentum = await transfer(turning, target, grey([1, 1]), { ...run, decay: 1 })
    step = 0
    const without = await transfer(turning, target, grey([1, 1]), { ...run, decay: 0 })
    // Sums 1, 2, 3, 2, 1: five steps up. Without: three up, two down.
    expect(withMomentum.adversarial.data[0]).toBeCloseTo(0.75, 5)
    expect(without.adversarial.data[0]).toBeCloseTo(0.55, 5)
  })

  it('follows the gradient at the picture itself through the shrinking, and blurs it', async () => {
    // One bright weight in the middle: blurred, it moves its neighbours as well.
    const size = 25 * 25
    const point = Array.from({ length: size }, (_, j) => Number(j === 312))
    const run = { random, norm: 'linf', eps: 0.1, steps: 1 } as const
    const target = twoClasses(point, -1)
    const moved = async (options: { readonly kernel: number; readonly diversity: number }) => {
      const { adversarial } = await transfer(twoClasses(point, 0), target, grey([1, 1, 25, 25]), {
        ...run,
        ...options,
      })
      return adversarial.data.reduce((count, v) => count + Number(v !== 0.5), 0)
    }
    expect(await moved({ kernel: 1, diversity: 0 })).toBe(1)
    expect(await moved({ kernel: 15, diversity: 0 })).toBe(225)
    // The pixel that the surrogate saw was made of up to four.
    const shrunken = await moved({ kernel: 1, diversity: 1 })
    expect(shrunken).toBeGreaterThanOrEqual(1)
    expect(shrunken).toBeLessThanOrEqual(4)
  })

  it('stays in the ball and the box', async () => {
    for (const norm of norms) {
      const x = random.split('x').fillUniform(new Float32Array(2 * 75))
      for (let i = 0; i < x.length; i += 4) x[i] = (i / 4) % 2
      const w = Array.from({ length: 75 }, (_, j) => Math.cos(j))
      const batch = { x: { data: x, dims: [2, 3, 5, 5] }, labels: Int32Array.of(1, 1), ids: [0, 1] }
      const { adversarial } = await transfer(twoClasses(w, -100), twoClasses(w, -100), batch, {
        random,
        norm,
        eps: 0.3,
      })
      expect(adversarial.data.every((value) => value >= 0 && value <= 1)).toBe(true)
      for (let i = 0; i < 2; i++) {
        const [a, b] = [adversarial.data, x].map((all) => all.subarray(i * 75, i * 75 + 75))
        expect(distance(a as Float32Array, b as Float32Array, norm)).toBeLessThanOrEqual(0.3 * (1 + 1e-6))
      }
    }
  })

  it('gives a sample the same point alone and in a batch', async () => {
    const x = random.split('y').fillUniform(new Float32Array(3 * 64))
    const w = Array.from({ length: 64 }, (_, j) => Math.cos(j))
    const run = { random, norm: 'linf', eps: 0.1 } as const
    const model = twoClasses(w, 0)
    const together = await transfer(
      model,
      model,
      { x: { data: x, dims: [3, 1, 8, 8] }, labels: Int32Array.of(1, 1, 1), ids: [5, 6, 7] },
      run,
    )
    const alone = await transfer(
      model,
      model,
      { x: { data: x.subarray(64, 128), dims: [1, 1, 8, 8] }, labels: Int32Array.of(1), ids: [6] },
      run,
    )
    expect(alone.adversarial.data).toEqual(together.adversarial.data.subarray(64, 128))
  })

  it('reaches the class it was given, with 2, 3 and 4 classes', async () => {
    for (const classes of [2, 3, 4]) {
      const rows = Array.from({ length: classes }, (_, k) =>
        Array.from({ length: 40 }, (_, j) => Math.sin(1 + k * 11 + j * 0.7)),
      )
      const target = linearModel(rows)
      const batch = grey([4, 40])
      const labels = await target.labels(batch.x)
      const targets = labels.map((label, i) => (label + 1 + (i % (classes - 1))) % classes)
      const { adversarial, spentToSuccess } = await transfer(
        linearModel(rows),
        target,
        { ...batch, labels, targets },
        { random, norm: 'linf', eps: 0.4 },
      )
      expect(await target.labels(adversarial)).toEqual(targets)
      expect(spentToSuccess).toEqual([1, 1, 1, 1])
    }
  })
})
