import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { roundModel } from '../testing/round-model.ts'
import { deepfool } from './deepfool.ts'
import { rowDistance } from './row-distance.ts'

const random = createRandom(31)
const norms = ['l2', 'linf'] as const

async function linearCase(name: string, classes: number, size: number, count: number, spread: number) {
  const stream = random.split(name)
  const weights = Array.from({ length: classes }, () => Array.from({ length: size }, () => stream.normal()))
  const model = linearModel(weights)
  const data = Float32Array.from({ length: count * size }, () => 0.5 + spread * (2 * stream.uniform() - 1))
  const x = { data, dims: [count, size] }
  const labels = await model.labels(x)
  const { data: logits } = await model.scores(x)
  model.calls.scores.length = 0
  const batch = { x, labels, ids: Array.from(labels.keys()) }
  const border = (i: number, k: number, norm: 'l2' | 'linf') => {
    const y = labels[i] as number
    const w = (weights[k] as number[]).map((v, j) => Math.abs(v - (weights[y]?.[j] as number)))
    const dual = norm === 'l2' ? Math.hypot(...w) : w.reduce((a, b) => a + b, 0)
    return ((logits[i * classes + y] as number) - (logits[i * classes + k] as number)) / dual
  }
  const shortest = (i: number, norm: 'l2' | 'linf') =>
    Math.min(...[...weights.keys()].filter((k) => k !== labels[i]).map((k) => border(i, k, norm)))
  const found = (adversarial: { readonly data: Float32Array }, i: number, norm: 'l2' | 'linf') =>
    rowDistance(adversarial.data, i, data, { row: i, size, norm })
  return { model, batch, border, shortest, found, size, logits }
}

