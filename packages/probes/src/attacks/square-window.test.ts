import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { asPicture } from './picture.ts'
import { copyWindow, placeWindow, windowShare, windowSize } from './square-window.ts'

describe("Square's windows", () => {
  it('follow the published schedule, stretched to the number of queries', () => {
    // Share of p0 at iterations of 10,000: the table of facts in the paper's code.
    const at = (i: number) => 0.8 / windowShare(i, 10_000, 0.8)
    expect([0, 10, 11, 51, 201, 501, 1001, 2001, 4001, 6001, 8001].map(at)).toEqual([
      1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
    ])
    expect(windowShare(100, 1000, 0.8)).toBe(windowShare(1000, 10_000, 0.8))
  })

  it('cover their share of a picture of any proportions', () => {
    expect(windowSize(0.8, asPicture([1, 28, 28]))).toEqual({ height: 25, width: 25 })
    expect(windowSize(0.8 / 512, asPicture([3, 28, 28]))).toEqual({ height: 1, width: 1 })
    for (const shape of [[1, 5, 45], [1, 45, 5], [200], [1, 200, 1]]) {
      const picture = asPicture(shape)
      for (const share of [0.8, 0.4, 0.1]) {
        const { height, width } = windowSize(share, picture)
        expect(height).toBeLessThanOrEqual(picture.height)
        expect(width).toBeLessThanOrEqual(picture.width)
        const covered = (height * width) / (picture.height * picture.width)
        expect(Math.abs(covered - share)).toBeLessThan(0.1)
      }
    }
  })

  it('may lie anywhere, the last row and column included', () => {
    const random = createRandom(1)
    const picture = asPicture([1, 3, 4])
    const seen = new Set<string>()
    for (let i = 0; i < 300; i++) {
      const { top, left } = placeWindow({ height: 2, width: 2 }, picture, random)
      seen.add(`${top} ${left}`)
    }
    expect(seen.size).toBe(6)
  })

  it('are copied in all channels and nowhere else', () => {
    const picture = asPicture([2, 3, 3])
    const from = Float32Array.from({ length: 36 }, (_, i) => i + 1)
    const to = new Float32Array(18)
    copyWindow(from, 18, to, 0, picture, { top: 1, left: 0, height: 2, width: 2 })
    expect(Array.from(to)).toEqual([0, 0, 0, 22, 23, 0, 25, 26, 0, 0, 0, 0, 31, 32, 0, 34, 35, 0])
  })
})
