import { describe, expect, it } from 'vitest'
import { checkpoints } from './apgd-schedule.ts'

describe('the checkpoints of Auto-PGD', () => {
  it('for 100 steps are those of the paper', () => {
    expect(checkpoints(100)).toEqual([22, 41, 57, 70, 80, 87, 93, 99])
  })

  it('rise from at least 1 to at most the number of steps, however few there are', () => {
    for (let steps = 1; steps <= 60; steps++) {
      const positions = checkpoints(steps)
      expect(positions[0]).toBe(Math.max(1, Math.floor(0.22 * steps)))
      expect(positions.at(-1)).toBeLessThanOrEqual(steps)
      for (let k = 1; k < positions.length; k++)
        expect(positions[k]).toBeGreaterThan(positions[k - 1] as number)
    }
    expect(checkpoints(0)).toEqual([])
  })
})
