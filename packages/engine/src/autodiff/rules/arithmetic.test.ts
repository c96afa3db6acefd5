import { describe, expect, it } from 'vitest'
import { checkVjp } from '../../testing/check-vjp.ts'
import { randomTensor } from '../../testing/models.ts'

describe('arithmetic rules', () => {
  for (const opType of ['Add', 'Sub', 'Mul']) {
    for (const [a, b] of [
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [
        [1, 4],
        [5, 3, 1],
      ],
      [[3], []],
    ]) {
      it(`gives ${opType} of [${a}] and [${b}] the gradient that finite differences give`, async () => {
        const { relative } = await checkVjp({ opType, inputs: [randomTensor(1, a!), randomTensor(2, b!)] })
        expect(relative).toBeLessThan(2e-3)
      })
    }
  }
})
