// Known sizes are those of covering arrays: CA(9; 2, 4, 3) is an orthogonal array, so no set is smaller; CA(6; 2, 10, 2)
// is the smallest by Kleitman and Spencer (1973), and so are 5 for 4 factors; tables of the smallest known arrays have
// CA(2, 10, 4) at 24 and CA(2, 13, 3) at 15, where building case by case gives about 30 and 19 (Cohen et al. 1997).
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { subsets } from './coverage.ts'
import { coveringSet } from './covering-set.ts'

/** All combinations, less those that `tested` shows. */
function untestedOf(
  sizes: readonly number[],
  strength: number,
  tested: readonly (readonly (number | null)[])[] = [],
) {
  return subsets(sizes.length, strength).map((set) => {
    const places = new Set(Array.from({ length: set.reduce((n, f) => n * sizes[f]!, 1) }, (_, i) => i))
    for (const row of tested)
      if (set.every((f) => row[f] !== null)) places.delete(set.reduce((at, f) => at * sizes[f]! + row[f]!, 0))
    return [...places]
  })
}

const missingOf = (...args: Parameters<typeof untestedOf>) =>
  untestedOf(...args).reduce((sum, { length }) => sum + length, 0)
const search = (sizes: readonly number[], strength: number, tested: readonly (readonly number[])[] = []) =>
  coveringSet(sizes, strength, untestedOf(sizes, strength, tested), createRandom('covering'))

describe('the covering set', () => {
  it.each([
    ['3 levels of 4 factors, pairs', new Array(4).fill(3), 2, 9],
    ['2 levels of 10 factors, pairs', new Array(10).fill(2), 2, 6],
    ['2 levels of 4 factors, pairs', new Array(4).fill(2), 2, 5],
    ['4 levels of 10 factors, pairs', new Array(10).fill(4), 2, 26],
    ['3 levels of 13 factors, pairs', new Array(13).fill(3), 2, 16],
    ['2 levels of 5 factors, triples', new Array(5).fill(2), 3, 10],
    ['levels of unequal number, pairs', [5, 4, 3, 2, 2], 2, 20],
    ['single levels', [5, 2, 3], 1, 5],
  ])('is small: %s', (_, sizes, strength, most) => {
    const { cases, atLeast } = search(sizes, strength)
    expect(missingOf(sizes, strength, cases)).toBe(0)
    expect(cases.length).toBeLessThanOrEqual(most)
    expect(cases.length).toBeGreaterThanOrEqual(atLeast)
  })

  it('shows all that is missing and needs no more than one case for each, whatever is there already', () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 2 }), fc.nat(20), fc.nat(), (sizes, strength, n, seed) => {
        const random = createRandom(seed)
        const tested = Array.from({ length: n }, () => sizes.map((size) => random.int(size)))
        const untested = untestedOf(sizes, strength, tested)
        const { cases, atLeast } = coveringSet(sizes, strength, untested, random, { changes: 2000 })
        expect(missingOf(sizes, strength, [...tested, ...cases])).toBe(0)
        expect(cases.length).toBeGreaterThanOrEqual(atLeast)
        expect(cases.length).toBeLessThanOrEqual(missingOf(sizes, strength, tested))
      }),
      { numRuns: 40 },
    )
  })

  it('proposes one case for one missing pair, and leaves open what does not matter', () => {
    const sizes = [2, 2, 2]
    const untested = [[3], [], []]
    expect(coveringSet(sizes, 2, untested, createRandom(1))).toEqual({ cases: [[1, 1, null]], atLeast: 1 })
    expect(coveringSet(sizes, 2, [[], [], []], createRandom(1))).toEqual({ cases: [], atLeast: 0 })
  })

  it('gives the same set for the same seed, and stops when told', () => {
    expect(search([3, 3, 3, 2], 2)).toEqual(search([3, 3, 3, 2], 2))
    const controller = new AbortController()
    controller.abort()
    const untested = untestedOf([3, 3, 3], 2)
    expect(() =>
      coveringSet([3, 3, 3], 2, untested, createRandom(1), { signal: controller.signal }),
    ).toThrow()
  })
})
