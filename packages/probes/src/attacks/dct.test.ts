import { describe, expect, it } from 'vitest'
import { dctBasis } from './dct.ts'

function vector(height: number, width: number, u: number, v: number, amplitude = 1): Float64Array {
  const out = new Float64Array(height * width)
  dctBasis(height, width)(out, u, v, amplitude)
  return out
}

describe('the cosine basis', () => {
  it('is the formula of the transform of type II', () => {
    const [height, width] = [5, 7]
    const scale = (k: number, n: number) => Math.sqrt((k === 0 ? 1 : 2) / n)
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < width; v++) {
        const basis = vector(height, width, u, v, -3)
        for (let r = 0; r < height; r++) {
          for (let c = 0; c < width; c++) {
            const expected =
              -3 *
              scale(u, height) *
              scale(v, width) *
              Math.cos((Math.PI * (2 * r + 1) * u) / (2 * height)) *
              Math.cos((Math.PI * (2 * c + 1) * v) / (2 * width))
            expect(basis[r * width + c]).toBeCloseTo(expected, 12)
          }
        }
      }
    }
  })

  it('has as many vectors as numbers, all of length 1 and each at a right angle to the others', () => {
    for (const [height, width] of [
      [4, 4],
      [3, 5],
      [1, 9],
      [1, 1],
    ] as const) {
      const all: Float64Array[] = []
      for (let u = 0; u < height; u++) {
        for (let v = 0; v < width; v++) all.push(vector(height, width, u, v))
      }
      for (const [i, a] of all.entries()) {
        for (const [j, b] of all.entries()) {
          const product = a.reduce((sum, value, k) => sum + value * (b[k] as number), 0)
          expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
        }
      }
    }
  })

  it('gives two frequencies of eight numbers as in the tables of JPEG', () => {
    // cos(pi / 16) / 2 and so on down the first frequency; the lowest is flat at 1 / sqrt(8).
    const first = vector(1, 8, 0, 1)
    const expected = [0.490393, 0.415735, 0.277785, 0.097545, -0.097545, -0.277785, -0.415735, -0.490393]
    for (const [i, value] of expected.entries()) expect(first[i]).toBeCloseTo(value, 6)
    for (const value of vector(1, 8, 0, 0)) expect(value).toBeCloseTo(0.353553, 6)
  })
})
