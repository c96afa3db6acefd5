import { createRandom, type LabelModel } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import type { AttackBatch } from './attack.ts'
import { hopSkipJump, thetaOf } from './hop-skip-jump.ts'

const random = createRandom(11)
const size = 36
const weights = Array.from({ length: size }, (_, j) => Math.sin(j * 2.3) * 0.4 + 0.05)
const grey = new Float32Array(size).fill(0.5)
const length = (w: readonly number[], norm: 'l1' | 'l2'): number =>
  norm === 'l2' ? Math.hypot(...w) : w.reduce((sum, v) => sum + Math.abs(v), 0)

/** Two classes; grey is class 1, and `distance` away from class 0 in the norm of the attack. */
function twoClasses(norm: 'l2' | 'linf', distance: number) {
  const margin = distance * length(weights, norm === 'l2' ? 'l2' : 'l1')
  const atGrey = weights.reduce((sum, w) => sum + w * 0.5, 0)
  return linearModel([new Array(size).fill(0), weights], [0, margin - atGrey])
}

const batchOf = (x: Float32Array, count: number, label = 1): AttackBatch => ({
  x: { data: x, dims: [count, x.length / count] },
  labels: new Int32Array(count).fill(label),
  ids: Array.from({ length: count }, (_, i) => i),
})

