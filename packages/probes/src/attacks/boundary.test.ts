import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import type { AttackBatch } from './attack.ts'
import { boundary } from './boundary.ts'

const random = createRandom(31)
const size = 36
const weights = Array.from({ length: size }, (_, j) => Math.sin(j * 2.3) * 0.4 + 0.05)

/** Two classes; grey is class 1 and `distance` away from class 0 in L2. */
function twoClasses(distance: number) {
  const atGrey = weights.reduce((sum, w) => sum + w * 0.5, 0)
  return linearModel([new Array(size).fill(0), weights], [0, distance * Math.hypot(...weights) - atGrey])
}

const grey = new Float32Array(size).fill(0.5)
const batchOf = (x: Float32Array, count = 1): AttackBatch => ({
  x: { data: x, dims: [count, size] },
  labels: new Int32Array(count).fill(1),
  ids: Array.from({ length: count }, (_, i) => i),
})
const run = { random, maxBatch: 32 } as const

describe('the Boundary attack', () => {
  it('finds the distance to a plane, known in closed form, nearer with every checkpoint', async () => {
    const { curve } = await boundary(twoClasses(0.4), batchOf(grey), {
      ...run,
      queries: 5000,
      checkpoints: [50, 500, 5000],
    })
    const [first, second, last] = curve[0] as [number, number, number]
    expect(first).toBeGreaterThan(second)
    expect(second).toBeGreaterThan(last)
    expect(last).toBeGreaterThanOrEqual(0.4 * (1 - 1e-4))
    expect(last).toBeLessThan(0.4 * 1.02)
  })

  it('asks only for points of the box and keeps its queries exactly', async () => {
    const model = twoClasses(0.05)
    const x = random.split('x').fillUniform(new Float32Array(3 * size))
    const labels = await model.labels({ data: x, dims: [3, size] })
    let asked = 0
    await boundary(
      {
        labels(points) {
          asked += points.dims[0] as number
          for (const value of points.data) expect(value >= 0 && value <= 1).toBe(true)
          return model.labels(points)
        },
      },
      { ...batchOf(x, 3), labels },
      { ...run, queries: 301 },
    )
    expect(asked).toBe(903)
  })

  it('gives a sample the same result alone and in a batch', async () => {
    const model = twoClasses(0.1)
    const x = random.split('batch').fillUniform(new Float32Array(3 * size))
    const labels = await model.labels({ data: x, dims: [3, size] })
    const together = await boundary(model, { ...batchOf(x, 3), labels }, { ...run, queries: 300 })
    const alone = await boundary(
      model,
      { x: { data: x.subarray(size, 2 * size), dims: [1, size] }, labels: labels.slice(1, 2), ids: [1] },
      { ...run, maxBatch: 2, queries: 300 },
    )
    expect(alone.distances[0]).toBe(together.distances[1])
    expect([...alone.adversarial.data]).toEqual([...together.adversarial.data.slice(size, 2 * size)])
  })

  it.each([2, 3, 4])('reaches a named class of %i and leaves no other', async (classes) => {
    const rows = Array.from({ length: classes }, (_, k) =>
      Array.from({ length: size }, (_, j) => (j % classes === k ? 1 : 0)),
    )
    const model = linearModel(rows)
    const x = grey.map((v, j) => (j % classes === 0 ? v + 0.1 : v))
    const target = classes - 1
    const start = Float32Array.from({ length: size }, (_, j) => (j % classes === target ? 1 : 0))
    const { adversarial, distances } = await boundary(
      model,
      { ...batchOf(x), labels: Int32Array.of(0), targets: Int32Array.of(target) },
      { ...run, queries: 3000, starts: { data: start, dims: [1, size] } },
    )
    expect([...(await model.labels({ data: adversarial.data, dims: [1, size] }))]).toEqual([target])
    // The border with class 0: 0.1 a coordinate of a block of size/classes, over the length of the difference.
    const block = size / classes
    expect(distances[0]).toBeLessThan((1.05 * 0.1 * block) / Math.sqrt(2 * block))
  })

  it('says that there is nothing where nothing is adversarial', async () => {
    const { spentToSuccess } = await boundary(twoClasses(50), batchOf(grey), { ...run, queries: 300 })
    expect(spentToSuccess).toEqual([null])
  })
})
