import { describe, expect, it } from 'vitest'
import { addGradients, gradientBuilder } from '../autodiff/differentiate.ts'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import type { Model, Node } from '../ir/graph.ts'
import { float32, fromNumbers, int64, scalar, type Tensor, toNumbers } from '../ir/tensor.ts'
import { modelOf, node, randomNumbers, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { normalize, specialize } from './normalize.ts'

const bytes = (dtype: 'int8' | 'uint8', seed: number, dims: readonly number[]): Tensor => {
  const count = dims.reduce((a, b) => a * b, 1)
  return fromNumbers(
    dtype,
    dims,
    randomNumbers(seed, count).map((value) => Math.round(value * 100) + (dtype === 'uint8' ? 128 : 0)),
  )
}

const constants: Readonly<Record<string, Tensor>> = {
  xs: scalar('float32', 0.008),
  xz: scalar('uint8', 127),
  ws: float32([0.01, 0.006, 0.008]),
  wz: fromNumbers('int8', [3], [0, 0, 0]),
  w: bytes('int8', 1, [3, 2, 3, 3]),
  bias: fromNumbers('int32', [3], [3000, -2000, 500]),
  bs: float32([0.008 * 0.01, 0.008 * 0.006, 0.008 * 0.008]),
  m: bytes('int8', 2, [5, 3]),
  ms: scalar('float32', 0.01),
  mz: scalar('int8', 4),
  columns: fromNumbers('int8', [3], [1, -2, 3]),
  rowScales: float32([0.01, 0.02, 0.005]),
  ones: float32([1, 1, 1]),
  one: scalar('float32', 1),
  ys: scalar('float32', 0.05),
  yz: scalar('uint8', 120),
  other: bytes('uint8', 3, [2, 2, 5, 5]),
  shape: int64([2, -1]),
  starts: int64([1]),
  ends: int64([4]),
  lastAxis: int64([-1]),
}

const quantize = (from: string, to: string, by = 'x'): Node =>
  node('QuantizeLinear', [from, `${by}s`, `${by}z`], [to])
const dequantize = (from: string, to: string, by = 'x'): Node =>
  node('DequantizeLinear', [from, `${by}s`, `${by}z`], [to])
const internal = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  plain = {},
): Node => ({
  ...node(opType, inputs, outputs, plain),
  domain: 'com.microsoft',
})
const x = ['q', 'xs', 'xz']
const y = ['ys', 'yz']
const conv = { pads: [1, 1, 1, 1], strides: [2, 2] }

interface Pair {
  readonly dims: readonly number[]
  /** From `q`, x quantised, to the float `y`. */
  readonly quantised: readonly Node[]
  /** The same from `r`, which is `q` scaled back, as float arithmetic. */
  readonly floats: readonly Node[]
  /** One step of the result; 0 where both must be equal but for float rounding. */
  readonly step: number
}

const throughY = [quantize('v', 'p', 'y'), dequantize('p', 'y', 'y')]

