import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import { join } from '../protobuf/write.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { gguf } from './gguf.ts'
import { type GgufParts, ggufFile, samples } from './samples.ts'
import { listTensors } from './tensors.ts'

async function examine(bytes: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(bytes)
  expect(gguf.recognise(bytes.subarray(0, 4096), source)).toBe('sure')
  const { end } = await gguf.examine(source, context)
  return { context, end, rules: context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`) }
}

describe('a GGUF model', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))(
    'of the kind %s is clean to its last byte',
    async (_, bytes) => {
      const { rules, end } = await examine(bytes)
      expect(rules).toEqual([])
      expect(end).toBe(bytes.length)
    },
  )

  it('tells what it is', async () => {
    const { context } = await examine(samples()[1]!.bytes)
    expect(context.facts).toMatchObject({
      version: 3,
      'general.architecture': 'qwen3',
      keys: 10,
      tensors: 3,
      types: { Q4_K: 1, F32: 1, NVFP4: 1 },
    })
    const body = samples()[1]!.bytes.length - 384
    expect(listTensors(memorySource(samples()[1]!.bytes))).toEqual([
      { name: 'token_embd.weight', dtype: 'Q4_K', shape: [256, 2], offset: body, bytes: 288, file: null },
      { name: 'output_norm.weight', dtype: 'F32', shape: [5], offset: body + 288, bytes: 20, file: null },
      {
        name: 'blk.0.ffn.weight',
        dtype: 'NVFP4',
        shape: [64, 1, 1, 1],
        offset: body + 320,
        bytes: 36,
        file: null,
      },
    ])
  })

  it('of nothing, or with a tensor whose name is empty or longer than readers have room for, is malformed', async () => {
    const rule = 'gguf/broken-layout malformed'
    expect((await examine(ggufFile({ settings: [], tensors: [] }))).rules).toEqual([rule])
    for (const name of ['', 'w'.repeat(65)]) {
      expect((await examine(ggufFile({ tensors: [{ name }] }))).rules).toEqual([rule])
    }
  })

  it('ends with its last tensor, so that what follows is examined anew', async () => {
    const bytes = samples()[1]!.bytes
    expect((await examine(join(bytes, Uint8Array.of(0x80, 2)))).end).toBe(bytes.length)
  })

  it.each(['tokenizer.chat_template', 'tokenizer.chat_template.default', 'some.other_key'])(
    'with a hostile template under %s is malicious',
    async (key) => {
      const { rules } = await examine(
        ggufFile({ settings: [[key, 8, '{% for x in y %}{{ x.__class__ }}{% endfor %}']] }),
      )
      expect(rules).toEqual(['template/reaches-internals malicious'])
    },
  )

  it.each<[string, GgufParts, string]>([
    ['a tensor behind the end', { tensors: [{ shape: [9] }] }, 'broken-layout malformed'],
    ['an offset behind the end', { tensors: [{ offset: 3200 }] }, 'broken-layout malformed'],
    ['two tensors in one place', { tensors: [{ name: 'a' }, { name: 'b' }] }, 'broken-layout malformed'],
    ['an offset between the lines', { tensors: [{ offset: 8, shape: [1] }] }, 'broken-layout malformed'],
    ['a hole', { tensors: [{ offset: 64 }], body: new Uint8Array(96) }, 'broken-layout malformed'],
    [
      'one name for two tensors',
      { tensors: [{}, { offset: 32 }], body: new Uint8Array(64) },
      'broken-layout malformed',
    ],
    ['an unknown type', { tensors: [{ type: 99 }] }, 'unknown-type not-examined'],
    ['a removed type', { tensors: [{ type: 4 }] }, 'unknown-type not-examined'],
    [
      'a shard that is not there',
      {
        settings: [
          ['split.no', 2, 3],
          ['split.count', 2, 3],
        ],
      },
      'broken-shards malformed',
    ],
  ])('with %s is not clean', async (_, parts, rule) => {
    expect((await examine(ggufFile(parts))).rules).toContain(`gguf/${rule}`)
  })

  it.each<[string, GgufParts, RegExp]>([
    ['more keys than fit', { keyCount: 2n ** 40n }, /claimed/],
    ['more tensors than fit', { tensorCount: 2n ** 40n }, /claimed/],
    ['a count that wraps', { tensorCount: 2n ** 64n - 1n }, /beyond any file/],
    ['a shape beyond counting', { tensors: [{ shape: [2n ** 40n, 2n ** 40n] }] }, /beyond counting/],
    ['a shape that wraps', { tensors: [{ shape: [2n ** 32n, 2n ** 32n] }] }, /beyond counting/],
    ['five dimensions', { tensors: [{ shape: [1, 1, 1, 1, 1] }] }, /5 dimensions/],
    ['half a block', { tensors: [{ shape: [33], type: 2 }] }, /whole blocks/],
    [
      'a key twice',
      {
        settings: [
          ['a', 4, 1],
          ['a', 4, 2],
        ],
      },
      /twice/,
    ],
    ['an empty key', { settings: [['', 4, 1]] }, /empty/],
    ['a value of no type', { settings: [['a', 77, 1]] }, /type 77/],
    ['an array of no type', { settings: [['a', 9, [77, []]]] }, /type 77/],
    ['a truth value of 2', { settings: [['a', 7, 2]] }, /neither 0 nor 1/],
    ['an odd alignment', { settings: [['general.alignment', 4, 24]] }, /power of two/],
    ['no alignment', { settings: [['general.alignment', 4, 0]] }, /power of two/],
    ['a text as alignment', { settings: [['general.alignment', 8, '32']] }, /power of two/],
    [
      'arrays within arrays within arrays',
      { settings: [['a', 9, [9, [[9, [[9, [[9, [[4, []]]]]]]]]]]] },
      /deep/,
    ],
    ['a version of the future', { version: 4 }, /version 4/],
  ])('with %s is malformed', async (_, parts, message) => {
    await expect(examine(ggufFile(parts))).rejects.toThrow(message)
  })

  it('with a text that is no UTF-8 is malformed', async () => {
    const bytes = ggufFile({ settings: [['general.name', 8, 'abc']] })
    bytes[Buffer.from(bytes).indexOf('abc')] = 0xff
    await expect(examine(bytes)).rejects.toThrow(/UTF-8/)
  })

  it('has the beginning of each text and each tensor looked at', async () => {
    const bytes = ggufFile({ settings: [['general.name', 8, 'abc']] })
    const at = Buffer.from(bytes).indexOf('abc')
    expect((await examine(bytes)).context.searched.map(({ from }) => from)).toEqual([at, bytes.length - 32])
  })

  it('of an older format is not examined', async () => {
    for (const magic of ['lmgg', 'fmgg', 'tjgg', 'algg']) {
      const { rules } = await examine(join(new TextEncoder().encode(magic), new Uint8Array(32)))
      expect(rules).toEqual(['gguf/old-format not-examined'])
    }
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(gguf, samples())
  })
})
