import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { join } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { msgpack } from './msgpack.ts'
import { array, map, packed, samples, type Value } from './samples.ts'
import { walk } from './walk.ts'

async function examine(bytes: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(bytes)
  expect(msgpack.recognise(bytes.subarray(0, 4096), source)).toBe('maybe')
  const { end } = await msgpack.examine(source, context)
  expect(end).toBe(bytes.length)
  return { context, rules: context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`) }
}
const rulesOf = async (value: Value) => (await examine(packed(map({ a: value })))).rules

describe('a MessagePack file', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))('of %s is clean', async (_, bytes) => {
    expect((await examine(bytes)).rules).toEqual([])
  })

  it('tells what is in it', async () => {
    const { context } = await examine(samples()[0]!.bytes)
    expect(context.facts).toMatchObject({
      arrays: 3,
      arrayBytes: 38,
      dtypes: { float32: 1, bfloat16: 1, float64: 1 },
      keys: ['params', 'dense', 'kernel', 'bias', 'step', 'scale', 'z', 'none'],
    })
  })

  it('with an array in pieces is clean when they add up to its shape, and malformed when not', async () => {
    const pieces = (shape: Value) =>
      map({
        __msgpack_chunked_array__: true,
        shape,
        chunks: map({ 0: array([2], 'int8', Uint8Array.of(1, 2)), 1: array([1], 'int8', Uint8Array.of(3)) }),
      })
    expect(await rulesOf(pieces(map({ 0: 3, 1: 1 })))).toEqual([])
    expect(await rulesOf(pieces(map({ 0: 3, 1: 2 })))).toEqual(['msgpack/broken-array malformed'])
    expect(await rulesOf(pieces(map({ 0: 'three' })))).toEqual(['msgpack/broken-array malformed'])
  })

  it('is read by the examples of the specification', () => {
    const kinds = (...bytes: number[]) => {
      const steps = walk(
        memorySource(Uint8Array.from(bytes)),
        { from: 0, to: bytes.length },
        new Budget(defaultLimits),
      )
      const found: unknown[] = []
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) return [...found, step.value]
        const { item } = step.value
        found.push(item.kind === 'int' ? item.value : item.kind)
      }
    }
    expect(kinds(0x7f)).toEqual([127n, 1])
    expect(kinds(0xe0)).toEqual([-32n, 1])
    expect(kinds(0xd0, 0x80)).toEqual([-128n, 2])
    expect(kinds(0xcd, 0x01, 0x00)).toEqual([256n, 3])
    expect(kinds(0xcf, 255, 255, 255, 255, 255, 255, 255, 255)).toEqual([2n ** 64n - 1n, 9])
    expect(kinds(0xd3, 255, 255, 255, 255, 255, 255, 255, 255)).toEqual([-1n, 9])
    expect(kinds(0xd6, 0xff, 0, 0, 0, 0)).toEqual(['extension', 6])
    expect(kinds(0xc5, 0, 1, 9)).toEqual(['bytes', 4])
    expect(kinds(0x90)).toEqual(['array', 1])
    expect(() => kinds(0xc1)).toThrow(/0xc1/)
  })

  it.each<[string, Value, string]>([
    [
      'an array that lies about its shape',
      array([3], 'float32', new Uint8Array(8)),
      'broken-array malformed',
    ],
    ['a shape that wraps', array([2 ** 32, 2 ** 32], 'float32', new Uint8Array(0)), 'broken-array malformed'],
    ['a negative shape', array([-1], 'float32', new Uint8Array(0)), 'broken-array malformed'],
    ['an array of objects', array([1], 'object', new Uint8Array(8)), 'unknown-dtype not-examined'],
    ['an array of something else', { type: 1, payload: packed(['x']) }, 'broken-array malformed'],
    [
      'more behind an array',
      { type: 1, payload: join(array([0], 'int8', new Uint8Array(0)).payload, packed(1)) },
      'broken-array malformed',
    ],
    ['a complex number of texts', { type: 2, payload: packed(['x', 'y']) }, 'broken-array malformed'],
    ['an unknown extension', { type: 42, payload: new Uint8Array(9) }, 'unknown-extension suspicious'],
    [
      'a key twice',
      {
        pairs: [
          ['k', 1],
          ['k', 2],
        ],
      },
      'repeated-key malformed',
    ],
  ])('with %s is not clean', async (_, value, rule) => {
    expect(await rulesOf(value)).toEqual([`msgpack/${rule}`])
  })

  it('may use a key again in another map', async () => {
    expect(await rulesOf([map({ k: 1 }), map({ k: map({ k: 2 }) })])).toEqual([])
  })

  it('has bytes that are no array looked into', async () => {
    const { context } = await examine(packed(map({ a: Uint8Array.of(1, 2, 3) })))
    expect(context.searched).toEqual([{ from: 12, to: 15 }])
  })

  it('that claims more than there is, or nests without end, is malformed', async () => {
    const start = packed(map({ a: 0 })).subarray(0, 7)
    await expect(examine(join(start, Uint8Array.of(0xdd, 255, 255, 255, 255)))).rejects.toThrow(/claimed/)
    await expect(examine(join(start, Uint8Array.of(0xc6, 255, 255, 255, 255)))).rejects.toThrow(/claimed/)
    await expect(examine(join(start, Uint8Array.of(0xdf, 255, 255, 255, 255)))).rejects.toThrow(/claimed/)
    await expect(examine(join(start, new Uint8Array(100_000).fill(0x91)))).rejects.toThrow(/deep/)
  })

  it('is not taken for one when something follows', async () => {
    await expect(examine(join(samples()[2]!.bytes, Uint8Array.of(1)))).rejects.toThrow(/follows/)
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(msgpack, samples())
  })
})
