import { describe, expect, it } from 'vitest'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import { subgraph } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { int64, scalar, type Tensor } from '../ir/tensor.ts'
import { checkModel } from '../testing/check-vjp.ts'
import { graphOf, modelOf, node, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { normalize, specialize } from './normalize.ts'

const at = (value: number): Tensor => int64([value], [])

async function checkResolved(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<void> {
  const prepared = await prepareForGradients(await specialize(await normalize(model), { feeds }), { feeds })
  const left = prepared.model.graph.nodes.filter(({ opType }) => /Sequence|Loop/.test(opType))
  expect(left.map(({ opType }) => opType)).toEqual([])
  const expected = await runOnce(model, feeds)
  const actual = await runOnce(prepared.model, feeds)
  for (const name of Object.keys(expected)) {
    expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(1e-6)
  }
  expect((await checkModel(model, feeds)).relative).toBeLessThan(2e-3)
}

describe('resolving lists of tensors', () => {
  it('reads tensors of a list that was made, added to and taken from', async () => {
    const model = modelOf({
      inputs: { a: [2, 3], b: [2, 3], c: [1, 3] },
      constants: { zero: at(0), last: at(-1) },
      nodes: [
        node('SequenceConstruct', ['a', 'b'], ['s0']),
        node('SequenceInsert', ['s0', 'c'], ['s1']),
        node('SequenceInsert', ['s1', 'b', 'zero'], ['s2']),
        node('SequenceErase', ['s2', 'zero'], ['s3']),
        node('SequenceAt', ['s3', 'last'], ['picked']),
        node('Sin', ['picked'], ['y0']),
        node('ConcatFromSequence', ['s2'], ['joined'], { axis: 0 }),
        node('Cos', ['joined'], ['y1']),
        node('SequenceLength', ['s3'], ['length']),
        node('Cast', ['length'], ['y2'], { to: 1 }),
      ],
      outputs: ['y0', 'y1', 'y2'],
    })
    await checkResolved(model, {
      a: randomTensor(1, [2, 3]),
      b: randomTensor(2, [2, 3]),
      c: randomTensor(3, [1, 3]),
    })
  })

  it('reads pieces of a tensor that was split into a list', async () => {
    const model = modelOf({
      inputs: { x: [5, 3] },
      constants: { two: at(2), one: at(1), sizes: int64([1, 4]) },
      nodes: [
        node('SplitToSequence', ['x'], ['rows'], { keepdims: 0 }),
        node('SplitToSequence', ['x', 'two'], ['pairs']),
        node('SplitToSequence', ['x', 'sizes'], ['named']),
        node('SequenceAt', ['rows', 'two'], ['row']),
        node('SequenceAt', ['pairs', 'two'], ['rest']),
        node('SequenceAt', ['named', 'one'], ['four']),
        node('Sin', ['row'], ['y0']),
        node('Sin', ['rest'], ['y1']),
        node('Sin', ['four'], ['y2']),
      ],
      outputs: ['y0', 'y1', 'y2'],
    })
    await checkResolved(model, { x: randomTensor(1, [5, 3]) })
  })

  it('reads a list that a loop filled', async () => {
    const body = graphOf({
      inputs: { i: { dtype: 'int64', dims: [] }, go: { dtype: 'bool', dims: [] }, v: [3] },
      nodes: [
        node('Identity', ['go'], ['go_on']),
        node('Sin', ['v'], ['next']),
        node('SequenceInsert', ['seen', 'next'], ['more']),
      ],
      outputs: ['go_on', 'next', 'more'],
    })
    const sequence = {
      kind: 'sequence',
      element: { kind: 'tensor', dtype: 'float32' },
    } as const
    const model = modelOf({
      inputs: { x: [3] },
      constants: { turns: at(3), yes: scalar('bool', 1) },
      nodes: [
        node('SequenceEmpty', [], ['none']),
        node('Loop', ['turns', 'yes', 'x', 'none'], ['last', 'all'], {
          body: subgraph({ ...body, inputs: [...body.inputs, { name: 'seen', type: sequence }] }),
        }),
        node('ConcatFromSequence', ['all'], ['y'], { axis: 0, new_axis: 1 }),
      ],
      outputs: ['y'],
    })
    await checkResolved(model, { x: randomTensor(1, [3]) })
  })
})