const pairs: Readonly<Record<string, Pair>> = {
  QLinearConv: {
    dims: [2, 2, 5, 5],
    quantised: [
      node('QLinearConv', [...x, 'w', 'ws', 'wz', ...y, 'bias'], ['p'], conv),
      dequantize('p', 'y', 'y'),
    ],
    floats: [
      node('DequantizeLinear', ['w', 'ws', 'wz'], ['weights'], { axis: 0 }),
      node('DequantizeLinear', ['bias', 'bs'], ['shift'], { axis: 0 }),
      node('Conv', ['r', 'weights', 'shift'], ['v'], conv),
      ...throughY,
    ],
    step: 0.05,
  },
  QLinearMatMul: {
    dims: [2, 4, 5],
    quantised: [node('QLinearMatMul', [...x, 'm', 'ms', 'mz', ...y], ['p']), dequantize('p', 'y', 'y')],
    floats: [dequantize('m', 'b', 'm'), node('MatMul', ['r', 'b'], ['v']), ...throughY],
    step: 0.05,
  },
  'MatMulInteger with a zero for each column': {
    dims: [4, 5],
    quantised: [
      node('MatMulInteger', ['q', 'm', 'xz', 'columns'], ['whole']),
      node('Cast', ['whole'], ['v'], { to: 1 }),
      node('Mul', ['v', 'rowScales'], ['y']),
    ],
    floats: [
      node('DequantizeLinear', ['q', 'one', 'xz'], ['a']),
      node('DequantizeLinear', ['m', 'ones', 'columns'], ['b'], { axis: 1 }),
      node('MatMul', ['a', 'b'], ['v']),
      node('Mul', ['v', 'rowScales'], ['y']),
    ],
    step: 0,
  },
  ConvInteger: {
    dims: [1, 2, 5, 5],
    quantised: [
      node('ConvInteger', ['q', 'w', 'xz'], ['whole'], conv),
      node('Cast', ['whole'], ['v'], { to: 1 }),
      node('Mul', ['v', 'ms'], ['y']),
    ],
    floats: [
      node('DequantizeLinear', ['q', 'one', 'xz'], ['a']),
      node('DequantizeLinear', ['w', 'one'], ['b']),
      node('Conv', ['a', 'b'], ['v'], conv),
      node('Mul', ['v', 'ms'], ['y']),
    ],
    step: 0,
  },
  'pooling, slicing and reshaping of quantised values': {
    dims: [2, 2, 5, 5],
    quantised: [
      node('MaxPool', ['q'], ['pooled'], { kernel_shape: [2, 2] }),
      node('Slice', ['pooled', 'starts', 'ends', 'lastAxis'], ['cut']),
      node('Transpose', ['cut'], ['turned'], { perm: [0, 2, 3, 1] }),
      node('Reshape', ['turned', 'shape'], ['flat']),
      dequantize('flat', 'y'),
    ],
    floats: [
      node('MaxPool', ['r'], ['pooled'], { kernel_shape: [2, 2] }),
      node('Slice', ['pooled', 'starts', 'ends', 'lastAxis'], ['cut']),
      node('Transpose', ['cut'], ['turned'], { perm: [0, 2, 3, 1] }),
      node('Reshape', ['turned', 'shape'], ['y']),
    ],
    step: 0,
  },
  QLinearAdd: {
    dims: [2, 2, 5, 5],
    quantised: [internal('QLinearAdd', [...x, 'other', 'xs', 'xz', ...y], ['p']), dequantize('p', 'y', 'y')],
    floats: [dequantize('other', 'o'), node('Add', ['r', 'o'], ['v']), ...throughY],
    step: 0.05,
  },
  QLinearMul: {
    dims: [2, 2, 5, 5],
    quantised: [internal('QLinearMul', [...x, 'other', 'xs', 'xz', ...y], ['p']), dequantize('p', 'y', 'y')],
    floats: [dequantize('other', 'o'), node('Mul', ['r', 'o'], ['v']), ...throughY],
    step: 0.05,
  },
  QLinearSigmoid: {
    dims: [3, 4],
    quantised: [internal('QLinearSigmoid', [...x, ...y], ['p']), dequantize('p', 'y', 'y')],
    floats: [node('Sigmoid', ['r'], ['v']), ...throughY],
    step: 0.05,
  },
  QLinearLeakyRelu: {
    dims: [3, 4],
    quantised: [internal('QLinearLeakyRelu', [...x, ...y], ['p'], { alpha: 0.1 }), dequantize('p', 'y', 'y')],
    floats: [node('LeakyRelu', ['r'], ['v'], { alpha: 0.1 }), ...throughY],
    step: 0.05,
  },
  QLinearGlobalAveragePool: {
    dims: [2, 3, 4, 4],
    quantised: [internal('QLinearGlobalAveragePool', [...x, ...y], ['p']), dequantize('p', 'y', 'y')],
    floats: [node('GlobalAveragePool', ['r'], ['v']), ...throughY],
    step: 0.05,
  },
  QLinearAveragePool: {
    dims: [2, 3, 4, 4],
    quantised: [
      internal('QLinearAveragePool', [...x, ...y], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }),
      dequantize('p', 'y', 'y'),
    ],
    floats: [node('AveragePool', ['r'], ['v'], { kernel_shape: [2, 2], strides: [2, 2] }), ...throughY],
    step: 0.05,
  },
  QLinearConcat: {
    dims: [2, 2, 5, 5],
    quantised: [
      internal('QLinearConcat', [...y, ...x, 'other', 'xs', 'xz'], ['p'], { axis: 1 }),
      dequantize('p', 'y', 'y'),
    ],
    floats: [dequantize('other', 'o'), node('Concat', ['r', 'o'], ['v'], { axis: 1 }), ...throughY],
    step: 0.05,
  },
  QGemm: {
    dims: [4, 5],
    quantised: [
      internal('QGemm', [...x, 'm', 'ms', 'mz', 'bias', ...y], ['p'], { alpha: { kind: 'float', value: 1 } }),
      dequantize('p', 'y', 'y'),
    ],
    floats: [
      dequantize('m', 'b', 'm'),
      node('Mul', ['xs', 'ms'], ['product']),
      node('DequantizeLinear', ['bias', 'product'], ['shift']),
      node('Gemm', ['r', 'b', 'shift'], ['v']),
      ...throughY,
    ],
    step: 0.05,
  },
}

