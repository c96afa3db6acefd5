import { describe, expect, it } from 'vitest'
import { subgraph } from '../ir/attributes.ts'
import { fromNumbers, scalar } from '../ir/tensor.ts'
import { loadModel } from '../onnx/load.ts'
import { fixtures } from '../testing/fixtures.ts'
import { graphOf, modelOf, node } from '../testing/models.ts'
import { randomOperators } from './random-operators.ts'

const truth = (value: number) => fromNumbers('bool', [], [value])

function dropout(training: 'absent' | 'true' | 'false' | 'fed' | 'constant node', ratio = 0.5) {
  return modelOf({
    inputs: { x: [2], ...(training === 'fed' ? { mode: { dtype: 'bool' as const, dims: [] } } : {}) },
    constants: {
      ratio: scalar('float32', ratio),
      ...(training === 'true' || training === 'false' ? { mode: truth(training === 'true' ? 1 : 0) } : {}),
    },
    nodes: [
      ...(training === 'constant node' ? [node('Constant', [], ['mode'], { value: truth(1) })] : []),
      node('Dropout', training === 'absent' ? ['x', 'ratio'] : ['x', 'ratio', 'mode'], ['y']),
    ],
    outputs: ['y'],
  })
}

describe('operators that draw at random', () => {
  it('are named once each, sorted', () => {
    const model = modelOf({
      inputs: { x: [2] },
      nodes: [
        node('RandomUniformLike', ['x'], ['u']),
        node('RandomNormalLike', ['x'], ['n']),
        node('RandomNormalLike', ['x'], ['m']),
        node('Bernoulli', ['u'], ['b']),
        node('Sum', ['x', 'n', 'm', 'b'], ['y']),
      ],
      outputs: ['y'],
    })
    expect(randomOperators(model)).toEqual(['Bernoulli', 'RandomNormalLike', 'RandomUniformLike'])
  })

  it('are found in nested graphs, however deep, and in functions', () => {
    const inner = graphOf({ nodes: [node('RandomNormalLike', ['x'], ['n'])], outputs: ['n'] })
    const middle = graphOf({
      nodes: [node('If', ['c'], ['m'], { then_branch: subgraph(inner), else_branch: subgraph(inner) })],
      outputs: ['m'],
    })
    const model = modelOf({
      inputs: { x: [2], c: { dtype: 'bool', dims: [] } },
      nodes: [node('If', ['c'], ['y'], { then_branch: subgraph(middle), else_branch: subgraph(middle) })],
      outputs: ['y'],
    })
    expect(randomOperators(model)).toEqual(['RandomNormalLike'])
    const noisy = {
      name: 'Noisy',
      domain: 'own',
      overload: '',
      inputs: ['x'],
      outputs: ['y'],
      attributes: [],
      defaults: {},
      nodes: [node('Multinomial', ['x'], ['y'])],
      opsets: new Map([['', 18]]),
    }
    expect(randomOperators({ ...model, graph: inner, functions: [noisy] })).toEqual([
      'Multinomial',
      'RandomNormalLike',
    ])
  })

  it('are Dropout too where it trains, or may', () => {
    expect(randomOperators(dropout('true'))).toEqual(['Dropout'])
    expect(randomOperators(dropout('constant node'))).toEqual(['Dropout'])
    expect(randomOperators(dropout('fed'))).toEqual(['Dropout'])
    expect(randomOperators(dropout('false'))).toEqual([])
    expect(randomOperators(dropout('absent'))).toEqual([])
    expect(randomOperators(dropout('true', 0))).toEqual([])
  })

  it('see a constant around a nested graph, but not one that an input of it hides', () => {
    const inner = graphOf({ nodes: [node('Dropout', ['x', 'ratio', 'mode'], ['d'])], outputs: ['d'] })
    const around = (mode: number) =>
      modelOf({
        inputs: { x: [2], c: { dtype: 'bool', dims: [] } },
        constants: { ratio: scalar('float32', 0.5), mode: truth(mode) },
        nodes: [node('If', ['c'], ['y'], { then_branch: subgraph(inner), else_branch: subgraph(inner) })],
        outputs: ['y'],
      })
    expect(randomOperators(around(0))).toEqual([])
    expect(randomOperators(around(1))).toEqual(['Dropout'])
    const hidden = { ...inner, inputs: [{ name: 'mode' }] }
    const model = around(0)
    const nodes = [node('Loop', ['', 'c', 'x'], ['y'], { body: subgraph(hidden) })]
    expect(randomOperators({ ...model, graph: { ...model.graph, nodes } })).toEqual(['Dropout'])
  })

  it('are in none of the networks that exporters wrote for inference', async () => {
    for (const { path } of fixtures()) expect(randomOperators(await loadModel(path)), path).toEqual([])
  })
})
