import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { rowDistance } from './row-distance.ts'
import { partOfTheWay, towardClean } from './toward-clean.ts'

const norms = ['l0', 'l1', 'l2', 'linf'] as const

describe('the way back towards the clean sample', () => {
  it('begins at the point, ends at the clean sample, and its length falls all along', () => {
    const unit = fc.float({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...norms),
        fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 12 }),
        (norm, pairs) => {
          const size = pairs.length
          const clean = Float32Array.from(pairs, ([c]) => c)
          const far = Float32Array.from(pairs, ([, f]) => f)
          const at = (share: number) => {
            const out = new Float32Array(size)
            partOfTheWay(out, clean, far, { row: 0, size, norm, share })
            return out
          }
          const length = (point: Float32Array) => rowDistance(point, 0, clean, { row: 0, size, norm })
          for (let j = 0; j < size; j++) {
            expect(at(1)[j]).toBeCloseTo(far[j] as number, 6)
            expect(at(0)[j]).toBeCloseTo(clean[j] as number, 6)
          }
          for (let share = 0.1; share < 1; share += 0.1) {
            expect(length(at(share))).toBeLessThanOrEqual(length(at(share + 0.1)) + 1e-6)
            for (const [j, value] of at(share).entries()) {
              const [low, high] = [
                Math.min(clean[j] as number, far[j] as number),
                Math.max(clean[j] as number, far[j] as number),
              ]
              expect(value).toBeGreaterThanOrEqual(low - 1e-6)
              expect(value).toBeLessThanOrEqual(high + 1e-6)
            }
          }
        },
      ),
    )
  })

  it('stops at the border, just beyond it', async () => {
    // Class 1 wins where the weighted sum is above 1.5.
    const weights = [3, 1, 0.5, 0.25]
    const model = linearModel([[0, 0, 0, 0], weights], [1.5, 0])
    const x = { data: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4), dims: [2, 4] }
    const batch = { x, labels: Int32Array.of(0, 0), ids: [0, 1] }
    const sum = (data: Float32Array) => weights.reduce((total, w, j) => total + w * (data[j] as number), 0)
    for (const [norm, expected] of [
      // The largest change alone is enough: 3 * 0.9 of the 0.75 that are missing.
      ['l0', 1],
      // The sum of the clean sample is 0.75, and 0.75 is missing. Shrunk by 0.6625, the changes 0.9, 0.7, 0.6, 0.5 leave
      // 0.2375 and 0.0375, which give 3 * 0.2375 + 0.0375.
      ['l1', 0.275],
    ] as const) {
      const points = Float32Array.of(...x.data.subarray(0, 4), 1, 0.9, 0.9, 0.9)
      await towardClean(model, batch, points, [1], { norm, halvings: 20 })
      const found = points.subarray(4)
      expect(rowDistance(found, 0, x.data, { row: 0, size: 4, norm })).toBeCloseTo(expected, 4)
      expect(sum(found)).toBeGreaterThan(1.5)
      expect(Array.from(points.subarray(0, 4))).toEqual(Array.from(x.data.subarray(0, 4)))
    }
    for (const norm of ['l2', 'linf'] as const) {
      const points = Float32Array.of(...x.data.subarray(0, 4), 1, 0.9, 0.9, 0.9)
      await towardClean(model, batch, points, [1], { norm, halvings: 20 })
      expect(sum(points.subarray(4))).toBeGreaterThan(1.5)
      expect(sum(points.subarray(4))).toBeLessThan(1.5005)
    }
  })

  it('asks once for each halving, of all samples together, and leaves alone what is no further off', async () => {
    const model = linearModel([[0], [1]], [0.5, 0])
    const x = { data: Float32Array.of(0.1, 0.2, 0.3), dims: [3, 1] }
    const points = Float32Array.of(0.9, 0.9, 0.9)
    await towardClean(model, { x, labels: Int32Array.of(0, 0, 0), ids: [0, 1, 2] }, points, [0, 2], {
      norm: 'l2',
      halvings: 7,
    })
    expect(model.calls.scores).toEqual(new Array(7).fill(2))
    expect(points[1]).toBe(Math.fround(0.9))
    for (const i of [0, 2]) expect(points[i]).toBeGreaterThan(0.5)
    for (const i of [0, 2]) expect(points[i]).toBeLessThan(0.5 + 0.8 / 2 ** 6)
  })
})
