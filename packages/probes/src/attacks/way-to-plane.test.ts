import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { type Norm, norms } from './ball.ts'
import { wayToPlane } from './way-to-plane.ts'

const random = createRandom(21)

interface Problem {
  readonly x: Float32Array
  readonly w: Float32Array
  readonly change: number
}

/** Points with many coordinates at the faces, normals with zeros and ties, planes within and beyond the box. */
function problem(size: number): Problem {
  const x = Float32Array.from({ length: size }, () => Math.min(1, Math.max(0, random.uniform() * 1.6 - 0.3)))
  const ties = random.boolean()
  const w = Float32Array.from({ length: size }, () => {
    if (random.uniform() < 0.15) return 0
    return ties ? random.sign() * (1 + random.int(3)) : random.normal()
  })
  const { most, least } = reachOf(x, w)
  const share = random.uniform() * 1.2
  return { x, w, change: random.boolean() ? share * most : share * least }
}

/** What the product can change by in the box at most. */
function reachOf(x: Float32Array, w: Float32Array) {
  let most = 0
  let least = 0
  for (const [i, weight] of w.entries()) {
    most += weight > 0 ? weight * (1 - (x[i] as number)) : -weight * (x[i] as number)
    least -= weight > 0 ? weight * (x[i] as number) : -weight * (1 - (x[i] as number))
  }
  return { most, least }
}

function solve({ x, w, change }: Problem, norm: Norm) {
  const way = new Float64Array(x.length)
  const length = wayToPlane(way, { points: x, at: 0, normals: w, row: 0, change, norm })
  return { way, length }
}

function lengthOf(way: Float64Array, norm: Norm): number {
  if (norm === 'linf') return way.reduce((most, d) => Math.max(most, Math.abs(d)), 0)
  if (norm === 'l1') return way.reduce((sum, d) => sum + Math.abs(d), 0)
  return Math.sqrt(way.reduce((sum, d) => sum + d * d, 0))
}

/**
 * The length of the shortest way by weak duality alone: for every multiplier m the minimum over the box of
 * |d| (or |d|^2 / 2) - m (w d - change) is a lower bound, and the best of them is the optimum. It is found by a search
 * over m, and for Linf, where the minimum is not a sum over coordinates, by a search over the length itself.
 */
function optimum({ x, w, change }: Problem, norm: Norm): number {
  const sign = Math.sign(change)
  const gains = [...w].map((weight, i) => {
    const up = sign * weight > 0
    return { weight: Math.abs(weight), room: up ? 1 - (x[i] as number) : (x[i] as number) }
  })
  const wanted = Math.abs(change)
  if (norm === 'linf') {
    let [low, high] = [0, 1]
    for (let k = 0; k < 100; k++) {
      const middle = (low + high) / 2
      const gain = gains.reduce((sum, { weight, room }) => sum + weight * Math.min(middle, room), 0)
      if (gain < wanted) low = middle
      else high = middle
    }
    return high
  }
  const bound = (m: number) =>
    gains.reduce((sum, { weight, room }) => {
      const d = norm === 'l2' ? Math.min(m * weight, room) : m * weight > 1 ? room : 0
      return sum + (norm === 'l2' ? (d * d) / 2 : d) - m * weight * d
    }, m * wanted)
  let [low, high] = [0, 1e4]
  for (let k = 0; k < 300; k++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3]
    if (bound(a) < bound(b)) low = a
    else high = b
  }
  const best = bound((low + high) / 2)
  return norm === 'l2' ? Math.sqrt(2 * best) : best
}

