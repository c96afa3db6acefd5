import { describe, expect, it } from 'vitest'
import { subgraph } from '../ir/attributes.ts'
import { writeModel } from '../onnx/write.ts'
import { graphOf, modelOf, node, randomTensor } from '../testing/models.ts'
import { describeModel } from './describe-model.ts'

describe('describing a model', () => {
  it('says what goes in and out, of what it is made, and how large it is', () => {
    const model = modelOf({
      opset: 13,
      inputs: { x: ['batch', 3] },
      constants: { w: randomTensor(1, [3, 2]) },
      nodes: [
        node('MatMul', ['x', 'w'], ['h']),
        node('Constant', [], ['c'], { value: randomTensor(2, [4]) }),
        { ...node('Special', ['h'], ['s']), domain: 'my.own' },
        node('MatMul', ['s', 'c'], ['y']),
      ],
      outputs: ['y'],
    })
    const description = describeModel(writeModel({ ...model, metadata: new Map([['author', 'somebody']]) }))
    expect(description).toEqual({
      producer: { name: 'test', version: '1' },
      irVersion: 8,
      opsets: { 'ai.onnx': 13 },
      metadata: { author: 'somebody' },
      inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['batch', 3] } }],
      outputs: [{ name: 'y', lastOperator: 'MatMul', scale: 'unknown' }],
      batch: 'any',
      nodeCount: 4,
      operators: { MatMul: 2, Constant: 1, 'my.own.Special': 1 },
      parameterCount: 10,
      customDomains: ['my.own'],
      externalFiles: [],
    })
  })

  it.each([
    ['Softmax', 'probabilities'],
    ['Sigmoid', 'probabilities'],
    ['LogSoftmax', 'log-probabilities'],
    ['ArgMax', 'labels'],
    ['Relu', 'unknown'],
  ])('sees %s as the last operator through what only moves values', (op, scale) => {
    const model = modelOf({
      inputs: { x: [1, 3] },
      nodes: [node(op, ['x'], ['a']), node('Identity', ['a'], ['b']), node('Flatten', ['b'], ['y'])],
      outputs: ['y'],
    })
    expect(describeModel(model).outputs[0]).toMatchObject({ lastOperator: op, scale })
    expect(describeModel(model).batch).toBe(1)
  })

  it('knows a softmax that is written out', () => {
    const model = modelOf({
      inputs: { x: [1, 3] },
      nodes: [node('Exp', ['x'], ['e']), node('ReduceSum', ['e'], ['s']), node('Div', ['e', 's'], ['y'])],
      outputs: ['y'],
    })
    expect(describeModel(model).outputs[0]!.scale).toBe('probabilities')
  })

  it('counts operators and constants of nested graphs', () => {
    const branch = subgraph(
      graphOf({ constants: { k: randomTensor(1, [5]) }, nodes: [node('Neg', ['k'], ['r'])], outputs: ['r'] }),
    )
    const model = modelOf({
      inputs: { c: { dtype: 'bool', dims: [] } },
      nodes: [node('If', ['c'], ['y'], { then_branch: branch, else_branch: branch })],
      outputs: ['y'],
    })
    const description = describeModel(model)
    expect(description.operators).toEqual({ Neg: 2, If: 1 })
    expect(description.parameterCount).toBe(10)
    expect(description.batch).toBeNull()
  })

  it('ends on a damaged model whose nodes form a circle', () => {
    const model = modelOf({
      nodes: [node('Identity', ['b'], ['a']), node('Identity', ['a'], ['b'])],
      outputs: ['a'],
    })
    expect(describeModel(model).outputs[0]!.scale).toBe('unknown')
  })
})
