import { describe, expect, it } from 'vitest'
import type { Model } from '../ir/graph.ts'
import { float32 } from '../ir/tensor.ts'
import { modelOf, node } from '../testing/models.ts'
import { cnn, mlp, resnet } from './architectures.ts'
import { type Initialization, initialize } from './initialize.ts'
import { parametersOf } from './parameters.ts'
import { placesOf, trainableOf } from './trainable.ts'

async function drawn(model: Model, seed = 1, scheme: Initialization = 'by-activation') {
  const { model: normal, weights } = await trainableOf(model)
  const flat = initialize(normal, weights, { seed, scheme })
  return weights.map(({ dims, offset, size }) => ({ dims, values: flat.slice(offset, offset + size) }))
}

const deviation = (values: Float32Array): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

describe('fresh weights', () => {
  it('are as wide as Kaiming says before a Relu and as Glorot says before scores; biases are zero', async () => {
    const [kernel, bias, , , hidden, , last] = await drawn(
      cnn({ shape: [8, 12, 12], classes: 40, filters: [64, 64], kernel: 5, hidden: 200 }),
    )
    expect(deviation(kernel!.values)).toBeCloseTo(Math.sqrt(2 / (8 * 25)), 2)
    expect([...bias!.values]).toEqual(new Array(64).fill(0))
    expect(deviation(hidden!.values)).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 2)
    expect(deviation(last!.values) / Math.sqrt(2 / 240)).toBeCloseTo(1, 1)
  })

  it('keep the size of what flows through a deep network, which half as wide would not', async () => {
    const model = mlp({ features: 256, hidden: new Array(12).fill(256), classes: 10 })
    const layers = (await drawn(model)).filter(({ dims }) => dims.length === 2)
    let values = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i * 12.9898) * 1.4)
    for (const { dims, values: w } of layers.slice(0, -1)) {
      values = Float32Array.from({ length: dims[0]! }, (_, row) =>
        Math.max(
          0,
          values.reduce((sum, value, i) => sum + value * w[row * dims[1]! + i]!, 0),
        ),
      )
    }
    const power = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(power).toBeGreaterThan(0.1)
    expect(power).toBeLessThan(10)
  })

  it('are uniform within one over the root of the inputs where that is asked for, biases too', async () => {
    const [weight, bias] = await drawn(mlp({ features: 100, hidden: [50], classes: 2 }), 1, 'uniform')
    for (const { values } of [weight!, bias!])
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.1)
    expect(deviation(weight!.values)).toBeCloseTo(0.1 / Math.sqrt(3), 2)
    expect(deviation(bias!.values)).toBeGreaterThan(0.03)
  })

  it('restore normalisations: scales 1, shifts 0, running statistics 0 and 1', async () => {
    const { model, statistics } = await trainableOf(
      resnet({ shape: [1, 8, 8], classes: 2, depth: 8, width: 4 }),
    )
    const running = initialize(model, statistics, { seed: 1 })
    for (const [i, { offset, size }] of statistics.entries())
      expect([...running.subarray(offset, offset + size)]).toEqual(new Array(size).fill(i % 2))
    const scales = (await drawn(model)).filter(({ dims }) => dims.length === 1)
    expect([...scales[0]!.values]).toEqual(new Array(4).fill(1))
    expect([...scales[1]!.values]).toEqual(new Array(4).fill(0))
  })

  it('turn a weight on the left, and one that is stored turned, the right way round', async () => {
    const left = modelOf({
      inputs: { x: [400, 3] },
      constants: { w: float32(new Float32Array(100 * 400).fill(1), [100, 400]) },
      nodes: [node('MatMul', ['w', 'x'], ['a']), node('Relu', ['a'], ['y'])],
      outputs: ['y'],
    })
    expect(deviation((await drawn(left))[0]!.values)).toBeCloseTo(Math.sqrt(2 / 400), 2)
  })

  it('leave alone what prepares the data, and do not train it', async () => {
    const model = modelOf({
      inputs: { x: ['n', 3] },
      constants: {
        mean: float32([1, 2, 3]),
        deviation: float32([2, 2, 2]),
        gain: float32([5, 5, 5]),
        w: float32(new Float32Array(6).fill(1), [3, 2]),
        b: float32([7, 7]),
      },
      nodes: [
        node('Sub', ['x', 'mean'], ['a']),
        node('Div', ['a', 'deviation'], ['c']),
        node('Mul', ['c', 'gain'], ['d']),
        node('MatMul', ['d', 'w'], ['e']),
        node('Add', ['e', 'b'], ['y']),
      ],
      outputs: ['y'],
    })
    expect(parametersOf(model).weights).toEqual(['mean', 'deviation', 'gain', 'w', 'b'])
    expect((await trainableOf(model)).weights.map(({ name }) => name)).toEqual(['w', 'b'])
    expect([...initialize(model, placesOf(model, ['mean']), { seed: 1 })]).toEqual([1, 2, 3])
  })

  it('say that a network without normalisation may have lost it', async () => {
    const { notes } = await trainableOf(resnet({ shape: [1, 8, 8], classes: 2, batchNorm: false }))
    expect(notes[0]).toContain('cannot be restored')
    expect((await trainableOf(resnet({ shape: [1, 8, 8], classes: 2 }))).notes).toEqual([])
  })
})
