import { describe, expect, it } from 'vitest'
import { float32, fromNumbers } from '../../ir/tensor.ts'
import { randomBetween } from '../../testing/away.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp, type VjpCase } from '../../testing/check-vjp.ts'
import { selectionRules } from './selection.ts'

// Values on two grids that never meet, so that no difference changes which is the larger.
const a = float32([0, 3, 1, 5, 2, 4], [2, 3])
const b = float32([2.5, 0.5, 3.5], [3])
const c = float32([1.2, 4.2], [2, 1])
const condition = fromNumbers('bool', [2, 3], [1, 0, 0, 1, 1, 0])

describe('selection rules', () => {
  itMeetsGolden('elementwise', selectionRules)

  const cases: Readonly<Record<string, VjpCase>> = {
    'Max of one': { opType: 'Max', inputs: [a] },
    'Max of two': { opType: 'Max', inputs: [a, b] },
    'Max with a constant': { opType: 'Max', inputs: [a, float32([1.5], [])], wrt: [0] },
    'Max of three': { opType: 'Max', inputs: [a, b, c] },
    'Min of two': { opType: 'Min', inputs: [b, a] },
    'Min of three': { opType: 'Min', inputs: [c, a, b] },
    Where: { opType: 'Where', inputs: [condition, a, b] },
    'Where with a constant': { opType: 'Where', inputs: [condition, float32([-1e9], []), a], wrt: [2] },
    'Where on a wider condition': {
      opType: 'Where',
      inputs: [condition, randomBetween(1, [3], -1, 1), randomBetween(2, [4, 1, 1], -1, 1)],
    },
  }
  it.each(Object.entries(cases))('give %s the gradient that finite differences give', async (_, given) => {
    expect((await checkVjp(given)).relative).toBeLessThan(2e-3)
  })
})
