import { createRandom } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { roundModel } from '../testing/round-model.ts'
import type { AttackBatch } from './attack.ts'
import { fmn } from './fmn.ts'
import { type MinimumNorm, rowDistance } from './row-distance.ts'

const random = createRandom(11)
const norms = ['l0', 'l1', 'l2', 'linf'] as const

/** A linear model of normal weights and samples that it has right. */
async function linearCase(name: string, classes: number, size: number, count: number, spread = 0.2) {
  const stream = random.split(name)
  const weights = Array.from({ length: classes }, () => Array.from({ length: size }, () => stream.normal()))
  const model = linearModel(weights)
  const data = Float32Array.from({ length: count * size }, () => 0.5 + spread * (2 * stream.uniform() - 1))
  const x = { data, dims: [count, size] }
  const labels = await model.labels(x)
  const { data: logits } = await model.scores(x)
  const batch: AttackBatch = { x, labels, ids: Array.from(labels.keys()) }
  /** Shortest way over the borders with `rivals`, exactly: in L1 within the box, else where the box is far away. */
  const shortest = (i: number, norm: 'l1' | 'l2' | 'linf', rivals: readonly number[]) =>
    Math.min(
      ...rivals.map((k) => {
        const y = labels[i] as number
        const lead = (logits[i * classes + y] as number) - (logits[i * classes + k] as number)
        const slopes = (weights[k] as number[]).map((v, j) => v - (weights[y]?.[j] as number))
        const lengths = slopes.map(Math.abs)
        if (norm === 'l2') return lead / Math.hypot(...lengths)
        if (norm === 'linf') return lead / lengths.reduce((a, b) => a + b, 0)
        // The steepest number first, each as far as the box lets it.
        let left = lead
        let way = 0
        for (const j of [...slopes.keys()].sort((a, b) => (lengths[b] as number) - (lengths[a] as number))) {
          const value = data[i * size + j] as number
          const room = (slopes[j] as number) > 0 ? 1 - value : value
          const part = Math.min(room, left / (lengths[j] as number))
          way += part
          left -= part * (lengths[j] as number)
        }
        return left > 1e-9 ? Number.POSITIVE_INFINITY : way
      }),
    )
  const others = (i: number) => Array.from(weights.keys()).filter((k) => k !== labels[i])
  return { weights, model, batch, shortest, others, size }
}

function distanceOf(
  { x }: AttackBatch,
  adversarial: { readonly data: Float32Array },
  i: number,
  norm: MinimumNorm,
) {
  const size = x.data.length / (x.dims[0] as number)
  return rowDistance(adversarial.data, i, x.data, { row: i, size, norm })
}

