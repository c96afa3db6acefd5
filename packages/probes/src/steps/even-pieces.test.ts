import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evenPieces } from './even-pieces.ts'

const limits = { least: 4, most: 64 }
const lengths = (count: number) =>
  evenPieces(
    Array.from({ length: count }, (_, i) => i),
    limits,
  ).map((piece) => piece.length)

describe('evenPieces', () => {
  it('gives two workers the same work where one piece would leave one idle', () => {
    expect(lengths(26)).toEqual([6, 7, 6, 7])
    expect(lengths(200)).toHaveLength(16)
    expect(lengths(8)).toEqual([4, 4])
  })

  it('does not cut what is too little to share, and makes nothing of nothing', () => {
    expect(lengths(7)).toEqual([7])
    expect(lengths(0)).toEqual([])
  })

  it('keeps every item once and in order, in pieces that differ by one at most and are never too long', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 3000 }), (items) => {
        const pieces = evenPieces(items, limits)
        const sizes = pieces.map(({ length }) => length)
        expect(pieces.flat()).toEqual(items)
        if (items.length === 0) return
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.most)
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.min(items.length, limits.least))
      }),
    )
  })
})
