import { describe, expect, it } from 'vitest'
import { away, randomBetween } from '../../testing/away.ts'
import { itMeetsGolden } from '../../testing/check-golden.ts'
import { checkVjp } from '../../testing/check-vjp.ts'
import { unaryRules } from './unary.ts'

/** Where the function is smooth, if that is not from -2 to 2. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  Reciprocal: [0.5, 2],
  Sqrt: [0.3, 3],
  Log: [0.3, 3],
  Tan: [-1, 1],
  Asin: [-0.8, 0.8],
  Acos: [-0.8, 0.8],
  Acosh: [1.3, 3],
  Atanh: [-0.8, 0.8],
}

describe('rules of smooth functions', () => {
  itMeetsGolden('elementwise', unaryRules)

  for (const opType of Object.keys(unaryRules)) {
    it(`give ${opType} the gradient that finite differences give`, async () => {
      const [low, high] = ranges[opType] ?? [-2, 2]
      for (const [seed, dims] of [[2, 3, 5], [7], []].entries()) {
        const input = away([0], randomBetween(seed, dims, low, high), 0.05)
        const { relative } = await checkVjp({ opType, inputs: [input] })
        expect(relative).toBeLessThan(2e-3)
      }
    })
  }
})
