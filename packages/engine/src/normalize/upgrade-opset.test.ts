import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { float, type PlainAttribute, subgraph } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { float32, fromNumbers, int64, sameTensor, type Tensor } from '../ir/tensor.ts'
import {
  graphOf,
  modelOf,
  node,
  randomNumbers,
  randomTensor,
  relativeError,
  runOnce,
} from '../testing/models.ts'
import { normalize } from './normalize.ts'
import { upgradeOpset, upgradeRules } from './upgrade-opset.ts'

// onnxruntime runs every operator set from 7 on in its own old form. So each rule is checked against it: the old
// model as it is, and the upgraded one, must give the same.

interface Case {
  readonly op: string
  readonly opset: number
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
  readonly constants?: Readonly<Record<string, Tensor>>
  /** Node inputs, when not the model's inputs and constants in their order. */
  readonly wires?: readonly string[]
  readonly outputs?: readonly string[]
  readonly note?: string
}

const image = randomTensor(1, [2, 3, 5, 4])
const f = float

/** Attributes of reductions: `axes` as a list, one axis kept or not, and all axes. */
const reductions = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
].flatMap((op): Case[] => {
  const x = {
    x:
      op === 'ReduceLogSum'
        ? float32(
            randomNumbers(3, 24).map((v) => v + 2),
            [2, 3, 4],
          )
        : randomTensor(3, [2, 3, 4]),
  }
  return [
    { op, opset: 7, inputs: x, attributes: { axes: [1, 2], keepdims: 0 } },
    { op, opset: 11, inputs: x, attributes: { axes: [-1] } },
    { op, opset: op === 'ReduceSum' ? 12 : 13, inputs: x, note: 'over all axes' },
  ]
})

const softmaxes = ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): Case[] => [
  { op, opset: 7, inputs: { x: randomTensor(4, [3, 5]) }, note: 'of rank 2' },
  { op, opset: 9, inputs: { x: image }, attributes: { axis: 3 }, note: 'over the last axis' },
  { op, opset: 9, inputs: { x: image }, attributes: { axis: 2 }, note: 'over two axes' },
  { op, opset: 11, inputs: { x: image }, attributes: { axis: -2 }, note: 'over two axes from the end' },
  { op, opset: 12, inputs: { x: image }, note: 'with the default axis' },
  { op, opset: 12, inputs: { x: image }, attributes: { axis: 0 }, note: 'over everything' },
])

const bn = (dims: readonly number[]): Readonly<Record<string, Tensor>> => ({
  scale: randomTensor(5, dims),
  bias: randomTensor(6, dims),
  mean: randomTensor(7, dims),
  variance: fromNumbers(
    'float32',
    dims,
    randomNumbers(
      8,
      dims.reduce((a, b) => a * b, 1),
    ).map((v) => 1.5 + v),
  ),
})

const resizes = (op: 'Upsample' | 'Resize', opset: number): Case[] =>
  [
    { mode: 'nearest', scales: [1, 1, 2, 3] },
    { mode: 'nearest', scales: [1, 1, 1.7, 2.3] },
    { mode: 'linear', scales: [1, 1, 2, 1.5] },
    ...(op === 'Resize'
      ? [
          { mode: 'nearest', scales: [1, 1, 0.6, 0.5] },
          { mode: 'nearest', scales: [1, 1, 0.6, 2.5] },
          { mode: 'linear', scales: [1, 1, 0.6, 0.5] },
        ]
      : []),
  ].map(({ mode, scales }) => ({
    op,
    opset,
    inputs: { x: image },
    ...(op === 'Upsample' && opset < 9
      ? { attributes: { mode, scales: { kind: 'floats' as const, value: scales } } }
      : { attributes: { mode }, constants: { scales: float32(scales) } }),
    note: `${mode} by ${scales.join(', ')}`,
  }))

const resize11 = (opset: number): Case[] =>
  (['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'] as const).flatMap((mode): Case[] => [
    {
      op: 'Resize',
      opset,
      inputs: { x: image },
      constants: { roi: float32([]), scales: float32([1, 1, 2, 1.5]) },
      attributes: { mode: 'linear', coordinate_transformation_mode: mode },
      note: `with scales, ${mode}`,
    },
    {
      op: 'Resize',
      opset,
      inputs: { x: image },
      constants: { roi: float32([]), scales: float32([]), sizes: int64([2, 3, 8, 3]) },
      attributes: { mode: 'nearest', coordinate_transformation_mode: mode },
      note: `with sizes, ${mode}`,
    },
  ])

