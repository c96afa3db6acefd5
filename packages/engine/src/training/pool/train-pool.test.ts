import { afterEach, describe, expect, it } from 'vitest'
import { fromNumbers } from '../../ir/tensor.ts'
import { patterns } from '../../testing/training-data.ts'
import { cnn } from '../architectures.ts'
import { train } from '../train.ts'
import {
  openTrainPool,
  type PoolProgress,
  type TrainJob,
  type TrainOutcome,
  type TrainPool,
} from './train-pool.ts'

const graph = cnn({ shape: [1, 8, 8], classes: 4, filters: [8], hidden: 8, dropout: 0.2, batchNorm: true })
const data = patterns([1, 8, 8])
const recipe = {
  epochs: 3,
  batch: 16,
  start: 'fresh',
  optimizer: { kind: 'sgd', rate: 0.05, momentum: 0.9 },
} as const
const jobs: readonly TrainJob[] = [1, 2, 3].map((seed) => ({
  id: `shadow ${seed}`,
  seed,
  subset: Array.from({ length: 40 }, (_, i) => (i * (seed + 1)) % 96),
}))

const weightsOf = (outcome: TrainOutcome): string => {
  if (!outcome.ok) throw outcome.error
  const parts = [...outcome.model.graph.initializers.values()].flatMap(({ data }) =>
    data instanceof Float32Array ? [Buffer.from(Float32Array.from(data).buffer)] : [],
  )
  return Buffer.concat(parts).toString('base64')
}

describe('a pool of trainings', () => {
  let pool: TrainPool | undefined
  afterEach(async () => {
    await pool?.close()
    pool = undefined
  })

  it('gives the same models whatever the number of workers, those that training alone gives', async () => {
    const seen: string[][] = []
    for (const workers of [1, 2]) {
      pool = await openTrainPool({ graph, recipe, data, evaluate: data, workers })
      expect(pool.workers).toBe(workers)
      const outcomes = await pool.run(jobs)
      expect(outcomes.map(({ id }) => id)).toEqual(['shadow 1', 'shadow 2', 'shadow 3'])
      seen.push(outcomes.map(weightsOf))
      for (const outcome of outcomes) {
        expect(outcome.ok && outcome.evaluated!.logits.length).toBe(96 * 4)
        expect(outcome.ok && outcome.curve).toHaveLength(3)
      }
      await pool.close()
    }
    expect(seen[0]).toEqual(seen[1])
    expect(new Set(seen[0]).size).toBe(3)
    const alone = await train({ graph, recipe, data, seed: 2, subset: jobs[1]!.subset! })
    expect(weightsOf({ id: '', ok: true, model: alone.model, curve: [] })).toBe(seen[0]![1])
  }, 60_000)

  it('lets one model fail and trains the others; other labels are for one model alone', async () => {
    const flipped = fromNumbers(
      'int64',
      [96],
      Array.from({ length: 96 }, (_, i) => i % 4),
    )
    const bad = fromNumbers('float32', [96], new Float32Array(96).fill(0.5))
    const told: PoolProgress[] = []
    pool = await openTrainPool({
      graph,
      recipe,
      data,
      workers: 2,
      onProgress: (progress) => void told.push(progress),
    })
    const outcomes = await pool.run([
      { id: 'clean', seed: 1 },
      { id: 'broken', seed: 1, replace: { labels: bad } },
      { id: 'flipped', seed: 1, replace: { labels: flipped } },
    ])
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(outcomes[1]).toMatchObject({ error: { code: 'training-input' } })
    expect(weightsOf(outcomes[0]!)).not.toBe(weightsOf(outcomes[2]!))
    expect(told.at(-1)).toMatchObject({ models: 3, modelsDone: 3, epochs: 9, epochsDone: 6 })
  }, 60_000)

  it('stops when told to, and says how far it came', async () => {
    const stop = new AbortController()
    pool = await openTrainPool({
      graph,
      recipe: { ...recipe, epochs: 10_000 },
      data,
      workers: 1,
      signal: stop.signal,
      onProgress: ({ epochsDone }) => epochsDone > 0 && stop.abort(),
    })
    await expect(pool.run(jobs)).rejects.toMatchObject({ code: 'aborted' })
  }, 60_000)

  it('has fewer workers where memory is short, and refuses where it does not reach for one', async () => {
    pool = await openTrainPool({ graph, recipe, data, workers: 2, memoryLimit: 200e6 })
    expect(pool.workers).toBe(1)
    await expect(openTrainPool({ graph, recipe, data, memoryLimit: 1e6 })).rejects.toMatchObject({
      code: 'training-input',
    })
  }, 60_000)
})
