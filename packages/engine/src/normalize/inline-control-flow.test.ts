import { describe, expect, it } from 'vitest'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import { subgraph } from '../ir/attributes.ts'
import type { Graph, Model } from '../ir/graph.ts'
import { float32, int64, scalar, type Tensor } from '../ir/tensor.ts'
import { checkModel } from '../testing/check-vjp.ts'
import { graphOf, modelOf, node, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { normalize, specialize } from './normalize.ts'

type Feeds = Readonly<Record<string, Tensor>>

const bool = (value: number): Tensor => scalar('bool', value)
const whole = (value: number): Tensor => int64([value], [])
const loopInputs = { i: { dtype: 'int64', dims: [] }, go: { dtype: 'bool', dims: [] } } as const

/** Prepared for gradients, the model has none of these left and computes what it did; gradients are right. */
async function checkInlined(model: Model, feeds: Feeds, left: readonly string[] = []): Promise<void> {
  const source = await specialize(await normalize(model), { feeds })
  const prepared = await prepareForGradients(source, { feeds })
  const nested = prepared.model.graph.nodes.filter(({ opType }) => ['If', 'Loop', 'Scan'].includes(opType))
  expect(nested.map(({ opType }) => opType)).toEqual(left)
  const expected = await runOnce(model, feeds)
  const actual = await runOnce(prepared.model, feeds)
  for (const name of Object.keys(expected)) {
    expect(relativeError(actual[name]!, expected[name]!), name).toBeLessThan(1e-6)
  }
  expect((await checkModel(model, feeds)).relative).toBeLessThan(2e-3)
}

const squared: Graph = graphOf({ nodes: [node('Mul', ['x', 'x'], ['squared'])], outputs: ['squared'] })
const halved: Graph = graphOf({
  constants: { half: float32([0.5]) },
  nodes: [node('Mul', ['x', 'half'], ['scaled']), node('Tanh', ['scaled'], ['half_tanh'])],
  outputs: ['half_tanh'],
})

describe('inlining of control flow', () => {
  for (const [condition, value] of [
    ['true', 1],
    ['false', 0],
  ] as const) {
    it(`takes the branch of an If whose condition is always ${condition}`, async () => {
      const model = modelOf({
        inputs: { x: [2, 3] },
        constants: { condition: bool(value) },
        nodes: [
          node('If', ['condition'], ['z'], { then_branch: subgraph(squared), else_branch: subgraph(halved) }),
          node('Add', ['z', 'x'], ['y']),
        ],
        outputs: ['y'],
      })
      await checkInlined(model, { x: randomTensor(1, [2, 3]) })
    })
  }

  it('knows a condition that hangs on sizes, and branches inside branches', async () => {
    const inner = graphOf({
      nodes: [
        node('If', ['small'], ['inner'], { then_branch: subgraph(halved), else_branch: subgraph(squared) }),
      ],
      outputs: ['inner'],
    })
    const model = modelOf({
      inputs: { x: [2, 3] },
      constants: { three: int64([3]), axis: whole(1) },
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'axis'], ['columns']),
        node('Equal', ['columns', 'three'], ['same']),
        node('Squeeze', ['same'], ['is_three']),
        node('Not', ['is_three'], ['small']),
        node('If', ['is_three'], ['y'], { then_branch: subgraph(inner), else_branch: subgraph(halved) }),
      ],
      outputs: ['y'],
    })
    await checkInlined(model, { x: randomTensor(1, [2, 3]) })
  })

  it('lays out a Loop with a known number of turns, with its stacked outputs', async () => {
    const body = graphOf({
      inputs: { ...loopInputs, state: [2, 3] },
      constants: { one: float32([1]) },
      nodes: [
        node('Identity', ['go'], ['go_on']),
        node('Cast', ['i'], ['turn'], { to: 1 }),
        node('Add', ['turn', 'one'], ['factor']),
        node('Mul', ['state', 'x'], ['product']),
        node('Tanh', ['product'], ['next']),
        node('Mul', ['next', 'factor'], ['seen']),
      ],
      outputs: ['go_on', 'next', 'seen'],
    })
    const model = modelOf({
      inputs: { x: [2, 3] },
      constants: { turns: whole(3), go: bool(1) },
      nodes: [node('Loop', ['turns', 'go', 'x'], ['last', 'all'], { body: subgraph(body) })],
      outputs: ['last', 'all'],
    })
    await checkInlined(model, { x: randomTensor(1, [2, 3]) })
  })

  it('lays out a Loop that ends by a condition on a counter of its own', async () => {
    const body = graphOf({
      inputs: { ...loopInputs, count: { dtype: 'float32', dims: [] }, state: [4] },
      constants: { step: scalar('float32', 1.5), end: scalar('float32', 5) },
      nodes: [
        node('Add', ['count', 'step'], ['counted']),
        node('Less', ['counted', 'end'], ['go_on']),
        node('Sin', ['state'], ['next']),
      ],
      outputs: ['go_on', 'counted', 'next'],
    })
    const model = modelOf({
      inputs: { x: [4] },
      constants: { go: bool(1), zero: scalar('float32', 0) },
      nodes: [node('Loop', ['', 'go', 'zero', 'x'], ['count', 'y'], { body: subgraph(body) })],
      outputs: ['count', 'y'],
    })
    await checkInlined(model, { x: randomTensor(1, [4]) })
  })

  it('lays out a Loop inside a Loop, and an If on the turn inside it', async () => {
    const branch = graphOf({
      nodes: [
        node('If', ['first'], ['chosen'], {
          then_branch: subgraph(graphOf({ nodes: [node('Cos', ['v'], ['cosine'])], outputs: ['cosine'] })),
          else_branch: subgraph(graphOf({ nodes: [node('Mul', ['v', 'x'], ['times'])], outputs: ['times'] })),
        }),
      ],
      outputs: [],
    }).nodes
    const inner = graphOf({
      inputs: {
        j: { dtype: 'int64', dims: [] },
        go_inner: { dtype: 'bool', dims: [] },
        v: [3],
      },
      constants: { nought: whole(0) },
      nodes: [
        node('Identity', ['go_inner'], ['again']),
        node('Equal', ['j', 'nought'], ['first']),
        ...branch,
      ],
      outputs: ['again', 'chosen'],
    })
    const outer = graphOf({
      inputs: { ...loopInputs, state: [3] },
      nodes: [
        node('Identity', ['go'], ['go_on']),
        node('Loop', ['two', 'go', 'state'], ['next'], { body: subgraph(inner) }),
      ],
      outputs: ['go_on', 'next'],
    })
    const model = modelOf({
      inputs: { x: [3] },
      constants: { two: whole(2), yes: bool(1) },
      nodes: [node('Loop', ['two', 'yes', 'x'], ['y'], { body: subgraph(outer) })],
      outputs: ['y'],
    })
    await checkInlined(model, { x: randomTensor(1, [3]) })
  })

  it('gives a Loop of no turns what went in, and an empty stack', async () => {
    const body = graphOf({
      inputs: { ...loopInputs, state: [2] },
      nodes: [
        node('Identity', ['go'], ['go_on']),
        node('Exp', ['state'], ['next']),
        node('Neg', ['next'], ['seen']),
      ],
      outputs: ['go_on', 'next', 'seen'],
    })
    const model = modelOf({
      inputs: { x: [2] },
      constants: { turns: whole(0), go: bool(1) },
      nodes: [
        node('Loop', ['turns', 'go', 'x'], ['last', 'all'], { body: subgraph(body) }),
        node('Sin', ['last'], ['y']),
        node('Shape', ['all'], ['size']),
        node('Cast', ['size'], ['size_seen'], { to: 1 }),
      ],
      outputs: ['y', 'size_seen'],
    })
    await checkInlined(model, { x: randomTensor(1, [2]) })
  })

  it('leaves a Loop whose end depends on the input, and says that the gradient ends there', async () => {
    const body = graphOf({
      inputs: { ...loopInputs, state: [1] },
      constants: { end: float32([10]), list: int64([0]) },
      nodes: [
        node('Add', ['state', 'x'], ['next']),
        node('Less', ['next', 'end'], ['less']),
        node('Squeeze', ['less', 'list'], ['go_on']),
      ],
      outputs: ['go_on', 'next'],
    })
    const model = modelOf({
      inputs: { x: [1] },
      constants: { go: bool(1), turns: whole(20) },
      nodes: [node('Loop', ['turns', 'go', 'x'], ['y'], { body: subgraph(body) })],
      outputs: ['y'],
    })
    await expect(checkModel(model, { x: float32([1.3]) })).rejects.toMatchObject({
      code: 'gradient-absent',
      message: expect.stringContaining('Loop'),
    })
  })

  it('lays out a Scan over several inputs, backwards and along other axes', async () => {
    const body = graphOf({
      inputs: { state: [3], a: [3], b: [3] },
      nodes: [
        node('Mul', ['a', 'b'], ['product']),
        node('Add', ['state', 'product'], ['sum']),
        node('Tanh', ['sum'], ['next']),
        node('Mul', ['next', 'w'], ['seen']),
        node('Sub', ['a', 'next'], ['rest']),
      ],
      outputs: ['next', 'seen', 'rest'],
    })
    const model = modelOf({
      inputs: { start: [3], a: [4, 3], b: [3, 4], w: [3] },
      nodes: [
        node('Scan', ['start', 'a', 'b'], ['last', 'seen_all', 'rest_all'], {
          body: subgraph(body),
          num_scan_inputs: 2,
          scan_input_axes: [0, -1],
          scan_input_directions: [0, 1],
          scan_output_axes: [1, 0],
          scan_output_directions: [0, 1],
        }),
      ],
      outputs: ['last', 'seen_all', 'rest_all'],
    })
    await checkInlined(model, {
      start: randomTensor(1, [3]),
      a: randomTensor(2, [4, 3]),
      b: randomTensor(3, [3, 4]),
      w: randomTensor(4, [3]),
    })
  })

  it('lays out a Scan of one turn', async () => {
    const body = graphOf({
      inputs: { state: [2], a: [2] },
      nodes: [node('Mul', ['state', 'a'], ['next']), node('Neg', ['next'], ['seen'])],
      outputs: ['next', 'seen'],
    })
    const model = modelOf({
      inputs: { start: [2], a: [1, 2] },
      nodes: [node('Scan', ['start', 'a'], ['last', 'all'], { body: subgraph(body), num_scan_inputs: 1 })],
      outputs: ['last', 'all'],
    })
    await checkInlined(model, { start: randomTensor(1, [2]), a: randomTensor(2, [1, 2]) })
  })
})
