import { describe, expect, it } from 'vitest'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import { floats, type PlainAttribute } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { fromNumbers, type Tensor } from '../ir/tensor.ts'
import { checkModel } from '../testing/check-vjp.ts'
import { modelOf, node, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { normalize, specialize } from './normalize.ts'
import { unrollRecurrent } from './unroll-recurrent.ts'

interface Case {
  readonly opType: 'LSTM' | 'GRU' | 'RNN'
  readonly attributes?: Readonly<Record<string, PlainAttribute>>
  readonly bias?: boolean
  readonly initial?: boolean
  readonly peepholes?: boolean
  readonly lengths?: readonly number[]
  /** The lengths are fed with the input. */
  readonly fedLengths?: boolean
  readonly steps?: number
  /** Of the finite differences: small where activations have kinks. */
  readonly step?: number
  /** Which outputs are asked for; all unless given. */
  readonly outputs?: readonly string[]
}

const both = { direction: 'bidirectional' }

const cases: Readonly<Record<string, Case>> = {
  'an LSTM': { opType: 'LSTM', bias: true },
  'an LSTM without bias and with one step': { opType: 'LSTM', steps: 1 },
  'an LSTM backwards from given states': {
    opType: 'LSTM',
    attributes: { direction: 'reverse' },
    bias: true,
    initial: true,
  },
  'an LSTM both ways with peepholes': {
    opType: 'LSTM',
    attributes: both,
    bias: true,
    initial: true,
    peepholes: true,
  },
  'an LSTM of which only the last state is asked for': {
    opType: 'LSTM',
    bias: true,
    outputs: ['', 'y_h', ''],
  },
  'an LSTM with lengths that are all full': { opType: 'LSTM', bias: true, lengths: [5, 5, 5] },
  'an LSTM both ways over samples of several lengths': {
    opType: 'LSTM',
    attributes: both,
    bias: true,
    initial: true,
    lengths: [2, 5, 1],
  },
  'an LSTM with other activations': {
    opType: 'LSTM',
    attributes: {
      ...both,
      activations: ['HardSigmoid', 'Softsign', 'Relu', 'Sigmoid', 'ScaledTanh', 'Affine'],
      activation_alpha: floats([0.3, 1.2, 0.8]),
      activation_beta: floats([0.4, 0.7, 0.1]),
    },
    bias: true,
    step: 1e-3,
  },
  'an LSTM that clips': { opType: 'LSTM', attributes: { clip: 0.5 }, bias: true, step: 1e-3 },
  'an LSTM both ways with peepholes that clips': {
    opType: 'LSTM',
    attributes: { ...both, clip: 0.7 },
    bias: true,
    initial: true,
    peepholes: true,
    step: 1e-3,
  },
  'a GRU that clips': { opType: 'GRU', attributes: { clip: 0.4 }, bias: true, step: 1e-3 },
  'a GRU that clips and resets after the product': {
    opType: 'GRU',
    attributes: { clip: 0.4, linear_before_reset: 1 },
    bias: true,
    step: 1e-3,
  },
  'an RNN that clips': { opType: 'RNN', attributes: { clip: 0.3 }, bias: true, step: 1e-3 },
  'a GRU': { opType: 'GRU', bias: true },
  'a GRU that resets after the product': {
    opType: 'GRU',
    attributes: { linear_before_reset: 1 },
    bias: true,
  },
  'a GRU that resets after the product, without bias, backwards': {
    opType: 'GRU',
    attributes: { linear_before_reset: 1, direction: 'reverse' },
    initial: true,
  },
  'a GRU both ways over samples of lengths that are fed': {
    opType: 'GRU',
    attributes: { ...both, linear_before_reset: 1 },
    bias: true,
    initial: true,
    lengths: [4, 1, 5],
    fedLengths: true,
  },
  'an RNN': { opType: 'RNN', bias: true },
  'an RNN both ways with Relu and LeakyRelu': {
    opType: 'RNN',
    attributes: { ...both, activations: ['Relu', 'LeakyRelu'], activation_alpha: floats([0.2]) },
    bias: true,
    step: 1e-3,
    initial: true,
  },
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const

function build(given: Case): { readonly model: Model; readonly feeds: Readonly<Record<string, Tensor>> } {
  const { opType, attributes = {}, steps = 5 } = given
  const [batch, inputs, hidden] = [3, 4, 2]
  const directions = attributes.direction === 'bidirectional' ? 2 : 1
  const feeds: Record<string, Tensor> = {
    x: randomTensor(1, [steps, batch, inputs]),
    w: randomTensor(2, [directions, gates[opType] * hidden, inputs]),
    r: randomTensor(3, [directions, gates[opType] * hidden, hidden]),
  }
  if (given.bias) feeds.b = randomTensor(4, [directions, 2 * gates[opType] * hidden])
  if (given.initial) {
    feeds.h = randomTensor(5, [directions, batch, hidden])
    if (opType === 'LSTM') feeds.c = randomTensor(6, [directions, batch, hidden])
  }
  if (given.peepholes) feeds.p = randomTensor(7, [directions, 3 * hidden])
  const constants: Record<string, Tensor> = {}
  if (given.lengths) {
    const lengths = fromNumbers('int32', [batch], given.lengths)
    if (given.fedLengths) feeds.lengths = lengths
    else constants.lengths = lengths
  }
  const possible = ['x', 'w', 'r', 'b', 'lengths', 'h', ...(opType === 'LSTM' ? ['c', 'p'] : [])]
  const named = possible.map((name) => (name in feeds || name in constants ? name : ''))
  const outputs = given.outputs ?? (opType === 'LSTM' ? ['y', 'y_h', 'y_c'] : ['y', 'y_h'])
  const model = modelOf({
    inputs: feeds,
    constants,
    nodes: [node(opType, named, outputs, { hidden_size: hidden, ...attributes })],
    outputs: outputs.filter((name) => name !== ''),
  })
  return { model, feeds }
}

describe('unrolling recurrent layers', () => {
  for (const [name, given] of Object.entries(cases)) {
    it(`computes the same as onnxruntime's own ${name.replace(/^an? /, '')}`, async () => {
      const { model, feeds } = build(given)
      const source = await specialize(await normalize(model), { feeds })
      const prepared = await prepareForGradients(source, { feeds })
      expect(prepared.model.graph.nodes.some(({ opType }) => opType === given.opType)).toBe(false)
      const expected = await runOnce(model, feeds)
      const actual = await runOnce(prepared.model, feeds)
      for (const output of Object.keys(expected)) {
        expect(relativeError(actual[output]!, expected[output]!), output).toBeLessThan(1e-5)
      }
    })

    it(`gives ${name} the gradients that finite differences give`, async () => {
      const { model, feeds } = build(given)
      const { relative } = await checkModel(model, feeds, given.step ? { step: given.step } : {})
      expect(relative).toBeLessThan(2e-3)
    })
  }

  it('reads batches first where the layer does', async () => {
    // onnxruntime itself refuses this layout, so the truth is the same layer with time first.
    const { model, feeds } = build({ opType: 'LSTM', attributes: both, bias: true, initial: true })
    const expected = await runOnce(model, feeds)
    const perm = [1, 0, 2]
    const swapped = modelOf({
      inputs: feeds,
      nodes: [
        ...['x', 'h', 'c'].map((name) => node('Transpose', [name], [`${name}_swapped`], { perm })),
        node('LSTM', ['x_swapped', 'w', 'r', 'b', '', 'h_swapped', 'c_swapped'], ['a', 'b_h', 'b_c'], {
          hidden_size: 2,
          layout: 1,
          ...both,
        }),
      ],
      outputs: ['a', 'b_h', 'b_c'],
    })
    const { graph } = swapped
    const types = new Map(
      Object.entries({ x_swapped: [3, 5, 4], h_swapped: [3, 2, 2], c_swapped: [3, 2, 2] }).map(
        ([name, dims]) => [name, { kind: 'tensor' as const, dtype: 'float32' as const, dims }],
      ),
    )
    const unrolled = unrollRecurrent({ ...swapped, graph: { ...graph, types } })
    const back = modelOf({
      inputs: feeds,
      constants: Object.fromEntries(unrolled.graph.initializers),
      nodes: [
        ...unrolled.graph.nodes,
        node('Transpose', ['a'], ['y'], { perm: [1, 2, 0, 3] }),
        node('Transpose', ['b_h'], ['y_h'], { perm }),
        node('Transpose', ['b_c'], ['y_c'], { perm }),
      ],
      outputs: ['y', 'y_h', 'y_c'],
    })
    const actual = await runOnce(back, feeds)
    for (const output of ['y', 'y_h', 'y_c']) {
      expect(relativeError(actual[output]!, expected[output]!), output).toBeLessThan(1e-5)
    }
  })

  it('leaves a layer whose forget gate hangs on its input gate, and the gradient then names it', async () => {
    const { model, feeds } = build({ opType: 'LSTM', attributes: { input_forget: 1 }, bias: true })
    await expect(checkModel(model, feeds)).rejects.toMatchObject({
      code: 'operator-unsupported',
      message: expect.stringContaining('LSTM'),
    })
  })
})
