import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import type { AttackBatch } from './attack.ts'
import { rays } from './rays.ts'

const random = createRandom(21)
const size = 48
const weights = Array.from({ length: size }, (_, j) => Math.cos(j * 1.7) * (1 + (j % 5)))
const total = weights.reduce((sum, w) => sum + Math.abs(w), 0)

/** Two classes; grey is class 1 and `distance` away from class 0 in Linf. */
function twoClasses(distance: number) {
  const atGrey = weights.reduce((sum, w) => sum + w * 0.5, 0)
  return linearModel([new Array(size).fill(0), weights], [0, distance * total - atGrey])
}

const batchOf = (x: Float32Array, count = 1): AttackBatch => ({
  x: { data: x, dims: [count, size] },
  labels: new Int32Array(count).fill(1),
  ids: Array.from({ length: count }, (_, i) => i),
})
const grey = new Float32Array(size).fill(0.5)
const run = { random, maxBatch: 32 } as const

describe('RayS', () => {
  it('finds the signs of a plane and the distance to it, known in closed form, and then stops by itself', async () => {
    const model = twoClasses(0.07)
    const { distances, adversarial } = await rays(model, batchOf(grey), { ...run, queries: 5000 })
    expect(distances[0]).toBeGreaterThanOrEqual(0.07 - 1e-6)
    expect(distances[0]).toBeLessThan(0.07 + 4e-4)
    for (const [j, value] of adversarial.data.entries())
      if (Math.abs(weights[j] as number) > 0.05) expect(value > 0.5).toBe((weights[j] as number) < 0)
    expect(model.calls.labels.length).toBeLessThan(2000)
  })

  it('moves every number by the radius, cut to the box, and spends no more than its queries', async () => {
    const model = twoClasses(0.2)
    const x = random.split('x').fillUniform(new Float32Array(2 * size))
    const labels = await model.labels({ data: x, dims: [2, size] })
    model.calls.labels.length = 0
    const { distances, adversarial } = await rays(
      model,
      { ...batchOf(x, 2), labels },
      { ...run, queries: 123 },
    )
    expect(model.calls.labels.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(246)
    for (const [i, value] of adversarial.data.entries()) {
      const radius = distances[Math.floor(i / size)] as number
      const moved = Math.abs(value - (x[i] as number))
      expect(moved < radius - 1e-6 ? value === 0 || value === 1 : true).toBe(true)
    }
  })

  it('gives a sample the same result alone and in a batch', async () => {
    const model = twoClasses(0.1)
    const x = random.split('batch').fillUniform(new Float32Array(3 * size))
    const labels = await model.labels({ data: x, dims: [3, size] })
    const together = await rays(model, { ...batchOf(x, 3), labels }, { ...run, queries: 300 })
    const alone = await rays(
      model,
      { x: { data: x.subarray(size, 2 * size), dims: [1, size] }, labels: labels.slice(1, 2), ids: [1] },
      { ...run, maxBatch: 3, queries: 300 },
    )
    expect(alone.distances[0]).toBe(together.distances[1])
    expect([...alone.adversarial.data]).toEqual([...together.adversarial.data.slice(size, 2 * size)])
  })

  it('stops as soon as a point lies inside the ball', async () => {
    const { spentToSuccess, distances, adversarial } = await rays(twoClasses(0.07), batchOf(grey), {
      ...run,
      queries: 5000,
      stopAt: { norm: 'linf', eps: 0.1 },
    })
    expect(distances[0]).toBeLessThanOrEqual(0.1)
    expect(spentToSuccess[0]).toBeLessThan(500)
    expect([...(await twoClasses(0.07).labels({ data: adversarial.data, dims: [1, size] }))]).toEqual([0])
  })

  it('says that there is nothing where no corner is adversarial', async () => {
    const { spentToSuccess, distances } = await rays(twoClasses(0.6), batchOf(grey), { ...run, queries: 400 })
    expect([spentToSuccess, distances]).toEqual([[null], [null]])
  })

  it('reaches a named class from a given sample of it, where signs alike and random ones do not', async () => {
    const third = weights.map((_, j) => (j < 6 ? 8 : -8))
    const model = linearModel([new Array(size).fill(0), weights, third], [0, 20, 60])
    const start = Float32Array.from({ length: size }, (_, j) => (j < 6 ? 1 : 0))
    const x = grey.map((v, j) => (j < 6 ? 0 : v + 0.2))
    const [label] = await model.labels({ data: x, dims: [1, size] })
    expect(label).not.toBe(2)
    const { adversarial, spentToSuccess } = await rays(
      model,
      { ...batchOf(x), labels: Int32Array.of(label as number), targets: Int32Array.of(2) },
      { ...run, queries: 2000, starts: { data: start, dims: [1, size] } },
    )
    expect(spentToSuccess[0]).not.toBeNull()
    expect([...(await model.labels({ data: adversarial.data, dims: [1, size] }))]).toEqual([2])
  })
})