describe('DeepFool', () => {
  it.each(norms)('steps onto the nearest border of a linear model at once, in %s', async (norm) => {
    const { model, batch, shortest, found } = await linearCase('closed', 5, 30, 12, 0.1)
    const { adversarial, spentToSuccess } = await deepfool(model, batch, { norm, random })
    const answered = await model.labels(adversarial)
    for (const i of batch.ids) {
      expect(answered[i]).not.toBe(batch.labels[i])
      // A look at the clean sample, a gradient for each of four rivals, and a look at the point.
      expect(spentToSuccess[i]).toBe(6)
      expect(found(adversarial, i, norm) / shortest(i, norm)).toBeGreaterThan(0.999)
      expect(found(adversarial, i, norm) / shortest(i, norm)).toBeLessThan(1.002)
    }
  })

  it.each(norms)(
    'reaches the class that is asked for, by the straight way where none lies in it, in %s',
    async (norm) => {
      const { model, batch, border, found } = await linearCase('target', 4, 30, 24, 0.1)
      const targets = batch.labels.map((y) => (y + 1) % 4)
      const { adversarial } = await deepfool(model, { ...batch, targets }, { norm, random })
      expect(Array.from(await model.labels(adversarial))).toEqual(Array.from(targets))
      let straight = 0
      for (const i of batch.ids) {
        const ratio = found(adversarial, i, norm) / border(i, targets[i] as number, norm)
        expect(ratio).toBeGreaterThan(0.999)
        straight += Number(ratio < 1.002)
      }
      // With few classes hardly any lies in the way, and the way is straight.
      expect(straight).toBeGreaterThan(12)
    },
  )

  it('looks at as many classes as it is told, those with the highest scores', async () => {
    const { model, batch, border, found, logits } = await linearCase('candidates', 6, 30, 12, 0.1)
    const { adversarial } = await deepfool(model, batch, { norm: 'l2', candidates: 2, random })
    expect(model.calls.gradients).toEqual([12])
    let longer = 0
    for (const i of batch.ids) {
      const scores = Array.from(logits.subarray(i * 6, i * 6 + 6))
      const second = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number))[1]
      const way = border(i, second as number, 'l2')
      const nearest = Math.min(
        ...[0, 1, 2, 3, 4, 5].filter((k) => k !== batch.labels[i]).map((k) => border(i, k, 'l2')),
      )
      // It may meet a third class on its way, but never aims at one.
      expect(found(adversarial, i, 'l2')).toBeLessThan(way * 1.002)
      longer += Number(found(adversarial, i, 'l2') > nearest * 1.01)
    }
    expect(longer).toBeGreaterThan(0)
  })

  it('finds the distance to a curved border in a few steps', async () => {
    const { model, distance } = roundModel([0.5, 0.45, 0.55, 0.5, 0.4], 0.3)
    const sample = Float32Array.of(0.55, 0.5, 0.5, 0.62, 0.45)
    const batch = { x: { data: sample, dims: [1, 5] }, labels: Int32Array.of(0), ids: [0] }
    for (const norm of norms) {
      const { adversarial, spentToSuccess } = await deepfool(model, batch, { norm, random })
      const found = rowDistance(adversarial.data, 0, sample, { row: 0, size: 5, norm })
      expect(found / distance[norm](sample)).toBeGreaterThan(0.999)
      expect(found / distance[norm](sample)).toBeLessThan(1.01)
      expect(spentToSuccess[0]).toBeLessThan(12)
    }
  })

  it('stays in the box and keeps to its steps, with any number of classes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          norm: fc.constantFrom(...norms),
          classes: fc.integer({ min: 2, max: 5 }),
          size: fc.integer({ min: 1, max: 8 }),
          count: fc.integer({ min: 1, max: 4 }),
          steps: fc.integer({ min: 1, max: 8 }),
          candidates: fc.integer({ min: 2, max: 12 }),
        }),
        async ({ seed, classes, size, count, ...options }) => {
          const { model, batch } = await linearCase(`any ${seed}`, classes, size, count, 0.5)
          const result = await deepfool(model, batch, { ...options, random })
          for (const value of result.adversarial.data) expect(value >= 0 && value <= 1).toBe(true)
          expect(model.calls.gradients.length).toBeLessThanOrEqual(options.steps)
          const answered = await model.labels(result.adversarial)
          for (const i of batch.ids)
            if (result.spentToSuccess[i] !== null) expect(answered[i]).not.toBe(batch.labels[i])
        },
      ),
      { numRuns: 150 },
    )
  })

  it('gives a sample the same point alone and among others', async () => {
    const { model, batch, size } = await linearCase('alone', 4, 12, 6, 0.5)
    const together = await deepfool(model, batch, { norm: 'linf', random })
    const alone = await deepfool(
      model,
      {
        x: { data: batch.x.data.slice(2 * size, 3 * size), dims: [1, size] },
        labels: batch.labels.slice(2, 3),
        ids: [2],
      },
      { norm: 'linf', random },
    )
    expect(Array.from(alone.adversarial.data)).toEqual(
      Array.from(together.adversarial.data.subarray(2 * size, 3 * size)),
    )
    expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[2])
  })

  it('asks no more about samples without a gradient, and says how many there are', async () => {
    const flat = linearModel([new Array(6).fill(0), new Array(6).fill(0)], [1, 0])
    const x = { data: new Float32Array(12).fill(0.5), dims: [2, 6] }
    const result = await deepfool(
      flat,
      { x, labels: Int32Array.of(0, 0), ids: [0, 1] },
      { norm: 'l2', random },
    )
    expect(result.zeroGradients).toBe(1)
    expect(result.spentToSuccess).toEqual([null, null])
    expect(flat.calls).toMatchObject({ gradients: [2], scores: [2] })
  })

  it('stops when it is told to', async () => {
    const { model, batch } = await linearCase('stop', 3, 5, 2, 0.2)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(deepfool(model, batch, { norm: 'l2', random, signal })).rejects.toThrow('enough')
    expect(model.calls.gradients).toHaveLength(0)
  })
})
