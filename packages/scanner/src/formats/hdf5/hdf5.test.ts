import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits, LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { hdf5 } from './hdf5.ts'
import { readHdf5 } from './read-hdf5.ts'
import { samples } from './samples.ts'
import { writeHdf5 } from './testing/write-hdf5.ts'

const fixture = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
const read = (bytes: Uint8Array) => readHdf5(memorySource(bytes), new Budget(defaultLimits))

async function examined(bytes: Uint8Array) {
  const context = fakeContext()
  await hdf5.examine(memorySource(bytes), context)
  return context
}

describe.each(['oldest', 'newest'])('a file that h5py wrote in the %s encoding', (name) => {
  const file = read(fixture(`${name}.h5`))
  const truth = JSON.parse(fixture(`${name}.json`).toString()) as Record<
    string,
    { attributes: string[]; shape?: number[] }
  >

  it('has the objects, attributes and shapes that h5py finds in it', () => {
    const found = Object.fromEntries(
      file.objects.map(({ path, attributes, dataset }) => [
        path,
        {
          attributes: attributes.map((attribute) => attribute.name).sort(),
          ...(dataset === null ? {} : { shape: dataset.shape }),
        },
      ]),
    )
    expect(found).toEqual(truth)
    expect(file.unread).toEqual([])
    expect(file.end).toBe(fixture(`${name}.h5`).length)
  })

  it('has attributes of fixed and variable length, few and many, small and huge', () => {
    const texts = (path: string, attribute: string) =>
      file.objects
        .find((object) => object.path === path)!
        .attributes.find((one) => one.name === attribute)!
        .texts()
    expect(texts('/', 'long')).toEqual(['z'.repeat(5000)])
    expect(texts('/', 'names')).toEqual(['one', 'three', 'fifteen'])
    expect(texts('/', 'fixed')).toEqual(['fixed'])
    expect(texts('/', 'nothing')).toEqual([])
    expect(texts('/many', 'big')).toEqual(['y'.repeat(6000)])
    const values = file.objects
      .find(({ path }) => path === '/many')!
      .attributes.find((one) => one.name === 'a7')!
    expect([...values.values()[0]!]).toEqual([7, 0, 0, 0, 0, 0, 0, 0])
  })

  it('leads out of itself by a link, by storage and by a virtual dataset, and keeps a pickle', async () => {
    const { reports, scanned } = await examined(fixture(`${name}.h5`))
    expect(reports.map(({ rule }) => rule).sort()).toEqual([
      'hdf5/external-link',
      'hdf5/external-storage',
      ...(name === 'newest' ? ['hdf5/virtual-dataset'] : []),
    ])
    expect(reports.map(({ message }) => message).join()).toContain('/etc/hostname')
    expect(scanned.map((one) => one.name)).toEqual(['/opaque'])
  })
})

describe('hdf5', () => {
  it('finds nothing to object to in weights', async () => {
    const bytes = samples()[0]!.bytes
    const { reports, facts } = await examined(bytes)
    expect(reports).toEqual([])
    expect(facts.tensors).toEqual([
      { name: '/bias', dtype: 'float32', shape: [2] },
      { name: '/kernel', dtype: 'float32', shape: [4] },
    ])
    expect(hdf5.recognise(bytes, memorySource(bytes))).toBe('sure')
  })

  it('finds the superblock behind a block for the user, and says what stands before it', async () => {
    const bytes = Buffer.concat([Buffer.alloc(512, 0x90), writeHdf5({ datasets: { a: { values: [1] } } })])
    expect(hdf5.recognise(bytes, memorySource(bytes))).toBe('sure')
    const { reports, searched } = await examined(bytes)
    expect(reports.map(({ rule }) => rule)).toEqual(['hdf5/user-block'])
    expect(searched).toEqual([{ from: 0, to: 512 }])
    const matlab = Buffer.concat([Buffer.alloc(512), writeHdf5({})])
    matlab.write('MATLAB 7.3 MAT-file')
    expect((await examined(matlab)).reports).toEqual([])
  })

  it('calls a file that was cut short malformed, after what it found', async () => {
    const bytes = writeHdf5({
      externalLinks: { w: { file: '/x.h5', target: '/w' } },
      datasets: { z: { values: [1, 2] } },
    })
    const cut = Buffer.from(bytes)
    cut.writeBigUInt64LE(BigInt(bytes.length + 9), 28)
    const context = fakeContext()
    await expect(hdf5.examine(memorySource(cut), context)).rejects.toThrow(Malformed)
    expect(context.reports.map(({ rule }) => rule)).toEqual(['hdf5/external-link'])
  })

  it('tells filters that every reader has from those that load a plug-in', async () => {
    const verdicts = async (filter: number) =>
      (await examined(writeHdf5({ datasets: { a: { values: [1], filter } } }))).reports.map(
        ({ verdict }) => verdict,
      )
    expect(await verdicts(1)).toEqual([])
    expect(await verdicts(32000)).toEqual([])
    expect(await verdicts(32015)).toEqual(['not-examined'])
    expect(await verdicts(61234)).toEqual(['suspicious'])
  })

  it('ends where groups contain each other or headers continue in themselves', () => {
    const bytes = Buffer.from(writeHdf5({ datasets: { a: { values: [1] } } }))
    // The link to the dataset is turned to the root itself.
    const root = bytes.readBigUInt64LE(36)
    const link = bytes.lastIndexOf('a')
    bytes.writeBigUInt64LE(root, link + 1)
    expect(read(bytes).objects.map(({ path }) => path)).toEqual(['/'])
  })

  it('reads no more structure than the limit, however often it is pointed to', () => {
    const file = fixture('newest.h5')
    const budget = new Budget({ ...defaultLimits, headerBytes: 10_000 })
    expect(() => readHdf5(memorySource(file), budget)).toThrow(LimitReached)
  })

  it('survives mutants of honest files', async () => {
    await expectRobust(hdf5, [...samples(), { name: 'oldest', bytes: fixture('oldest.h5') }])
  })
})
