import { expect, it } from 'vitest'
import { leastSquares } from './least-squares.ts'

it('least squares solve, fit and leave out what is not determined', () => {
  const solved = leastSquares(Float64Array.of(2, 1, 1, 3), Float64Array.of(3, 5), {
    rows: 2,
    columns: 2,
    targets: 1,
  })
  expect(solved.x[0]).toBeCloseTo(0.8, 12)
  expect(solved.x[1]).toBeCloseTo(1.4, 12)
  // The line through (0,1), (1,2), (2,2): slope 1/2, intercept 7/6.
  const line = leastSquares(Float64Array.of(0, 1, 1, 1, 2, 1), Float64Array.of(1, 2, 2), {
    rows: 3,
    columns: 2,
    targets: 1,
  })
  expect(line.x[0]).toBeCloseTo(0.5, 12)
  expect(line.x[1]).toBeCloseTo(7 / 6, 12)
  const same = leastSquares(Float64Array.of(1, 1, 2, 2), Float64Array.of(2, 4), {
    rows: 2,
    columns: 2,
    targets: 1,
  })
  expect(same.rank).toBe(1)
  expect(same.x[0]! + same.x[1]!).toBeCloseTo(2, 12)
})
