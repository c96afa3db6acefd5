import { createRandom, type Tensor } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { distance, type Norm } from './ball.ts'
import { noise } from './noise.ts'

const random = createRandom(3)
const grey = (count: number, size: number): Tensor => ({
  data: new Float32Array(count * size).fill(0.5),
  dims: [count, size],
})

describe('random noise', () => {
  it('lies at the edge of the ball in each norm, and in the box', async () => {
    for (const [norm, eps] of [
      ['linf', 0.1],
      ['l2', 0.5],
      ['l1', 2],
    ] as const satisfies readonly (readonly [Norm, number])[]) {
      // Never fooled, so that the last draw comes back.
      const model = linearModel([new Array(12).fill(0), new Array(12).fill(0)], [0, 1])
      const x = grey(3, 12)
      const { adversarial, spentToSuccess } = await noise(
        model,
        { x, labels: Int32Array.of(1, 1, 1), ids: [4, 5, 6] },
        { random, norm, eps, draws: 3 },
      )
      expect(spentToSuccess).toEqual([null, null, null])
      expect(model.calls.labels).toEqual([3, 3, 3])
      for (let row = 0; row < 3; row++) {
        const point = adversarial.data.subarray(row * 12, (row + 1) * 12)
        expect(distance(point, x.data.subarray(0, 12), norm)).toBeGreaterThan(eps * 0.98)
        expect(distance(point, x.data.subarray(0, 12), norm)).toBeLessThanOrEqual(eps * (1 + 1e-5))
      }
    }
  })

  it('stops asking about a sample with its first success, and gives it the same draws in any batch', async () => {
    const weights = [new Array(4).fill(0), [1, -1, 1, -1]]
    const batch = (ids: readonly number[]) => ({
      x: grey(ids.length, 4),
      labels: new Int32Array(ids.length),
      ids,
    })
    const options = { random, norm: 'linf', eps: 0.1, draws: 20 } as const
    // Class 0 while the second score is below 0: about half of the draws are enough.
    const together = await noise(linearModel(weights, [0, -0.05]), batch([1, 2, 3, 4]), options)
    const alone = await noise(linearModel(weights, [0, -0.05]), batch([3]), options)
    expect(together.spentToSuccess.every((spent) => spent !== null)).toBe(true)
    expect(alone.spentToSuccess[0]).toBe(together.spentToSuccess[2])
    expect([...alone.adversarial.data]).toEqual([...together.adversarial.data.subarray(8, 12)])
  })
})
