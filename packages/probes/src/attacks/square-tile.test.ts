import { describe, expect, it } from 'vitest'
import { tile } from './square-tile.ts'

// Numbers of torchattacks 3.5.1 (Square.eta, which is AutoAttack's), for sides of 3, 5 and 6.
const published: readonly (readonly [side: number, rows: readonly (readonly number[])[]])[] = [
  [
    3,
    [
      [0.136083, 0.680414, 0.136083],
      [-0.129099, -0.129099, -0.129099],
      [-0.129099, -0.645497, -0.129099],
    ],
  ],
  [
    5,
    [
      [0.049162, 0.159777, 0.159777, 0.159777, 0.049162],
      [0.049162, 0.159777, 0.602237, 0.159777, 0.049162],
      [-0.04559, -0.148168, -0.148168, -0.148168, -0.04559],
      [-0.04559, -0.148168, -0.558479, -0.148168, -0.04559],
      [-0.04559, -0.148168, -0.148168, -0.148168, -0.04559],
    ],
  ],
  [
    6,
    [
      [0.023117, 0.064214, 0.156682, 0.156682, 0.156682, 0.064214],
      [0.023117, 0.064214, 0.156682, 0.526556, 0.156682, 0.064214],
      [0.023117, 0.064214, 0.156682, 0.156682, 0.156682, 0.064214],
      [-0.023117, -0.064214, -0.156682, -0.156682, -0.156682, -0.064214],
      [-0.023117, -0.064214, -0.156682, -0.526556, -0.156682, -0.064214],
      [-0.023117, -0.064214, -0.156682, -0.156682, -0.156682, -0.064214],
    ],
  ],
]

describe("Square's tile", () => {
  it('is the published one', () => {
    for (const [side, rows] of published) {
      const pattern = tile(side, side, 'stacked')
      for (const [j, value] of rows.flat().entries()) expect(pattern[j]).toBeCloseTo(value, 6)
    }
  })

  it('is turned by a quarter where the halves lie beside each other', () => {
    const stacked = tile(4, 7, 'stacked')
    const beside = tile(7, 4, 'beside')
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 7; c++) expect(beside[c * 4 + r]).toBe(stacked[r * 7 + c])
    }
  })

  it('has length 1 at any size, and both signs where it has two cells', () => {
    for (const [height, width] of [
      [1, 1],
      [2, 1],
      [2, 2],
      [9, 4],
      [3, 31],
    ] as const) {
      const pattern = tile(height, width, 'stacked')
      expect(pattern.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(1, 12)
      expect(pattern.some((v) => v < 0)).toBe(true)
      expect(pattern.some((v) => v > 0)).toBe(height > 1)
    }
  })
})