describe('the way to a hyperplane', () => {
  it('ends on the plane and in the box, or in the corner nearest to it', () => {
    for (let trial = 0; trial < 300; trial++) {
      const p = problem(1 + random.int(80))
      const { most, least } = reachOf(p.x, p.w)
      for (const norm of norms) {
        const { way, length } = solve(p, norm)
        const product = way.reduce((sum, d, i) => sum + d * (p.w[i] as number), 0)
        const reached = Math.min(Math.max(p.change, least), most)
        expect(Math.abs(product - reached)).toBeLessThan(1e-9 * (1 + Math.abs(reached)))
        const ends = way.map((d, i) => (p.x[i] as number) + d)
        expect(ends.every((v) => v >= -1e-12 && v <= 1 + 1e-12)).toBe(true)
        expect(length).toBeCloseTo(lengthOf(way, norm), 10)
      }
    }
  })

  it('is as short as the dual problem says that any can be', () => {
    for (let trial = 0; trial < 300; trial++) {
      const p = problem(1 + random.int(40))
      const { most, least } = reachOf(p.x, p.w)
      if (p.change === 0 || p.change > most * 0.999 || p.change < least * 0.999) continue
      for (const norm of norms) {
        const { length } = solve(p, norm)
        expect(Math.abs(length - optimum(p, norm))).toBeLessThan(2e-5 * (1 + length))
      }
    }
  })

  it('is not beaten by random points of the plane, whatever the norm', () => {
    for (let trial = 0; trial < 200; trial++) {
      const size = 2 + random.int(4)
      const p = problem(size)
      const { most, least } = reachOf(p.x, p.w)
      if (p.change > most || p.change < least) continue
      const solved = norms.map((norm) => ({ norm, length: solve(p, norm).length }))
      for (let draw = 0; draw < 200; draw++) {
        // A point of the box, moved along one coordinate until it is on the plane; used where that stays in the box.
        const way = Float64Array.from(p.x, (x) => random.uniform() - x)
        const k = random.int(size)
        if (p.w[k] === 0) continue
        const product = way.reduce((sum, d, i) => sum + d * (p.w[i] as number), 0)
        way[k] = (way[k] as number) + (p.change - product) / (p.w[k] as number)
        const end = (p.x[k] as number) + (way[k] as number)
        if (end < 0 || end > 1) continue
        for (const { norm, length } of solved)
          if (length > lengthOf(way, norm) + 1e-9)
            expect.fail(`${norm}: ${length} against ${lengthOf(way, norm)}`)
      }
    }
  })

  it('is the closed form where the box is far away: the change over the dual norm of the normal', () => {
    const w = Float32Array.of(3, -1, 0.5, 2)
    const x = new Float32Array(4).fill(0.5)
    const change = 0.1
    const duals = { linf: 6.5, l2: Math.sqrt(14.25), l1: 3 }
    for (const norm of norms)
      expect(solve({ x, w, change }, norm).length).toBeCloseTo(change / duals[norm], 12)
  })

  it('leads nowhere without a normal or without need', () => {
    const x = Float32Array.of(0.2, 0.9)
    for (const norm of norms) {
      expect(solve({ x, w: new Float32Array(2), change: 1 }, norm).way).toEqual(new Float64Array(2))
      expect(solve({ x, w: Float32Array.of(1, 2), change: 0 }, norm).length).toBe(0)
    }
  })

  it('reads its own rows only', () => {
    const way = new Float64Array(2)
    const points = Float32Array.of(9, 9, 0.5, 0.5)
    const normals = Float32Array.of(9, 9, 9, 9, 1, 0)
    const plane = { points, at: 1, normals, row: 2, change: 0.25, norm: 'l2' } as const
    expect(wayToPlane(way, plane)).toBeCloseTo(0.25, 12)
    expect([...way]).toEqual([0.25, 0])
  })

  it('settles a whole picture with one coordinate at every distance from the box', () => {
    // Weights that fall as fast as rooms grow give Newton's steps a kink at every coordinate.
    const size = 3072
    const x = Float32Array.from({ length: size }, (_, i) => 1 - (i + 1) / (size + 1))
    const w = Float32Array.from({ length: size }, (_, i) => 1 / (i + 1))
    const { most } = reachOf(x, w)
    for (const norm of norms) {
      const { way } = solve({ x, w, change: 0.9 * most }, norm)
      const product = way.reduce((sum, d, i) => sum + d * (w[i] as number), 0)
      expect(Math.abs(product / (0.9 * most) - 1)).toBeLessThan(1e-9)
    }
  })
})
