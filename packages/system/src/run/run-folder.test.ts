import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBlobStore, sha256, writeWhole } from './run-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bytes = (text: string) => new TextEncoder().encode(text)
const asText = { folder: 'samples', extension: 'json', mediaType: 'application/json' } as const

describe('the run folder', () => {
  it('knows the published SHA-256 of "abc" (FIPS 180-2, B.1)', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256(bytes('abc'))).toBe(sha256('abc'))
  })

  it('writes a file whole, makes its folders, and leaves nothing else behind', async () => {
    const path = join(folder, 'a', 'b', 'run.json')
    await writeWhole(path, 'first')
    await writeWhole(path, 'second')
    expect(await readFile(path, 'utf8')).toBe('second')
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['run.json'])
  })

  it('leaves nothing behind when a file cannot be put in its place', async () => {
    await writeWhole(join(folder, 'taken', 'inside'), 'a folder with a file cannot be replaced')
    await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['taken'])
  })

  it('never shows a part of a file to a reader', async () => {
    const path = join(folder, 'big')
    const texts = ['a', 'b'].map((letter) => letter.repeat(1 << 20))
    await writeWhole(path, texts[0]!)
    let writing = true
    const writer = (async () => {
      for (let i = 0; i < 20; i++) await writeWhole(path, texts[i % 2]!)
      writing = false
    })()
    let reads = 0
    while (writing) {
      expect(texts.includes(await readFile(path, 'utf8'))).toBe(true)
      reads++
    }
    await writer
    expect(reads).toBeGreaterThan(1)
  })

  it('names a blob by its digest and stores the same bytes once', async () => {
    const written: string[] = []
    const store = createBlobStore(folder, written)
    const [one, two] = await Promise.all([store.put(bytes('abc'), asText), store.put(bytes('abc'), asText)])
    expect(one).toEqual({
      path: `samples/${sha256('abc').slice(0, 32)}.json`,
      sha256: sha256('abc'),
      bytes: 3,
      mediaType: 'application/json',
    })
    expect(two).toEqual(one)
    expect(await readdir(join(folder, 'samples'))).toHaveLength(1)
    expect(written).toEqual([one.path, one.path])
    expect(new TextDecoder().decode(await store.get(one))).toBe('abc')
  })

  it('refuses a blob that is not the one that was written', async () => {
    const store = createBlobStore(folder)
    const blob = await store.put(bytes('{"robust":[1,0]}'), asText)
    await writeFile(join(folder, blob.path), '{"robust":[1,1]}')
    await expect(store.get(blob)).rejects.toMatchObject({
      code: 'run-invalid',
      message: expect.stringContaining(blob.path),
    })
  })
})
