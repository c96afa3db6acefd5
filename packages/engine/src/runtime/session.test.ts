import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { dataTypes, float32, fromNumbers, int64, sameTensor, tensor, zeros } from '../ir/tensor.ts'
import { writeModel } from '../onnx/write.ts'
import { modelOf, node, randomTensor } from '../testing/models.ts'
import { listProviders, runtimeVersion } from './onnxruntime.ts'
import { openSession } from './session.ts'

const adder = modelOf({
  inputs: { a: ['n', 2], b: ['n', 2] },
  nodes: [node('Add', ['a', 'b'], ['sum']), node('Sub', ['a', 'b'], ['difference'])],
  outputs: ['sum', 'difference'],
})

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(EngineError)
  return (error as EngineError).code
}

describe('a session', () => {
  it('runs from a model or from bytes and tells inputs and outputs', async () => {
    for (const source of [adder, writeModel(adder)]) {
      const session = await openSession(source)
      expect(session.inputs[0]).toEqual({
        name: 'a',
        type: { kind: 'tensor', dtype: 'float32', dims: ['n', 2] },
      })
      expect(session.outputs.map((output) => output.name)).toEqual(['sum', 'difference'])
      const a = float32([1, 2, 3, 4], [2, 2])
      const result = await session.run({ a, b: a })
      expect(result.sum).toEqual(float32([2, 4, 6, 8], [2, 2]))
      expect(result.difference!.data).toEqual(new Float32Array(4))
      await session.close()
    }
  })

  it('computes only the outputs asked for', async () => {
    const session = await openSession(adder)
    const a = randomTensor(1, [1, 2])
    expect(Object.keys(await session.run({ a, b: a }, { outputs: ['difference'] }))).toEqual(['difference'])
    await session.close()
  })

  it('writes into buffers that the caller keeps, step after step', async () => {
    const session = await openSession(adder)
    const b = float32([1, 10], [1, 2])
    let [from, to] = [zeros('float32', [1, 2]), zeros('float32', [1, 2])]
    const kept = [from.data, to.data]
    for (let step = 0; step < 5; step++) {
      const result = await session.run({ a: from, b }, { outputs: ['sum'], into: { sum: to } })
      expect(result.sum).toBe(to)
      ;[from, to] = [to, from]
    }
    expect(from.data).toEqual(Float32Array.of(5, 50))
    expect(kept).toContain(from.data)
    await session.close()
  })

  it('takes and gives every element type that onnxruntime exchanges with JavaScript', async () => {
    for (const dtype of dataTypes) {
      const model = modelOf({
        inputs: { x: { dtype, dims: [2] } },
        nodes: [node('Identity', ['x'], ['y'])],
        outputs: ['y'],
        opset: 21,
        irVersion: 10,
      })
      const x =
        dtype === 'string'
          ? tensor(dtype, [2], ['one', 'two'])
          : /^(complex|float8|float4|u?int[24]$|bfloat)/.test(dtype)
            ? null
            : fromNumbers(dtype, [2], [1, 0])
      if (!x) continue
      const session = await openSession(model)
      expect(sameTensor((await session.run({ x })).y!, x), dtype).toBe(true)
      await session.close()
    }
  })

  it('explains feeds that do not fit before anything is run', async () => {
    const session = await openSession(adder)
    const a = zeros('float32', [1, 2])
    expect(await codeOf(session.run({ a }))).toBe('feed-unknown')
    expect(await codeOf(session.run({ a, b: a, c: a }))).toBe('feed-unknown')
    expect(await codeOf(session.run({ a, b: int64([1, 2], [1, 2]) }))).toBe('feed-dtype')
    expect(await codeOf(session.run({ a, b: zeros('float32', [1, 3]) }))).toBe('feed-shape')
    expect(await codeOf(session.run({ a, b: zeros('float32', [2]) }))).toBe('feed-shape')
    expect(
      await codeOf(session.run({ a, b: { dtype: 'float32', dims: [1, 2], data: new Float32Array(3) } })),
    ).toBe('feed-shape')
    expect(await codeOf(session.run({ a, b: a }, { outputs: ['product'] }))).toBe('feed-unknown')
    await expect(session.run({ a, b: zeros('float32', [1, 3]) })).rejects.toThrow(
      '"b" takes float32[n, 2], got [1, 3]',
    )
    // Sizes that only clash inside are onnxruntime's to find.
    expect(
      await codeOf(
        session
          .run({ a, b: zeros('float32', [3, 2]) })
          .then(() => session.run({ a: zeros('float32', [2, 2]), b: zeros('float32', [3, 2]) })),
      ),
    ).toBe('session-failed')
    await session.close()
  })

  it('can be closed twice and not be run after', async () => {
    const session = await openSession(adder)
    await session.close()
    await session.close()
    const a = zeros('float32', [1, 2])
    expect(await codeOf(session.run({ a, b: a }))).toBe('session-closed')
  })

  it('gives a typed error for a model that onnxruntime refuses', async () => {
    const wrong = modelOf({ inputs: { x: [1] }, nodes: [node('NoSuchThing', ['x'], ['y'])], outputs: ['y'] })
    expect(await codeOf(openSession(wrong))).toBe('session-failed')
    expect(await codeOf(openSession(new Uint8Array(10)))).toBe('session-failed')
    expect(await codeOf(openSession(adder, { provider: 'no-such-provider' }))).toBe('provider-unavailable')
  })
})

describe('the runtime', () => {
  it('lists the CPU among its providers, and its version', async () => {
    expect(await listProviders()).toContainEqual({ name: 'cpu', bundled: true })
    expect(await runtimeVersion()).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
