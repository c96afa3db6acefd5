import { describe, expect, it } from 'vitest'
import type { Model } from '../../ir/graph.ts'
import { graphBuilder } from '../../ir/graph-builder.ts'
import { float32, type Tensor } from '../../ir/tensor.ts'
import { normalize, specialize } from '../../normalize/normalize.ts'
import { checkGolden, goldenCases, itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { randomNumbers, randomTensor, runOnce } from '../../testing/models.ts'
import { addGradients, gradientBuilder } from '../differentiate.ts'
import { poolRules } from './pool.ts'

type Attributes = NonNullable<VjpCase['attributes']>
type Case = readonly [string, readonly number[], Attributes]

/** Numbers in random order, no two closer than 0.05, so that no difference crosses from one maximum to another. */
function apart(seed: number, dims: readonly number[]): Tensor {
  const count = dims.reduce((a, b) => a * b, 1)
  const draws = randomNumbers(seed, count)
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => draws[a]! - draws[b]!)
  const values = new Float32Array(count)
  order.forEach((at, rank) => {
    values[at] = (rank - count / 2) * 0.05
  })
  return float32(values, dims)
}

/** Numbers of random sign between 0.3 and 1.3 in size. */
function awayFromZero(seed: number, dims: readonly number[]): Tensor {
  const x = randomTensor(seed, dims)
  return float32(
    Float32Array.from(x.data as Float32Array, (v) => v + (v < 0 ? -0.3 : 0.3)),
    dims,
  )
}