const cases: readonly Case[] = [
  ...reductions,
  ...softmaxes,
  {
    op: 'BatchNormalization',
    opset: 7,
    inputs: { x: image },
    constants: bn([3]),
    attributes: { epsilon: f(0.01) },
  },
  {
    op: 'BatchNormalization',
    opset: 8,
    inputs: { x: image },
    constants: bn([3]),
    attributes: { spatial: 1 },
  },
  {
    op: 'BatchNormalization',
    opset: 7,
    inputs: { x: image },
    constants: bn([3, 5, 4]),
    attributes: { spatial: 0, epsilon: f(0.01) },
    note: 'per position',
  },
  { op: 'BatchNormalization', opset: 9, inputs: { x: image }, constants: bn([3]) },
  { op: 'BatchNormalization', opset: 13, inputs: { x: image }, constants: bn([3]) },
  ...resizes('Upsample', 7),
  ...resizes('Upsample', 9),
  ...resizes('Resize', 10),
  ...resize11(11),
  ...resize11(13),
  { op: 'Slice', opset: 7, inputs: { x: image }, attributes: { starts: [1, 0], ends: [3, 9], axes: [2, 3] } },
  { op: 'Slice', opset: 9, inputs: { x: image }, attributes: { starts: [0, 1, -3], ends: [2, 3, -1] } },
  {
    op: 'Slice',
    opset: 9,
    inputs: { x: image },
    attributes: { starts: [1], ends: [2 ** 63], axes: [1] },
    note: 'to the end',
  },
  {
    op: 'TopK',
    opset: 7,
    inputs: { x: image },
    attributes: { k: 2, axis: 2 },
    outputs: ['values', 'indices'],
  },
  { op: 'TopK', opset: 9, inputs: { x: image }, attributes: { k: 3 }, outputs: ['values', 'indices'] },
  {
    op: 'TopK',
    opset: 10,
    inputs: { x: image },
    constants: { k: int64([3]) },
    outputs: ['values', 'indices'],
  },
  { op: 'Dropout', opset: 7, inputs: { x: image }, attributes: { ratio: f(0.3) } },
  { op: 'Dropout', opset: 10, inputs: { x: image } },
  { op: 'Dropout', opset: 11, inputs: { x: image }, attributes: { ratio: f(0.3) } },
  { op: 'Clip', opset: 7, inputs: { x: image }, attributes: { min: f(-0.5), max: f(0.25) } },
  { op: 'Clip', opset: 9, inputs: { x: image }, attributes: { max: f(0.25) } },
  { op: 'Clip', opset: 10, inputs: { x: image }, attributes: { min: f(0) } },
  { op: 'Clip', opset: 6 + 1, inputs: { x: image }, note: 'without bounds' },
  {
    op: 'Pad',
    opset: 7,
    inputs: { x: image },
    attributes: { pads: [0, 0, 1, 2, 0, 0, 3, 0], value: f(1.5) },
  },
  {
    op: 'Pad',
    opset: 9,
    inputs: { x: image },
    attributes: { pads: [0, 0, 1, 2, 0, 0, 3, 0], mode: 'reflect' },
  },
  {
    op: 'Pad',
    opset: 10,
    inputs: { x: image },
    attributes: { pads: [0, 0, -1, 2, 0, 0, 0, 0], mode: 'constant' },
  },
  {
    op: 'Scatter',
    opset: 9,
    inputs: { x: randomTensor(9, [3, 3]) },
    constants: { indices: int64([1, 0, 2, 0, 2, 1], [2, 3]), updates: randomTensor(10, [2, 3]) },
    attributes: { axis: 0 },
  },
  { op: 'Squeeze', opset: 7, inputs: { x: randomTensor(11, [1, 3, 1, 2]) }, attributes: { axes: [0, 2] } },
  { op: 'Squeeze', opset: 11, inputs: { x: randomTensor(11, [1, 3, 1, 2]) }, attributes: { axes: [-2] } },
  { op: 'Squeeze', opset: 12, inputs: { x: randomTensor(11, [1, 3, 1, 2]) }, note: 'of all axes of size 1' },
  { op: 'Unsqueeze', opset: 7, inputs: { x: randomTensor(12, [3, 2]) }, attributes: { axes: [0, 3] } },
  { op: 'Unsqueeze', opset: 11, inputs: { x: randomTensor(12, [3, 2]) }, attributes: { axes: [-1] } },
  {
    op: 'Split',
    opset: 7,
    inputs: { x: image },
    attributes: { axis: 2, split: [1, 4] },
    outputs: ['a', 'b'],
  },
  { op: 'Split', opset: 11, inputs: { x: image }, attributes: { axis: 3 }, outputs: ['a', 'b'] },
  { op: 'Split', opset: 13, inputs: { x: image }, attributes: { axis: 3 }, outputs: ['a', 'b', 'c', 'd'] },
  {
    op: 'Split',
    opset: 13,
    inputs: { x: image },
    constants: { sizes: int64([2, 3]) },
    attributes: { axis: 2 },
    outputs: ['a', 'b'],
  },
  {
    op: 'RoiAlign',
    opset: 10,
    inputs: { x: image },
    constants: { rois: float32([0, 0, 3, 4, 1, 0.5, 2.5, 3], [2, 4]), batch: int64([0, 1]) },
    attributes: { output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: f(0.9) },
  },
  // A model whose operators only gained types on the way must come out as it was.
  { op: 'MaxPool', opset: 8, inputs: { x: image }, attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { op: 'PRelu', opset: 7, inputs: { x: image }, constants: { slope: randomTensor(13, [3, 1, 1]) } },
  {
    op: 'OneHot',
    opset: 9,
    inputs: { x: fromNumbers('int64', [4], [0, 2, 1, 3]) },
    constants: { depth: int64([4]), values: float32([-1, 2]) },
  },
  { op: 'Flatten', opset: 7, inputs: { x: image }, attributes: { axis: 2 } },
  {
    op: 'AveragePool',
    opset: 7,
    inputs: { x: image },
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
]

function modelOfCase(item: Case): Model {
  const names = [...Object.keys(item.inputs), ...Object.keys(item.constants ?? {})]
  const outputs = item.outputs ?? ['y']
  return modelOf({
    opset: item.opset,
    inputs: Object.fromEntries(
      Object.entries(item.inputs).map(([name, value]) => [name, { dtype: value.dtype, dims: value.dims }]),
    ),
    ...(item.constants ? { constants: item.constants } : {}),
    nodes: [node(item.op, item.wires ?? names, outputs, item.attributes)],
    outputs,
  })
}

/** The form that a value of unknown type gives: nothing about inner values is stated. */
function hideTypes(model: Model): Model {
  const cast = node('Identity', ['x'], ['hidden'])
  const nodes = model.graph.nodes.map((item) => ({
    ...item,
    inputs: item.inputs.map((name) => (name === 'x' ? 'hidden' : name)),
  }))
  return { ...model, graph: { ...model.graph, nodes: [cast, ...nodes] } }
}

describe('upgrading the operator set', () => {
  it.each(
    cases.map(
      (item) =>
        [
          `${item.op} of operator set ${item.opset} ${item.note ?? JSON.stringify(item.attributes ?? {})}`,
          item,
        ] as const,
    ),
  )('keeps what it computes: %s', async (_, item) => {
    const old = modelOfCase(item)
    const expected = await runOnce(old, item.inputs)
    for (const form of [upgradeOpset(old), upgradeOpset(hideTypes(old)), await normalize(old)]) {
      expect(form.opsets.get('')).toBe(18)
      const actual = await runOnce(form, item.inputs)
      for (const name of item.outputs ?? ['y']) {
        if (expected[name]!.dtype === 'float32') {
          expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(1e-6)
        } else expect(sameTensor(actual[name]!, expected[name]!), name).toBe(true)
      }
    }
  })

  it('has a case for every rule', () => {
    // Operators that only a typed error leaves are checked below.
    const refused = ['Scan', 'MeanVarianceNormalization']
    for (const [version, op] of upgradeRules) {
      const covered = cases.some(
        (item) => (item.op === op || (op === 'Resize' && item.op === 'Upsample')) && item.opset < version,
      )
      expect(covered || refused.includes(op), `${op} ${version}`).toBe(true)
    }
  })

  it('works inside nested graphs, with constants and types of the graph around', async () => {
    const branch = (bound: number) =>
      subgraph(
        graphOf({
          nodes: [
            node('Clip', ['x'], [`c${bound}`], { min: f(-bound), max: f(bound) }),
            node('ReduceSum', [`c${bound}`], [`r${bound}`], { axes: [1], keepdims: 0 }),
          ],
          outputs: [`r${bound}`],
        }),
      )
    const old = modelOf({
      opset: 9,
      inputs: { x: [2, 3], which: { dtype: 'bool', dims: [] } },
      nodes: [node('If', ['which'], ['y'], { then_branch: branch(0.5), else_branch: branch(0.25) })],
      outputs: ['y'],
    })
    for (const flag of [0, 1]) {
      const feeds = { x: randomTensor(2, [2, 3]), which: fromNumbers('bool', [], [flag]) }
      const expected = await runOnce(old, feeds)
      const actual = await runOnce(upgradeOpset(old), feeds)
      expect(relativeError(actual.y!, expected.y!)).toBeLessThan(1e-6)
    }
  })

  it('takes a Dropout whose mask nobody uses', async () => {
    const old = modelOf({
      opset: 7,
      inputs: { x: [2] },
      nodes: [node('Dropout', ['x'], ['y', 'mask'])],
      outputs: ['y'],
    })
    const feeds = { x: randomTensor(1, [2]) }
    expect(sameTensor((await runOnce(upgradeOpset(old), feeds)).y!, feeds.x)).toBe(true)
  })

  it('gives bounds the float type of a half-precision input', async () => {
    const old = modelOf({
      opset: 9,
      inputs: { x: { dtype: 'float16', dims: [4] } },
      nodes: [node('Clip', ['x'], ['y'], { min: f(-0.5), max: f(0.5) })],
      outputs: ['y'],
    })
    const feeds = { x: fromNumbers('float16', [4], [-2, -0.25, 0.25, 2]) }
    const expected = fromNumbers('float16', [4], [-0.5, -0.25, 0.25, 0.5])
    for (const form of [upgradeOpset(old), upgradeOpset(hideTypes(old))]) {
      expect(sameTensor((await runOnce(form, feeds)).y!, expected)).toBe(true)
    }
  })

  it('leaves models of operator set 18 and later alone', () => {
    for (const opset of [18, 21, 26]) {
      const model = modelOf({
        opset,
        inputs: { x: [2] },
        nodes: [node('Relu', ['x'], ['y'])],
        outputs: ['y'],
      })
      const upgraded = upgradeOpset(model)
      expect(upgraded.opsets.get('')).toBe(opset)
      expect(upgraded.graph.nodes).toEqual(model.graph.nodes)
    }
  })

  it('refuses operator sets outside 7 to 26 and says which there are', () => {
    for (const opset of [1, 6, 27]) {
      const model = modelOf({
        opset,
        inputs: { x: [2] },
        nodes: [node('Relu', ['x'], ['y'])],
        outputs: ['y'],
      })
      expect(() => upgradeOpset(model)).toThrow(/operator set \d+, the engine takes 7 to 26/)
    }
  })

  it.each<[string, Case]>([
    [
      'statistics updated in the old training form',
      {
        op: 'BatchNormalization',
        opset: 9,
        inputs: { x: image },
        constants: bn([3]),
        outputs: ['y', 'm', 'v'],
      },
    ],
    ['a mask of numbers', { op: 'Dropout', opset: 7, inputs: { x: image }, outputs: ['y', 'mask'] }],
    ['an old mask of booleans', { op: 'Dropout', opset: 11, inputs: { x: image }, outputs: ['y', 'mask'] }],
    [
      'an operator before ONNX defined it',
      { op: 'MeanVarianceNormalization', opset: 8, inputs: { x: image } },
    ],
    ['a Scan of operator set 8', { op: 'Scan', opset: 8, inputs: { x: image } }],
    [
      'coordinates that newer versions cannot map',
      {
        op: 'Resize',
        opset: 11,
        inputs: { x: image },
        constants: { roi: float32([]), scales: float32([1, 1, 2, 2]) },
        attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn' },
      },
    ],
  ])('refuses %s by naming the operator', (_, item) => {
    let thrown: unknown
    try {
      upgradeOpset(modelOfCase(item))
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(EngineError)
    expect((thrown as EngineError).code).toBe('operator-unsupported')
    expect((thrown as EngineError).message).toContain(item.op)
  })
})
