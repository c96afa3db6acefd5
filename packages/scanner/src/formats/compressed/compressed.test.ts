import { readFileSync } from 'node:fs'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScanLimits } from '../../scan/limits.ts'
import { LimitReached } from '../../scan/limits.ts'
import { inflate } from '../../source/inflate.ts'
import { deflateDecoder } from '../../source/inflate-deflate.ts'
import { memorySource, type Source, slice } from '../../source/source.ts'
import { Malformed, NotThisFormat, type ScanContext } from '../format.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { compressed } from './compressed.ts'
import { samples } from './samples.ts'

interface Case {
  readonly kind: string
  readonly how: string
  readonly content: string
  readonly packed: string
}

const cases = JSON.parse(
  readFileSync(new URL('./fixtures/compressors.json', import.meta.url), 'utf8'),
) as readonly Case[]

function noise(count: number, modulus: number): Buffer {
  const out = Buffer.alloc(count)
  let state = 1
  for (let i = 0; i < count; i++) {
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2n ** 31n)
    out[i] = (state >> 16) % modulus
  }
  return out
}

const code = Buffer.alloc(120 * 8)
for (let i = 0; i < 120; i++) {
  code.set([0x90, 0xe8], i * 8)
  code.writeInt32LE(5000 - 9 * i, i * 8 + 2)
  code.set([0x55, 0x8b], i * 8 + 6)
}
const contents: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  one: Buffer.from('a'),
  text: Buffer.from('the weights of a layer '.repeat(40)),
  noise: noise(700, 256),
  skewed: Buffer.concat([noise(1500, 7), Buffer.alloc(3000), noise(500, 3)]),
  code,
  large: Buffer.concat([Buffer.alloc(300_000), Buffer.alloc(700_000, 7), noise(400, 50)]),
}

const bytesOf = (source: Source): Buffer => Buffer.from(source.read(0, source.size))
const formatOf = (id: string) => compressed.find((format) => format.id === id)!

async function examine(id: string, bytes: Uint8Array, limits: Partial<ScanLimits> = {}) {
  const plain = fakeContext({ limits })
  let content: Buffer | null = null
  let name: string | undefined
  // What is nested is read while it is there: it goes once it was examined.
  const context: ScanContext = {
    ...plain,
    async scan(source, inside) {
      content = bytesOf(slice(source, 0, 2 ** 21))
      name = inside
      return { format: null, verdict: 'clean' }
    },
  }
  let outcome: number | Error
  try {
    outcome = (await formatOf(id).examine(memorySource(bytes), context)).end
  } catch (error) {
    outcome = error as Error
  }
  const rules = plain.reports.map(({ rule }) => rule)
  return { outcome, content: content as Buffer | null, name: name as string | undefined, rules }
}

describe('what the reference libraries compress', () => {
  it.each(['bzip2', 'xz', 'lzma', 'lz4', 'zstd'])(
    'comes out of %s as it went in, to the last byte',
    async (kind) => {
      const ours = cases.filter((one) => one.kind === kind)
      expect(ours.length).toBeGreaterThan(15)
      for (const { how, content, packed } of ours) {
        const bytes = Buffer.from(packed, 'base64')
        const raw = contents[content]!
        const expected = how.startsWith('two') ? Buffer.concat([raw, raw]) : raw
        const result = await examine(kind, Buffer.concat([bytes, Buffer.from('TAIL')]), { ratio: 1e6 })
        expect([how, content, result.outcome, result.rules]).toEqual([how, content, bytes.length, []])
        expect(result.content?.equals(expected)).toBe(true)
      }
    },
  )

  it('is recognised by its own format and, for sure, by no other', () => {
    for (const { kind, packed } of cases) {
      const bytes = Buffer.from(packed, 'base64')
      const sure = compressed.filter(
        (format) => format.recognise(bytes.subarray(0, 4096), memorySource(bytes)) === 'sure',
      )
      expect(sure.map(({ id }) => id)).toEqual([kind])
    }
  })

  it('may begin with a frame that is skipped, of lz4 or of Zstandard', async () => {
    const skipped = Buffer.concat([Buffer.from('502a4d1803000000', 'hex'), Buffer.from('abc')])
    for (const kind of ['lz4', 'zstd']) {
      const packed = cases.find((one) => one.kind === kind && one.content === 'text')!.packed
      const bytes = Buffer.concat([skipped, Buffer.from(packed, 'base64')])
      const sure = compressed.filter(
        ({ recognise }) => recognise(bytes.subarray(0, 4096), memorySource(bytes)) === 'sure',
      )
      expect(sure.map(({ id }) => id)).toEqual([kind])
      expect(await examine(kind, bytes)).toMatchObject({ outcome: bytes.length, content: contents.text })
    }
  })

  it('is told when its checksum is wrong, and is examined all the same', async () => {
    // The last byte of the check of a block or of the whole.
    const checks: readonly [string, string, number][] = [
      ['bzip2', 'level 9', 10],
      ['xz', 'SHA-256', -40],
      ['lz4', 'level 9, linked', -1],
      ['zstd', 'level 19', -1],
    ]
    for (const [kind, how, at] of checks) {
      const bytes = Buffer.from(
        cases.find((one) => one.kind === kind && one.how === how && one.content === 'text')!.packed,
        'base64',
      )
      const place = at < 0 ? bytes.length + at : at
      bytes[place] = bytes[place]! ^ 1
      const { content, rules } = await examine(kind, bytes)
      expect(content?.equals(contents.text!)).toBe(true)
      expect(rules).toContain('compressed/wrong-checksum')
    }
  })

  it('gives what came before the place where it was cut off', async () => {
    for (const { kind, packed, how } of cases) {
      if (how.startsWith('two')) continue
      const bytes = Buffer.from(packed, 'base64')
      const { outcome, content } = await examine(kind, bytes.subarray(0, bytes.length - 1))
      expect(outcome).toBeInstanceOf(Error)
      expect(
        outcome instanceof Malformed || outcome instanceof NotThisFormat || outcome instanceof LimitReached,
      ).toBe(true)
      if (content !== null && content.length > 0)
        expect(
          contents[cases.find((one) => one.packed === packed)!.content]!.subarray(0, content.length).equals(
            content,
          ),
        ).toBe(true)
    }
  })
})