const windows: readonly Case[] = [
  ['2x2 side by side', [2, 3, 6, 8], { kernel_shape: [2, 2], strides: [2, 2] }],
  ['2x2 side by side, odd size', [2, 3, 7, 9], { kernel_shape: [2, 2], strides: [2, 2] }],
  [
    '2x2 side by side, odd size, ceil_mode',
    [2, 3, 7, 9],
    { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
  ],
  ['3x3 stride 2, padded', [2, 3, 8, 10], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  [
    '3x3 stride 2, padded, odd size',
    [2, 3, 9, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  ],
  ['3x3 stride 2', [2, 3, 8, 9], { kernel_shape: [3, 3], strides: [2, 2] }],
  ['3x3 stride 2, ceil_mode', [2, 3, 8, 10], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  [
    '3x3 stride 2, padded, ceil_mode',
    [2, 3, 8, 7],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 },
  ],
  ['3x3 stride 1, padded', [2, 3, 5, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  [
    '3x2 stride 3x1, asymmetric pads',
    [2, 3, 8, 6],
    { kernel_shape: [3, 2], strides: [3, 1], pads: [2, 0, 1, 1] },
  ],
  ['stride larger than the window', [2, 3, 9, 8], { kernel_shape: [2, 1], strides: [3, 2] }],
  ['SAME_UPPER', [2, 3, 7, 8], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['SAME_LOWER', [2, 3, 7, 8], { kernel_shape: [2, 3], strides: [2, 1], auto_pad: 'SAME_LOWER' }],
  ['VALID', [2, 3, 7, 8], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'VALID' }],
  ['one axis', [2, 3, 11], { kernel_shape: [3], strides: [2], pads: [1, 0] }],
  ['one axis, side by side', [2, 3, 12], { kernel_shape: [4], strides: [4] }],
  ['three axes', [1, 2, 5, 6, 7], { kernel_shape: [3, 2, 3], strides: [2, 2, 1], pads: [1, 0, 1, 0, 0, 1] }],
  ['the whole plane', [2, 3, 4, 5], { kernel_shape: [4, 5] }],
]

const dilated: readonly Case[] = [
  ['dilation', [2, 3, 9, 8], { kernel_shape: [3, 2], dilations: [2, 3] }],
  [
    'dilation, stride and pads',
    [2, 3, 9, 10],
    { kernel_shape: [3, 2], dilations: [2, 2], strides: [2, 3], pads: [1, 1, 2, 0] },
  ],
  ['dilation, SAME_UPPER', [2, 3, 9, 8], { kernel_shape: [2, 3], dilations: [3, 4], auto_pad: 'SAME_UPPER' }],
  [
    'dilation, ceil_mode',
    [2, 3, 10, 9],
    { kernel_shape: [2, 3], dilations: [2, 2], strides: [3, 2], ceil_mode: 1 },
  ],
]

async function worst(opType: string, x: Tensor, attributes: Attributes, opset = 18): Promise<number> {
  return (await checkVjp({ opType, inputs: [x], attributes, opset })).relative
}

describe('pool rules', () => {
  itMeetsGolden('pool', poolRules)

  it('keeps to half precision where the model does', async () => {
    for (const golden of goldenCases('pool')) {
      expect(await checkGolden(golden, { dtype: 'float16' })).toBeLessThan(2e-3)
    }
  })

  for (const [name, dims, attributes] of [...windows, ...dilated]) {
    it(`differentiates MaxPool with ${name}`, async () => {
      expect(await worst('MaxPool', apart(1, dims), attributes)).toBeLessThan(2e-3)
    })
  }
  for (const [name, dims, attributes] of windows) {
    for (const count_include_pad of [0, 1]) {
      it(`differentiates AveragePool with ${name}${count_include_pad ? ', pads counted' : ''}`, async () => {
        const all = { ...attributes, count_include_pad }
        expect(await worst('AveragePool', randomTensor(1, dims), all)).toBeLessThan(2e-3)
        expect(await worst('AveragePool', randomTensor(1, dims), all, 22)).toBeLessThan(2e-3)
      })
    }
  }
  for (const [name, dims, attributes] of dilated) {
    it(`differentiates AveragePool with ${name}`, async () => {
      for (const count_include_pad of [0, 1]) {
        const all = { ...attributes, count_include_pad }
        expect(await worst('AveragePool', randomTensor(1, dims), all, 19)).toBeLessThan(2e-3)
      }
    })
  }
  // ONNX's shape inference for LpPool gets dilation with SAME wrong, so that case cannot be run at all.
  for (const [name, dims, attributes] of [...windows, ...dilated.filter(([, , { auto_pad }]) => !auto_pad)]) {
    it(`differentiates LpPool with ${name}`, async () => {
      for (const p of [1, 2, 3]) {
        expect(await worst('LpPool', awayFromZero(1, dims), { ...attributes, p })).toBeLessThan(2e-3)
      }
    })
  }
  for (const dims of [
    [2, 3, 7],
    [2, 3, 4, 5],
    [1, 2, 3, 2, 4],
  ]) {
    it(`differentiates global pools over [${dims}]`, async () => {
      expect(await worst('GlobalMaxPool', apart(1, dims), {})).toBeLessThan(2e-3)
      expect(await worst('GlobalAveragePool', randomTensor(1, dims), {})).toBeLessThan(2e-3)
      for (const p of [1, 2, 3]) {
        expect(await worst('GlobalLpPool', awayFromZero(1, dims), { p })).toBeLessThan(2e-3)
      }
    })
  }

  it('hands the gradient of a maximum to one element only where several are largest', async () => {
    const ones = (count: number) => new Array<number>(count).fill(1)
    for (const attributes of [
      { kernel_shape: [2, 2], strides: [2, 2] },
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      { kernel_shape: [3, 2], strides: [1, 1] },
    ]) {
      const x = float32(ones(6 * 8), [1, 1, 6, 8])
      const { gradient, outputs } = await gradientOf('MaxPool', x, attributes)
      expect(gradient.reduce((a, b) => a + b)).toBe(outputs)
    }
    const { gradient } = await gradientOf('GlobalMaxPool', float32(ones(12), [1, 2, 2, 3]), {})
    expect([...gradient]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
  })

  it('takes the mask of a Relu after the pool, unless somebody else needs the value between', async () => {
    const x = apart(4, [2, 3, 6, 8])
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] }
    // Windows of negative numbers only have a pooled 0, and numbers below a positive maximum get nothing either way.
    const relu = float32(
      (x.data as Float32Array).map((value) => Math.max(value, 0)),
      x.dims,
    )
    const { gradient: atRelu } = await gradientOf('MaxPool', relu, attributes)
    const wanted = [...atRelu].map((value, i) => ((x.data as Float32Array)[i]! > 0 ? value : 0))

    const build = (alsoGlobal: boolean): Model => {
      const forward = graphBuilder()
      const between = forward.node('Relu', [forward.input('x', 'float32', x.dims)], {}, { hint: 'between' })
      forward.output(forward.node('MaxPool', [between], attributes), 'y')
      if (alsoGlobal) forward.output(forward.node('GlobalAveragePool', [between]), 'z')
      return forward.finish()
    }
    const masks = async (alsoGlobal: boolean, wrt: readonly string[]) => {
      const source = await specialize(await normalize(build(alsoGlobal)), { feeds: { x } })
      const builder = gradientBuilder(source, { withoutOutputs: true })
      const seeds = (alsoGlobal ? ['y', 'z'] : ['y']).map((value) => {
        const { dims } = source.shapes.get(value)!
        const ones = new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1)
        return { value, gradient: builder.constant(float32(ones, dims)) }
      })
      const { gradients } = addGradients(builder, source, { seeds, wrt })
      for (const name of wrt) builder.output(gradients.get(name)!, `gradient_${name}`)
      const model = builder.finish()
      const of = model.graph.nodes.filter(({ opType }) => opType === 'HardSigmoid')
      return { sizes: of.map(({ inputs }) => inputs[0]), results: await runOnce(model, { x }) }
    }
    const short = await masks(false, ['x'])
    expect(short.sizes).toEqual(['y'])
    expect([...(short.results.gradient_x!.data as Float32Array)]).toEqual(wanted)
    // The average's gradient has not passed the pool's mask.
    const shared = await masks(true, ['x'])
    expect(shared.sizes).toEqual(['between'])
    expect([...(shared.results.gradient_x!.data as Float32Array)]).toEqual(
      [...(x.data as Float32Array)].map((value, i) =>
        value > 0 ? Math.fround(wanted[i]! + Math.fround(1 / 48)) : 0,
      ),
    )
    // Of the value between itself the gradient is that of the pool alone, also where the maximum is 0.
    const inner = await masks(false, ['between'])
    expect([...(inner.results.gradient_between!.data as Float32Array)]).toEqual([...atRelu])
  })

  it('gives a norm of zeros the gradient 0 and not a division by 0', async () => {
    for (const p of [2, 3]) {
      const x = float32(new Array<number>(16).fill(0), [1, 1, 4, 4])
      const pooled = await gradientOf('LpPool', x, { kernel_shape: [2, 2], p })
      const whole = await gradientOf('GlobalLpPool', x, { p })
      expect([...pooled.gradient, ...whole.gradient].every((value) => value === 0)).toBe(true)
    }
  })
})

/** The gradient of the sum of the outputs, and how many outputs there are. */
async function gradientOf(opType: string, x: Tensor, attributes: Attributes) {
  const forward = graphBuilder()
  forward.output(forward.node(opType, [forward.input('x', 'float32', x.dims)], attributes), 'y')
  const source = await specialize(await normalize(forward.finish()), { feeds: { x } })
  const builder = gradientBuilder(source, { withoutOutputs: true })
  const { dims } = source.shapes.get('y')!
  const outputs = dims.reduce((a, b) => a * b, 1)
  const seed = builder.constant(float32(new Array<number>(outputs).fill(1), dims))
  const { gradients } = addGradients(builder, source, {
    seeds: [{ value: 'y', gradient: seed }],
    wrt: ['x'],
  })
  builder.output(gradients.get('x')!, 'gradient')
  const { gradient } = await runOnce(builder.finish(), { x })
  return { gradient: gradient!.data as Float32Array, outputs }
}
