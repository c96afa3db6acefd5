import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import { flatBuffer, i8, i32, ints, raw, table, tables, text, u32, u64 } from '../flatbuffer/write.ts'
import { join } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { type ModelParts, samples, tfliteModel } from './samples.ts'
import { tflite } from './tflite.ts'

async function examine(bytes: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(bytes)
  expect(tflite.recognise(bytes.subarray(0, 4096), source)).toBe('sure')
  const { end } = await tflite.examine(source, context)
  return { context, end, rules: context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`) }
}
const custom = (name: string): ModelParts => ({ codes: [table({ 0: i8(32), 1: text(name) })] })

describe('a TensorFlow Lite model', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))(
    'of the kind %s is clean to its last byte',
    async (_, bytes) => {
      const { rules, end } = await examine(bytes)
      expect(rules).toEqual([])
      expect(end).toBe(bytes.length)
    },
  )

  it('ends where its parts end, so that what follows is examined anew', async () => {
    const bytes = tfliteModel()
    const { end } = await examine(join(bytes, new Uint8Array(5000).fill(7)))
    expect(end).toBeLessThanOrEqual(bytes.length)
    expect(end).toBeGreaterThan(bytes.length - 16)
  })

  it('reaches to buffers behind the FlatBuffer, and no further', async () => {
    const length = tfliteModel({ buffers: [table({}), table({ 1: u64(0n), 2: u64(8n) })] }).length
    const model = (offset: bigint) =>
      tfliteModel({ buffers: [table({}), table({ 1: u64(offset), 2: u64(8n) })] })
    const { rules, end } = await examine(join(model(BigInt(length)), new Uint8Array(8)))
    expect(rules).toEqual([])
    expect(end).toBe(length + 8)
    expect((await examine(model(2n ** 40n))).rules).toEqual(['tflite/broken-model malformed'])
    await expect(examine(model(2n ** 60n))).rejects.toThrow(/beyond any file/)
  })

  it.each([
    ['MyOp', 'custom-operator suspicious'],
    ['FlexErf', 'tensorflow-operator suspicious'],
    ['FlexWriteFile', 'dangerous-operator malicious'],
    ['FlexPyFunc', 'dangerous-operator malicious'],
    ['FlexTextLineDataset', 'dangerous-operator malicious'],
  ])('with the operator %s is reported', async (name, rule) => {
    expect((await examine(tfliteModel(custom(name)))).rules).toEqual([`tflite/${rule}`])
  })

  it('leaves the zip of its labels to be examined for itself', async () => {
    const bytes = tfliteModel()
    const { end, context } = await examine(join(bytes, new TextEncoder().encode('PK\u0003\u0004 and more')))
    expect(end).toBe(bytes.length)
    expect(context.searched.every(({ to }) => to <= bytes.length)).toBe(true)
  })

  it('with the number that only stands for greater ones is not examined', async () => {
    expect((await examine(tfliteModel({ codes: [table({ 0: i8(127) })] }))).rules).toEqual([
      'tflite/unknown-operator not-examined',
    ])
  })

  it('with an operator of the future is not examined', async () => {
    expect((await examine(tfliteModel({ codes: [table({ 3: i32(400) })] }))).rules).toEqual([
      'tflite/unknown-operator not-examined',
    ])
  })

  it.each<[string, ModelParts]>([
    ['a tensor in no buffer', { tensor: { 2: u32(9) } }],
    ['a tensor larger than its buffer', { tensor: { 0: ints(3) } }],
    ['a tensor of a type that does not exist', { tensor: { 1: i8(99) } }],
    ['a negative dimension', { tensor: { 0: ints(-2) } }],
    ['an operator without code', { operator: { 0: u32(1) } }],
    ['an operator on no tensor', { operator: { 1: ints(0, 3) } }],
    ['an operator on a tensor below the first', { operator: { 1: ints(-2) } }],
    ['metadata in no buffer', { more: { 6: tables(table({ 0: text('x'), 1: u32(7) })) } }],
    [
      'a buffer in two places',
      { buffers: [table({}), table({ 0: raw(new Uint8Array(8)), 1: u64(16n), 2: u64(8n) })] },
    ],
  ])('with %s is malformed', async (_, parts) => {
    expect(new Set((await examine(tfliteModel(parts))).rules)).toEqual(
      new Set(['tflite/broken-model malformed']),
    )
  })

  it('whose offsets lead out of it is malformed', async () => {
    const edit = (at: number, value: number) => {
      const bytes = Uint8Array.from(tfliteModel())
      new DataView(bytes.buffer).setUint32(at, value, true)
      return examine(bytes)
    }
    await expect(edit(0, 0)).rejects.toThrow(/nowhere/)
    await expect(edit(0, 0xfffffff0)).rejects.toThrow(/nowhere/)
    await expect(edit(0, 0x7ffffff0)).rejects.toThrow(/out of the file/)
    await expect(edit(0, 2)).rejects.toThrow(/no multiple/)
    await expect(examine(flatBuffer(table({})).subarray(0, 8))).rejects.toThrow(/out of the file/)
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(tflite, samples())
  })
})
