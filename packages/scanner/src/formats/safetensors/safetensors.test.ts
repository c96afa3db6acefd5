import { describe, expect, it } from 'vitest'
import { memorySource } from '../../source/source.ts'
import type { Archive, ArchiveEntry } from '../format.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { safetensors } from './safetensors.ts'
import { safetensorsFile, samples } from './samples.ts'
import { shardIndex } from './shard-index.ts'
import { listTensors } from './tensors.ts'

async function examine(bytes: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(bytes)
  expect(safetensors.recognise(bytes.subarray(0, 4096), source)).toBe('sure')
  const { end } = await safetensors.examine(source, context)
  return { context, end }
}
const tensor = (dtype: string, shape: string, from: number, to: number): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`

describe('a safetensors file', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))(
    'of %s is clean to its last byte',
    async (_, bytes) => {
      const { context, end } = await examine(bytes)
      expect(end).toBe(bytes.length)
      expect(context.reports).toEqual([])
    },
  )

  it('says where each tensor lies', () => {
    const { bytes } = samples()[0]!
    const body = bytes.length - 36
    expect(listTensors(memorySource(bytes))).toEqual([
      { name: 'layer.weight', dtype: 'F32', shape: [2, 3], offset: body, bytes: 24, file: null },
      { name: 'layer.bias', dtype: 'BF16', shape: [2], offset: body + 24, bytes: 4, file: null },
      { name: 'empty', dtype: 'I64', shape: [0, 5], offset: body + 28, bytes: 0, file: null },
      { name: 'step', dtype: 'I64', shape: [], offset: body + 28, bytes: 8, file: null },
    ])
  })

  it.each([
    ['a hole', `{"a":${tensor('U8', '[1]', 0, 1)},"b":${tensor('U8', '[1]', 2, 3)}}`, 3, /hole of 1 bytes/],
    ['a hole at the start', `{"a":${tensor('U8', '[1]', 1, 2)}}`, 2, /hole/],
    ['an overlap', `{"a":${tensor('U8', '[2]', 0, 2)},"b":${tensor('U8', '[2]', 1, 3)}}`, 3, /overlaps/],
    [
      'two tensors in one place',
      `{"a":${tensor('U8', '[2]', 0, 2)},"b":${tensor('U8', '[2]', 0, 2)}}`,
      2,
      /overlaps/,
    ],
    ['a tensor twice', `{"a":${tensor('U8', '[1]', 0, 1)},"a":${tensor('I8', '[1]', 0, 1)}}`, 1, /twice/],
    [
      'a tensor twice, once in escapes',
      `{"a":${tensor('U8', '[1]', 0, 1)},"\\u0061":${tensor('I8', '[1]', 0, 1)}}`,
      1,
      /twice/,
    ],
    ['a dtype twice', '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1, /twice/],
    ['metadata twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, /twice/],
    ['metadata that is no text', '{"__metadata__":{"a":1}}', 0, /texts/],
    ['a shape that lies', `{"a":${tensor('F32', '[2]', 0, 4)}}`, 4, /needs 8/],
    [
      'a shape that overflows to fit',
      `{"a":${tensor('F32', '[4294967296,4294967296,0]', 0, 0)}}`,
      0,
      /beyond counting/,
    ],
    ['a negative shape', `{"a":${tensor('F32', '[-1]', 0, 4)}}`, 4, /shape/],
    ['a broken shape', `{"a":${tensor('F32', '[1.5]', 0, 6)}}`, 6, /shape/],
    ['offsets in reverse', `{"a":${tensor('U8', '[1]', 1, 0)}}`, 1, /spans -1/],
    ['half a byte', `{"a":${tensor('F4', '[3]', 0, 1)}}`, 1, /whole bytes/],
    ['an unknown dtype', `{"a":${tensor('OBJECT', '[1]', 0, 1)}}`, 1, /dtype/],
    ['a dtype that every object has', `{"a":${tensor('constructor', '[1]', 0, 1)}}`, 1, /dtype/],
    ['a key too many', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}', 1, /exactly/],
    ['too few bytes', `{"a":${tensor('U8', '[9]', 0, 9)}}`, 8, /need 9 bytes/],
    ['bytes behind the last tensor', `{"a":${tensor('U8', '[1]', 0, 1)}}`, 5, /4 bytes follow/],
    ['deep brackets', `{"a":${'['.repeat(100)}`, 0, /too deep/],
    ['deep brackets with more between', `{"a":${'[0,'.repeat(100)}`, 0, /too deep/],
    ['brackets only', `{"a":[${'{},'.repeat(1000)}{}]}`, 0, /little but brackets/],
    ['a text without end', '{"a', 0, /JSON/],
    ['text behind the header', '{"__metadata__":{}} {}', 0, /JSON/],
  ])('with %s is malformed', async (_, header, body, message) => {
    await expect(examine(safetensorsFile(header, new Uint8Array(body)))).rejects.toThrow(message)
  })

  it('looks into bytes behind the last tensor before it refuses them', async () => {
    const context = fakeContext()
    const bytes = safetensorsFile('{}', Uint8Array.of(0x80, 2, 0x4e, 0x2e))
    await expect(safetensors.examine(memorySource(bytes), context)).rejects.toThrow(/4 bytes follow/)
    expect(context.searched).toEqual([{ from: 16, to: 20 }])
  })

  it('may carry settings as JSON in its metadata, as trainers write them', async () => {
    const metadata = { ss_bucket_info: JSON.stringify({ buckets: [[{ a: [[1]] }]] }).repeat(20) }
    const { context } = await examine(safetensorsFile(JSON.stringify({ __metadata__: metadata })))
    expect(context.reports).toEqual([])
  })

  it('has the beginning of each tensor looked at, and settings that are a pickle in base64', async () => {
    const bytes = samples()[0]!.bytes
    const body = bytes.length - 36
    expect((await examine(bytes)).context.searched).toEqual(
      [body, body + 24, body + 28].map((from) => ({ from, to: from + 1 })),
    )
    const pickle = Uint8Array.of(0x80, 4, 0x95, 0, 0, 0, 0, 0x4e, 0x2e)
    const header = { __metadata__: { note: 'gold', hidden: Buffer.from(pickle).toString('base64') } }
    const { context } = await examine(safetensorsFile(JSON.stringify(header)))
    expect(context.scanned.map(({ name, source }) => [name, source.read(0, 99)])).toEqual([
      ['__metadata__ hidden', pickle],
    ])
  })

  it('is told from other files by its length and its first key', () => {
    const recognise = (bytes: Uint8Array) => safetensors.recognise(bytes, memorySource(bytes))
    expect(recognise(samples()[0]!.bytes.subarray(0, 60))).toBe('maybe')
    expect(recognise(new TextEncoder().encode('{"a": {"b": 1}}'))).toBe('no')
    expect(recognise(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7b, 0x22))).toBe('no')
    expect(recognise(new Uint8Array(64))).toBe('no')
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(safetensors, samples())
  })
})

describe('an index of shards', () => {
  const beside = (kinds: Readonly<Record<string, ArchiveEntry['kind']>>): Archive => {
    const entries = Object.entries(kinds).map(([path, kind]) => ({
      path,
      bytes: 0,
      kind,
      open: async () => memorySource(new Uint8Array(0)),
    }))
    return { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
  }
  const run = async (files: readonly string[], archive: Archive) => {
    const value = {
      metadata: {},
      weight_map: Object.fromEntries(files.map((file, index) => [`w${index}`, file])),
    }
    expect(shardIndex.recognise(value)).toBe(true)
    const context = fakeContext({ beside: archive })
    await shardIndex.examine(value, context)
    return context.reports.map(({ rule, verdict }) => `${rule} ${verdict}`)
  }

  it('whose shards lie beside it is clean', async () => {
    expect(
      await run(
        ['a.safetensors', 'b.safetensors'],
        beside({ 'a.safetensors': 'file', 'b.safetensors': 'file' }),
      ),
    ).toEqual([])
  })

  it('that names a shard that is missing or a link says so', async () => {
    expect(await run(['a', 'b'], beside({ a: 'link' }))).toEqual([
      'safetensors/linked-shard not-examined',
      'safetensors/missing-shard not-examined',
    ])
  })

  it.each(['../a', '/etc/passwd', 'C:\\a', 'x\\..\\..\\a', 'http://example.invalid/a'])(
    'that names %s is malicious',
    async (path) => {
      expect(await run([path], beside({}))).toEqual(['safetensors/path-outside malicious'])
    },
  )
})
