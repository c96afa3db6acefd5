import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SystemDescriptor } from '../system-descriptor.ts'
import { createStepPool, type StepPool } from './step-pool.ts'

let folder: string
let pool: StepPool
const { signal } = new AbortController()

const facts = {
  name: 'files',
  task: 'image-classification',
  model: null,
  data: {},
  artifacts: ['weights.bin', 'gone.bin'],
  assets: {},
} as const

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-pool-'))
  await writeFile(join(folder, 'weights.bin'), 'weights')
  const artifacts = { folder, paths: facts.artifacts }
  const descriptor: SystemDescriptor = {
    facts,
    model: null,
    surrogate: null,
    references: {},
    training: null,
    data: {},
    artifacts,
  }
  pool = createStepPool({ descriptor, folder, seed: 7, workers: 2 })
})
afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true })
})

const digests = { handler: 'supply-chain/measure-digests', input: {} }

describe('the step pool', () => {
  it('never asks for more threads than there are cores', () => {
    const cores = availableParallelism()
    expect(pool.workers).toBe(2)
    expect(pool.workers * pool.threadsPerWorker).toBeLessThanOrEqual(Math.max(2, cores))
  })

  it('runs a step in a worker that opened the system from its description', async () => {
    const { output, cost, blobs } = await pool.run(digests.handler, digests.input, { signal })
    const sha256 = createHash('sha256').update('weights').digest('hex')
    expect(output).toEqual({
      artifacts: [
        { state: 'present', path: 'weights.bin', bytes: 7, sha256 },
        { state: 'missing', path: 'gone.bin' },
      ],
      lockName: 'models.lock.json',
      lock: null,
    })
    expect(cost).toEqual({ queries: 0, gradients: 0 })
    expect(blobs).toEqual([])
  })

  it('gives back errors of a worker with their code', async () => {
    await expect(pool.run('nobody/knows', {}, { signal })).rejects.toMatchObject({
      code: 'step-failed',
      message: expect.stringContaining('nobody/knows'),
    })
    const input = { split: 'test', indices: [0] }
    await expect(pool.run('model/predict-labels', input, { signal })).rejects.toMatchObject({
      code: 'step-failed',
      message: expect.stringContaining('no data set test'),
    })
  })

  it('stops a step on abort and serves the next one with a new worker', async () => {
    const controller = new AbortController()
    const waiting = Array.from({ length: 8 }, () =>
      pool.run(digests.handler, digests.input, { signal: controller.signal }),
    )
    controller.abort()
    const ended = await Promise.allSettled(waiting)
    const refused = ended.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
    expect(refused.length).toBeGreaterThan(0)
    expect(new Set(refused)).toEqual(new Set(['interrupted']))
    const { output } = await pool.run(digests.handler, digests.input, { signal })
    expect(output).toMatchObject({ lock: null })
  })

  it('can be closed while its threads are still loading, and while they work', async () => {
    const descriptor = {
      facts,
      model: null,
      surrogate: null,
      references: {},
      training: null,
      data: {},
      artifacts: { folder, paths: facts.artifacts },
    }
    for (const tasks of [0, 4]) {
      const short = createStepPool({ descriptor, folder, seed: 7, workers: 2 })
      const answers = Array.from({ length: tasks }, () => short.run(digests.handler, {}, { signal }))
      const settled = Promise.allSettled(answers)
      await short.close()
      for (const result of await settled) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'interrupted' })
      }
    }
  })
})