describe('FMN', () => {
  it.each(['l1', 'l2', 'linf'] as const)(
    'finds the distance to the border of a linear model in %s, where the closed form gives it',
    async (norm) => {
      const { model, batch, shortest, others } = await linearCase('closed', 4, 30, 12, 0.1)
      const { adversarial, spentToSuccess } = await fmn(model, batch, { norm, steps: 300, random })
      const answered = await model.labels(adversarial)
      for (const i of batch.ids) {
        const truth = shortest(i, norm, others(i))
        const found = distanceOf(batch, adversarial, i, norm)
        expect(answered[i]).not.toBe(batch.labels[i])
        expect(spentToSuccess[i]).toBeGreaterThan(0)
        expect(found).toBeGreaterThan(truth * 0.999)
        expect(found).toBeLessThan(truth * 1.02)
      }
    },
  )

  it('changes no more numbers than the smallest set that brute force finds, but for one', async () => {
    const size = 9
    const { model, batch, weights, others } = await linearCase('brute', 3, size, 16, 0.4)
    const { adversarial } = await fmn(model, batch, { norm: 'l0', steps: 300, random })
    let exact = 0
    for (const i of batch.ids) {
      const y = batch.labels[i] as number
      const sample = batch.x.data.subarray(i * size, (i + 1) * size)
      let fewest = size + 1
      for (const k of others(i)) {
        // What each number can give to z_k - z_y, at the better face of the box.
        const gains = Array.from(sample, (v, j) => {
          const w = (weights[k]?.[j] as number) - (weights[y]?.[j] as number)
          return Math.max(w * (1 - v), -w * v)
        })
        const lead = sample.reduce(
          (sum, v, j) => sum + v * ((weights[y]?.[j] as number) - (weights[k]?.[j] as number)),
          0,
        )
        for (let set = 1; set < 2 ** size; set++) {
          const members = gains.filter((_, j) => set & (1 << j))
          if (members.reduce((a, b) => a + b, 0) > lead) fewest = Math.min(fewest, members.length)
        }
      }
      const found = distanceOf(batch, adversarial, i, 'l0')
      if (fewest > size) continue
      expect(found).toBeGreaterThanOrEqual(fewest)
      expect(found).toBeLessThanOrEqual(fewest + 1)
      exact += Number(found === fewest)
    }
    expect(exact).toBeGreaterThanOrEqual(13)
  })

  it('finds the distance to a curved border', async () => {
    const { model, distance } = roundModel([0.5, 0.45, 0.55, 0.5, 0.4], 0.3)
    const sample = Float32Array.of(0.55, 0.5, 0.5, 0.62, 0.45)
    const batch = { x: { data: sample, dims: [1, 5] }, labels: Int32Array.of(0), ids: [0] }
    for (const norm of ['l1', 'l2', 'linf'] as const) {
      const { adversarial } = await fmn(model, batch, { norm, steps: 200, random })
      const found = distanceOf(batch, adversarial, 0, norm)
      expect(found / distance[norm](sample)).toBeGreaterThan(0.999)
      expect(found / distance[norm](sample)).toBeLessThan(1.02)
    }
  })

  it.each(norms)('reaches the class that is asked for, in %s', async (norm) => {
    const { model, batch, shortest } = await linearCase('targets', 4, 30, 12, 0.1)
    const targets = batch.labels.map((y) => (y + 1) % 4)
    const { adversarial } = await fmn(model, { ...batch, targets }, { norm, steps: 300, random })
    expect(Array.from(await model.labels(adversarial))).toEqual(Array.from(targets))
    if (norm === 'l0') return
    for (const i of batch.ids) {
      // A third class may lie between, so that the way can be longer than to the border with the target.
      const truth = shortest(i, norm, [targets[i] as number])
      expect(distanceOf(batch, adversarial, i, norm)).toBeGreaterThan(truth * 0.999)
    }
  })

  it('stays in the box, keeps its budget, and gives points that are what it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          norm: fc.constantFrom(...norms),
          classes: fc.integer({ min: 2, max: 5 }),
          size: fc.integer({ min: 1, max: 12 }),
          count: fc.integer({ min: 1, max: 4 }),
          steps: fc.integer({ min: 1, max: 25 }),
        }),
        async ({ seed, norm, classes, size, count, steps }) => {
          const { model, batch } = await linearCase(`any ${seed}`, classes, size, count, 0.5)
          const result = await fmn(model, batch, { norm, steps, random })
          expect(result.adversarial.dims).toEqual(batch.x.dims)
          for (const value of result.adversarial.data) expect(value >= 0 && value <= 1).toBe(true)
          expect(model.calls.gradients.length).toBeLessThanOrEqual(steps)
          const answered = await model.labels(result.adversarial)
          for (const i of batch.ids) {
            const spent = result.spentToSuccess[i] as number | null
            if (spent === null) continue
            expect(answered[i]).not.toBe(batch.labels[i])
            expect(spent).toBeGreaterThan(0)
            expect(spent).toBeLessThanOrEqual(steps)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('uses a pass a step and no more, and keeps what it finds when it goes on', async () => {
    const { model, batch } = await linearCase('budget', 3, 20, 5, 0.1)
    let before = new Array<number>(5).fill(Number.POSITIVE_INFINITY)
    for (const steps of [20, 80, 320]) {
      model.calls.gradients.length = 0
      const { adversarial } = await fmn(model, batch, { norm: 'l2', steps, random })
      expect(model.calls.gradients).toEqual(new Array(steps).fill(5))
      const found = batch.ids.map((i) => distanceOf(batch, adversarial, i, 'l2'))
      for (const i of batch.ids) expect(found[i]).toBeLessThan((before[i] as number) * 1.001)
      before = found
    }
  })

  it.each(norms)('gives a sample the same point alone and among others, in %s', async (norm) => {
    const { model, batch, size } = await linearCase('alone', 4, 20, 6, 0.3)
    const together = await fmn(model, batch, { norm, steps: 40, random })
    const alone = await fmn(
      model,
      {
        x: { data: batch.x.data.slice(3 * size, 4 * size), dims: [1, size] },
        labels: batch.labels.slice(3, 4),
        ids: [3],
      },
      { norm, steps: 40, random },
    )
    expect(Array.from(alone.adversarial.data)).toEqual(
      Array.from(together.adversarial.data.subarray(3 * size, 4 * size)),
    )
    expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[3])
  })

  it('goes by the margin where the cross-entropy is saturated', async () => {
    const { weights, batch, shortest, others } = await linearCase('saturated', 4, 30, 12, 0.1)
    const steep = linearModel(weights.map((row) => row.map((w) => w * 1e5)))
    const { gradient } = await steep.gradient(batch.x, 'cross-entropy', { labels: batch.labels })
    expect(gradient.every((g) => g === 0)).toBe(true)
    const { adversarial, zeroGradients } = await fmn(steep, batch, { norm: 'l2', steps: 300, random })
    expect(zeroGradients).toBe(0)
    for (const i of batch.ids)
      expect(distanceOf(batch, adversarial, i, 'l2')).toBeLessThan(shortest(i, 'l2', others(i)) * 1.02)
  })

  it('says so and stops asking where the model has no gradient', async () => {
    const flat = linearModel([new Array(6).fill(0), new Array(6).fill(0)], [1, 0])
    const batch = {
      x: { data: new Float32Array(12).fill(0.5), dims: [2, 6] },
      labels: Int32Array.of(0, 0),
      ids: [0, 1],
    }
    const result = await fmn(flat, batch, { norm: 'linf', random })
    expect(result.zeroGradients).toBe(1)
    expect(result.spentToSuccess).toEqual([null, null])
    expect(flat.calls.gradients).toEqual([2])
  })

  it.each(norms)(
    'goes back to the border from a given point, also where the clean sample shows no way, in %s',
    async (norm) => {
      const { model, distance } = roundModel([0.5, 0.5, 0.5, 0.5], 0.4)
      // At the centre of the sphere the gradient is zero.
      const batch = {
        x: { data: new Float32Array(8).fill(0.5), dims: [2, 4] },
        labels: Int32Array.of(0, 0),
        ids: [0, 1],
      }
      const start = { data: Float32Array.of(0.9, 0.95, 1, 0.05, 0.5, 0.5, 0.5, 0.6), dims: [2, 4] }
      const { adversarial, spentToSuccess } = await fmn(model, batch, { norm, steps: 100, start, random })
      const found = distanceOf(batch, adversarial, 0, norm)
      const truth = norm === 'l0' ? 1 : distance[norm](batch.x.data.subarray(0, 4))
      expect(found).toBeGreaterThan(truth * 0.999)
      // From a corner of the sphere the nearest point in L1 and L0 lies across a hill of the distance.
      expect(found).toBeLessThan(truth * (norm === 'l2' || norm === 'linf' ? 1.02 : 4.1))
      expect(spentToSuccess[0]).toBe(12)
      expect(spentToSuccess[1]).toBeNull()
    },
  )

  it('stops when it is told to', async () => {
    const { model, batch } = await linearCase('stop', 3, 5, 2)
    const controller = new AbortController()
    const progress = () => controller.abort(new Error('enough'))
    await expect(
      fmn(model, batch, { norm: 'l2', random, signal: controller.signal, progress }),
    ).rejects.toThrow('enough')
    expect(model.calls.gradients).toHaveLength(1)
  })
})
