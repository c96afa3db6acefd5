import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitReached, type ScanLimits } from '../../scan/limits.ts'
import { memorySource, type Source } from '../../source/source.ts'
import { type ArchiveEntry, Malformed } from '../format.ts'
import { type FakeContext, fakeContext } from '../testing/fake-context.ts'
import { buildZip, type ToZip, type ZipOptions } from './build-zip.ts'
import { readZip } from './read-zip.ts'
import { samples } from './samples.ts'
import { zip } from './zip.ts'

const all = (source: Source): Uint8Array => source.read(0, source.size)

/** Reads every member as the entry would, and gives the texts by path. */
async function read(bytes: Uint8Array, limits: Partial<ScanLimits> = {}) {
  const context = fakeContext({ limits })
  const archive = await readZip(memorySource(bytes), context)
  const texts: Record<string, string> = {}
  for (const entry of archive.entries) {
    if (entry.kind === 'file') texts[entry.path] = await textOf(entry)
  }
  archive.close()
  return { archive, context, texts, rules: rulesOf(context) }
}

async function textOf(entry: ArchiveEntry): Promise<string> {
  try {
    return Buffer.from(all(await entry.open())).toString('latin1')
  } catch (error) {
    if (error instanceof Malformed || error instanceof LimitReached) return `[${error.message}]`
    throw error
  }
}

function rulesOf({ reports }: FakeContext): string[] {
  return [...new Set(reports.map(({ rule }) => rule.replace('zip/', '')))].sort()
}

const one = (more: Partial<ToZip>): ToZip => ({ name: 'a.pkl', data: 'payload '.repeat(20), ...more })
const rulesFor = async (members: readonly ToZip[], options: ZipOptions = {}) =>
  (await read(buildZip(members, options))).rules

describe('an honest zip', () => {
  it.each(samples().filter(({ name }) => name !== 'behind other bytes'))(
    'gives no finding: $name',
    async ({ bytes }) => {
      const { rules, archive } = await read(bytes)
      expect(rules).toEqual([])
      expect(archive.end).toBe(bytes.length)
      expect(zip.recognise(bytes.subarray(0, 4096), memorySource(bytes))).toBe('sure')
    },
  )

  it('gives the contents of its members, stored and deflated', async () => {
    const { texts, archive } = await read(
      buildZip([
        one({}),
        one({ name: 'b', method: 8 }),
        { name: 'd/', data: '' },
        one({ name: 'c', method: 8, descriptor: true }),
      ]),
    )
    expect(texts).toEqual({
      'a.pkl': 'payload '.repeat(20),
      b: 'payload '.repeat(20),
      c: 'payload '.repeat(20),
    })
    expect(archive.find('b')?.bytes).toBe(160)
    expect(archive.find('../b')).toBeNull()
  })

  it('may carry a comment that looks like something', async () => {
    expect(await rulesFor([one({})], { comment: 'PK\x03\x04 is how members begin' })).toEqual([])
  })

  it('may begin with the marker of an archive that was nearly split', async () => {
    const bytes = buildZip([one({})], { prefix: Buffer.from('PK00'), countPrefix: true })
    expect((await read(bytes)).rules).toEqual([])
    expect(zip.recognise(bytes.subarray(0, 4096), memorySource(bytes))).toBe('sure')
  })

  it('hands large stored members on without reading them', async () => {
    const head = buildZip([
      {
        name: 'w',
        data: '',
        local: { size: 2 ** 30, compressed: 2 ** 30 },
        central: { size: 2 ** 30, compressed: 2 ** 30 },
      },
    ])
    // The data of a gibibyte is put between the header and the directory by a source that makes it up.
    const at = 31
    const end = Buffer.from(head)
    end.writeUInt32LE(at + 2 ** 30, end.length - 6)
    let bytesRead = 0
    const source: Source = {
      size: head.length + 2 ** 30,
      read(offset, length) {
        const wanted = Math.max(0, Math.min(length, this.size - offset))
        bytesRead += wanted
        const out = new Uint8Array(wanted)
        for (let i = 0; i < wanted; i++) {
          const place = offset + i
          out[i] = place < at ? end[place]! : place < at + 2 ** 30 ? 7 : end[place - 2 ** 30]!
        }
        return out
      },
    }
    const context = fakeContext()
    const archive = await readZip(source, context)
    const opened = await archive.entries[0]!.open()
    expect(opened.size).toBe(2 ** 30)
    expect(opened.read(2 ** 29, 2)).toEqual(Uint8Array.of(7, 7))
    expect(context.reports).toEqual([])
    expect(bytesRead).toBeLessThan(200_000)
  })
})

