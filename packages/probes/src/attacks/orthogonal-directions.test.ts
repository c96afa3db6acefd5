import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { orthogonalDirections } from './orthogonal-directions.ts'

function draw(size: number, count: number, seed = 1): Float32Array[] {
  const next = orthogonalDirections(createRandom(seed), size)
  return Array.from({ length: count }, () => {
    const out = new Float32Array(size)
    next(out)
    return out
  })
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)

describe('directions', () => {
  it.each([1, 2, 3, 15, 16, 17, 100, 784, 3072])('in %i dimensions have length 1', (size) => {
    for (const u of draw(size, 40)) expect(dot(u, u)).toBeCloseTo(1, 5)
  })

  it.each([2, 5, 16, 32, 256])(
    'are orthogonal and span all %i dimensions before new ones are drawn',
    (size) => {
      const all = draw(size, size)
      for (const [i, u] of all.entries())
        for (const v of all.slice(0, i)) expect(Math.abs(dot(u, v))).toBeLessThan(1e-5)
    },
  )

  it('overlap far less than independent ones where the size is no power of two', () => {
    const all = draw(784, 200)
    let squares = 0
    for (const [i, u] of all.entries()) for (const v of all.slice(0, i)) squares += dot(u, v) ** 2
    // Independent directions overlap by 1/784 in the mean square.
    expect(squares / ((200 * 199) / 2)).toBeLessThan(0.35 / 784)
  })

  it('begin anew after the last, and are as likely up as down in every coordinate', () => {
    const all = draw(4, 4000)
    for (let i = 0; i < 4; i++) {
      const mean = all.reduce((sum, u) => sum + (u[i] as number), 0) / all.length
      const spread = all.reduce((sum, u) => sum + (u[i] as number) ** 2, 0) / all.length
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(0.25 / 4000))
      expect(spread).toBeCloseTo(0.25, 4)
    }
    expect(all[0]).not.toEqual(all[4])
  })

  it('are the same for the same stream', () => {
    expect(draw(50, 70, 9)).toEqual(draw(50, 70, 9))
  })
})
