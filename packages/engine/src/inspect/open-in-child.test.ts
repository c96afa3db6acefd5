import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Model } from '../ir/graph.ts'
import { float32, int64 } from '../ir/tensor.ts'
import { writeModel } from '../onnx/write.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import { verifyModel } from './open-in-child.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-verify-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let counter = 0
function fileOf(content: Model | Uint8Array): string {
  const path = join(folder, `model-${counter++}.onnx`)
  writeFileSync(path, content instanceof Uint8Array ? content : writeModel(content))
  return path
}

const dense = modelOf({
  inputs: { x: ['batch', 3] },
  constants: { w: randomTensor(1, [3, 2]) },
  nodes: [node('MatMul', ['x', 'w'], ['y'])],
  outputs: ['y'],
})

/** A model that fills this many megabytes with zeros as soon as it runs. */
const hungry = (megabytes: number): Model =>
  modelOf({
    inputs: { x: [1] },
    constants: { size: int64([megabytes, 2 ** 18]) },
    nodes: [
      node('Mul', ['size', 'size'], ['unused']),
      node('ConstantOfShape', ['size'], ['zeros']),
      node('Add', ['zeros', 'x'], ['sum']),
      node('ReduceSum', ['sum'], ['y']),
    ],
    outputs: ['y'],
  })

describe.skipIf(process.platform === 'win32')('opening a model in a child process', () => {
  it('tells shapes at batch 1 and that two samples go through at once', async () => {
    const seen = await verifyModel(fileOf(dense))
    expect(seen).toMatchObject({
      ran: true,
      inputs: { x: { dtype: 'float32', dims: [1, 3] } },
      outputs: { y: { dtype: 'float32', dims: [1, 2] } },
      batches: true,
    })
    expect(seen.runMs).toBeGreaterThan(0)
  })

  it('sees a batch that is fixed inside, and sizes that are not known', async () => {
    const fixed = modelOf({
      inputs: { x: ['batch', 3] },
      constants: { shape: int64([1, 3]) },
      nodes: [node('Reshape', ['x', 'shape'], ['y'])],
      outputs: ['y'],
    })
    const open = modelOf({
      inputs: { x: ['batch', 'length'] },
      nodes: [node('Relu', ['x'], ['y'])],
      outputs: ['y'],
    })
    const path = fileOf(open)
    const [first, second, third] = await Promise.all([
      verifyModel(fileOf(fixed)),
      verifyModel(path),
      verifyModel(path, { symbols: { length: 4 } }),
    ])
    expect(first).toMatchObject({ ran: true, batches: false })
    expect(second).toMatchObject({ ran: false, reason: expect.stringContaining('length') })
    expect(third).toMatchObject({ ran: true, outputs: { y: { dims: [1, 4] } } })
  })

  it('gives reading and session errors their own codes', async () => {
    const [text, refused] = await Promise.allSettled([
      verifyModel(fileOf(new TextEncoder().encode('no model'))),
      verifyModel(
        fileOf(modelOf({ inputs: { x: [1] }, nodes: [node('NoSuchThing', ['x'], ['y'])], outputs: ['y'] })),
      ),
    ])
    expect(text).toMatchObject({ status: 'rejected', reason: { code: 'model-not-onnx' } })
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'session-failed' } })
  })

  it('stops a model that eats memory, whether little by little or at once', async () => {
    const [some, huge] = await Promise.allSettled([
      verifyModel(fileOf(hungry(700)), { memoryMb: 400 }),
      verifyModel(fileOf(hungry(60_000)), { memoryMb: 400 }),
    ])
    expect(some).toMatchObject({ status: 'rejected', reason: { code: 'model-out-of-memory' } })
    expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'model-out-of-memory' } })
  })

  it('stops a model that takes too long, and one whose caller has had enough', async () => {
    const endless = modelOf({
      inputs: { x: [1] },
      constants: { w: float32(new Float32Array(1500 * 1500).fill(0.1), [1500, 1500]) },
      nodes: Array.from({ length: 400 }, (_, i) =>
        node('MatMul', [i === 0 ? 'w' : `m${i}`, 'w'], [`m${i + 1}`]),
      ).concat(node('Add', ['m400', 'x'], ['y'])),
      outputs: ['y'],
    })
    const path = fileOf(endless)
    const started = performance.now()
    const [slow, stopped] = await Promise.allSettled([
      verifyModel(path, { timeoutMs: 1500 }),
      verifyModel(path, { signal: AbortSignal.timeout(500) }),
    ])
    expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'model-timeout' } })
    expect(stopped).toMatchObject({ status: 'rejected', reason: { code: 'aborted' } })
    expect(performance.now() - started).toBeLessThan(6000)
    await expect(verifyModel(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})
