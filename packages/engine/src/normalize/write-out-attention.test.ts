import { describe, expect, it } from 'vitest'
import { fromNumbers, type Tensor } from '../ir/tensor.ts'
import { modelOf, node, randomNumbers, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { writeOutAttention } from './write-out-attention.ts'

interface Case {
  readonly q: readonly number[]
  readonly k: readonly number[]
  readonly v?: readonly number[]
  readonly mask?: Tensor
  readonly plain?: Parameters<typeof node>[3]
}

const lets = (dims: readonly number[]): Tensor => {
  const size = dims.reduce((a, b) => a * b, 1)
  // Each row lets at least its first position through.
  const last = dims.at(-1)!
  return fromNumbers(
    'bool',
    dims,
    randomNumbers(7, size).map((value, i) => (value > 0 || i % last === 0 ? 1 : 0)),
  )
}

const cases: Readonly<Record<string, Case>> = {
  'heads in an axis of their own': { q: [2, 3, 4, 5], k: [2, 3, 6, 5], v: [2, 3, 6, 7] },
  'heads along the features': {
    q: [2, 4, 6],
    k: [2, 5, 6],
    plain: { q_num_heads: 3, kv_num_heads: 3 },
  },
  'query heads that share keys': { q: [2, 4, 3, 5], k: [2, 2, 6, 5] },
  'shared keys along the features': {
    q: [1, 3, 8],
    k: [1, 5, 4],
    plain: { q_num_heads: 4, kv_num_heads: 2 },
  },
  'a causal mask': { q: [1, 2, 5, 4], k: [1, 2, 5, 4], plain: { is_causal: 1 } },
  'a mask of truth values': { q: [2, 2, 3, 4], k: [2, 2, 5, 4], mask: lets([2, 1, 3, 5]) },
  'a mask of numbers': { q: [2, 2, 3, 4], k: [2, 2, 5, 4], mask: randomTensor(9, [3, 5]) },
}

function modelFor({ q, k, v = k, mask, plain = {} }: Case, outputs = ['y']) {
  return modelOf({
    opset: 23,
    irVersion: 10,
    inputs: { q, k, v },
    constants: mask === undefined ? {} : { mask },
    nodes: [node('Attention', ['q', 'k', 'v', ...(mask === undefined ? [] : ['mask'])], outputs, plain)],
    outputs,
  })
}

describe('Attention written out', () => {
  for (const [name, given] of Object.entries(cases)) {
    it(`gives what onnxruntime's own gives, with ${name}`, async () => {
      const model = modelFor(given)
      const written = writeOutAttention(model)
      expect(written.graph.nodes.map(({ opType }) => opType)).not.toContain('Attention')
      const feeds = {
        q: randomTensor(1, given.q),
        k: randomTensor(2, given.k),
        v: randomTensor(3, given.v ?? given.k),
      }
      const [before, after] = [await runOnce(model, feeds), await runOnce(written, feeds)]
      expect(relativeError(after.y!, before.y!)).toBeLessThan(1e-5)
    })
  }

  it('leaves a form alone that gives out its scores or caps them', () => {
    const given = { q: [1, 2, 3, 4], k: [1, 2, 3, 4] }
    const outputs = ['y', 'keys', 'values', 'scores']
    expect(writeOutAttention(modelFor(given, outputs)).graph.nodes[0]!.opType).toBe('Attention')
  })
})
