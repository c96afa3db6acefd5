import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assemble, proto, stop, systemPickle } from '../formats/testing/opcodes.ts'
import { scanPaths } from './scan-paths.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failmode-scan-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}
const honest = assemble(proto(2), '}.')

describe('a scan of paths', () => {
  it('walks folders, counts verdicts, and is as bad as its worst file', async () => {
    put('a/honest.pkl', honest)
    put('a/b/evil.pkl', systemPickle)
    put('notes.txt', 'words\n')
    const done: string[] = []
    const scan = await scanPaths([folder], { onFile: ({ path }) => done.push(path) })
    expect(scan.verdict).toBe('malicious')
    expect(scan.counts).toMatchObject({ clean: 2, malicious: 1 })
    expect(scan.files.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      'notes.txt',
      'a/honest.pkl',
      'a/b/evil.pkl',
    ])
    expect(done).toHaveLength(3)
  })

  it('of nothing is not examined, and of what is not there an error', async () => {
    expect((await scanPaths([folder])).verdict).toBe('not-examined')
    await expect(scanPaths([join(folder, 'none')])).rejects.toMatchObject({ code: 'file-unreadable' })
  })

  it('leaves out what a glob names, and says so', async () => {
    put('evil.pkl', systemPickle)
    put('deep/evil.pkl', systemPickle)
    put('honest.pkl', honest)
    const scan = await scanPaths([folder], { exclude: ['evil.pkl'] })
    expect(scan.verdict).toBe('clean')
    expect(scan.excluded).toHaveLength(2)
  })

  it('leaves out .git folders, and says so', async () => {
    put('.git/evil.pkl', systemPickle)
    put('honest.pkl', honest)
    const scan = await scanPaths([folder])
    expect(scan).toMatchObject({ verdict: 'clean', excluded: [join(folder, '.git')] })
  })

  it('follows no link out of the folder, nor opens a pipe', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'failmode-outside-'))
    writeFileSync(join(outside, 'evil.pkl'), systemPickle)
    put('model/honest.pkl', honest)
    symlinkSync(join(outside, 'evil.pkl'), join(folder, 'model/link.pkl'))
    symlinkSync(join(folder, 'model/honest.pkl'), join(folder, 'model/inner.pkl'))
    execFileSync('mkfifo', [join(folder, 'model/pipe')])
    const { files, verdict } = await scanPaths([join(folder, 'model')])
    rmSync(outside, { recursive: true })
    expect(verdict).toBe('not-examined')
    expect(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)).sort()).toEqual([
      'scan/link-out',
      'scan/special-file',
    ])
  })

  it('reads a link that was named itself', async () => {
    put('evil.pkl', systemPickle)
    symlinkSync(join(folder, 'evil.pkl'), join(folder, 'link'))
    expect((await scanPaths([join(folder, 'link')])).verdict).toBe('malicious')
  })

  it('sees external data of a model that is a link or has a second name', async () => {
    put('model.onnx', Buffer.from('080912', 'hex'))
    put('secret', 'x')
    linkSync(join(folder, 'secret'), join(folder, 'weights.bin'))
    expect((await scanPaths([folder])).verdict).not.toBe('clean')
  })

  it('does not lose the rest when reading one file takes too much memory', async () => {
    // A sparse file of 200 MB: read whole it would not fit into what the child may have.
    const big = put('big.pkl', assemble(proto(2), 'B'))
    truncateSync(big, 200_000_000)
    put('evil.pkl', systemPickle)
    const scan = await scanPaths([big, join(folder, 'evil.pkl')], { memoryMb: 60 })
    expect(scan.files).toHaveLength(2)
    // Sixty megabytes are less than Node itself takes, so the child is ended, twice.
    expect(scan.files.map(({ findings }) => findings[0]?.rule)).toEqual(['scan/crashed', 'scan/crashed'])
    expect(scan.verdict).toBe('not-examined')
    expect((await scanPaths([big, join(folder, 'evil.pkl')])).verdict).toBe('malicious')
  })

  it('stops when it is told to', async () => {
    put('honest.pkl', honest)
    await expect(scanPaths([folder], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  })

  it('keeps to the time that it is given', async () => {
    // Sixty million opcodes that no writer makes.
    put('slow.pkl', assemble(proto(2), '(0'.repeat(30_000_000), 'N', stop))
    const started = performance.now()
    const { files } = await scanPaths([join(folder, 'slow.pkl')], { limits: { seconds: 0.05 } })
    expect(files[0]?.verdict).not.toBe('clean')
    expect(performance.now() - started).toBeLessThan(6000)
  })
})
