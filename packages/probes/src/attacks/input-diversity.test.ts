import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { drawPlacement, shrink, shrinkAdjoint } from './input-diversity.ts'

const random = createRandom(12)

describe('input diversity', () => {
  it('shrinks as torch does', () => {
    // torch 2.15: interpolate(size=[4, 5], mode='bilinear', align_corners=False) of 0.1 to 3 in five rows of six.
    const from = Float32Array.from({ length: 30 }, (_, i) => (i + 1) / 10)
    const picture = { channels: 1, height: 5, width: 6 }
    const to = shrink(from, picture, { height: 4, width: 5, top: 1, left: 1 })
    const expected = [
      [0, 0, 0, 0, 0, 0],
      [0, 0.185, 0.305, 0.425, 0.545, 0.665],
      [0, 0.935, 1.055, 1.175, 1.295, 1.415],
      [0, 1.685, 1.805, 1.925, 2.045, 2.165],
      [0, 2.435, 2.555, 2.675, 2.795, 2.915],
    ].flat()
    for (const [i, value] of expected.entries()) expect(to[i]).toBeCloseTo(value, 5)
  })

  it('carries gradients back by the exact adjoint: <A x, y> = <x, A* y>', () => {
    for (const picture of [
      { channels: 1, height: 28, width: 28 },
      { channels: 3, height: 11, width: 17 },
      { channels: 2, height: 1, width: 30 },
      { channels: 4, height: 2, width: 2 },
    ]) {
      const size = picture.channels * picture.height * picture.width
      for (let n = 0; n < 20; n++) {
        const stream = random.split(`${size} ${n}`)
        const x = stream.fillNormal(new Float32Array(size))
        const y = stream.fillNormal(new Float32Array(size))
        const placement = drawPlacement(picture, stream)
        const product = (a: Float32Array, b: Float32Array) =>
          a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
        const there = product(shrink(x, picture, placement), y)
        const back = product(x, shrinkAdjoint(y, picture, placement))
        expect(back).toBeCloseTo(there, 3)
      }
    }
  })

  it('stays in the box, leaves the rest black, and changes nothing where nothing is shrunk', () => {
    const picture = { channels: 1, height: 10, width: 12 }
    const x = new Float32Array(120).fill(1)
    const placement = { height: 9, width: 11, top: 1, left: 0 }
    const small = shrink(x, picture, placement)
    expect(small.reduce((a, b) => a + b, 0)).toBeCloseTo(99, 4)
    expect(small.every((v) => v >= 0 && v <= 1)).toBe(true)
    const y = random.split('y').fillUniform(new Float32Array(120))
    expect(shrink(y, picture, { height: 10, width: 12, top: 0, left: 0 })).toEqual(y)
  })

  it('draws sizes from nine tenths up to less than the full side, and any place', () => {
    const picture = { channels: 1, height: 20, width: 30 }
    const sizes = new Set<string>()
    const tops = new Set<number>()
    for (let i = 0; i < 300; i++) {
      const { height, width, top, left } = drawPlacement(picture, random.split(i))
      sizes.add(`${height} ${width}`)
      if (height === 18) tops.add(top)
      expect(top + height).toBeLessThanOrEqual(20)
      expect(left + width).toBeLessThanOrEqual(30)
    }
    expect([...sizes].sort()).toEqual(['18 27', '18 28', '19 28', '19 29'])
    expect([...tops].sort()).toEqual([0, 1, 2])
  })
})
