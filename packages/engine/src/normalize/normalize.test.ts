import { describe, expect, it } from 'vitest'
import { float, subgraph } from '../ir/attributes.ts'
import type { Attributes, Model, ModelFunction } from '../ir/graph.ts'
import { fromNumbers, int64, sameTensor, type Tensor } from '../ir/tensor.ts'
import {
  graphOf,
  modelOf,
  node,
  randomNumbers,
  randomTensor,
  relativeError,
  runOnce,
} from '../testing/models.ts'
import { inlineFunctions } from './inline-functions.ts'
import { normalize, specialize } from './normalize.ts'

/** A small image classifier as exporters of 2019 wrote it: operator set 9, batch norm, shape arithmetic. */
function oldClassifier(): Model {
  const statistic = (seed: number) => randomTensor(seed, [4])
  return modelOf({
    opset: 9,
    inputs: { image: ['batch', 3, 8, 8] },
    constants: {
      w1: randomTensor(1, [4, 3, 3, 3]),
      scale: statistic(2),
      bias: statistic(3),
      mean: statistic(4),
      variance: fromNumbers(
        'float32',
        [4],
        randomNumbers(5, 4).map((v) => 1.5 + v),
      ),
      w2: randomTensor(6, [5, 64]),
      b2: randomTensor(7, [5]),
    },
    nodes: [
      node('Conv', ['image', 'w1'], ['conv'], { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', ['conv', 'scale', 'bias', 'mean', 'variance'], ['norm']),
      node('Clip', ['norm'], ['relu6'], { min: float(0), max: float(6) }),
      node('MaxPool', ['relu6'], ['pool'], { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Shape', ['pool'], ['shape']),
      node('Constant', [], ['zero'], { value: int64([0], []) }),
      node('Gather', ['shape', 'zero'], ['batch']),
      node('Unsqueeze', ['batch'], ['batch1'], { axes: [0] }),
      node('Constant', [], ['rest'], { value: int64([-1]) }),
      node('Concat', ['batch1', 'rest'], ['target'], { axis: 0 }),
      node('Reshape', ['pool', 'target'], ['flat']),
      node('Dropout', ['flat'], ['dropped', 'mask']),
      node('Gemm', ['dropped', 'w2', 'b2'], ['logits'], { transB: 1 }),
      node('Softmax', ['logits'], ['probabilities']),
    ],
    outputs: ['probabilities'],
  })
}

describe('normalising a model', () => {
  it('brings an old classifier to its plain form and keeps what it computes', async () => {
    const model = oldClassifier()
    const normal = await normalize(model)
    expect(normal.graph.nodes.map((item) => item.opType)).toEqual([
      'Conv',
      'Clip',
      'MaxPool',
      'Shape',
      'Gather',
      'Unsqueeze',
      'Concat',
      'Reshape',
      'Gemm',
      'Softmax',
    ])
    for (const batch of [1, 3]) {
      const feeds = { image: randomTensor(8, [batch, 3, 8, 8]) }
      const expected = (await runOnce(model, feeds)).probabilities!
      expect(relativeError((await runOnce(normal, feeds)).probabilities!, expected)).toBeLessThan(1e-5)
      const special = await specialize(normal, { batch })
      expect(special.model.graph.nodes.map((item) => item.opType)).toEqual([
        'Conv',
        'Clip',
        'MaxPool',
        'Reshape',
        'Gemm',
        'Softmax',
      ])
      expect(special.shapes.get('flat')).toEqual({ dtype: 'float32', dims: [batch, 64] })
      expect(special.shapes.has('shape')).toBe(false)
      const actual = await runOnce(special.model, feeds, { optimization: 'all' })
      expect(relativeError(actual.probabilities!, expected)).toBeLessThan(1e-5)
    }
  })

  it('gives the same model for a model that is already normal', async () => {
    const once = await normalize(oldClassifier())
    const twice = await normalize(once)
    expect(twice.graph.nodes).toEqual(once.graph.nodes)
    expect([...twice.graph.initializers.keys()]).toEqual([...once.graph.initializers.keys()])
  })

  it('knows the type of every value of a specialised model', async () => {
    const { model, shapes } = await specialize(await normalize(oldClassifier()), { batch: 2 })
    for (const item of model.graph.nodes) {
      for (const name of [...item.inputs, ...item.outputs]) expect(shapes.has(name), name).toBe(true)
    }
  })

  it('refuses a model that onnxruntime refuses, by a typed error', async () => {
    const model = modelOf({ inputs: { x: [2] }, nodes: [node('NoSuchThing', ['x'], ['y'])], outputs: ['y'] })
    await expect(specialize(model)).rejects.toMatchObject({ code: 'session-failed' })
  })
})

function fn(name: string, nodes: ModelFunction['nodes'], more: Partial<ModelFunction> = {}): ModelFunction {
  return {
    name,
    domain: 'my.own',
    overload: '',
    inputs: ['a', 'b'],
    outputs: ['c'],
    attributes: [],
    defaults: {},
    nodes,
    opsets: new Map([
      ['', 18],
      ['my.own', 1],
    ]),
    ...more,
  }
}

const call = (name: string, inputs: string[], output: string, attributes: Attributes = {}) => ({
  ...node(name, inputs, [output]),
  domain: 'my.own',
  attributes,
})

function withFunctions(model: Model, functions: readonly ModelFunction[]): Model {
  return { ...model, functions, opsets: new Map([...model.opsets, ['my.own', 1]]) }
}

describe('inlining functions that a model brings', () => {
  const elu: ModelFunction = fn(
    'ScaledElu',
    [
      {
        ...node('Elu', ['a'], ['inner']),
        attributes: { alpha: { kind: 'reference', value: 'slope', of: 1 } },
      },
      node('Mul', ['inner', 'b'], ['c']),
    ],
    { attributes: ['slope'] },
  )
  const twice = fn('Twice', [
    call('ScaledElu', ['a', 'b'], 'inner', { slope: float(2) }),
    call('ScaledElu', ['inner', 'b'], 'c', { slope: float(3) }),
  ])
  const same = fn('Same', [], { inputs: ['a'], outputs: ['a'] })

  async function compare(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Model> {
    const inlined = inlineFunctions(model)
    expect(inlined.functions).toEqual([])
    expect(inlined.graph.nodes.every((item) => item.domain === '')).toBe(true)
    const [before, after] = [await runOnce(model, feeds), await runOnce(inlined, feeds)]
    for (const name of Object.keys(before)) expect(sameTensor(after[name]!, before[name]!), name).toBe(true)
    return inlined
  }

  it('computes what onnxruntime computes with the functions, nested and used twice', async () => {
    const model = withFunctions(
      modelOf({
        inputs: { x: [3] },
        constants: { k: randomTensor(1, [3]) },
        nodes: [call('Twice', ['x', 'k'], 'inner'), call('Twice', ['inner', 'x'], 'y')],
        outputs: ['y'],
      }),
      [elu, twice],
    )
    const inlined = await compare(model, { x: randomTensor(2, [3]) })
    expect(inlined.graph.nodes).toHaveLength(8)
    const outputs = inlined.graph.nodes.flatMap((item) => item.outputs)
    expect(new Set(outputs).size).toBe(outputs.length)
  })

  it('works in nested graphs, and upgrades what a function of an older operator set does', async () => {
    const old = fn(
      'Old',
      [node('ReduceMean', ['a'], ['m'], { axes: [0], keepdims: 1 }), node('Sub', ['m', 'b'], ['c'])],
      {
        opsets: new Map([['', 13]]),
      },
    )
    const branch = (name: string) =>
      subgraph(graphOf({ nodes: [call('Old', ['x', 'k'], name)], outputs: [name] }))
    const model = withFunctions(
      modelOf({
        opset: 13,
        inputs: { x: [3], flag: { dtype: 'bool', dims: [] } },
        constants: { k: randomTensor(1, [1]) },
        nodes: [node('If', ['flag'], ['y'], { then_branch: branch('p'), else_branch: branch('q') })],
        outputs: ['y'],
      }),
      [old],
    )
    const feeds = { x: randomTensor(2, [3]), flag: fromNumbers('bool', [], [1]) }
    const normal = await normalize(model)
    expect(normal.functions).toEqual([])
    expect(relativeError((await runOnce(normal, feeds)).y!, (await runOnce(model, feeds)).y!)).toBeLessThan(
      1e-6,
    )
  })

  it('gives an input that is handed through its new name', () => {
    const model = withFunctions(
      modelOf({ inputs: { x: [1] }, nodes: [call('Same', ['x'], 'y')], outputs: ['y'] }),
      [same],
    )
    expect(inlineFunctions(model).graph.nodes).toMatchObject([
      { opType: 'Identity', inputs: ['x'], outputs: ['y'] },
    ])
  })

  it('refuses functions that call themselves or grow without end', () => {
    const self = fn('Self', [call('Self', ['a', 'b'], 'c')])
    const model = (name: string) =>
      modelOf({ inputs: { x: [1] }, nodes: [call(name, ['x', 'x'], 'y')], outputs: ['y'] })
    expect(() => inlineFunctions(withFunctions(model('Self'), [self]))).toThrow(/deep/)
    const bomb = Array.from({ length: 40 }, (_, i) =>
      fn(`F${i}`, [call(`F${i + 1}`, ['a', 'b'], 'm'), call(`F${i + 1}`, ['m', 'b'], 'c')]),
    )
    const last = fn('F40', [node('Add', ['a', 'b'], ['c'])])
    expect(() => inlineFunctions(withFunctions(model('F0'), [...bomb, last]))).toThrow(/grow to more/)
  })
})
