import { createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { sharedCandidates, takeLargest } from './take-largest.ts'

const random = createRandom(11)

function selection(keys: readonly number[], weights: readonly number[]) {
  const choice = sharedCandidates(keys.length)
  for (const [i, key] of keys.entries()) {
    choice.order[i] = i
    choice.keys[i] = key
    choice.weights[i] = weights[i] as number
  }
  return choice
}

describe('the entries with the largest keys that a budget pays for', () => {
  it('are those that a full sort takes, with ties, zeros and budgets of every size', () => {
    for (let trial = 0; trial < 500; trial++) {
      const size = 1 + random.int(40)
      const levels = 1 + random.int(12)
      const keys = Array.from({ length: size }, () => random.int(levels))
      const weights = Array.from({ length: size }, () => random.int(4))
      const budget = random.int(2 * size)
      const choice = selection(keys, weights)
      const whole = takeLargest(choice, size, budget)
      const order = [...choice.order.subarray(0, size)]
      expect([...order].sort((a, b) => a - b)).toEqual(keys.map((_, i) => i))

      const taken = order.slice(0, whole)
      const sum = taken.reduce((total, i) => total + (weights[i] as number), 0)
      expect(sum).toBeLessThanOrEqual(budget)
      const rest = order.slice(whole)
      const smallest = Math.min(...taken.map((i) => keys[i] as number))
      for (const i of rest) expect(keys[i]).toBeLessThanOrEqual(smallest)
      if (rest.length > 0) {
        const next = rest[0] as number
        expect(keys[next]).toBe(Math.max(...rest.map((i) => keys[i] as number)))
        expect(sum + (weights[next] as number)).toBeGreaterThan(budget)
      }
    }
  })

  it('are found in time that grows with their number, not its square, whatever order they come in', () => {
    const size = 200_000
    const shapes = [(i: number) => i, (i: number) => -i, () => 1, (i: number) => Math.min(i, size - i)]
    for (const shape of shapes) {
      const keys = Array.from({ length: size }, (_, i) => shape(i))
      const choice = selection(keys, new Array<number>(size).fill(1))
      // A square of this size would take minutes, and the test its time limit.
      expect(takeLargest(choice, size, size / 3)).toBe(Math.floor(size / 3))
    }
  })
})
