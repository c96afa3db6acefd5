import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { roundModel } from '../testing/round-model.ts'
import { carliniWagner } from './carlini-wagner.ts'
import { rowDistance } from './row-distance.ts'

const random = createRandom(21)

async function linearCase(name: string, classes: number, size: number, count: number, spread: number) {
  const stream = random.split(name)
  const weights = Array.from({ length: classes }, () => Array.from({ length: size }, () => stream.normal()))
  const model = linearModel(weights)
  const data = Float32Array.from({ length: count * size }, () => 0.5 + spread * (2 * stream.uniform() - 1))
  const x = { data, dims: [count, size] }
  const labels = await model.labels(x)
  const { data: logits } = await model.scores(x)
  const batch = { x, labels, ids: Array.from(labels.keys()) }
  const logit = (i: number, k: number) => logits[i * classes + k] as number
  /** Distance over which class k gets ahead of class y by `gap`. */
  const border = (i: number, y: number, k: number, gap = 0) =>
    (logit(i, y) - logit(i, k) + gap) /
    Math.hypot(...(weights[k] as number[]).map((w, j) => w - (weights[y]?.[j] as number)))
  const shortest = (i: number, gap = 0) => {
    const y = labels[i] as number
    return Math.min(...[...weights.keys()].filter((k) => k !== y).map((k) => border(i, y, k, gap)))
  }
  const found = (adversarial: { readonly data: Float32Array }, i: number) =>
    rowDistance(adversarial.data, i, data, { row: i, size, norm: 'l2' })
  return { model, batch, border, shortest, found, size }
}

