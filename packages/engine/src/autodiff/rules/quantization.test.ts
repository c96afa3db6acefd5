import { describe, expect, it } from 'vitest'
import type { Model } from '../../ir/graph.ts'
import { type DataType, float32, fromNumbers, scalar, type Tensor, toNumbers } from '../../ir/tensor.ts'
import { normalize, specialize } from '../../normalize/normalize.ts'
import { checkGolden, type Emit, goldenCases } from '../../testing/check-golden.ts'
import { modelOf, node, randomTensor, runOnce } from '../../testing/models.ts'
import { addGradients, type GradientNote, gradientBuilder } from '../differentiate.ts'

/** Quantised and scaled back, with the zero point in the quantised type; the stored case has it as int64. */
const quantisedAndBack: Emit = (builder, [x, scale], { attributes: { type, ...attributes }, inputs }) => {
  const { data, dims } = inputs[2]!
  const dtype = type!.value as DataType
  const zero = dtype === 'int4' ? { dtype, dims, data: new Uint8Array(1) } : fromNumbers(dtype, dims, data)
  const parameters = [scale!, builder.constant(zero)]
  const whole = builder.node('QuantizeLinear', [x!, ...parameters], attributes)
  return [builder.node('DequantizeLinear', [whole, ...parameters], attributes)]
}

/** The gradient of sum(seed * y) to x, and the notes on the way. */
async function gradientOf(
  model: Model,
  x: Tensor,
  seed: Tensor,
): Promise<{ readonly gradient: Tensor; readonly notes: readonly GradientNote[] }> {
  const source = await specialize(await normalize(model), { feeds: { x } })
  const builder = gradientBuilder(source, { withoutOutputs: true })
  const gradient = builder.input('seed', 'float32', seed.dims)
  const made = addGradients(builder, source, { seeds: [{ value: 'y', gradient }], wrt: ['x'] })
  builder.output(made.gradients.get('x')!, 'gradient')
  const results = await runOnce(builder.finish(), { x, seed })
  return { gradient: results.gradient!, notes: made.notes }
}

describe('gradients of quantisation that PyTorch gave', () => {
  for (const golden of goldenCases('quantization')) {
    it(`are met for ${golden.name}`, async () => {
      // A scale's gradient is what is left of sums of terms up to 255 times as large as itself.
      expect(await checkGolden(golden, { emit: quantisedAndBack })).toBeLessThan(1e-4)
    })
  }
})

describe('the rules of quantisation', () => {
  it('give each block of an axis its own limits', async () => {
    const x = float32([-3, -1, 1, 3, -3, -1, 1, 3], [2, 4])
    const scales = [0.01, 0.02, 0.03, 0.001]
    const attributes = { axis: 1, block_size: 2 }
    const model = modelOf({
      opset: 21,
      irVersion: 10,
      inputs: { x: [2, 4] },
      constants: { scale: float32(scales, [2, 2]), zero: fromNumbers('int8', [2, 2], [0, 0, 0, 0]) },
      nodes: [
        node('QuantizeLinear', ['x', 'scale', 'zero'], ['q'], attributes),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['y'], attributes),
      ],
      outputs: ['y'],
    })
    const { gradient } = await gradientOf(model, x, float32([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]))
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((g, i) => {
      const step = scales[Math.floor(i / 2)]!
      const rounded = Math.round((x.data as Float32Array)[i]! / step)
      return rounded >= -128 && rounded <= 127 ? g : 0
    })
    expect(expected).toEqual([0, 2, 3, 0, 5, 6, 0, 0])
    toNumbers(gradient).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5)
    })
  })

  it('say in the result that the gradient is an estimate, once for each rounding', async () => {
    const model = modelOf({
      inputs: { x: [3] },
      constants: { scale: scalar('float32', 0.1), zero: scalar('uint8', 128) },
      nodes: [
        node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['y']),
      ],
      outputs: ['y'],
    })
    const { notes } = await gradientOf(model, randomTensor(1, [3]), float32([1, 1, 1]))
    expect(notes).toMatchObject([{ operator: 'QuantizeLinear', output: 'q', kind: 'straight-through' }])
  })

  it('let gradients through quantisation by what is measured when it runs', async () => {
    const model = modelOf({
      inputs: { x: [4] },
      nodes: [
        node('DynamicQuantizeLinear', ['x'], ['q', 'scale', 'zero']),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['y']),
      ],
      outputs: ['y'],
    })
    const seed = randomTensor(2, [4])
    const { gradient, notes } = await gradientOf(model, randomTensor(1, [4]), seed)
    toNumbers(gradient).forEach((value, i) => {
      expect(value).toBeCloseTo(toNumbers(seed)[i]!, 5)
    })
    expect(notes.map((note) => note.operator)).toContain('DynamicQuantizeLinear')
  })
})
