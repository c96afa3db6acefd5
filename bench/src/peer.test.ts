import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeer, peerVersions } from './peer.ts'

// The protocol needs an interpreter but none of the peers' libraries: a folder of our own stands for
// bench/peers, with the system's Python in place of the environment's.
const python = (() => {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
})()

const folder = mkdtempSync(join(tmpdir(), 'failmode-peers-'))

beforeAll(() => {
  copyFileSync(fileURLToPath(new URL('../peers/serve.py', import.meta.url)), join(folder, 'serve.py'))
  mkdirSync(join(folder, '.venv', 'bin'), { recursive: true })
  if (python) symlinkSync(python, join(folder, '.venv', 'bin', 'python'))
  const peers = [
    { name: 'numpy', version: '1.26.4', reason: null },
    { name: 'torch', version: null, reason: 'no space left' },
  ]
  writeFileSync(join(folder, '.venv', 'peers.json'), JSON.stringify({ python: '3.11.7', peers }))
  writeFileSync(
    join(folder, 'script.py'),
    `import os, sys
from serve import serve

def add(pair):
    print("a library that prints")
    return pair[0] + pair[1]

def fail(_):
    raise ValueError("no such shape")

def die(_):
    print("out of memory", file=sys.stderr)
    sys.stderr.flush()
    os._exit(3)

serve({"add": add, "fail": fail, "die": die, "threads": lambda _: os.environ.get("OMP_NUM_THREADS")})
`,
  )
  writeFileSync(join(folder, 'broken.py'), 'import no_such_module_anywhere\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a peer that cannot be had', () => {
  it('is null with the reason when there is no environment', async () => {
    const opened = await openPeer('script.py', { folder: join(folder, 'nowhere') })
    expect(opened).toEqual({ peer: null, reason: 'no peers are installed; run bench/peers/setup' })
    expect(peerVersions(join(folder, 'nowhere'))).toBeNull()
  })

  it("is null with the installation's reason when a library it needs is absent", async () => {
    const opened = await openPeer('script.py', { folder, needs: ['numpy', 'torch'] })
    expect(opened.reason).toBe('torch is absent (no space left); run bench/peers/setup')
    expect((await openPeer('script.py', { folder, needs: ['jax'] })).reason).toContain(
      'jax is absent (not listed)',
    )
  })

  it.skipIf(!python)('is null with the last words of a script that ends before it is ready', async () => {
    const opened = await openPeer('broken.py', { folder })
    expect(opened.peer).toBeNull()
    expect(opened.reason).toContain("No module named 'no_such_module_anywhere'")
  })
})

describe.skipIf(!python)('a running peer', () => {
  it('answers calls, also when the library it wraps prints', async () => {
    const { peer } = await openPeer('script.py', {
      folder,
      needs: ['numpy'],
      environment: { OMP_NUM_THREADS: '1' },
    })
    const sums = await Promise.all([1, 2, 3].map((value) => peer!.call<number>('add', [value, 10])))
    expect(sums).toEqual([11, 12, 13])
    expect(await peer!.call('threads')).toBe('1')
    expect(peer!.pid).toBeGreaterThan(0)
    await peer!.close()
    await expect(peer!.call('add', [1, 2])).rejects.toMatchObject({ code: 'worker-died' })
  })

  it('passes on an error and lives on', async () => {
    const { peer } = await openPeer('script.py', { folder })
    await expect(peer!.call('fail')).rejects.toMatchObject({
      code: 'step-failed',
      message: 'the peer script.py: ValueError: no such shape',
    })
    await expect(peer!.call('unheard-of')).rejects.toThrow('KeyError')
    expect(await peer!.call('add', [2, 2])).toBe(4)
    await peer!.close()
  })

  it('rejects what is waiting when it dies', async () => {
    const { peer } = await openPeer('script.py', { folder })
    await expect(peer!.call('die')).rejects.toMatchObject({
      code: 'worker-died',
      message: 'the peer script.py ended: out of memory',
    })
    await peer!.close()
  })
})
