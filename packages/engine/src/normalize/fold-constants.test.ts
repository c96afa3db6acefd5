import { describe, expect, it } from 'vitest'
import { float, subgraph } from '../ir/attributes.ts'
import {
  float32,
  fromNumbers,
  int64,
  sameTensor,
  scalar,
  type Tensor,
  tensor,
  toNumbers,
} from '../ir/tensor.ts'
import { graphOf, modelOf, node, randomTensor, runOnce } from '../testing/models.ts'
import { foldConstants, liftConstants, removePassThrough } from './fold-constants.ts'

const ops = (model: { graph: { nodes: readonly { opType: string }[] } }) =>
  model.graph.nodes.map((item) => item.opType)

describe('folding constants', () => {
  it('turns every form of Constant node into the tensor that onnxruntime makes of it', async () => {
    const forms = [
      { value: randomTensor(1, [2, 2]) },
      { value_float: float(1.5) },
      { value_floats: { kind: 'floats', value: [1, 2.5] } as const },
      { value_int: 7 },
      { value_ints: [3, -4] },
      { value_string: 'word' },
      { value_strings: ['a', 'b'] },
    ]
    const model = modelOf({
      nodes: forms.map((form, i) => node('Constant', [], [`c${i}`], form)),
      outputs: forms.map((_, i) => `c${i}`),
    })
    const truth = await runOnce(model, {})
    const lifted = liftConstants(model)
    expect(lifted.graph.nodes).toEqual([])
    for (const [name, value] of lifted.graph.initializers)
      expect(sameTensor(value, truth[name]!), name).toBe(true)
  })

  it('works out what hangs on constants alone, and keeps the rest', async () => {
    const model = modelOf({
      inputs: { x: [2, 3] },
      constants: { w: randomTensor(1, [3, 2]), shape: int64([2, 3]) },
      nodes: [
        node('Transpose', ['w'], ['t']),
        node('Exp', ['t'], ['e']),
        node('Reshape', ['e', 'shape'], ['r']),
        node('Mul', ['x', 'r'], ['y']),
      ],
      outputs: ['y', 'e'],
    })
    const folded = await foldConstants(model)
    expect(ops(folded)).toEqual(['Mul'])
    const feeds = { x: randomTensor(2, [2, 3]) }
    const [before, after] = [await runOnce(model, feeds), await runOnce(folded, feeds)]
    expect(sameTensor(after.y!, before.y!)).toBe(true)
    expect(sameTensor(after.e!, before.e!)).toBe(true)
  })

  it('does not fold what is random, or nested, or would blow the file up', async () => {
    const branch = subgraph(graphOf({ nodes: [node('Neg', ['w'], ['n'])], outputs: ['n'] }))
    const model = modelOf({
      constants: {
        w: randomTensor(1, [3]),
        yes: fromNumbers('bool', [], [1]),
        size: int64([3000, 3000]),
        ratio: scalar('float32', 0.5),
      },
      nodes: [
        node('RandomNormalLike', ['w'], ['random']),
        node('If', ['yes'], ['nested'], { then_branch: branch, else_branch: branch }),
        node('ConstantOfShape', ['size'], ['huge']),
        node('Neg', ['huge'], ['hugeToo']),
        node('Neg', ['w'], ['fine']),
      ],
      outputs: ['random', 'nested', 'hugeToo', 'fine'],
    })
    const folded = await foldConstants(model)
    expect(ops(folded)).toEqual(['RandomNormalLike', 'If', 'ConstantOfShape', 'Neg'])
    expect(toNumbers(folded.graph.initializers.get('fine')!)).toEqual(
      toNumbers(randomTensor(1, [3])).map((v) => -v),
    )
  })

  it('makes Shape and Size constant where shapes are known', async () => {
    const model = modelOf({
      inputs: { x: [null, 3, 4] },
      nodes: [
        node('Shape', ['x'], ['s'], { start: -2, end: -1 }),
        node('Shape', ['x'], ['all']),
        node('Size', ['x'], ['count']),
      ],
      outputs: ['s', 'all', 'count'],
    })
    const shapes = new Map([['x', { dtype: 'float32' as const, dims: [2, 3, 4] }]])
    const folded = await foldConstants(model, { shapes })
    expect(folded.graph.nodes).toEqual([])
    const truth = await runOnce(model, { x: randomTensor(1, [2, 3, 4]) })
    for (const name of ['s', 'all', 'count']) {
      expect(sameTensor(folded.graph.initializers.get(name)!, truth[name]!), name).toBe(true)
    }
  })

  it('leaves the graph as it is where onnxruntime cannot hand a result over', async () => {
    const bfloat: Tensor = tensor('bfloat16', [1], Uint16Array.of(0x3f80))
    const model = modelOf({
      inputs: { x: { dtype: 'bfloat16', dims: [1] } },
      constants: { c: bfloat },
      nodes: [node('Identity', ['c'], ['d']), node('Equal', ['x', 'd'], ['y'])],
      outputs: ['y'],
    })
    expect(ops(await foldConstants(model))).toEqual(['Identity', 'Equal'])
  })
})

