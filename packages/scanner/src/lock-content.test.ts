import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { graphProto, modelProto, nodeProto, tensorProto } from './formats/onnx/samples.ts'
import { bytes, text } from './formats/protobuf/write.ts'
import { createLock, formatLock, parseLock } from './lock.ts'
import { compareContent, lockContent } from './lock-content.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failmode-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const put = (content: Uint8Array | string): string => {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, content)
  return path
}
const model = (tensor: Uint8Array, operator = 'Relu', ...more: readonly Uint8Array[]) =>
  put(modelProto(graphProto({ nodes: [nodeProto(operator)], initializers: [tensor] }), ...more))
const raw = (...values: readonly number[]) => tensorProto({ dims: [values.length], raw: floats(...values) })

describe('a lock with content', () => {
  it('tells a model that was written anew from one that was changed', async () => {
    const locked = (await lockContent(model(raw(1, 2))))!
    const typed = tensorProto({ dims: [2], more: [bytes(4, floats(1, 2))] })
    const again = await lockContent(model(typed, 'Relu', text(2, 'another producer')))
    expect(compareContent(locked, again)).toEqual({
      same: true,
      difference: 'the file was written anew: all 1 tensors and the same graph are as locked',
    })
    expect(compareContent(locked, await lockContent(model(raw(1, 2.0000002))))).toEqual({
      same: false,
      difference: '1 tensor changed ("w"); the graph did not change',
    })
    expect(compareContent(locked, await lockContent(model(raw(1, 2), 'Tanh')))).toEqual({
      same: false,
      difference: 'no tensor changed; the graph changed',
    })
    expect(compareContent(locked, await lockContent(put('words')))).toMatchObject({ same: false })
  })

  it('keeps it through the lock file', async () => {
    const content = (await lockContent(model(raw(1, 2))))!
    const lock = createLock(
      [
        {
          path: 'model.onnx',
          bytes: 1,
          sha256: 'a'.repeat(64),
          revision: '4f1e',
          scan: { verdict: 'clean', tool: 't' },
          signature: { bundle: 'model.sig', signer: 'key abc' },
          reviewed: { by: 'ada', date: '2026-01-01' },
          content,
        },
      ],
      { tool: 't' },
    )
    expect(parseLock(formatLock(lock))).toEqual(lock)
    expect(JSON.parse(formatLock(lock)).artifacts['model.onnx'].content.tensors).toEqual({
      w: content.tensors.get('w'),
    })
  })

  it('refuses what is no content', () => {
    const entry = (more: string) => `{"lockVersion":2,"tool":"t","artifacts":{"m":{${more}}}}`
    const digest = 'b'.repeat(64)
    expect(
      parseLock(entry(`"content":{"format":"x","weights":"${digest}","tensors":{}}`)).artifacts[0]?.content
        ?.graph,
    ).toBeNull()
    for (const broken of [
      '"content":1',
      '"content":{"format":"x","weights":"no","tensors":{}}',
      `"content":{"format":"x","weights":"${digest}","tensors":{"w":"no"}}`,
      `"content":{"format":"x","weights":"${digest}","tensors":{},"more":1}`,
      '"scan":{"verdict":"fine","tool":"t"}',
      '"scan":"clean"',
      '"reviewed":{"by":"a"}',
      '"revision":1',
    ]) {
      expect(() => parseLock(entry(broken)), broken).toThrow(
        expect.objectContaining({ code: 'lock-invalid' }),
      )
    }
    expect(() => parseLock('{"lockVersion":1,"tool":"t","artifacts":{"m":{"revision":"x"}}}')).toThrow(
      /revision/,
    )
  })

  it('is null where not all of it can be told', async () => {
    expect(await lockContent(put('words'))).toBeNull()
    const strings = tensorProto({ type: 8, dims: [1], more: [bytes(6, Buffer.from('a'))] })
    expect(await lockContent(model(strings))).toBeNull()
  })
})
