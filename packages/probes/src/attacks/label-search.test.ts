import { createRandom, type LabelModel, type Tensor } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import type { AttackBatch } from './attack.ts'
import { runSearches, type Search, type Subject } from './label-search.ts'

/** Class 1 where the first number is at least `border`; keeps the sizes of its calls. */
function step(border: number): LabelModel & { readonly calls: number[]; readonly asked: number[] } {
  const calls: number[] = []
  const asked: number[] = []
  return {
    calls,
    asked,
    async labels(x: Tensor) {
      const count = x.dims[0] as number
      calls.push(count)
      const size = x.data.length / count
      const firsts = Array.from({ length: count }, (_, i) => x.data[i * size] as number)
      asked.push(...firsts)
      return Int32Array.from(firsts, (value) => (value >= border ? 1 : 0))
    },
  }
}

const batchOf = (count: number): AttackBatch => ({
  x: { data: new Float32Array(count * 2), dims: [count, 2] },
  labels: new Int32Array(count),
  ids: Array.from({ length: count }, (_, i) => 10 + i),
})
const run = { random: createRandom(5), norm: 'linf', queries: 20, maxBatch: 8 } as const

/** Asks about points whose first number is each of `values`, `group` at once. */
function* walk(values: readonly number[], group = 1): Search<void> {
  for (let from = 0; from < values.length; from += group) {
    yield {
      count: Math.min(group, values.length - from),
      write(out, at, k) {
        out.fill(0, at, at + 2)
        out[at] = values[from + k] as number
      },
    }
  }
}

describe('searches side by side', () => {
  it('share calls of at most maxBatch, which are full while enough is asked', async () => {
    const model = step(2)
    await runSearches(model, batchOf(5), { ...run, maxBatch: 4 }, () => walk([0.1, 0.2, 0.3, 0.4], 2))
    expect(model.calls).toEqual([4, 4, 4, 4, 4])
  })

  it('split a question that is larger than a call, and give all of its answers at once', async () => {
    const model = step(0.5)
    let answers: readonly number[] = []
    const seen: boolean[] = []
    await runSearches(model, batchOf(1), { ...run, maxBatch: 3 }, function* (): Search<void> {
      const verdicts = yield {
        count: 7,
        write(out, at, k) {
          out[at] = k % 2
          out[at + 1] = 0
        },
        answered: (points, at, adversarial) => {
          expect(adversarial).toBe(points[at] === 1)
          seen.push(adversarial)
        },
      }
      answers = [...verdicts]
    })
    expect(model.calls).toEqual([3, 3, 1])
    expect(answers).toEqual([0, 1, 0, 1, 0, 1, 0])
    expect(seen.length).toBe(7)
  })

  it.each([1, 3, 64])('never spend more than their queries, in calls of %i', async (maxBatch) => {
    const model = step(2)
    const lefts: number[] = []
    await runSearches(model, batchOf(3), { ...run, queries: 11, maxBatch }, function* (subject: Subject) {
      for (;;) {
        lefts.push(subject.left)
        yield* walk([0.1, 0.2, 0.3, 0.4], 4)
      }
    })
    expect(model.asked.length).toBe(33)
    expect(new Set(lefts)).toEqual(new Set([11, 7, 3]))
  })

  it('keep the closest adversarial point, not the last, and when the first was found', async () => {
    const values = [0.2, 0.9, 0.6, 0.7, 0.1]
    const result = await runSearches(step(0.5), batchOf(2), { ...run, checkpoints: [1, 2, 3, 20] }, () =>
      walk(values),
    )
    expect(result.adversarial.data[0]).toBeCloseTo(0.6, 6)
    expect(result.spentToSuccess).toEqual([2, 2])
    expect(result.distances[1]).toBeCloseTo(0.6, 6)
    expect(result.curve[0]?.map((d) => d && Math.round(d * 10))).toEqual([null, 9, 6, 6])
  })

  it('give null and the last point tried where nothing was adversarial', async () => {
    const result = await runSearches(step(2), batchOf(1), { ...run, checkpoints: [2] }, () =>
      walk([0.2, 0.4]),
    )
    expect(result.spentToSuccess).toEqual([null])
    expect(result.distances).toEqual([null])
    expect(result.curve).toEqual([[null]])
    expect(result.adversarial.data[0]).toBeCloseTo(0.4, 6)
  })

  it('stop a sample at the first point inside stopAt, even one inside in another norm', async () => {
    for (const stopAt of [
      { norm: 'linf', eps: 0.65 },
      { norm: 'l2', eps: 0.65 },
      { norm: 'l1', eps: 0.65 },
    ] as const) {
      const model = step(0.5)
      const result = await runSearches(model, batchOf(1), { ...run, stopAt }, () => walk([0.9, 0.6, 0.55]))
      expect(model.asked.length).toBe(2)
      expect(result.spentToSuccess).toEqual([2])
      expect(result.adversarial.data[0]).toBeCloseTo(0.6, 6)
    }
  })

  it('report no success where stopAt was not reached, and still the closest point', async () => {
    const stopAt = { norm: 'linf', eps: 0.3 } as const
    const result = await runSearches(step(0.5), batchOf(1), { ...run, stopAt }, () => walk([0.9, 0.6]))
    expect(result.spentToSuccess).toEqual([null])
    expect(result.distances[0]).toBeCloseTo(0.6, 6)
  })

  it('stop when told to, and tell how far they are', async () => {
    const controller = new AbortController()
    const shares: number[] = []
    const searches = runSearches(
      step(2),
      batchOf(1),
      {
        ...run,
        signal: controller.signal,
        progress(share) {
          shares.push(share)
          if (shares.length === 3) controller.abort()
        },
      },
      () => walk(new Array(20).fill(0.1)),
    )
    await expect(searches).rejects.toThrow()
    expect(shares.map((share) => Math.round(share * 20))).toEqual([1, 2, 3])
  })
})
