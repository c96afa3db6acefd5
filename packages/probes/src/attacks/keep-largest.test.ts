import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepLargest } from './keep-largest.ts'

describe('the L0 ball', () => {
  it('keeps as many of the largest changes as it is wide, and takes the others back', () => {
    const level = fc.integer({ min: 0, max: 8 }).map((v) => v / 8)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(level, level), { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 0, max: 16 }),
        (pairs, kept) => {
          const center = Float32Array.from([...pairs, ...pairs], ([c]) => c)
          const x = Float32Array.from([...pairs, ...pairs], ([, v]) => v)
          const before = x.slice()
          const size = pairs.length
          keepLargest(x, center, 1, size, kept)
          expect(x.subarray(0, size)).toEqual(before.subarray(0, size))
          const change = (data: Float32Array, j: number) =>
            Math.abs((data[size + j] as number) - (center[size + j] as number))
          const all = pairs.map((_, j) => change(before, j)).sort((a, b) => b - a)
          const left = pairs.map((_, j) => change(x, j)).sort((a, b) => b - a)
          // The same sizes as those of a sort, with zeros behind.
          expect(left).toEqual(all.map((v, rank) => (rank < kept ? v : 0)))
          for (let j = size; j < 2 * size; j++) expect([before[j], center[j]]).toContain(x[j])
        },
      ),
    )
  })
})
