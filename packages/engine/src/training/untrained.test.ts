import { expect, it } from 'vitest'
import { resnet } from './architectures.ts'
import { placesOf, trainableOf } from './trainable.ts'
import { untrained } from './untrained.ts'

it('an untrained model has other weights of the same kind, and fresh statistics', async () => {
  const model = resnet({ shape: [3, 8, 8], classes: 4, depth: 8 })
  const { weights, statistics, model: normal } = await trainableOf(model)
  const [a, b, c] = [
    await untrained(model, { seed: 1 }),
    await untrained(model, { seed: 1 }),
    await untrained(model, { seed: 2 }),
  ]
  for (const { name, dims } of weights) {
    const [x, y, z, own] = [a, b, c, normal].map(({ graph }) => graph.initializers.get(name)!)
    expect(x!.dims).toEqual(dims)
    expect(x!.data).toEqual(y!.data)
    // Biases and scales start the same whatever the seed.
    if (dims.length > 1) {
      expect(x!.data).not.toEqual(z!.data)
      expect(x!.data).not.toEqual(own!.data)
    }
  }
  expect(statistics.length).toBeGreaterThan(0)
  for (const { name } of statistics) {
    const values = new Set(a.graph.initializers.get(name)!.data as Float32Array)
    expect(values.size).toBe(1)
  }
  expect(
    placesOf(
      a,
      weights.map(({ name }) => name),
    ),
  ).toEqual(weights)
})