describe('a zip of which readers see different things', () => {
  it('is told by a second name (CVE-2025-1944)', async () => {
    const { rules, texts } = await read(buildZip([one({ local: { name: 'b.txt' } })]))
    expect(rules).toEqual(['name-mismatch'])
    expect(texts['a.pkl']).toContain('payload')
  })

  it.each([0x1, 0x20, 0x40, 0x2000])(
    'is told by the flag %i, and the member is read all the same (CVE-2025-1945)',
    async (flags) => {
      for (const method of [0, 8]) {
        const { rules, texts } = await read(buildZip([one({ method, flags })]))
        expect(rules).toEqual(['false-flags'])
        expect(texts['a.pkl']).toContain('payload')
      }
      expect(await rulesFor([one({ central: { flags } })])).toEqual(['false-flags', 'header-mismatch'])
    },
  )

  it('is told by a wrong checksum (CVE-2025-10156)', async () => {
    for (const method of [0, 8]) {
      const { rules, texts } = await read(
        buildZip([one({ method, local: { crc32: 5 }, central: { crc32: 5 } })]),
      )
      expect(rules).toEqual(['wrong-checksum'])
      expect(texts['a.pkl']).toContain('payload')
    }
  })

  it('is told by sizes, checksums and methods that differ, and the member is read both ways', async () => {
    const deflated = deflateRawSync(Buffer.from('payload '.repeat(20)))
    const { rules, texts } = await read(buildZip([one({ packed: deflated, local: { method: 8 } })]))
    expect(rules).toContain('header-mismatch')
    expect(texts['a.pkl (by its own header)']).toContain('payload')
    expect(await rulesFor([one({ local: { compressed: 3, size: 3 } })])).toContain('header-mismatch')
    expect(await rulesFor([one({ local: { crc32: 3 } })])).toEqual(['header-mismatch'])
  })

  it('is told by a name that is there twice, and both are read', async () => {
    const { rules, texts, archive } = await read(buildZip([one({ data: 'first' }), one({ data: 'second' })]))
    expect(rules).toEqual(['duplicate-name'])
    expect(texts).toEqual({ 'a.pkl (at 0)': 'first', 'a.pkl': 'second' })
    expect(await textOf(archive.find('a.pkl')!)).toBe('second')
  })

  it('is told by a member that is not in the directory', async () => {
    for (const position of [0, 1, 2]) {
      const members = [one({ name: 'x' }), one({ name: 'y' })]
      members.splice(position, 0, one({ name: 'hidden', data: 'evil', method: 8, listed: false }))
      const { rules, texts } = await read(buildZip(members))
      expect(rules).toEqual(['unlisted-member'])
      expect(Object.entries(texts).find(([path]) => path.startsWith('hidden'))?.[1]).toBe('evil')
    }
  })

  it('is told by bytes between its members, which are examined', async () => {
    const { rules, context } = await read(
      buildZip([one({}), one({ name: 'b', before: Buffer.from('cos\nsystem\n') })]),
    )
    expect(rules).toEqual(['hidden-bytes'])
    expect(context.scanned.map(({ source }) => Buffer.from(all(source)).toString())).toEqual([
      'cos\nsystem\n',
    ])
    expect(await rulesFor([one({}), one({ name: 'b', before: new Uint8Array(100) })])).toEqual([])
  })

  it('is told by bytes in front, counted by its offsets or not', async () => {
    for (const countPrefix of [true, false]) {
      const { rules, context, texts } = await read(
        buildZip([one({})], { prefix: Buffer.from('a pickle.'), countPrefix }),
      )
      expect(rules).toEqual(['leading-bytes'])
      expect(Buffer.from(all(context.scanned[0]!.source)).toString()).toBe('a pickle.')
      expect(texts['a.pkl']).toContain('payload')
    }
  })

  it('is told by a zip in front of it', async () => {
    const { rules, texts } = await read(
      buildZip([one({})], { prefix: buildZip([one({ name: 'front', data: 'evil' })]) }),
    )
    expect(rules).toContain('unlisted-member')
    expect(Object.values(texts)).toContain('evil')
  })

  it('is told by a second directory in its comment', async () => {
    const inner = buildZip([one({ name: 'other' })])
    const { rules } = await read(buildZip([one({})], { comment: Buffer.from(inner).toString('latin1') }))
    expect(rules.length).toBeGreaterThan(0)
  })

  it('ends where its end record says', async () => {
    const bytes = buildZip([one({})])
    const { archive } = await read(Buffer.concat([bytes, Buffer.from('more')]))
    expect(archive.end).toBe(bytes.length)
  })

  it('is told by a count that does not fit its directory', async () => {
    expect(await rulesFor([one({}), one({ name: 'b' })], { count: 1 })).toEqual(['two-directories'])
    expect(await rulesFor([one({}), one({ name: 'b' })], { count: 1, zip64: true })).toEqual([
      'two-directories',
    ])
  })

  it('is told by another name in an extra field, and by a broken one', async () => {
    const other = Buffer.concat([
      Buffer.from('7570', 'hex'),
      Uint8Array.of(10, 0, 1, 0, 0, 0, 0),
      Buffer.from('b.txt'),
    ])
    expect(await rulesFor([one({ extra: other })])).toEqual(['name-mismatch'])
    expect(await rulesFor([one({ extra: Uint8Array.of(0x34, 0x12, 200, 0, 1) })])).toEqual([
      'header-mismatch',
    ])
    expect(await rulesFor([one({ extra: new Uint8Array(7) })])).toEqual([])
  })

  it('is searched in its comments and in extra fields of no known kind', async () => {
    const hidden = Buffer.from('cos\nsystem\n')
    const block = Buffer.concat([Uint8Array.of(0x34, 0x12, hidden.length, 0), hidden])
    const { context } = await read(buildZip([one({ extra: block })], { comment: 'cposix' }))
    expect(context.searched).toEqual([
      { from: 35, to: 35 + block.length },
      expect.objectContaining({ to: expect.any(Number) }),
    ])
    const padded = Buffer.concat([Buffer.from('FB'), Uint8Array.of(30, 0), Buffer.alloc(30, 'Z')])
    expect((await read(buildZip([one({ extra: padded })]))).context.searched).toEqual([])
  })

  it('is told by bytes behind the compressed data of a member', async () => {
    const packed = Buffer.concat([deflateRawSync(Buffer.from('payload '.repeat(20))), Buffer.from('tail')])
    expect(await rulesFor([one({ method: 8, packed })])).toEqual(['hidden-bytes'])
  })
})

