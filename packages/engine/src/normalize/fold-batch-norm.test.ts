import { describe, expect, it } from 'vitest'
import { float, type PlainAttribute } from '../ir/attributes.ts'
import { fromNumbers, type Tensor } from '../ir/tensor.ts'
import { modelOf, node, randomNumbers, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { foldBatchNorm } from './fold-batch-norm.ts'

function statistics(channels: number): Record<string, Tensor> {
  return {
    scale: randomTensor(11, [channels]),
    shift: randomTensor(12, [channels]),
    mean: randomTensor(13, [channels]),
    variance: fromNumbers(
      'float32',
      [channels],
      randomNumbers(14, channels).map((v) => 1.2 + v),
    ),
  }
}

interface Layer {
  readonly op: string
  readonly x: readonly number[]
  readonly w: readonly number[]
  readonly b?: readonly number[]
  readonly channels: number
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
}

function modelWith(layer: Layer) {
  const bias: Record<string, Tensor> = layer.b ? { b: randomTensor(3, layer.b) } : {}
  return modelOf({
    inputs: { x: layer.x },
    constants: { w: randomTensor(2, layer.w), ...bias, ...statistics(layer.channels) },
    nodes: [
      node(layer.op, layer.b ? ['x', 'w', 'b'] : ['x', 'w'], ['h'], layer.attributes ?? {}),
      node('BatchNormalization', ['h', 'scale', 'shift', 'mean', 'variance'], ['n'], {
        epsilon: float(1e-3),
      }),
      node('Relu', ['n'], ['y']),
    ],
    outputs: ['y'],
  })
}

const layers: readonly [string, Layer][] = [
  ['a convolution with bias', { op: 'Conv', x: [2, 3, 6, 6], w: [4, 3, 3, 3], b: [4], channels: 4 }],
  ['a convolution without bias', { op: 'Conv', x: [2, 3, 6, 6], w: [4, 3, 3, 3], channels: 4 }],
  [
    'a depthwise convolution',
    { op: 'Conv', x: [2, 4, 6, 6], w: [4, 1, 3, 3], channels: 4, attributes: { group: 4 } },
  ],
  ['a convolution along one axis', { op: 'Conv', x: [2, 3, 9], w: [5, 3, 3], b: [5], channels: 5 }],
  [
    'a transposed convolution',
    { op: 'ConvTranspose', x: [2, 3, 5, 5], w: [3, 4, 3, 3], b: [4], channels: 4 },
  ],
  [
    'a transposed convolution in groups',
    {
      op: 'ConvTranspose',
      x: [2, 6, 5, 5],
      w: [6, 2, 3, 3],
      channels: 6,
      attributes: { group: 3, strides: [2, 2] },
    },
  ],
  ['a dense layer', { op: 'Gemm', x: [5, 3], w: [3, 4], b: [4], channels: 4 }],
  [
    'a dense layer with transposed weights and factors',
    {
      op: 'Gemm',
      x: [5, 3],
      w: [4, 3],
      b: [1, 4],
      channels: 4,
      attributes: { transB: 1, alpha: float(0.7), beta: float(-1.3) },
    },
  ],
  ['a dense layer with one bias for all', { op: 'Gemm', x: [5, 3], w: [3, 4], b: [], channels: 4 }],
  ['a dense layer without bias', { op: 'Gemm', x: [5, 3], w: [3, 4], channels: 4 }],
]

describe('folding batch normalisation', () => {
  it.each(layers)('keeps what %s computes, with one operator less', async (_, layer) => {
    const model = modelWith(layer)
    const folded = foldBatchNorm(model)
    expect(folded.graph.nodes.map((item) => item.opType)).toEqual([layer.op, 'Relu'])
    const feeds = { x: randomTensor(1, layer.x) }
    const expected = await runOnce(model, feeds)
    const actual = await runOnce(folded, feeds)
    expect(relativeError(actual.y!, expected.y!)).toBeLessThan(1e-5)
  })

  it('leaves a layer alone whose result something else needs too', () => {
    const model = modelWith(layers[0]![1])
    const alsoUsed = {
      ...model,
      graph: { ...model.graph, nodes: [...model.graph.nodes, node('Neg', ['h'], ['other'])] },
    }
    expect(foldBatchNorm(alsoUsed)).toBe(alsoUsed)
    const alsoOutput = {
      ...model,
      graph: { ...model.graph, outputs: [...model.graph.outputs, { name: 'h' }] },
    }
    expect(foldBatchNorm(alsoOutput)).toBe(alsoOutput)
  })

  it('leaves training form, changing weights and whole-matrix biases alone', () => {
    const model = modelWith(layers[0]![1])
    const training = {
      ...model,
      graph: {
        ...model.graph,
        nodes: model.graph.nodes.map((item) =>
          item.opType === 'BatchNormalization'
            ? {
                ...item,
                attributes: { ...item.attributes, training_mode: { kind: 'int', value: 1 } as const },
              }
            : item,
        ),
      },
    }
    expect(foldBatchNorm(training)).toBe(training)
    const fed = modelWith(layers[0]![1])
    const initializers = new Map(fed.graph.initializers)
    initializers.delete('w')
    const fedWeights = { ...fed, graph: { ...fed.graph, initializers } }
    expect(foldBatchNorm(fedWeights)).toBe(fedWeights)
    const matrix = modelWith({ op: 'Gemm', x: [5, 3], w: [3, 4], b: [5, 4], channels: 4 })
    expect(foldBatchNorm(matrix)).toBe(matrix)
  })

  it('gives layers that share weights each its own', async () => {
    const model = modelOf({
      inputs: { x: [2, 3] },
      constants: { w: randomTensor(2, [3, 3]), ...statistics(3) },
      nodes: [
        node('Gemm', ['x', 'w'], ['a']),
        node('BatchNormalization', ['a', 'scale', 'shift', 'mean', 'variance'], ['b']),
        node('Gemm', ['b', 'w'], ['c']),
        node('BatchNormalization', ['c', 'shift', 'scale', 'mean', 'variance'], ['y']),
      ],
      outputs: ['y'],
    })
    const folded = foldBatchNorm(model)
    expect(folded.graph.nodes).toHaveLength(2)
    const feeds = { x: randomTensor(1, [2, 3]) }
    expect(relativeError((await runOnce(folded, feeds)).y!, (await runOnce(model, feeds)).y!)).toBeLessThan(
      1e-5,
    )
  })
})
