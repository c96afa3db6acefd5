import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { type Archive, Malformed, type ScanContext } from '../format.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { buildStored, samples } from './samples.ts'
import { sevenZip } from './seven-zip.ts'

const archives = JSON.parse(
  readFileSync(new URL('./fixtures/archives.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>

const code = Buffer.alloc(120 * 8)
for (let i = 0; i < 120; i++) {
  code.set([0x90, 0xe8], i * 8)
  code.writeInt32LE(5000 - 9 * i, i * 8 + 2)
  code.set([0x55, 0x8b], i * 8 + 6)
}
const files: Readonly<Record<string, string>> = {
  'model/data.pkl': 'the weights of a layer '.repeat(30),
  'model/code.bin': code.toString('latin1'),
  'größe.txt': 'short',
}

async function read(bytes: Uint8Array) {
  const plain = fakeContext()
  const texts: Record<string, string> = {}
  const context: ScanContext = {
    ...plain,
    async scanMembers({ entries }: Archive) {
      for (const entry of entries) {
        try {
          const source = await entry.open()
          texts[entry.path] = Buffer.from(source.read(0, source.size)).toString('latin1')
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
        }
      }
    },
  }
  const { end } = await sevenZip.examine(memorySource(bytes), context)
  return {
    texts,
    end,
    rules: plain.reports.map(({ rule }) => rule.replace('seven-zip/', '')),
    reports: plain.reports,
  }
}

describe('a 7z archive of py7zr', () => {
  it.each(Object.keys(archives).filter((how) => !/crypted|PPMd|nothing/.test(how)))(
    'gives its files: %s',
    async (how) => {
      const bytes = Buffer.from(archives[how]!, 'base64')
      const { texts, end, rules } = await read(Buffer.concat([bytes, Buffer.from('TAIL')]))
      expect(texts).toEqual(files)
      expect(end).toBe(bytes.length)
      expect(rules).toEqual([])
      expect(sevenZip.recognise(bytes.subarray(0, 4096), memorySource(bytes))).toBe('sure')
    },
  )

  it('may hold nothing', async () => {
    const { texts, rules } = await read(Buffer.from(archives['nothing in it']!, 'base64'))
    expect([texts, rules]).toEqual([{}, []])
  })

  it('says what it cannot look into, by name where the names are there', async () => {
    const encrypted = await read(Buffer.from(archives.encrypted!, 'base64'))
    expect(encrypted.rules).toEqual(['encrypted'])
    expect(encrypted.reports[0]?.message).toContain('model/data.pkl')
    expect((await read(Buffer.from(archives['names encrypted']!, 'base64'))).rules).toEqual(['encrypted'])
    expect((await read(Buffer.from(archives.PPMd!, 'base64'))).rules).toEqual(['unknown-method'])
  })
})

describe('a 7z archive written by hand', () => {
  it.each(samples())('gives no finding: $name', async ({ bytes }) => {
    expect((await read(bytes)).rules).toEqual([])
  })

  it('is told by names that lead out, are there twice, and by wrong checksums', async () => {
    expect((await read(buildStored([['../a', 'x']]))).rules).toEqual(['unsafe-name'])
    const twice = await read(
      buildStored([
        ['a', 'first'],
        ['a', 'second'],
      ]),
    )
    expect(twice.rules).toEqual(['duplicate-name'])
    expect(Object.values(twice.texts)).toEqual(['first', 'second'])
    const bytes = Buffer.from(buildStored([['a', 'first']]))
    bytes[32] = 0x67
    const changed = await read(bytes)
    expect(changed.rules).toEqual(['wrong-checksum'])
    expect(changed.texts.a).toBe('girst')
  })

  it('never makes the reader crash or hang, whatever is changed', async () => {
    const seeds = [
      ...samples().map(({ bytes }) => bytes),
      ...Object.values(archives).map((text) => Buffer.from(text, 'base64')),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (bytes, changes) => {
          const mutant = Buffer.from(bytes)
          for (const [at, byte] of changes) mutant[at % mutant.length] = byte
          try {
            await read(mutant)
          } catch (error) {
            expect(error instanceof Malformed || error instanceof LimitReached, String(error)).toBe(true)
          }
        },
      ),
      { numRuns: 600 },
    )
  })
})
