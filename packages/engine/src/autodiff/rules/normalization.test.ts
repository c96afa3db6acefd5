import { describe, expect, it } from 'vitest'
import { float } from '../../ir/attributes.ts'
import { away, randomBetween } from '../../testing/away.ts'
import { checkGolden, goldenCases, itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'
import { normalizationRules } from './normalization.ts'

const x = (...dims: number[]) => randomBetween(1, dims, -2, 2)
const scale = (...dims: number[]) => randomTensor(2, dims)
const bias = (...dims: number[]) => randomTensor(3, dims)

describe('normalisation rules', () => {
  itMeetsGolden('normalization', normalizationRules)

  it('hold in float16 where squares would not fit into it', async () => {
    for (const [opType, opset] of [
      ['LayerNormalization', 18],
      ['RMSNormalization', 23],
    ] as const) {
      const golden = goldenCases('normalization').find((item) => item.opType === opType)!
      // Both are blind to the size of x, so 1000 x has a thousandth of the gradient.
      const [input, ...others] = golden.inputs
      const large = { ...input!, data: input!.data.map((value) => 1000 * value) }
      const [gradient, ...rest] = golden.gradients
      const small = { ...gradient!, data: gradient!.data.map((value) => value / 1000) }
      const scaled = { ...golden, opset, inputs: [large, ...others], gradients: [small, ...rest] }
      expect(await checkGolden(scaled, { dtype: 'float16' })).toBeLessThan(2e-2)
    }
  })

  const cases: Readonly<Record<string, VjpCase>> = {
    LayerNormalization: { opType: 'LayerNormalization', inputs: [x(2, 3, 8), scale(8), bias(8)] },
    'LayerNormalization with constant weights': {
      opType: 'LayerNormalization',
      inputs: [x(2, 3, 8), scale(8), bias(8)],
      wrt: [0],
    },
    'LayerNormalization over two axes, with its statistics': {
      opType: 'LayerNormalization',
      inputs: [x(3, 4, 5), scale(4, 5), bias(5)],
      attributes: { axis: 1, epsilon: float(1e-3) },
      outputs: 3,
    },
    'the mean of LayerNormalization': {
      opType: 'LayerNormalization',
      inputs: [x(3, 5), scale(5)],
      wrt: [0],
      outputs: 3,
      seeded: [1],
    },
    'BatchNormalization of images': {
      opType: 'BatchNormalization',
      inputs: [x(2, 3, 4, 2), scale(3), bias(3), bias(3), randomBetween(4, [3], 0.5, 2)],
    },
    'BatchNormalization of images in training': {
      opType: 'BatchNormalization',
      inputs: [x(3, 3, 4, 2), scale(3), bias(3), bias(3), randomBetween(4, [3], 0.5, 2)],
      attributes: { training_mode: 1, momentum: float(0) },
      wrt: [0, 1, 2],
      outputs: 3,
      seeded: [0],
    },
    'BatchNormalization of rows in training': {
      opType: 'BatchNormalization',
      inputs: [x(7, 3), scale(3), bias(3), bias(3), randomBetween(4, [3], 0.5, 2)],
      attributes: { training_mode: 1, momentum: float(0) },
      wrt: [0, 1, 2],
      outputs: 3,
      seeded: [0],
    },
    'BatchNormalization of rows': {
      opType: 'BatchNormalization',
      inputs: [x(5, 3), scale(3), bias(3), bias(3), randomBetween(4, [3], 0.5, 2)],
      wrt: [0],
    },
    InstanceNormalization: { opType: 'InstanceNormalization', inputs: [x(2, 3, 4, 3), scale(3), bias(3)] },
    'GroupNormalization per channel': {
      opType: 'GroupNormalization',
      inputs: [x(2, 6, 3, 2), scale(6), bias(6)],
      attributes: { num_groups: 3 },
      opset: 21,
    },
    'GroupNormalization per group': {
      opType: 'GroupNormalization',
      inputs: [x(2, 6, 5), scale(2), bias(2)],
      attributes: { num_groups: 2 },
    },
    RMSNormalization: { opType: 'RMSNormalization', inputs: [x(2, 3, 6), scale(6)], opset: 23 },
    'RMSNormalization over two axes': {
      opType: 'RMSNormalization',
      inputs: [x(2, 3, 6), scale(3, 6)],
      attributes: { axis: -2 },
      opset: 23,
    },
    'LpNormalization by length': { opType: 'LpNormalization', inputs: [x(3, 4, 2)], attributes: { axis: 1 } },
    'LpNormalization by sum': {
      opType: 'LpNormalization',
      inputs: [away([0], x(3, 5), 0.05)],
      attributes: { p: 1 },
    },
    LRN: {
      opType: 'LRN',
      inputs: [x(2, 6, 2, 3)],
      attributes: { size: 3, alpha: float(0.5), beta: float(0.6), bias: float(2) },
    },
    'LRN by default': { opType: 'LRN', inputs: [x(1, 4, 3, 3)], attributes: { size: 5 } },
    MeanVarianceNormalization: { opType: 'MeanVarianceNormalization', inputs: [x(3, 2, 2, 3)] },
    'MeanVarianceNormalization per sample': {
      opType: 'MeanVarianceNormalization',
      inputs: [x(3, 2, 2, 3)],
      attributes: { axes: [1, 2, -1] },
    },
  }
  it.each(Object.entries(cases))('give %s the gradient that finite differences give', async (_, given) => {
    expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
  })
})
