import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { dctBasis } from './dct.ts'
import { lowFirst, simbaWalk } from './simba-walk.ts'

const picture = { channels: 2, height: 4, width: 6 }
const size = 48

/** The steps of a walk from grey, by first and second direction. */
function steps(basis: 'pixel' | 'dct', count: number): Float32Array[] {
  const walk = simbaWalk(picture, createRandom(2), { basis, step: 0.25, lowest: 1 / 2 })
  return Array.from({ length: count }, () => {
    const point = new Float32Array(size).fill(0.5)
    walk.take(point)
    walk.turn()
    return point.map((v) => v - 0.5)
  })
}

describe("SimBA's walk", () => {
  it('goes through each vector once there and once back, and then round again', () => {
    for (const basis of ['pixel', 'dct'] as const) {
      const all = steps(basis, 4 * size)
      const names = all.map((step) => Array.from(step, (v) => v.toFixed(5)).join())
      expect(new Set(names).size).toBe(2 * size)
      for (let k = 0; k < all.length; k += 2) {
        for (let j = 0; j < size; j++) expect(all[k + 1]?.[j]).toBeCloseTo(-(all[k]?.[j] as number), 6)
        expect(Math.sqrt((all[k] as Float32Array).reduce((sum, v) => sum + v * v, 0))).toBeCloseTo(0.25, 5)
      }
      expect(new Set(names.slice(0, 2 * size)).size).toBe(2 * size)
    }
  })

  it('takes cosines from low to high', () => {
    const order = lowFirst(picture, 1 / 2, createRandom(7))
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i))
    const [u, v] = [(id: number) => Math.floor((id % 24) / 6), (id: number) => id % 6]
    // Two of four rows and three of six columns, in both channels, then one shell after another.
    const shells = Array.from(order, (id) => Math.max(0, u(id) - 1, v(id) - 2))
    expect(shells.slice(0, 12).every((shell) => shell === 0)).toBe(true)
    expect(shells).toEqual([...shells].sort((a, b) => a - b))
    expect(shells.at(-1)).toBe(3)
    // In no order within a shell: another seed gives another.
    expect(Array.from(lowFirst(picture, 1 / 2, createRandom(8)))).not.toEqual(Array.from(order))
  })

  it('adds the cosine of the frequency to its channel, and to no other', () => {
    const first = steps('dct', 1)[0] as Float32Array
    const id = lowFirst(picture, 1 / 2, createRandom(2))[0] as number
    const channel = Math.floor(id / 24)
    const cosine = new Float64Array(24)
    dctBasis(4, 6)(cosine, Math.floor((id % 24) / 6), id % 6, -0.25)
    for (let j = 0; j < 24; j++) {
      expect(first[channel * 24 + j]).toBeCloseTo(cosine[j] as number, 6)
      expect(first[(1 - channel) * 24 + j]).toBe(0)
    }
  })

  it('stays in the box', () => {
    const walk = simbaWalk(picture, createRandom(2), { basis: 'pixel', step: 0.7, lowest: 1 })
    const point = new Float32Array(size).fill(0.5)
    for (let k = 0; k < 3 * size; k++) {
      walk.take(point)
      walk.next()
    }
    expect(point.every((v) => v >= 0 && v <= 1)).toBe(true)
  })
})
