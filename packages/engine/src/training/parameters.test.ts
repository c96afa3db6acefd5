import { describe, expect, it } from 'vitest'
import { userSeed } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { float32, int64 } from '../ir/tensor.ts'
import { modelOf, node } from '../testing/models.ts'
import { parametersOf, withParameterInputs } from './parameters.ts'

const pair = (a: number, b: number) => float32([a, b], [2])

describe('the parameters of a model', () => {
  const model = modelOf({
    inputs: { x: [1, 2, 4, 4] },
    constants: {
      kernel: float32(new Array(8).fill(0.1), [2, 2, 1, 2]),
      bias: pair(1, 2),
      scale: pair(1, 1),
      shift: pair(0, 0),
      mean: pair(0.5, 0.5),
      variance: pair(1, 1),
      epsilon: float32([1e-5]),
      mask: pair(0, -3.4e38),
      shape: int64([1, -1]),
    },
    nodes: [
      node('Conv', ['x', 'kernel', 'bias'], ['c']),
      node('BatchNormalization', ['c', 'scale', 'shift', 'mean', 'variance'], ['n']),
      node('Add', ['n', 'epsilon'], ['e']),
      node('Transpose', ['e'], ['t'], { perm: [0, 2, 3, 1] }),
      node('Add', ['t', 'mask'], ['m']),
      node('Reshape', ['m', 'shape'], ['y']),
    ],
    outputs: ['y'],
  })

  it('are weights and running statistics, and neither formulas, masks nor shapes', () => {
    expect(parametersOf(model)).toEqual({
      weights: ['kernel', 'bias', 'scale', 'shift'],
      statistics: ['mean', 'variance'],
    })
  })

  it('become inputs after those of the model, with their types', () => {
    const { inputs, initializers } = withParameterInputs(model, ['kernel', 'bias']).graph
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'kernel', 'bias'])
    expect(inputs[1]?.type).toEqual({ kind: 'tensor', dtype: 'float32', dims: [2, 2, 1, 2] })
    expect(initializers.has('kernel')).toBe(false)
    expect(model.graph.initializers.has('kernel')).toBe(true)
    expect(() => withParameterInputs(model, ['nothing'])).toThrow(
      expect.objectContaining({ code: 'feed-unknown' }),
    )
  })

  it('that are used twice have the sum of both gradients', async () => {
    // y = w * a + w * b: the gradient of w under a seed of ones is a + b.
    const tied = modelOf({
      inputs: { a: [2], b: [2] },
      constants: { w: pair(3, 5) },
      nodes: [node('Mul', ['a', 'w'], ['p']), node('Mul', ['w', 'b'], ['q']), node('Add', ['p', 'q'], ['y'])],
      outputs: ['y'],
    })
    const { weights } = parametersOf(tied)
    expect(weights).toEqual(['w'])
    const session = await openGradients(withParameterInputs(tied, weights), {
      loss: userSeed('y'),
      wrt: weights,
      dims: { a: [2], b: [2] },
    })
    const { gradients } = await session.run({
      a: pair(1, 2),
      b: pair(10, 20),
      w: pair(3, 5),
      seed: pair(1, 1),
    })
    expect([...gradients.w!]).toEqual([11, 22])
    await session.close()
  })
})
