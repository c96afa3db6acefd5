import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createArtifactTarget, lockName } from './artifact-target.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-artifacts-'))
  await mkdir(join(folder, 'models'))
  await writeFile(join(folder, 'models', 'a.onnx'), 'a')
})
afterAll(() => rm(folder, { recursive: true }))

const digest = createHash('sha256').update('a').digest('hex')

describe('the artifact target', () => {
  it('hashes files by relative and by absolute path, and says which are not there', async () => {
    const absolute = join(folder, 'models', 'a.onnx')
    const target = createArtifactTarget({ folder, paths: ['models/a.onnx', absolute, 'b.onnx'] })
    expect(await target.measure()).toEqual([
      { state: 'present', path: 'models/a.onnx', bytes: 1, sha256: digest },
      { state: 'present', path: absolute, bytes: 1, sha256: digest },
      { state: 'missing', path: 'b.onnx' },
    ])
  })

  it('reads the lock beside the configuration, anew each time', async () => {
    const target = createArtifactTarget({ folder, paths: [] })
    expect(await target.lockText()).toBeNull()
    await writeFile(join(folder, lockName), '{}')
    expect(await target.lockText()).toBe('{}')
  })
})
