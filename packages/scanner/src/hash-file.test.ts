import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashFile, hashFolder } from './hash-file.ts'
import { ScannerError } from './scanner-error.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-scanner-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ScannerError)
  return (error as ScannerError).code
}

describe('hashFile', () => {
  it('gives the published digests of the empty file and of "abc" (FIPS 180-4)', async () => {
    await writeFile(join(folder, 'empty'), '')
    await writeFile(join(folder, 'abc'), 'abc')
    expect(await hashFile(join(folder, 'empty'))).toEqual({
      bytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    })
    expect(await hashFile(join(folder, 'abc'))).toEqual({
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
  })

  it('reads a file that is longer than one piece, also by a link that was named', async () => {
    const bytes = Uint8Array.from({ length: (1 << 21) + 12345 }, (_, i) => (i * 2654435761) >>> 24)
    await writeFile(join(folder, 'long'), bytes)
    await symlink('long', join(folder, 'link-to-long'))
    const expected = { bytes: bytes.length, sha256: sha256(bytes) }
    expect(await hashFile(join(folder, 'long'))).toEqual(expected)
    expect(await hashFile(join(folder, 'link-to-long'))).toEqual(expected)
  })

  it('refuses what is not there, a folder, and a pipe without waiting on it', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect(await codeOf(hashFile(join(folder, 'nothing')))).toBe('file-unreadable')
    expect(await codeOf(hashFile(folder))).toBe('file-unreadable')
    expect(await codeOf(hashFile(join(folder, 'pipe')))).toBe('file-unreadable')
  })

  it('stops when aborted, before and in the middle', async () => {
    const reason = new Error('enough')
    await expect(hashFile(join(folder, 'long'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    let asked = 0
    const signal = {
      throwIfAborted: () => {
        if (++asked > 2) throw reason
      },
    } as AbortSignal
    await expect(hashFile(join(folder, 'long'), { signal })).rejects.toBe(reason)
  })
})

describe('hashFolder', () => {
  it('lists every file by its path, sorted by code units', async () => {
    const root = join(folder, 'tree')
    await mkdir(join(root, 'b/c'), { recursive: true })
    await mkdir(join(root, 'empty'))
    for (const path of ['b/c/x', 'b.txt', 'b/a', 'Z', 'é']) await writeFile(join(root, path), path)
    expect(await hashFolder(root)).toEqual(
      ['Z', 'b.txt', 'b/a', 'b/c/x', 'é'].map((path) => ({
        path,
        bytes: Buffer.byteLength(path),
        sha256: sha256(path),
      })),
    )
  })

  it('refuses links, to files and to folders, wherever they point', async () => {
    for (const [name, target] of [
      ['to-file', 'real'],
      ['to-folder', '.'],
      ['to-nothing', 'nowhere'],
    ] as const) {
      const root = join(folder, name)
      await mkdir(root)
      await writeFile(join(root, 'real'), 'x')
      await symlink(target, join(root, 'link'))
      expect(await codeOf(hashFolder(root))).toBe('link-refused')
    }
  })

  it('refuses a pipe in the folder and a folder that is not there', async () => {
    const root = join(folder, 'with-pipe')
    await mkdir(root)
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await codeOf(hashFolder(root))).toBe('link-refused')
    expect(await codeOf(hashFolder(join(folder, 'nowhere')))).toBe('file-unreadable')
  })

  it('stops when aborted', async () => {
    const reason = new Error('enough')
    await expect(hashFolder(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
