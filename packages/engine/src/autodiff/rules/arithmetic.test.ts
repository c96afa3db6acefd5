import { describe, expect, it } from 'vitest'
import { float32, int64, scalar } from '../../ir/tensor.ts'
import { away } from '../../testing/away.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkModel, checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { modelOf, node, randomTensor } from '../../testing/models.ts'
import { arithmeticRules } from './arithmetic.ts'

const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [1, 4],
    [5, 3, 1],
  ],
  [[3], []],
  [[], [2, 2]],
]

describe('arithmetic rules', () => {
  itMeetsGolden('elementwise', arithmeticRules)

  for (const opType of ['Add', 'Sub', 'Mul', 'Div']) {
    for (const [a, b] of shapes) {
      it(`gives ${opType} of [${a}] and [${b}] the gradient that finite differences give`, async () => {
        const divisor = away([0], randomTensor(2, b), 0.5)
        const { relative } = await checkVjp({ opType, inputs: [randomTensor(1, a), divisor] })
        expect(relative).toBeLessThan(2e-3)
      })
    }
  }

  const base = float32([0.4, 1.3, 0.9, 1.8, 0.6, 1.1], [2, 3])
  const cases: Readonly<Record<string, VjpCase>> = {
    'Pow with whole exponents of another type': { opType: 'Pow', inputs: [base, int64([3], [])] },
    'Pow with a constant that widens the result': {
      opType: 'Pow',
      inputs: [scalar('float32', 1.4), float32([2, 2], [2])],
      wrt: [0],
    },
    'Pow with a constant of more axes': {
      opType: 'Pow',
      inputs: [float32([1.2, 0.7]), float32([2], [1, 1])],
    },
    'Pow with an exponent per row': { opType: 'Pow', inputs: [base, float32([0.5, 2], [2, 1])] },
    'Div by a constant': { opType: 'Div', inputs: [base, float32([2, -3, 4])], wrt: [0] },
    'Sum of one': { opType: 'Sum', inputs: [base] },
    'Mean of two': { opType: 'Mean', inputs: [base, float32([2], [1])] },
    'Mod with broadcasting': {
      opType: 'Mod',
      inputs: [float32([5.3, -5.3, 1.1, -7.9], [2, 2]), float32([2, -0.7])],
      attributes: { fmod: 1 },
    },
    'PRelu with constant slopes': {
      opType: 'PRelu',
      inputs: [away([0], randomTensor(3, [2, 3, 2]), 0.1), float32([0.1, -0.4, 2], [3, 1])],
      wrt: [0],
    },
    'PRelu with one constant slope': {
      opType: 'PRelu',
      inputs: [away([0], randomTensor(3, [2, 3, 2]), 0.1), float32([0.1])],
      wrt: [0],
    },
  }
  it.each(Object.entries(cases))('gives %s the gradient that finite differences give', async (_, given) => {
    expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
  })

  it('gives a value times itself both of its gradients', async () => {
    const model = modelOf({
      inputs: { x: [2, 3] },
      nodes: [node('Mul', ['x', 'x'], ['y']), node('Add', ['y', 'y'], ['z'])],
      outputs: ['z'],
    })
    expect((await checkModel(model, { x: base })).relative).toBeLessThan(2e-3)
  })
})