describe('Carlini and Wagner', () => {
  it('finds the distance to the border of a linear model, where the closed form gives it', async () => {
    const { model, batch, shortest, found } = await linearCase('closed', 2, 30, 8, 0.1)
    const { adversarial, spentToSuccess } = await carliniWagner(model, batch, { steps: 400, random })
    const answered = await model.labels(adversarial)
    for (const i of batch.ids) {
      expect(answered[i]).not.toBe(batch.labels[i])
      expect(spentToSuccess[i]).toBeGreaterThan(1)
      expect(found(adversarial, i) / shortest(i)).toBeGreaterThan(0.999)
      // Two of these ways are shorter than Adam's first step.
      expect(found(adversarial, i) / shortest(i)).toBeLessThan(1.01)
    }
  })

  it('goes on until the margin is as large as it is told', async () => {
    const { model, batch, shortest, found } = await linearCase('margin', 3, 30, 6, 0.1)
    const { adversarial } = await carliniWagner(model, batch, { steps: 400, confidence: 2, random })
    const { loss } = await model.gradient(adversarial, 'margin', { labels: batch.labels })
    for (const i of batch.ids) {
      expect(loss[i]).toBeGreaterThanOrEqual(2)
      // A third class can come between only where the way is longer than to the nearest class alone.
      expect(found(adversarial, i) / shortest(i, 2)).toBeGreaterThan(0.999)
      expect(found(adversarial, i) / shortest(i, 2)).toBeLessThan(1.02)
    }
  })

  it('reaches the class that is asked for, by the shortest way where no third class lies between', async () => {
    const { model, batch, border, found } = await linearCase('target', 4, 30, 8, 0.1)
    const targets = batch.labels.map((y) => (y + 2) % 4)
    const { adversarial } = await carliniWagner(model, { ...batch, targets }, { steps: 400, random })
    expect(Array.from(await model.labels(adversarial))).toEqual(Array.from(targets))
    let straight = 0
    for (const i of batch.ids) {
      const ratio = found(adversarial, i) / border(i, batch.labels[i] as number, targets[i] as number)
      expect(ratio).toBeGreaterThan(0.999)
      straight += Number(ratio < 1.01)
    }
    expect(straight).toBeGreaterThan(3)
  })

  it('finds the distance to a curved border, and leaves the faces of the box', async () => {
    const { model, distance } = roundModel([0.1, 0.9, 0.5], 0.25)
    // Two of the three numbers lie on faces of the box, where the variable of the search is all but infinite.
    const sample = Float32Array.of(0, 1, 0.6)
    const { adversarial } = await carliniWagner(
      model,
      { x: { data: sample, dims: [1, 3] }, labels: Int32Array.of(0), ids: [0] },
      { steps: 2000, random },
    )
    // From there the way out leads along the third number alone.
    const way = Math.sqrt(0.25 ** 2 - 2 * 0.1 ** 2) - 0.1
    expect(way).toBeGreaterThan(distance.l2(sample))
    const found = rowDistance(adversarial.data, 0, sample, { row: 0, size: 3, norm: 'l2' })
    expect(found / way).toBeGreaterThan(0.999)
    expect(found / way).toBeLessThan(1.01)
  })

  it('stays in the box and keeps to its rounds and steps, whatever the model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          classes: fc.integer({ min: 2, max: 5 }),
          size: fc.integer({ min: 1, max: 8 }),
          count: fc.integer({ min: 1, max: 4 }),
          steps: fc.integer({ min: 1, max: 30 }),
          rounds: fc.integer({ min: 1, max: 4 }),
          learningRate: fc.constantFrom(0.01, 0.3),
          abortEarly: fc.boolean(),
        }),
        async ({ seed, classes, size, count, ...options }) => {
          const { model, batch } = await linearCase(`any ${seed}`, classes, size, count, 0.5)
          const result = await carliniWagner(model, batch, { ...options, random })
          for (const value of result.adversarial.data) expect(value >= 0 && value <= 1).toBe(true)
          const { steps, rounds, abortEarly } = options
          expect(model.calls.gradients.length).toBeLessThanOrEqual(steps * rounds)
          if (!abortEarly) expect(model.calls.gradients).toEqual(new Array(steps * rounds).fill(count))
          const answered = await model.labels(result.adversarial)
          for (const i of batch.ids)
            if (result.spentToSuccess[i] !== null) expect(answered[i]).not.toBe(batch.labels[i])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('gives a sample the same point alone and among others, whose rounds end at other times', async () => {
    const { model, batch, size } = await linearCase('alone', 4, 12, 6, 0.4)
    const options = { steps: 60, random }
    const together = await carliniWagner(model, batch, options)
    expect(new Set(model.calls.gradients).size).toBeGreaterThan(1)
    for (const i of [1, 4]) {
      const alone = await carliniWagner(
        model,
        {
          x: { data: batch.x.data.slice(i * size, (i + 1) * size), dims: [1, size] },
          labels: batch.labels.slice(i, i + 1),
          ids: [i],
        },
        options,
      )
      expect(Array.from(alone.adversarial.data)).toEqual(
        Array.from(together.adversarial.data.subarray(i * size, (i + 1) * size)),
      )
      expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[i])
    }
  })

  it('ends a round early without losing the way that it has found', async () => {
    const { model, batch, found } = await linearCase('early', 3, 20, 5, 0.1)
    const early = await carliniWagner(model, batch, { steps: 1000, random })
    const passes = model.calls.gradients.reduce((a, b) => a + b, 0)
    model.calls.gradients.length = 0
    const full = await carliniWagner(model, batch, { steps: 1000, random, abortEarly: false })
    expect(passes).toBeLessThan(0.9 * model.calls.gradients.reduce((a, b) => a + b, 0))
    for (const i of batch.ids)
      expect(found(early.adversarial, i)).toBeLessThan(found(full.adversarial, i) * 1.005)
  })

  it('says so where the model has no gradient, and never claims success', async () => {
    const flat = linearModel([new Array(6).fill(0), new Array(6).fill(0)], [1, 0])
    const x = { data: new Float32Array(12).fill(0.5), dims: [2, 6] }
    const result = await carliniWagner(
      flat,
      { x, labels: Int32Array.of(0, 0), ids: [0, 1] },
      { steps: 50, random },
    )
    expect(result.zeroGradients).toBe(1)
    expect(result.spentToSuccess).toEqual([null, null])
  })

  it('stops when it is told to', async () => {
    const { model, batch } = await linearCase('stop', 3, 5, 2, 0.2)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(carliniWagner(model, batch, { random, signal })).rejects.toThrow('enough')
    expect(model.calls.gradients).toHaveLength(0)
  })
})
