// Second-order gradients against central differences of first-order ones, which have their own tests; the nets are
// smooth, or kinked with the differences taken along short steps.
import { describe, expect, it } from 'vitest'
import type { Model } from '../ir/graph.ts'
import { float32, fromNumbers, int64, type Tensor } from '../ir/tensor.ts'
import { normalize } from '../normalize/normalize.ts'
import { loadModel } from '../onnx/load.ts'
import type { Tensors } from '../runtime/session.ts'
import { fixtures } from '../testing/fixtures.ts'
import { modelOf, node, randomNumbers, randomTensor } from '../testing/models.ts'
import { cnn, mlp, resnet } from '../training/architectures.ts'
import { parametersOf } from '../training/parameters.ts'
import { crossEntropy, klDivergence, squaredError } from './losses.ts'
import { type GradientObjective, openPerSampleGradients, openSecondOrder } from './second-order.ts'

const batch = 3
const even = float32(new Float32Array(batch).fill(1 / batch))

const smooth = modelOf({
  inputs: { x: ['n', 5] },
  constants: {
    w1: randomTensor(1, [5, 6]),
    b1: randomTensor(2, [6]),
    scale: randomTensor(3, [6]),
    shift: randomTensor(4, [6]),
    w2: randomTensor(5, [6, 4]),
  },
  nodes: [
    node('MatMul', ['x', 'w1'], ['a']),
    node('Add', ['a', 'b1'], ['b']),
    node('Tanh', ['b'], ['c']),
    node('LayerNormalization', ['c', 'scale', 'shift'], ['d']),
    node('Sigmoid', ['d'], ['e']),
    node('MatMul', ['e', 'w2'], ['y']),
  ],
  outputs: ['y'],
})

const smoothConv = modelOf({
  inputs: { x: ['n', 2, 6, 6] },
  constants: {
    k1: randomTensor(1, [9, 2, 3, 3]),
    k2: randomTensor(2, [4, 9, 3, 3]),
    b2: randomTensor(3, [4]),
    shape: int64([0, -1]),
    w: randomTensor(4, [36, 4]),
  },
  nodes: [
    node('Conv', ['x', 'k1'], ['a'], { pads: [1, 1, 1, 1] }),
    node('Softplus', ['a'], ['b']),
    node('Conv', ['b', 'k2', 'b2'], ['c'], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    node('Tanh', ['c'], ['d']),
    node('Reshape', ['d', 'shape'], ['e']),
    node('MatMul', ['e', 'w'], ['y']),
  ],
  outputs: ['y'],
})

const labels = int64([2, 0, 3])

/** Value and gradients at these feeds, against differences of the value along single coordinates and random directions. */
async function worstError(
  model: Model,
  feeds: Tensors,
  objective: GradientObjective,
  wrt: readonly string[],
  { loss = crossEntropy(), step = 1e-2 } = {},
): Promise<number> {
  const session = await openSecondOrder(model, { loss, objective, wrt, batch, dims: dimsOf(feeds) })
  const all: Record<string, Tensor> = { ...session.weights, sampleWeights: even, ...feeds }
  let seed = 50
  for (const [weight, target] of Object.entries(session.targets))
    all[target] = randomTensor(seed++, session.weights[weight]!.dims)
  const { gradients } = await session.run(all)
  let worst = 0
  let largest = 0
  for (const name of wrt) {
    const gradient = Float64Array.from(gradients[name]!)
    const { data, dims } = all[name]!
    const numbers = data as Float32Array
    for (let d = 0; d < 4; d++) {
      const draws = randomNumbers(10 * d + seed, numbers.length + 1)
      const single = d % 2 === 1 ? Math.floor(((draws[numbers.length]! + 1) / 2) * numbers.length) : -1
      const direction = Array.from(numbers, (_, i) => (single < 0 ? draws[i]! : i === single ? 1 : 0))
      const at = async (sign: number) =>
        (
          await session.run({
            ...all,
            [name]: float32(
              numbers.map((value, i) => value + sign * step * direction[i]!),
              dims,
            ),
          })
        ).value
      const numeric = ((await at(1)) - (await at(-1))) / (2 * step)
      const exact = direction.reduce((sum, value, i) => sum + value * gradient[i]!, 0)
      worst = Math.max(worst, Math.abs(numeric - exact))
      largest = Math.max(largest, Math.abs(numeric), Math.abs(exact))
    }
  }
  await session.close()
  expect(largest).toBeGreaterThan(1e-4)
  return worst / largest
}

const dimsOf = (feeds: Tensors) =>
  Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]))

