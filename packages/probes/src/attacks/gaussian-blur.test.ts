import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { blur, gaussianKernel } from './gaussian-blur.ts'

describe('the blur of a gradient', () => {
  it('spreads a point over the published kernel', () => {
    const values = new Float32Array(19 * 19)
    values[9 * 19 + 9] = 1
    blur(values, { channels: 1, height: 19, width: 19 }, gaussianKernel(15))
    // Numbers of torchattacks 3.5.1 (TIFGSM.stacked_kernel): the middle, a corner, an edge, one between.
    const at = (row: number, column: number) => values[(row + 2) * 19 + column + 2] as number
    expect(at(7, 7)).toBeCloseTo(0.029302824, 7)
    expect(at(0, 0)).toBeCloseTo(3.616256e-6, 10)
    expect(at(7, 0)).toBeCloseTo(0.00032552498, 9)
    expect(at(3, 9)).toBeCloseTo(0.00466902, 7)
    expect(values[1 * 19 + 9]).toBe(0)
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
  })

  it('is the sum over the neighbours within the picture, channel by channel', () => {
    const [height, width] = [4, 7]
    const x = createRandom(2).fillNormal(new Float32Array(2 * height * width))
    const blurred = x.slice()
    const kernel = gaussianKernel(5)
    blur(blurred, { channels: 2, height, width }, kernel)
    for (let c = 0; c < 2; c++) {
      for (let r = 0; r < height; r++) {
        for (let j = 0; j < width; j++) {
          let sum = 0
          for (let a = -2; a <= 2; a++) {
            for (let b = -2; b <= 2; b++) {
              if (r + a < 0 || r + a >= height || j + b < 0 || j + b >= width) continue
              const value = x[(c * height + r + a) * width + j + b] as number
              sum += (kernel[a + 2] as number) * (kernel[b + 2] as number) * value
            }
          }
          expect(blurred[(c * height + r) * width + j]).toBeCloseTo(sum, 5)
        }
      }
    }
  })

  it('with a kernel of one weight changes nothing', () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6)
    blur(x, { channels: 1, height: 2, width: 3 }, gaussianKernel(1))
    expect(Array.from(x)).toEqual([1, 2, 3, 4, 5, 6])
  })
})