describe('HopSkipJump', () => {
  it('takes theta from the paper where float32 can tell such shares apart', () => {
    expect(thetaOf(400, 'l2')).toBe(400 ** -1.5)
    expect(thetaOf(100, 'linf')).toBe(100 ** -2)
    expect(thetaOf(3072, 'linf')).toBe(2 ** -14)
    expect(thetaOf(150_528, 'l2')).toBe(2 ** -14)
    expect(thetaOf(2, 'l2')).toBe(2 ** -10)
  })

  it.each(['l2', 'linf'] as const)(
    'finds the distance to a plane, known in closed form, in %s',
    async (norm) => {
      const distance = norm === 'l2' ? 0.4 : 0.08
      const result = await hopSkipJump(twoClasses(norm, distance), batchOf(grey, 1), {
        norm,
        queries: 6000,
        maxBatch: 64,
        random,
        checkpoints: [600, 6000],
      })
      const [early, late] = result.curve[0] as [number, number]
      expect(late).toBeGreaterThanOrEqual(distance * (1 - 1e-4))
      expect(late).toBeLessThan(distance * (norm === 'l2' ? 1.02 : 1.06))
      expect(early).toBeGreaterThanOrEqual(late)
      expect(result.distances).toEqual([late])
    },
  )

  it('finds the nearest point of a border that is curved', async () => {
    // Class 0 is what is further than 0.5 from a centre; grey lies 0.2 from it, so the border is 0.3 away.
    const centre = grey.slice()
    centre[3] = 0.7
    const model: LabelModel = {
      async labels(x) {
        return Int32Array.from({ length: x.dims[0] as number }, (_, i) => {
          const row = x.data.subarray(i * size, (i + 1) * size)
          return row.reduce((sum, v, j) => sum + (v - (centre[j] as number)) ** 2, 0) > 0.25 ? 0 : 1
        })
      },
    }
    const { distances } = await hopSkipJump(model, batchOf(grey, 1), {
      norm: 'l2',
      queries: 8000,
      maxBatch: 64,
      random,
    })
    expect(distances[0]).toBeGreaterThanOrEqual(0.3 - 1e-4)
    expect(distances[0]).toBeLessThan(0.33)
  })

  it.each([
    ['l2', 1],
    ['linf', 5],
  ] as const)(
    'in %s with %i points a round spends exactly its queries, all in the box',
    async (norm, searchWidth) => {
      const model = twoClasses(norm, 0.05)
      let lowest = 1
      let highest = 0
      let asked = 0
      const watched: LabelModel = {
        labels(x) {
          expect(x.dims[0]).toBeLessThanOrEqual(50)
          asked += x.dims[0] as number
          for (const value of x.data) {
            lowest = Math.min(lowest, value)
            highest = Math.max(highest, value)
          }
          return model.labels(x)
        },
      }
      const x = random.split('box').fillUniform(new Float32Array(3 * size))
      const labels = await model.labels({ data: x, dims: [3, size] })
      const batch = { ...batchOf(x, 3), labels }
      await hopSkipJump(watched, batch, { norm, queries: 777, maxBatch: 50, random, searchWidth })
      expect(asked).toBe(3 * 777)
      expect(lowest).toBeGreaterThanOrEqual(0)
      expect(highest).toBeLessThanOrEqual(1)
    },
  )

  it('gives a sample the same result alone and in a batch, however calls are cut', async () => {
    const model = twoClasses('l2', 0.1)
    const x = random.split('batch').fillUniform(new Float32Array(4 * size))
    const labels = await model.labels({ data: x, dims: [4, size] })
    const options = { norm: 'l2', queries: 500, random } as const
    const together = await hopSkipJump(model, { ...batchOf(x, 4), labels }, { ...options, maxBatch: 64 })
    const alone = await hopSkipJump(
      model,
      {
        x: { data: x.subarray(2 * size, 3 * size), dims: [1, size] },
        labels: labels.slice(2, 3),
        ids: [2],
      },
      { ...options, maxBatch: 7 },
    )
    expect(alone.distances[0]).toBe(together.distances[2])
    expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[2])
    expect([...alone.adversarial.data]).toEqual([...together.adversarial.data.slice(2 * size, 3 * size)])
  })

  it.each([2, 3, 4])('reaches a named class of %i from a given start', async (classes) => {
    const rows = Array.from({ length: classes }, (_, k) =>
      Array.from({ length: size }, (_, j) => (j % classes === k ? 1 : 0)),
    )
    const model = linearModel(rows)
    const x = grey.map((v, j) => (j % classes === 0 ? v + 0.1 : v))
    const starts = {
      data: Float32Array.from({ length: classes * size }, (_, i) =>
        (i % size) % classes === Math.floor(i / size) ? 1 : 0,
      ),
      dims: [classes, size],
    }
    const target = classes - 1
    const { adversarial, distances } = await hopSkipJump(
      model,
      { ...batchOf(x, 1, 0), targets: Int32Array.of(target) },
      { norm: 'l2', queries: 3000, maxBatch: 64, random, starts },
    )
    expect([...(await model.labels({ data: adversarial.data, dims: [1, size] }))]).toEqual([target])
    const [w, v] = [rows[target] as number[], rows[0] as number[]]
    const difference = w.map((value, j) => value - (v[j] as number))
    const gap = -difference.reduce((sum, value, j) => sum + value * (x[j] as number), 0)
    expect(distances[0]).toBeLessThan((1.05 * gap) / Math.hypot(...difference))
  })

  it('stops at the first point inside the ball that it is given', async () => {
    const model = twoClasses('linf', 0.05)
    const { spentToSuccess, distances } = await hopSkipJump(model, batchOf(grey, 1), {
      norm: 'linf',
      queries: 5000,
      maxBatch: 1,
      random,
      stopAt: { norm: 'linf', eps: 0.08 },
    })
    expect(distances[0]).toBeLessThanOrEqual(0.08)
    expect(model.calls.labels.length).toBe(spentToSuccess[0])
  })

  it('ends, and keeps what it had, when the model answers at random', async () => {
    const noise = random.split('answers')
    const model: LabelModel = {
      async labels(x) {
        return Int32Array.from({ length: x.dims[0] as number }, () => noise.int(2))
      },
    }
    const { distances } = await hopSkipJump(model, batchOf(grey, 1), {
      norm: 'l2',
      queries: 2000,
      maxBatch: 64,
      random,
    })
    expect(distances[0]).not.toBeNull()
  })
})
