import { createRandom } from '@failmode/core'
import { expect, it } from 'vitest'
import { clipUnit, least } from './branchless.ts'

it('cuts to the unit interval and leaves alone what is in it, to the last bit', () => {
  const values = [-1e9, -0.3, -1e-30, -0, 0, 1e-30, 0.1, 1 / 3, 1 - 2 ** -53, 1, 1 + 2 ** -52, 7.25, 1e300]
  for (const value of values) expect(clipUnit(value)).toBe(Math.min(1, Math.max(0, value)) + 0)
})

it('takes the smaller of two numbers', () => {
  const random = createRandom(6)
  for (let trial = 0; trial < 1000; trial++) {
    const [a, b] = [random.normal(), trial % 3 === 0 ? 0 : random.normal()]
    expect(Math.abs(least(a, b) - Math.min(a, b))).toBeLessThan(1e-15 * (Math.abs(a) + Math.abs(b)) + 1e-300)
  }
  expect(least(0.25, 0)).toBe(0)
  expect(least(0, 0.3)).toBe(0)
})
