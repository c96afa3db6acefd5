import { describe, expect, it } from 'vitest'
import { fromNumbers, int64 } from '../ir/tensor.ts'
import { modelOf, node, randomTensor, runOnce } from '../testing/models.ts'
import { bindInputs, zeroFeeds } from './bind-inputs.ts'
import { inferTypes, probeShapes } from './probe-shapes.ts'

const model = modelOf({
  inputs: { x: ['batch', 4], mask: { dtype: 'bool', dims: ['batch', 4] } },
  constants: { w: randomTensor(1, [4, 3]) },
  nodes: [
    node('MatMul', ['x', 'w'], ['h']),
    node('NonZero', ['mask'], ['where']),
    node('ReduceSum', ['h'], ['total'], { keepdims: 0 }),
    node('Shape', ['h'], ['size']),
    node('ConstantOfShape', ['size'], ['zeros']),
    node('SplitToSequence', ['h'], ['list'], { axis: 1 }),
    node('SequenceLength', ['list'], ['count']),
    node('Cast', ['h'], ['half'], { to: 10 }),
  ],
  outputs: ['total', 'where', 'count', 'zeros', 'half'],
})

describe('probing shapes', () => {
  it('knows type and size of every tensor, as running it shows them', async () => {
    const mask = fromNumbers('bool', [2, 4], [1, 0, 0, 1, 1, 0, 0, 0])
    const feeds = { x: randomTensor(2, [2, 4]), mask }
    const shapes = await probeShapes(model, { feeds })
    expect(Object.fromEntries(shapes)).toEqual({
      x: { dtype: 'float32', dims: [2, 4] },
      mask: { dtype: 'bool', dims: [2, 4] },
      w: { dtype: 'float32', dims: [4, 3] },
      h: { dtype: 'float32', dims: [2, 3] },
      where: { dtype: 'int64', dims: [2, 3] },
      total: { dtype: 'float32', dims: [] },
      size: { dtype: 'int64', dims: [2] },
      zeros: { dtype: 'float32', dims: [2, 3] },
      count: { dtype: 'int64', dims: [] },
      half: { dtype: 'float16', dims: [2, 3] },
    })
    const results = await runOnce(model, feeds)
    for (const [name, value] of Object.entries(results)) {
      expect(shapes.get(name)).toEqual({ dtype: value.dtype, dims: [...value.dims] })
    }
  })

  it('takes any batch size and fills inputs with zeros', async () => {
    const shapes = await probeShapes(model, { batch: 5 })
    expect(shapes.get('h')?.dims).toEqual([5, 3])
    expect(shapes.get('where')?.dims).toEqual([2, 0])
  })

  it('does not mind values that are called like its own', async () => {
    const odd = modelOf({
      inputs: { x: [2] },
      nodes: [node('Relu', ['x'], ['shape_of_0']), node('Relu', ['shape_of_0'], ['_shape_of_1'])],
      outputs: ['_shape_of_1'],
    })
    expect((await probeShapes(odd)).get('_shape_of_1')?.dims).toEqual([2])
  })

  it('tells types without running, and does not take an unknown rank for a scalar', async () => {
    const types = await inferTypes(
      modelOf({
        inputs: { x: ['batch', 4], shape: { dtype: 'int64', dims: [null] } },
        nodes: [node('Reshape', ['x', 'shape'], ['r']), node('Relu', ['x'], ['a'])],
        outputs: ['r', 'a'],
      }),
    )
    expect(types.get('r')).toEqual({ kind: 'tensor', dtype: 'float32' })
    expect(types.get('a')).toEqual({ kind: 'tensor', dtype: 'float32', dims: ['batch', 4] })
  })

  it('says which input needs a size that it cannot know', async () => {
    const open = modelOf({
      inputs: { text: { dtype: 'int64', dims: ['batch', 'length'] } },
      nodes: [node('Neg', ['text'], ['y'])],
      outputs: ['y'],
    })
    await expect(probeShapes(open)).rejects.toMatchObject({ code: 'input-shape-unknown' })
    expect(() => bindInputs(open)).toThrow(/"text" leaves axis 1 \("length"\) open/)
    expect((await probeShapes(open, { symbols: { length: 7 } })).get('y')?.dims).toEqual([1, 7])
    expect(bindInputs(open, { dims: { text: [3, 9] } }).get('text')).toEqual([3, 9])
    expect(zeroFeeds(open, { symbols: { length: 2 }, batch: 1 }).text).toEqual(int64([0, 0], [1, 2]))
  })
})
