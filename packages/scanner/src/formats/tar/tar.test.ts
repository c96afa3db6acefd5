import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { buildTar, paxRecord, type ToTar } from './build-tar.ts'
import { readTar } from './read-tar.ts'
import { samples } from './samples.ts'
import { tar } from './tar.ts'

async function read(bytes: Uint8Array) {
  const context = fakeContext()
  const archive = readTar(memorySource(bytes), context)
  const texts: Record<string, string> = {}
  for (const entry of archive.entries) {
    if (entry.kind !== 'file') continue
    const source = await entry.open()
    texts[entry.path] = Buffer.from(source.read(0, source.size)).toString('latin1')
  }
  return { archive, texts, rules: context.reports.map(({ rule }) => rule.replace('tar/', '')) }
}

const rulesFor = async (...members: ToTar[]) => (await read(buildTar(members))).rules

describe('an honest tar', () => {
  it.each(samples())('gives no finding: $name', async ({ bytes }) => {
    const { rules, archive } = await read(bytes)
    expect(rules).toEqual([])
    expect(archive.fault).toBeNull()
    expect(archive.end).toBe(bytes.length)
    expect(tar.recognise(bytes.subarray(0, 4096), memorySource(bytes))).toBe('sure')
  })

  it('gives its files under their long names', async () => {
    const [, , gnu, pax] = samples()
    expect(Object.keys((await read(gnu!.bytes)).texts)).toEqual(['n'.repeat(150)])
    expect(Object.keys((await read(pax!.bytes)).texts)).toEqual([`${'p'.repeat(120)}/weights`])
  })

  it('may give sizes in base 256', async () => {
    const sizeField = new Uint8Array(12)
    sizeField[0] = 0x80
    sizeField[11] = 5
    const { texts, rules } = await read(
      buildTar([
        { name: 'a', data: 'hello', sizeField },
        { name: 'b', data: 'x' },
      ]),
    )
    expect(texts).toEqual({ a: 'hello', b: 'x' })
    expect(rules).toEqual([])
  })

  it('may end without its blocks of zeros, as some writers leave it', async () => {
    const { archive, texts } = await read(buildTar([{ name: 'a', data: 'hello' }], { end: 0 }))
    expect(archive.fault).toBeNull()
    expect(texts).toEqual({ a: 'hello' })
  })
})

describe('a hostile tar', () => {
  it('is told by links', async () => {
    expect(await rulesFor({ name: 'a', type: '2', linkName: 'b' })).toEqual(['link'])
    expect(await rulesFor({ name: 'a', type: '1', linkName: 'b' })).toEqual(['link'])
    expect(await rulesFor({ name: 'd/a', type: '2', linkName: '../b' })).toEqual(['link'])
    expect(await rulesFor({ name: 'a', type: '2', linkName: '../b' })).toEqual(['link-out'])
    expect(await rulesFor({ name: 'a', type: '2', linkName: '/etc' })).toEqual(['link-out'])
  })

  it('is told by a member that is written through a link', async () => {
    expect(await rulesFor({ name: 'a', type: '2', linkName: '/tmp' }, { name: 'a/b', data: 'x' })).toEqual([
      'link-out',
      'write-through-link',
    ])
    expect(await rulesFor({ name: 'a', type: '2', linkName: 'b' }, { name: './a', data: 'x' })).toContain(
      'write-through-link',
    )
    expect(await rulesFor({ name: 'a', type: '2', linkName: 'b' }, { name: 'ab/c', data: 'x' })).toEqual([
      'link',
    ])
  })

  it.each(['/etc/passwd', '../x', 'a/../../x', 'C:/x'])('is told by the name %j', async (name) => {
    const { rules, archive } = await read(buildTar([{ name, data: 'x' }]))
    expect(rules).toEqual(['unsafe-name'])
    expect(archive.find(name)).toBeNull()
  })

  it.each(['3', '4', '6'])('is told by devices and pipes, type %s', async (type) => {
    expect(await rulesFor({ name: 'dev', type })).toEqual(['special-file'])
  })

  it('is told by a name that is there twice, and both are read', async () => {
    const { rules, texts, archive } = await read(
      buildTar([
        { name: 'a', data: 'first' },
        { name: 'a', data: 'second' },
      ]),
    )
    expect(rules).toEqual(['duplicate-name'])
    expect(Object.values(texts)).toEqual(['first', 'second'])
    expect(archive.find('a')?.bytes).toBe(6)
  })

  it('is told by a pax size that hides a member from other readers (CVE-2025-62518)', async () => {
    const inner = buildTar([{ name: 'hidden', data: 'evil' }], { end: 0 })
    const { rules } = await read(
      buildTar([
        { name: 'x', type: 'x', data: paxRecord('size', String(inner.length)) },
        { name: 'a', data: inner, size: 7 },
      ]),
    )
    expect(rules).toContain('two-sizes')
  })

  it('says what is stored sparsely or of an unknown kind', async () => {
    expect(await rulesFor({ name: 'a', type: 'S', data: 'x' })).toEqual(['unknown-member'])
    expect(await rulesFor({ name: 'a', type: 'Z', data: 'x' })).toEqual(['unknown-member'])
    expect(
      await rulesFor(
        { name: 'x', type: 'x', data: paxRecord('GNU.sparse.major', '1') },
        { name: 'a', data: 'x' },
      ),
    ).toEqual(['unknown-member'])
  })

  it('leaves what follows its end to be examined', async () => {
    const bytes = buildTar([{ name: 'a', data: 'x' }])
    expect((await read(Buffer.concat([bytes, Buffer.from('more')]))).archive.end).toBe(bytes.length)
    expect((await read(Buffer.concat([bytes, bytes]))).archive.end).toBe(bytes.length)
  })

  it('keeps the members before a header that is broken, and of one that is cut off what is there', async () => {
    const bytes = Buffer.from(
      buildTar([
        { name: 'a', data: 'first' },
        { name: 'b', data: 'second' },
      ]),
    )
    bytes[1024] = 0x7a
    const { archive, texts } = await read(bytes)
    expect(texts).toEqual({ a: 'first' })
    expect(archive.fault).toBeInstanceOf(Malformed)
    const cut = await read(buildTar([{ name: 'a', data: 'first', size: 9000 }]).subarray(0, 517))
    expect(cut.texts).toEqual({ a: 'first' })
    expect(cut.archive.fault).toBeInstanceOf(Malformed)
  })

  it('never makes the reader crash or hang, whatever is changed', async () => {
    const checksum = (block: Uint8Array): string =>
      `${block
        .reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0)
        .toString(8)
        .padStart(6, '0')}\0 `
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples()),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async ({ bytes }, changes, repair) => {
          const mutant = Buffer.from(bytes)
          for (const [at, byte] of changes) mutant[at % mutant.length] = byte
          // With checksums put right the change gets further.
          if (repair)
            for (let at = 0; at < mutant.length; at += 512)
              mutant.write(checksum(mutant.subarray(at, at + 512)), at + 148, 'latin1')
          try {
            await read(mutant)
          } catch (error) {
            expect(error instanceof Malformed || error instanceof LimitReached).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('tar.recognise', () => {
  it('takes no block whose checksum is wrong', () => {
    const bytes = Buffer.from(samples()[0]!.bytes)
    bytes[0] = bytes[0]! ^ 1
    expect(tar.recognise(bytes.subarray(0, 4096), memorySource(bytes))).toBe('no')
    expect(tar.recognise(new Uint8Array(4096), memorySource(new Uint8Array(4096)))).toBe('no')
  })
})