describe('DEFLATE', () => {
  it('comes out as it went into zlib, at every level and strategy', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.nat(255).map((byte) => new Uint8Array(2000).fill(byte)),
          ),
          { maxLength: 6 },
        ),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        (parts, level, strategy) => {
          const raw = Buffer.concat(parts)
          const packed = deflateRawSync(raw, { level, strategy })
          const source = memorySource(Buffer.concat([packed, Buffer.from('TAIL')]))
          const result = inflate(deflateDecoder, source, fakeContext().budget)
          expect(result.stopped).toBeNull()
          expect(result.end).toBe(packed.length)
          expect(bytesOf(result.source).equals(raw)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('gives a large result from disk', () => {
    const raw = Buffer.alloc(40 * 2 ** 20)
    for (let i = 0; i < raw.length; i += 4) raw.writeInt32LE(Math.imul(i, 2654435761) >> 12, i)
    const result = inflate(
      deflateDecoder,
      memorySource(deflateRawSync(raw, { level: 1 })),
      fakeContext().budget,
    )
    expect(result.onDisk).toBe(true)
    expect(result.source.size).toBe(raw.length)
    expect(
      Buffer.from(result.source.read(39 * 2 ** 20, 5000)).equals(
        raw.subarray(39 * 2 ** 20, 39 * 2 ** 20 + 5000),
      ),
    ).toBe(true)
    result.release()
  })
})

describe('gzip, zlib and old joblib files', () => {
  it.each(samples())('give no finding: $name', async ({ bytes }) => {
    const format = compressed.find(({ recognise }) => recognise(bytes, memorySource(bytes)) !== 'no')!
    const { outcome, rules } = await examine(format.id, bytes)
    expect(outcome).toBe(bytes.length)
    expect(rules).toEqual([])
  })

  it('name what is inside as the gzip header does', async () => {
    const plain = gzipSync('hello')
    const named = Buffer.concat([
      plain.subarray(0, 3),
      Uint8Array.of(8),
      plain.subarray(4, 10),
      Buffer.from('a/weights.pkl\0'),
      plain.subarray(10),
    ])
    expect(await examine('gzip', named)).toMatchObject({
      outcome: named.length,
      name: 'weights.pkl',
      content: Buffer.from('hello'),
    })
  })

  it('are told by wrong checksums and lengths', async () => {
    const bytes = gzipSync('hello')
    bytes[bytes.length - 1] = 9
    bytes[bytes.length - 8] = bytes[bytes.length - 8]! ^ 1
    expect((await examine('gzip', bytes)).rules).toEqual([
      'compressed/wrong-checksum',
      'compressed/wrong-checksum',
    ])
    const adler = deflateSync('hello')
    adler[adler.length - 1] = adler[adler.length - 1]! ^ 1
    expect((await examine('zlib', adler)).rules).toEqual(['compressed/wrong-checksum'])
  })

  it('are not taken for zlib by two bytes alone', async () => {
    const { outcome } = await examine(
      'zlib',
      Buffer.from('x\x9cnot compressed at all, this is text', 'latin1'),
    )
    expect(outcome).toBeInstanceOf(NotThisFormat)
  })

  it('stop a bomb, and examine what came out until then', async () => {
    const started = performance.now()
    const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20), { level: 9 })
    const { outcome, content } = await examine('gzip', bomb)
    expect(outcome).toBeInstanceOf(LimitReached)
    expect(content!.length).toBeGreaterThan(0)
    // Bytes behind it must not pay for its ratio: the pace is looked at too.
    const paid = await examine(
      'gzip',
      Buffer.concat([gzipSync(Buffer.alloc(300 * 2 ** 20), { level: 9 }), noise(2 ** 20, 256)]),
    )
    expect(paid.outcome).toBeInstanceOf(LimitReached)
    expect(performance.now() - started).toBeLessThan(6000)
  })

  it('keep to the budget of bytes', async () => {
    const { outcome } = await examine('gzip', gzipSync(noise(500_000, 64)), { inflatedBytes: 200_000 })
    expect(outcome).toMatchObject({ limit: 'inflatedBytes' })
  })
})

describe('hostile data', () => {
  it('never makes a decoder crash or hang, whatever is changed', async () => {
    const seeds = [
      ...cases
        .filter(({ content }) => content !== 'large')
        .map(({ kind, packed }) => ({ kind, bytes: Buffer.from(packed, 'base64') })),
      ...samples().map(({ name, bytes }) => ({
        kind: name.startsWith('gzip') ? 'gzip' : name === 'zlib' ? 'zlib' : 'joblib-zf',
        bytes,
      })),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async ({ kind, bytes }, changes) => {
          const mutant = Buffer.from(bytes)
          for (const [at, byte] of changes) mutant[at % mutant.length] = byte
          const { outcome } = await examine(kind, mutant)
          expect(
            typeof outcome === 'number' ||
              outcome instanceof Malformed ||
              outcome instanceof NotThisFormat ||
              outcome instanceof LimitReached,
            String(outcome),
          ).toBe(true)
        },
      ),
      { numRuns: 1500 },
    )
  })
})