describe('a zip that is dangerous to unpack', () => {
  it.each(['/etc/passwd', '../x', 'a/../../x', 'C:\\x', '..\\x'])('is told by the name %j', async (name) => {
    const { rules, archive } = await read(buildZip([one({ name })]))
    expect(rules).toContain('unsafe-name')
    expect(archive.find(name)).toBeNull()
  })

  it('is told by a null character in a name, which Python cuts there', async () => {
    const { rules, texts } = await read(buildZip([one({ name: 'data.pkl\0.txt' })]))
    expect(rules).toEqual(['odd-name'])
    expect(texts['data.pkl']).toContain('payload')
  })

  it('is told by a symbolic link, which is read nevertheless', async () => {
    const { rules, texts } = await read(buildZip([one({ data: '/etc/passwd', attributes: 0o120777 << 16 })]))
    expect(rules).toEqual(['link'])
    expect(texts['a.pkl']).toBe('/etc/passwd')
  })

  it('says what is encrypted, or compressed by an unknown method', async () => {
    const noise = Uint8Array.from({ length: 172 }, (_, i) => (i * 97 + 13) % 251)
    expect(await rulesFor([one({ method: 8, flags: 1, packed: noise })])).toEqual(['encrypted'])
    expect(await rulesFor([one({ method: 0, flags: 1, packed: noise })])).toContain('encrypted')
    expect(await rulesFor([one({ method: 99, flags: 1, packed: noise })])).toEqual(['encrypted'])
    expect(await rulesFor([one({ method: 97, packed: noise })])).toEqual(['unknown-method'])
  })

  it('stops a bomb at its ratio before its bytes are kept', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 2 ** 20), { level: 9 })
    const { texts } = await read(buildZip([one({ method: 8, packed: bomb })]))
    expect(texts['a.pkl']).toMatch(/more than 1000 times its size/)
    const many = Array.from({ length: 40 }, (_, i) => one({ name: `${i}`, method: 8, packed: bomb }))
    const started = performance.now()
    const { texts: all40 } = await read(buildZip(many))
    expect(all40['39']).toMatch(/more than 8 parts/)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('stops members that share their bytes', async () => {
    const packed = deflateRawSync(Buffer.from(Array.from({ length: 3e6 }, (_, i) => (i * i) >> 7)), {
      level: 1,
    })
    const members = Array.from({ length: 500 }, (_, i) =>
      one({
        name: `${i}`,
        method: 8,
        packed: i === 0 ? packed : new Uint8Array(0),
        central: { at: 0, compressed: packed.length, size: 3e6 },
        ...(i === 0 ? {} : {}),
      }),
    )
    const started = performance.now()
    const { rules, texts } = await read(buildZip(members))
    expect(rules).toContain('overlapping-members')
    expect(texts['499']).toMatch(/share bytes/)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('stops at the limit of members', async () => {
    const bytes = buildZip(Array.from({ length: 30 }, (_, i) => one({ name: `${i}`, data: '' })))
    await expect(read(bytes, { members: 20 })).rejects.toThrow(LimitReached)
  })
})

describe('a broken zip', () => {
  it('is read by its local headers where its directory is cut off', async () => {
    const whole = buildZip([
      one({ method: 8 }),
      one({ name: 'b', method: 8, descriptor: true }),
      one({ name: 'c' }),
    ])
    const { rules, texts } = await read(whole.subarray(0, whole.length - 100))
    expect(rules).toContain('no-directory')
    expect(Object.values(texts).filter((text) => text.startsWith('payload payload'))).toHaveLength(3)
  })

  it('gives what came before the fault in a member', async () => {
    const data = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) >> 5))
    const packed = deflateRawSync(data)
    packed[packed.length >> 1] = packed[packed.length >> 1]! ^ 0xff
    const { rules, texts } = await read(
      buildZip([one({ data, method: 8, packed: packed.subarray(0, packed.length - 3) })]),
    )
    expect(rules.some((rule) => rule === 'damaged' || rule === 'wrong-checksum')).toBe(true)
    expect(Buffer.from(texts['a.pkl']!, 'latin1').subarray(0, 500)).toEqual(data.subarray(0, 500))
  })

  it('throws the fault of its directory only once its members were examined', async () => {
    const bytes = Buffer.from(buildZip([one({}), one({ name: 'b' })]))
    bytes.write('XX', bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1'), 'latin1')
    const context = fakeContext()
    await expect(zip.examine(memorySource(bytes), context)).rejects.toThrow(Malformed)
    expect(context.archives).toHaveLength(1)
    expect(context.archives[0]!.entries.map(({ path }) => path)[0]).toBe('a.pkl')
  })

  it('is not handed on as its own front', async () => {
    // A directory without any member that it leads to.
    const whole = buildZip([one({})])
    const at = Buffer.from(whole).indexOf('PK\x01\x02', 0, 'latin1')
    const { context } = await read(whole.subarray(at)).catch(() => ({ context: fakeContext() }))
    expect(context.scanned.every(({ source }) => source.size < whole.length - at)).toBe(true)
  })

  it('never makes the reader crash or hang, whatever is changed', async () => {
    const seeds = samples()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(), { nil: undefined }),
        async ({ bytes }, changes, cut) => {
          const mutant = Buffer.from(bytes)
          for (const [at, byte] of changes) mutant[at % mutant.length] = byte
          const source = cut === undefined ? mutant : mutant.subarray(0, cut % mutant.length)
          if (source.length === 0) return
          try {
            await read(source)
          } catch (error) {
            expect(error instanceof Malformed || error instanceof LimitReached).toBe(true)
          }
        },
      ),
      { numRuns: 600 },
    )
  })
})

describe('zip.recognise', () => {
  it('finds a directory at the end whatever stands in front, and is not misled by other bytes', () => {
    const hidden = buildZip([one({})], { prefix: new Uint8Array(5000).fill(1) })
    expect(zip.recognise(hidden.subarray(0, 4096), memorySource(hidden))).toBe('sure')
    const text = readFileSync(new URL(import.meta.url))
    expect(zip.recognise(text.subarray(0, 4096), memorySource(text))).toBe('no')
    const marked = Buffer.concat([text, Buffer.from('PK\x05\x06'), Buffer.alloc(18)])
    expect(zip.recognise(marked.subarray(0, 4096), memorySource(marked))).toBe('no')
  })
})