/** The result, and the gradient of a weighting of it to x. */
async function resultOf(model: Model, feed: Tensor) {
  const feeds = { x: feed }
  const source = await prepareForGradients(await specialize(await normalize(model), { feeds }), { feeds })
  const builder = gradientBuilder(source)
  const { dims } = source.shapes.get('y')!
  const gradient = builder.input('seed', 'float32', dims)
  const { gradients } = addGradients(builder, source, { seeds: [{ value: 'y', gradient }], wrt: ['x'] })
  builder.output(gradients.get('x')!, 'gradient')
  const results = await runOnce(builder.finish(), { ...feeds, seed: randomTensor(9, dims) })
  return { source, y: results.y!, gradient: results.gradient! }
}

const modelFrom = (dims: readonly number[], nodes: readonly Node[]): Model => {
  const made = modelOf({
    inputs: { x: dims },
    constants,
    nodes: [quantize('x', 'q'), ...nodes],
    outputs: ['y'],
  })
  return { ...made, opsets: new Map([...made.opsets, ['com.microsoft', 1]]) }
}

describe('float forms of quantised operators', () => {
  for (const [name, { dims, quantised, floats, step }] of Object.entries(pairs)) {
    it(`compute what ${name} does, and give the gradient of quantising and scaling back`, async () => {
      const model = modelFrom(dims, quantised)
      const feed = randomTensor(5, dims)
      const expected = (await runOnce(model, { x: feed })).y!
      const actual = await resultOf(model, feed)
      const byHand = await resultOf(modelFrom(dims, [dequantize('q', 'r'), ...floats]), feed)
      const off = toNumbers(actual.y).map((value, i) => Math.abs(value - toNumbers(expected)[i]!))
      if (step === 0) expect(relativeError(actual.y, expected)).toBeLessThan(1e-6)
      else {
        // A value between two steps may fall to the other side, which must stay rare.
        expect(Math.max(...off)).toBeLessThan(step * 1.01)
        expect(off.filter((value) => value > step / 2).length).toBeLessThanOrEqual(off.length / 20)
      }
      expect(relativeError(actual.gradient, byHand.gradient)).toBeLessThan(1e-5)
      expect(Math.max(...toNumbers(actual.gradient).map(Math.abs))).toBeGreaterThan(0)
    })
  }

  it('pass a gradient through a product that quantises as it runs', async () => {
    const made = modelOf({
      inputs: { x: [4, 5] },
      constants,
      nodes: [internal('DynamicQuantizeMatMul', ['x', 'm', 'ms', 'mz', 'ones'], ['y'])],
      outputs: ['y'],
    })
    const model = { ...made, opsets: new Map([...made.opsets, ['com.microsoft', 1]]) }
    const feed = randomTensor(5, [4, 5])
    const { y: actual, gradient } = await resultOf(model, feed)
    expect(relativeError(actual, (await runOnce(model, { x: feed })).y!)).toBeLessThan(1e-5)
    // Straight through: as if the product were by the scaled-back weights alone.
    const weights = toNumbers(constants.m!).map((value) => (value - 4) * 0.01)
    const seed = toNumbers(randomTensor(9, [4, 3]))
    const expected = Array.from({ length: 20 }, (_, i) => {
      const [row, column] = [Math.floor(i / 5), i % 5]
      return [0, 1, 2].reduce((sum, k) => sum + seed[row * 3 + k]! * weights[column * 3 + k]!, 0)
    })
    expect(relativeError(gradient, float32(expected, [4, 5]))).toBeLessThan(1e-5)
  })

  it('leave models without quantised arithmetic alone', async () => {
    const model = modelFrom([3], [dequantize('q', 'y')])
    const source = await specialize(await normalize(model))
    expect(await prepareForGradients(source)).toBe(source)
  })
})
