import { describe, expect, it } from 'vitest'
import { FailmodeError } from '../errors.ts'
import { type Meter, openDoor } from './budget-door.ts'
import type { GradientModel } from './model-target.ts'

const model: GradientModel & { labels(): Promise<Int32Array> } = {
  labels: async () => Int32Array.of(0),
  scores: async () => ({ kind: 'logits', data: Float32Array.of(1, 0), classes: 2 }),
  gradient: async () => {
    throw new Error('not asked here')
  },
}
const batch = (count: number) => ({ data: new Float32Array(count), dims: [count, 1] })

describe('the budgeted door', () => {
  it('counts samples and not calls', async () => {
    const meter: Meter = { queries: 0, gradients: 0 }
    const door = openDoor('score', model, { meter })
    await door.scores(batch(7))
    await door.scores(batch(5))
    expect(meter).toEqual({ queries: 12, gradients: 0 })
  })

  it('refuses a call that would exceed the allotment before it is made, and counts nothing for it', async () => {
    const meter: Meter = { queries: 0, gradients: 0 }
    const door = openDoor('label', model, { meter, maxQueries: 10 })
    await door.labels(batch(10))
    expect(() => door.labels(batch(1))).toThrow(FailmodeError)
    expect(meter.queries).toBe(10)
  })

  it('counts an allotment from where it was opened, and into one meter', async () => {
    const meter: Meter = { queries: 100, gradients: 0 }
    const door = openDoor('label', model, { meter, maxQueries: 3 })
    await door.labels(batch(3))
    expect(meter.queries).toBe(103)
  })

  it('shows nothing but the access it was opened with', () => {
    const meter: Meter = { queries: 0, gradients: 0 }
    expect(Object.keys(openDoor('label', model, { meter }))).toEqual(['labels'])
    expect(Object.keys(openDoor('score', model, { meter }))).toEqual(['scores'])
    expect(Object.keys(openDoor('gradient', model, { meter })).sort()).toEqual(['gradient', 'scores'])
  })

  it('stops on abort', () => {
    const controller = new AbortController()
    controller.abort()
    const door = openDoor('label', model, { meter: { queries: 0, gradients: 0 }, signal: controller.signal })
    expect(() => door.labels(batch(1))).toThrow()
  })
})
