import { createRandom, type Random } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { ascend, type Ball, distance, norms, project, randomPoint } from './ball.ts'

const random = createRandom(5)

/** Numbers of the unit box with many at its faces, as in pictures. */
function boxPoint(size: number, draws: Random): Float32Array {
  return Float32Array.from({ length: size }, () => Math.min(1, Math.max(0, draws.uniform() * 1.6 - 0.3)))
}

function projected(x: Float32Array, center: Float32Array, ball: Ball): Float32Array {
  const result = x.slice()
  project(result, center, 0, x.length, ball)
  return result
}

/** The nearest point of L1 ball and box by bisection of lambda, in doubles, with all kinks gone through. */
function nearestByBisection(x: Float32Array, center: Float32Array, eps: number): Float64Array {
  const cut = (lambda: number) =>
    Float64Array.from(x, (value, i) => {
      const c = center[i] as number
      const d = value - c
      const room = d > 0 ? 1 - c : c
      return Math.sign(d) * Math.min(Math.max(Math.abs(d) - lambda, 0), room)
    })
  const sum = (lambda: number) => cut(lambda).reduce((total, v) => total + Math.abs(v), 0)
  if (sum(0) <= eps) return cut(0).map((v, i) => v + (center[i] as number))
  let [low, high] = [0, 10]
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (sum(middle) > eps) low = middle
    else high = middle
  }
  return cut(high).map((v, i) => v + (center[i] as number))
}

describe('projection', () => {
  it('ends in the ball and in the box for every norm, and leaves alone what is in both', () => {
    for (let trial = 0; trial < 300; trial++) {
      const size = 1 + random.int(200)
      const center = boxPoint(size, random)
      const x = Float32Array.from(center, (c) => c + 0.5 * random.normal())
      for (const norm of norms) {
        const eps = 10 ** (-3 + 4 * random.uniform())
        const result = projected(x, center, { norm, eps })
        for (const value of result) expect(value >= 0 && value <= 1).toBe(true)
        // The last bit of a float32 near 1 is 6e-8.
        expect(distance(result, center, norm)).toBeLessThanOrEqual(eps * (1 + 1e-6) + 6e-8)
        if (norm === 'l1') {
          expect(distance(result, center, norm)).toBeLessThanOrEqual(eps)
          expect(projected(result, center, { norm, eps })).toEqual(result)
        }
      }
    }
  })

  it('in L1 gives the nearest point of ball and box together', () => {
    for (let trial = 0; trial < 300; trial++) {
      const size = 1 + random.int(60)
      const center = boxPoint(size, random)
      const x = Float32Array.from(center, (c) => c + random.normal())
      const eps = 0.01 + 5 * random.uniform() ** 2
      const result = projected(x, center, { norm: 'l1', eps })
      const nearest = nearestByBisection(x, center, eps)
      for (let i = 0; i < size; i++)
        expect(Math.abs((result[i] as number) - (nearest[i] as number))).toBeLessThan(3e-6 * Math.max(eps, 1))
      // No feasible point is nearer: the angle to any of them is obtuse (variational inequality of a projection).
      for (let k = 0; k < 5; k++) {
        const other = new Float32Array(size)
        randomPoint(other, center, 0, size, { norm: 'l1', eps }, random.split(k))
        let product = 0
        for (let i = 0; i < size; i++)
          product +=
            ((x[i] as number) - (result[i] as number)) * ((other[i] as number) - (result[i] as number))
        expect(product).toBeLessThan(1e-4)
      }
    }
  })

  it('in L1 is not thrown by radii far below rounding or by a whole picture at the faces', () => {
    const size = 3072
    const center = boxPoint(size, random)
    const x = Float32Array.from(center, () => random.normal() * 3)
    for (const eps of [1e-9, 1e-5, 0.1, 12, 1e4]) {
      const result = projected(x, center, { norm: 'l1', eps })
      expect(distance(result, center, 'l1')).toBeLessThanOrEqual(eps)
      for (const value of result) expect(value >= 0 && value <= 1).toBe(true)
    }
  })
})

describe('steepest ascent', () => {
  it('gains as much of a linear function as any step of that length in the norm', () => {
    for (let trial = 0; trial < 100; trial++) {
      const size = 2 + random.int(30)
      const gradient = Float32Array.from({ length: size }, () => random.normal())
      const step = 0.05
      const start = new Float32Array(size).fill(0.5)
      const gainOf = (x: Float32Array) =>
        x.reduce((sum, v, i) => sum + (v - 0.5) * (gradient[i] as number), 0)
      const lengths = { linf: 'l1', l2: 'l2', l1: 'linf' } as const
      for (const norm of norms) {
        const x = start.slice()
        ascend(x, gradient, 0, size, { norm, step })
        expect(distance(x, start, norm)).toBeCloseTo(step, 5)
        // Hölder: the most is step times the dual norm of the gradient.
        const dual = distance(gradient, new Float32Array(size), lengths[norm])
        expect(gainOf(x)).toBeCloseTo(step * dual, 5)
      }
    }
  })

  it('in L1 goes on with the next largest coordinate where one meets the box', () => {
    const x = Float32Array.of(0.9, 0.5, 0.1, 0, 0.5)
    ascend(x, Float32Array.of(3, 0.1, -2, -5, 0), 0, 5, { norm: 'l1', step: 0.25 })
    expect([...x].map((v) => Number(v.toFixed(6)))).toEqual([1, 0.55, 0, 0, 0.5])
  })

  it('stays where it is without a gradient', () => {
    for (const norm of norms) {
      const x = Float32Array.of(0.2, 0.4)
      ascend(x, new Float32Array(2), 0, 2, { norm, step: 1 })
      expect([...x]).toEqual([...Float32Array.of(0.2, 0.4)])
    }
  })
})

describe('random points', () => {
  it('fill the ball evenly: the share within half its radius is that of the volumes', () => {
    const size = 3
    const center = new Float32Array(size).fill(0.5)
    for (const norm of norms) {
      let within = 0
      const draws = 4000
      for (let k = 0; k < draws; k++) {
        const x = new Float32Array(size)
        randomPoint(x, center, 0, size, { norm, eps: 0.4 }, random.split(norm).split(k))
        if (distance(x, center, norm) <= 0.2) within++
      }
      expect(within / draws).toBeCloseTo(1 / 8, 1)
      expect(Math.abs(within / draws - 1 / 8)).toBeLessThan(0.02)
    }
  })
})

it('measures distances in each norm', () => {
  const a = Float32Array.of(0, 0.5, 1)
  const b = Float32Array.of(0.25, 0.5, 0.5)
  expect(distance(a, b, 'linf')).toBe(0.5)
  expect(distance(a, b, 'l1')).toBe(0.75)
  expect(distance(a, b, 'l2')).toBeCloseTo(Math.sqrt(0.0625 + 0.25), 12)
})