describe('removing what lets everything through', () => {
  it('removes chains of Identity and Dropout and keeps the names of outputs', async () => {
    const model = modelOf({
      inputs: { x: [4] },
      constants: { ratio: scalar('float32', 0.5), off: fromNumbers('bool', [], [0]) },
      nodes: [
        node('Identity', ['x'], ['a']),
        node('Dropout', ['a', 'ratio', 'off'], ['b']),
        node('Relu', ['b'], ['c']),
        node('Neg', ['c'], ['early']),
        node('Identity', ['c'], ['d']),
        node('Dropout', ['d'], ['out']),
        node('Neg', ['c'], ['late']),
        node('Neg', ['d'], ['later']),
      ],
      outputs: ['out', 'early', 'late', 'later'],
    })
    const plain = removePassThrough(model)
    expect(ops(plain)).toEqual(['Relu', 'Neg', 'Neg', 'Neg'])
    const feeds = { x: float32([-1, 2, -3, 4]) }
    const [before, after] = [await runOnce(model, feeds), await runOnce(plain, feeds)]
    for (const name of ['out', 'early', 'late', 'later']) expect(after[name]).toEqual(before[name])
  })

  it('keeps an Identity that an output needs to have its name', async () => {
    const model = modelOf({
      inputs: { x: [2] },
      constants: { c: float32([1, 2]) },
      nodes: [
        node('Identity', ['x'], ['same']),
        node('Identity', ['c'], ['constant']),
        node('Relu', ['x'], ['r']),
        node('Identity', ['r'], ['first']),
        node('Identity', ['r'], ['second']),
      ],
      outputs: ['same', 'constant', 'first', 'second'],
    })
    const plain = removePassThrough(model)
    const feeds = { x: float32([-1, 2]) }
    const [before, after] = [await runOnce(model, feeds), await runOnce(plain, feeds)]
    for (const name of ['same', 'constant', 'first', 'second']) expect(after[name]).toEqual(before[name])
    expect(ops(plain)).toEqual(['Identity', 'Identity', 'Relu', 'Identity'])
  })

  it('keeps a Dropout that is in training, or whose mask is used', () => {
    const model = modelOf({
      inputs: { x: [2], flag: { dtype: 'bool', dims: [] } },
      constants: { ratio: scalar('float32', 0.5), on: fromNumbers('bool', [], [1]) },
      nodes: [
        node('Dropout', ['x', 'ratio', 'on'], ['a']),
        node('Dropout', ['x', 'ratio', 'flag'], ['b']),
        node('Dropout', ['x'], ['c', 'mask']),
      ],
      outputs: ['a', 'b', 'c', 'mask'],
    })
    expect(ops(removePassThrough(model))).toEqual(['Dropout', 'Dropout', 'Dropout'])
  })

  it('renames what nested graphs use', async () => {
    const branch = (op: string) =>
      subgraph(graphOf({ nodes: [node(op, ['a'], [`r${op}`])], outputs: [`r${op}`] }))
    const model = modelOf({
      inputs: { x: [2], flag: { dtype: 'bool', dims: [] } },
      nodes: [
        node('Identity', ['x'], ['a']),
        node('If', ['flag'], ['y'], { then_branch: branch('Neg'), else_branch: branch('Relu') }),
      ],
      outputs: ['y'],
    })
    const plain = removePassThrough(model)
    expect(ops(plain)).toEqual(['If'])
    const feeds = { x: float32([-1, 2]), flag: fromNumbers('bool', [], [1]) }
    expect((await runOnce(plain, feeds)).y!.data).toEqual(Float32Array.of(1, -2))
  })
})