describe('gradients of gradients', () => {
  const objectives = ['norm', 'product', 'distance', 'cosine'] as const

  it.each(objectives)(
    'of the %s are its slopes: by inputs, weights and weights of samples',
    async (objective) => {
      const feeds = { x: randomTensor(9, [batch, 5]), labels }
      expect(
        await worstError(smooth, feeds, objective, ['x', 'w1', 'scale', 'w2', 'sampleWeights']),
      ).toBeLessThan(5e-3)
    },
  )

  it.each(objectives)('of the %s are its slopes through convolutions', async (objective) => {
    const feeds = { x: randomTensor(9, [batch, 2, 6, 6]), labels }
    expect(await worstError(smoothConv, feeds, objective, ['x', 'k1', 'k2'], { step: 5e-3 })).toBeLessThan(
      5e-3,
    )
  })

  it('go through soft labels, which leakage attacks search for too', async () => {
    const rows = randomNumbers(3, batch * 4).map((value) => value + 1.1)
    const reference = rows.map((value, i) => {
      const row = rows.slice(4 * Math.floor(i / 4), 4 * Math.floor(i / 4) + 4)
      return value / row.reduce((a, b) => a + b)
    })
    const feeds = { x: randomTensor(9, [batch, 5]), reference: float32(reference, [batch, 4]) }
    expect(
      await worstError(smooth, feeds, 'distance', ['x', 'reference'], { loss: klDivergence() }),
    ).toBeLessThan(5e-3)
  })

  // A gradient jumps where a Relu bends, so a deep net has no slope to compare with; with a bent line it has.
  const bent = (model: Model): Model => ({
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.map((item) =>
        item.opType === 'Relu' ? { ...item, opType: 'Softplus' } : item,
      ),
    },
  })

  it.each([
    ['mlp', mlp({ features: 8, hidden: [8], classes: 4 }), [8]],
    ['cnn', cnn({ shape: [1, 8, 8], classes: 4, filters: [8, 8], hidden: 8 }), [1, 8, 8]],
    ['resnet', bent(resnet({ shape: [1, 8, 8], classes: 4, depth: 8, width: 8 })), [1, 8, 8]],
  ])('hold for our own %s', async (name, model, row) => {
    const feeds = { x: randomTensor(9, [batch, ...(row as number[])]), labels }
    expect(
      await worstError(model as Model, feeds, 'distance', ['x'], { step: name === 'resnet' ? 5e-3 : 1e-3 }),
    ).toBeLessThan(2e-2)
  })

  it('exist for the weights of whole networks of every exporter that have any', async () => {
    const refused: string[] = []
    let opened = 0
    for (const { name, path, inputs, output, gradient, straightThrough } of fixtures()) {
      if (gradient === undefined || straightThrough === true) continue
      const model = await normalize(await loadModel(path))
      const { weights } = parametersOf(model)
      if (weights.length === 0) continue
      const wanted = squaredError()
      try {
        const session = await openSecondOrder(model, {
          loss: wanted,
          objective: 'norm',
          wrt: weights.slice(0, 1),
          weights,
          dims: dimsOf(inputs),
          output,
          normalized: true,
        })
        await session.close()
        opened++
      } catch (error) {
        refused.push(`${name}: ${(error as Error).message}`)
      }
    }
    expect(refused).toEqual([])
    expect(opened).toBeGreaterThan(40)
  })
})

describe('a Hessian times a vector', () => {
  it('is that of the closed form: for least squares H v = 2 X^T X v / n', async () => {
    const x = randomTensor(1, [batch, 4])
    const line = modelOf({
      inputs: { x: ['n', 4] },
      constants: { w: randomTensor(2, [4, 1]) },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
      outputs: ['y'],
    })
    const session = await openSecondOrder(line, {
      loss: squaredError(),
      objective: 'product',
      wrt: ['w'],
      batch,
    })
    const v = randomNumbers(7, 4)
    const { gradients } = await session.run({
      ...session.weights,
      x,
      wanted: randomTensor(3, [batch, 1]),
      sampleWeights: even,
      [session.targets.w!]: float32(v, [4, 1]),
    })
    await session.close()
    const rows = Array.from({ length: batch }, (_, i) =>
      Array.from((x.data as Float32Array).subarray(4 * i, 4 * i + 4)),
    )
    const expected = v.map((_, j) =>
      rows.reduce(
        (sum, row) => sum + (2 / batch) * row[j]! * row.reduce((dot, value, k) => dot + value * v[k]!, 0),
        0,
      ),
    )
    for (const [j, value] of expected.entries()) expect(gradients.w![j]).toBeCloseTo(value, 5)
  })
})

describe('gradients of single samples', () => {
  const model = cnn({ shape: [1, 8, 8], classes: 4, filters: [4], hidden: 8 })
  const x = randomTensor(4, [batch, 1, 8, 8])

  it('have the gradient of the mean as their mean, and their products as one pass gives them', async () => {
    const session = await openSecondOrder(model, {
      loss: crossEntropy(),
      objective: 'product',
      wrt: ['sampleWeights'],
      batch,
    })
    const targets = Object.fromEntries(
      Object.entries(session.targets).map(([weight, target], i) => [
        target,
        randomTensor(70 + i, session.weights[weight]!.dims),
      ]),
    )
    const { gradients, first } = await session.run({
      ...session.weights,
      ...targets,
      x,
      labels,
      sampleWeights: even,
    })
    await session.close()
    const single = await openPerSampleGradients(model, { loss: crossEntropy() })
    const means = Object.fromEntries(
      Object.entries(first).map(([name, { length }]) => [name, new Float64Array(length)]),
    )
    let sample = 0
    for await (const one of single.of({ x, labels: fromNumbers('int64', [batch], [2, 0, 3]) }, batch)) {
      let product = 0
      for (const [name, values] of Object.entries(one)) {
        const target = targets[session.targets[name]!]!.data as Float32Array
        for (const [i, value] of values.entries()) {
          means[name]![i]! += value / batch
          product += value * target[i]!
        }
      }
      expect(gradients.sampleWeights![sample]).toBeCloseTo(product, 3)
      sample++
    }
    await single.close()
    expect(sample).toBe(batch)
    for (const [name, values] of Object.entries(first)) {
      for (const [i, value] of values.entries()) expect(Math.abs(value - means[name]![i]!)).toBeLessThan(1e-5)
    }
  })
})
