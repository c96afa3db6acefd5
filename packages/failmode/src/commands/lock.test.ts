import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'
import { type SystemFolder, tinyConfig, tinySystem } from '../testing/system-folder.ts'

let system: SystemFolder
beforeEach(async () => {
  system = await tinySystem()
})
afterEach(() => system.remove())

const command = (...args: readonly string[]) => failmode(args, { cwd: system.path })
const lockPath = () => join(system.path, 'models.lock.json')

let runs = 0
async function supplyChain(): Promise<RunDocument['modes'][number]> {
  const args = ['--only', 'supply-chain', '--out', `out-${runs++}`, '--format', 'json', '--json']
  const { stdout, stderr, status } = await command('run', ...args)
  expect(status, stderr).toBe(0)
  return (JSON.parse(stdout) as RunDocument).modes.find(({ number }) => number === 9)!
}

describe('locking the artifacts', () => {
  it('makes mode 9 clean, until a byte of the model is another one', async () => {
    expect((await supplyChain()).outcome).toBe('finding')
    const model = await readFile(join(system.path, 'model.onnx'))
    const sha256 = createHash('sha256').update(model).digest('hex')
    const { status, stdout } = await command('lock')
    expect(status).toBe(0)
    expect(stdout).toBe(`${sha256}  model.onnx\n${lockPath()}\n`)
    expect(await readFile(lockPath(), 'utf8')).toContain(sha256)
    expect((await supplyChain()).outcome).toBe('no-finding')

    // One bit of the name of the model's producer, so that the model still opens.
    const at = model.indexOf('failmode')
    expect(at).toBeGreaterThan(0)
    model[at]! ^= 1
    await system.write('model.onnx', new Uint8Array(model))
    const changed = await supplyChain()
    expect(changed.outcome).toBe('finding')
    const flipped = createHash('sha256').update(model).digest('hex')
    expect(JSON.stringify(changed)).toContain(sha256)
    expect(JSON.stringify(changed)).toContain(flipped)
  })

  it('finds the artifact again when the configuration writes its path in another way', async () => {
    await system.write('failmode.config.json', { ...tinyConfig, artifacts: ['./model.onnx'] })
    expect((await command('lock')).status).toBe(0)
    expect((await supplyChain()).outcome).toBe('no-finding')
  })

  it('locks files that are named, and prints the lock as JSON', async () => {
    const { status, stdout } = await command('lock', 'x.npy', 'y.npy', '--json')
    expect(status).toBe(0)
    expect(stdout).toBe(await readFile(lockPath(), 'utf8'))
    expect(Object.keys(JSON.parse(stdout).artifacts)).toEqual(['x.npy', 'y.npy'])
  })

  it('writes nothing when a file is missing', async () => {
    const { status, stdout, stderr } = await command('lock', 'model.onnx', 'gone.bin')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error file-not-found: .*gone\.bin.*nothing was written/)
    expect(existsSync(lockPath())).toBe(false)
  })

  it('refuses artifacts outside the folder, whose paths mean nothing elsewhere', async () => {
    await mkdir(join(system.path, 'inside'))
    const { status, stdout, stderr } = await failmode(['lock', '../model.onnx'], {
      cwd: join(system.path, 'inside'),
    })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error path-invalid: .*\.\.\/model\.onnx/)
    expect(existsSync(join(system.path, 'inside', 'models.lock.json'))).toBe(false)
  })

  it('refuses a folder', async () => {
    await mkdir(join(system.path, 'weights'))
    const { status, stdout, stderr } = await command('lock', 'weights')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error file-unreadable: .*weights/)
  })

  it('refuses a configuration without artifacts', async () => {
    const { artifacts: _, ...rest } = tinyConfig
    await system.write('failmode.config.json', rest)
    const { status, stderr } = await command('lock')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error usage: .*names no artifacts/)
  })

  it('makes a damaged lock an error of the check, never a clean result', async () => {
    await command('lock')
    await system.write('models.lock.json', '{"version": 1,')
    const { status, stdout } = await command(
      'run',
      '--only',
      '9',
      '--out',
      'damaged',
      '--format',
      'json',
      '--json',
    )
    expect(status).toBe(3)
    const mode = (JSON.parse(stdout) as RunDocument).modes.find(({ number }) => number === 9)!
    expect(mode.outcome).toBe('error')
    await rm(lockPath())
  })
})
