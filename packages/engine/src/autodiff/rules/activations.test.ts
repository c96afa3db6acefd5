import { describe, expect, it } from 'vitest'
import { float } from '../../ir/attributes.ts'
import { float32, scalar, type Tensor } from '../../ir/tensor.ts'
import { away, randomBetween } from '../../testing/away.ts'
import { checkGolden, goldenCases, itMeetsGolden } from '../../testing/check-golden.ts'
import { checkModel, checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { modelOf, node } from '../../testing/models.ts'
import { activationRules } from './activations.ts'

/** Numbers on all sides of the bends. */
function x(...bends: number[]): Tensor {
  return away(bends, randomBetween(5, [2, 3, 7], -5, 8), 0.05)
}

const number = (value: number): Tensor => scalar('float32', value)

describe('activation rules', () => {
  itMeetsGolden('elementwise', activationRules)

  const cases: Readonly<Record<string, VjpCase>> = {
    Relu: { opType: 'Relu', inputs: [x(0)] },
    'LeakyRelu by default': { opType: 'LeakyRelu', inputs: [x(0)] },
    'LeakyRelu that turns around': { opType: 'LeakyRelu', inputs: [x(0)], attributes: { alpha: float(-2) } },
    'ThresholdedRelu by default': { opType: 'ThresholdedRelu', inputs: [x(1)] },
    'Elu by default': { opType: 'Elu', inputs: [x(0)] },
    'Elu of 0': { opType: 'Elu', inputs: [x(0)], attributes: { alpha: float(0) } },
    'Selu by default': { opType: 'Selu', inputs: [x(0)] },
    'Selu turned around': { opType: 'Selu', inputs: [x(0)], attributes: { gamma: float(-1.5) } },
    'Celu by default': { opType: 'Celu', inputs: [x(0)] },
    'HardSigmoid by default': { opType: 'HardSigmoid', inputs: [x(-2.5, 2.5)] },
    'HardSigmoid that falls': {
      opType: 'HardSigmoid',
      inputs: [x(-1, 2)],
      attributes: { alpha: float(-1 / 3), beta: float(2 / 3) },
    },
    HardSwish: { opType: 'HardSwish', inputs: [x(-3, 3)] },
    'Shrink by default': { opType: 'Shrink', inputs: [x(-0.5, 0.5)] },
    Gelu: { opType: 'Gelu', inputs: [x()], opset: 20 },
    'Gelu by tanh': { opType: 'Gelu', inputs: [x()], attributes: { approximate: 'tanh' }, opset: 20 },
    Mish: { opType: 'Mish', inputs: [x()] },
    Swish: { opType: 'Swish', inputs: [x()], opset: 24 },
    'Clip to 0 and 6': { opType: 'Clip', inputs: [x(0, 6), number(0), number(6)], wrt: [0] },
    'Clip to -1 and 1': { opType: 'Clip', inputs: [x(-1, 1), number(-1), number(1)], wrt: [0] },
    'Clip from below': { opType: 'Clip', inputs: [x(0.5), number(0.5)], wrt: [0] },
    'Clip from above': { opType: 'Clip', inputs: [x(0.5), '', number(0.5)], wrt: [0] },
    'Clip to the largest number': {
      opType: 'Clip',
      inputs: [x(0), number(0), number(3.4028234663852886e38)],
      wrt: [0],
    },
    'Clip to one number': { opType: 'Clip', inputs: [x(2), number(2), number(2)], wrt: [0] },
    'Clip by computed bounds': { opType: 'Clip', inputs: [x(-1, 3), number(-1), number(3)] },
    'Clip by a computed lower bound': { opType: 'Clip', inputs: [x(-1), number(-1)] },
    'Clip by a computed upper bound': { opType: 'Clip', inputs: [x(2), '', number(2)] },
    'Clip with bounds the wrong way round': { opType: 'Clip', inputs: [x(2), number(4), number(2)] },
    'Clip by attributes': {
      opType: 'Clip',
      inputs: [x(0, 6)],
      attributes: { min: float(0), max: float(6) },
      opset: 7,
    },
  }
  it.each(Object.entries(cases))('give %s the gradient that finite differences give', async (_, given) => {
    expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
  })

  // What exporters write where the operator itself was not there yet.
  it('give the written-out forms of hard-swish, SiLU and GELU their gradient', async () => {
    const constants = {
      three: number(3),
      six: number(6),
      zero: number(0),
      root: number(Math.SQRT2),
      one: number(1),
      half: number(0.5),
    }
    const forms = [
      [
        node('Add', ['x', 'three'], ['a']),
        node('Clip', ['a', 'zero', 'six'], ['b']),
        node('Mul', ['x', 'b'], ['c']),
        node('Div', ['c', 'six'], ['y']),
      ],
      [node('Sigmoid', ['x'], ['a']), node('Mul', ['x', 'a'], ['y'])],
      [
        node('Div', ['x', 'root'], ['a']),
        node('Erf', ['a'], ['b']),
        node('Add', ['b', 'one'], ['c']),
        node('Mul', ['x', 'c'], ['d']),
        node('Mul', ['d', 'half'], ['y']),
      ],
    ]
    for (const nodes of forms) {
      const input = x(-3, 3)
      const model = modelOf({ inputs: { x: input.dims }, constants, nodes, outputs: ['y'] })
      expect((await checkModel(model, { x: input })).relative).toBeLessThan(2e-3)
    }
  })

  it('hold in the other float types that onnxruntime runs the operator in', async () => {
    const bent = new Set(['Relu', 'LeakyRelu', 'Elu', 'HardSwish', 'HardSigmoid', 'Gelu', 'Clip'])
    const cases = goldenCases('elementwise').filter(
      ({ opType, name }) => bent.has(opType) && !/ at /.test(name),
    )
    for (const golden of cases) {
      expect(await checkGolden(golden, { dtype: 'float16' }), golden.name).toBeLessThan(1e-2)
      const isWide = ['Relu', 'LeakyRelu', 'Elu', 'Clip'].includes(golden.opType)
      if (isWide) expect(await checkGolden(golden, { dtype: 'float64' }), golden.name).toBeLessThan(1e-6)
    }
  })

  it('give no gradient to what Clip never lets through', async () => {
    const given = { opType: 'Clip', inputs: [float32([3, 4, 5]), number(0), number(1)], wrt: [0] }
    expect((await checkVjp(given)).relative).toBe(0)
  })
})
