import { describe, expect, it } from 'vitest'
import { type LineSearch, searchLine } from './line-search.ts'

/** Answers a search with a predicate on the line; gives what it found and what it asked, a list a round. */
function run(options: Omit<LineSearch, 'write'>, adversarial: (t: number) => boolean) {
  const rounds: number[][] = []
  const search = searchLine({
    ...options,
    write(out, at, t) {
      out[at] = t
    },
  })
  let next = search.next(new Uint8Array(0))
  while (next.done !== true) {
    const points = new Float32Array(next.value.count)
    for (let k = 0; k < points.length; k++) next.value.write(points, k, k)
    rounds.push([...points])
    next = search.next(Uint8Array.from(points, (t) => (adversarial(t) ? 1 : 0)))
  }
  return { found: next.value, rounds }
}

describe('the search of a line', () => {
  it.each([1, 2, 7, 64])('finds the border to its tolerance with %i points a round', (width) => {
    for (const border of [0.001, 0.3, 0.77, 0.9999]) {
      const tolerance = 2 ** -12
      const { found, rounds } = run({ low: 0, high: 1, tolerance, width }, (t) => t >= border)
      expect(found).toBeGreaterThanOrEqual(border - 1e-6)
      expect(found - border).toBeLessThanOrEqual(tolerance)
      expect(rounds.length).toBe(Math.ceil(Math.log(1 / tolerance) / Math.log(width + 1) - 1e-9))
      if (found < 1) expect(rounds.flat()).toContain(Math.fround(found))
    }
  })

  it('gives back the far end when nothing nearer is adversarial', () => {
    expect(run({ low: 0, high: 3, tolerance: 0.01, width: 1 }, () => false).found).toBe(3)
  })

  it('takes the nearest of several adversarial stretches that it sees', () => {
    const { found } = run(
      { low: 0, high: 1, tolerance: 1e-3, width: 9 },
      (t) => (t > 0.15 && t < 0.25) || t > 0.9,
    )
    expect(found).toBeLessThan(0.152)
  })

  it('ends when the tolerance is below what numbers can tell apart', () => {
    expect(run({ low: 0, high: 1, tolerance: 0, width: 1 }, (t) => t > 0.3).rounds.length).toBe(60)
  })
})
