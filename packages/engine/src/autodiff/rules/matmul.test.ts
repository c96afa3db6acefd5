import { describe, expect, it } from 'vitest'
import { float } from '../../ir/attributes.ts'
import { normalize, specialize } from '../../normalize/normalize.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { modelOf, node, randomTensor } from '../../testing/models.ts'
import { addGradients, gradientBuilder } from '../differentiate.ts'
import { parseEinsum } from './einsum-equation.ts'
import { matmulRules } from './matmul.ts'

describe('matrix product rules', () => {
  itMeetsGolden('matmul', matmulRules)

  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    [
      [3, 4],
      [2, 4, 1],
    ],
    [[4], [4]],
    [[4], [3, 4, 2]],
    [[3, 2, 4], [4]],
  ]
  for (const [a, b] of shapes) {
    it(`give MatMul of [${a}] and [${b}] the gradient that finite differences give`, async () => {
      const inputs = [randomTensor(1, a), randomTensor(2, b)]
      for (const wrt of [[0, 1], [0], [1]]) {
        expect((await checkVjp({ opType: 'MatMul', inputs, wrt })).relative).toBeLessThan(2e-3)
      }
    })
  }

  const cases: Readonly<Record<string, VjpCase>> = {
    'Gemm with constant weights': {
      opType: 'Gemm',
      inputs: [randomTensor(1, [3, 4]), randomTensor(2, [5, 4]), randomTensor(3, [5])],
      attributes: { transB: 1 },
      wrt: [0],
    },
    'Gemm with everything': {
      opType: 'Gemm',
      inputs: [randomTensor(1, [4, 3]), randomTensor(2, [5, 4]), randomTensor(3, [1])],
      attributes: { transA: 1, transB: 1, alpha: float(0.6), beta: float(-2) },
    },
    'Einsum of attention scores': {
      opType: 'Einsum',
      inputs: [randomTensor(1, [2, 3, 2, 4]), randomTensor(2, [2, 5, 2, 4])],
      attributes: { equation: 'bqhd,bkhd->bhqk' },
    },
    'Einsum of three': {
      opType: 'Einsum',
      inputs: [randomTensor(1, [2, 3]), randomTensor(2, [4, 3, 5]), randomTensor(3, [2, 5])],
      attributes: { equation: 'bi,oij,bj->bo' },
    },
  }
  it.each(Object.entries(cases))('give %s the gradient that finite differences give', async (_, given) => {
    expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
  })

  it('refuse an Einsum that takes a diagonal', async () => {
    const model = modelOf({
      inputs: { x: [3, 3] },
      nodes: [node('Einsum', ['x'], ['y'], { equation: 'ii->i' })],
      outputs: ['y'],
    })
    const source = await specialize(await normalize(model))
    const builder = gradientBuilder(source)
    const seeds = [{ value: 'y', gradient: builder.input('seed', 'float32', [3]) }]
    expect(() => addGradients(builder, source, { seeds, wrt: ['x'] })).toThrow(/no gradient rule for Einsum/)
  })
})

describe('reading an Einsum equation', () => {
  it('fills in the result where it is left out: the ellipsis, then single letters in order', () => {
    expect(parseEinsum('ij, jk', [2, 2])).toEqual({
      operands: [
        ['i', 'j'],
        ['j', 'k'],
      ],
      result: ['i', 'k'],
    })
    expect(parseEinsum('ba', [2])?.result).toEqual(['a', 'b'])
    expect(parseEinsum('...b,...a', [2, 2])?.result).toEqual(['c', 'a', 'b'])
  })

  it('gives an ellipsis letters of its own, aligned from the right', () => {
    expect(parseEinsum('a...b,...b->...a', [4, 2])).toEqual({
      operands: [
        ['a', 'c', 'd', 'b'],
        ['d', 'b'],
      ],
      result: ['c', 'd', 'a'],
    })
  })

  it('knows when an equation does not fit its operands', () => {
    expect(parseEinsum('ij,jk->ik', [2])).toBeUndefined()
    expect(parseEinsum('ij->i', [3])).toBeUndefined()
    expect(parseEinsum('...ij->i', [1])).toBeUndefined()
  })
})
