import { describe, expect, it } from 'vitest'
import { differenceOfShares } from './difference-of-shares.ts'

describe('the difference of two shares', () => {
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
  ])('has the interval that Newcombe prints for %i/%i and %i/%i', (a, m, b, n, low, high) => {
    const found = differenceOfShares({ right: a, n: m }, { right: b, n })
    expect(found.low).toBeCloseTo(low, 4)
    expect(found.high).toBeCloseTo(high, 4)
  })
})
