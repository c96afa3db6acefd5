import { describe, expect, it } from 'vitest'
import { float32, int64 } from '../../ir/tensor.ts'
import { randomBetween } from '../../testing/away.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkModel, checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { modelOf, node } from '../../testing/models.ts'
import { reductionRules } from './reductions.ts'
import { softmaxRules } from './softmax.ts'

const reductions = Object.keys(reductionRules).filter((type) => type !== 'CumSum')

/** Positive numbers that are far enough apart for the largest and smallest to stay so. */
const x = float32(
  Array.from({ length: 30 }, (_, i) => 0.4 + 0.1 * ((i * 7) % 30)),
  [2, 3, 5],
)

describe('reduction rules', () => {
  itMeetsGolden('reductions', reductionRules)

  for (const opType of reductions) {
    const forms: Readonly<Record<string, VjpCase>> = {
      'over all': { opType, inputs: [x] },
      'over all into a scalar': { opType, inputs: [x], attributes: { keepdims: 0 } },
      'over the last axis': { opType, inputs: [x, int64([-1])], attributes: { keepdims: 0 } },
      'over two axes': { opType, inputs: [x, int64([0, 2])] },
      'over none': { opType, inputs: [x, int64([])], attributes: { noop_with_empty_axes: 1 } },
      'over an empty list, which means all': { opType, inputs: [x, int64([])] },
      'over an axis of one': { opType, inputs: [float32([1, 2, 3], [3, 1]), int64([1])] },
    }
    it.each(Object.entries(forms))(
      `give ${opType} %s the gradient that finite differences give`,
      async (_, given) => {
        // A product of 30 numbers is too steep for the usual step.
        const step = opType === 'ReduceProd' ? 1e-3 : 1e-2
        expect((await checkVjp({ ...given, step })).relative).toBeLessThan(2e-3)
      },
    )
  }

  it('give CumSum the gradient that finite differences give', async () => {
    for (const exclusive of [0, 1]) {
      for (const reverse of [0, 1]) {
        const given = { opType: 'CumSum', inputs: [x, int64([1], [])], attributes: { exclusive, reverse } }
        expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
      }
    }
  })

  it('follow a variance through its parts', async () => {
    const model = modelOf({
      inputs: { x: [2, 3, 5] },
      constants: { axes: int64([-1]) },
      nodes: [
        node('ReduceMean', ['x', 'axes'], ['mean']),
        node('Sub', ['x', 'mean'], ['centred']),
        node('Mul', ['centred', 'centred'], ['square']),
        node('ReduceMean', ['square', 'axes'], ['variance'], { keepdims: 0 }),
        node('Sqrt', ['variance'], ['y']),
      ],
      outputs: ['y'],
    })
    expect((await checkModel(model, { x })).relative).toBeLessThan(2e-3)
  })
})

describe('softmax rules', () => {
  itMeetsGolden('reductions', softmaxRules)

  for (const opType of Object.keys(softmaxRules)) {
    it(`give ${opType} the gradient that finite differences give`, async () => {
      const input = randomBetween(3, [2, 4, 3], -2, 2)
      for (const axis of [undefined, 0, 1, -2]) {
        expect((await checkVjp({ opType, inputs: [input], attributes: { axis } })).relative).toBeLessThan(
          2e-3,
        )
      }
    })
  }
})
