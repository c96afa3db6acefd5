import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-diff-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => failmode(args, { cwd: folder })
/** A safetensors file; `space` pads its header, which changes the file and not the model. */
function safetensors(tensors: Readonly<Record<string, readonly number[]>>, { space = '' } = {}): Buffer {
  let at = 0
  const entries = Object.entries(tensors).map(([name, values]) => {
    const from = at
    at += 4 * values.length
    return [name, { dtype: 'F32', shape: [values.length], data_offsets: [from, at] }] as const
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)) + space)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const numbers = Float32Array.from(Object.values(tensors).flat())
  return Buffer.concat([length, header, Buffer.from(numbers.buffer)])
}
const put = (name: string, content: Buffer) => writeFile(join(folder, name), content)

describe('failmode model diff', () => {
  it('exits 0 for the same model in other bytes, 1 for another model, and says what differs', async () => {
    await put('a.safetensors', safetensors({ w: [1, 2, 3], v: [4] }))
    await put('b.safetensors', safetensors({ w: [1, 2, 3], v: [4] }, { space: '    ' }))
    await put('c.safetensors', safetensors({ w: [1, 2.5, 3], x: [4] }))
    const same = await run('model', 'diff', 'a.safetensors', 'b.safetensors')
    expect(same, same.stderr).toMatchObject({ status: 0 })
    expect(same.stdout).toContain('the same model in other bytes')
    const other = await run('model', 'diff', 'a.safetensors', 'c.safetensors')
    expect(other.status).toBe(1)
    expect(other.stdout).toContain('w  float32 [3]  1 of 3 values changed, by at most 0.500')
    expect(other.stdout).toContain('v → x')
    const json = JSON.parse((await run('model', 'diff', 'a.safetensors', 'c.safetensors', '--json')).stdout)
    expect(json).toMatchObject({ equal: 'no', changed: [{ name: 'w', values: { changed: 1, maxAbs: 0.5 } }] })
  })

  it('exits 2 when there is nothing to compare', async () => {
    await put('a.txt', Buffer.from('words\n'))
    expect((await run('model', 'diff', 'a.txt', 'a.txt')).status).toBe(2)
    expect((await run('model', 'diff', 'a.txt', 'none')).status).toBe(2)
  })
})

describe('failmode lock and model verify', () => {
  it('tell a file that was written anew from a model that was changed', async () => {
    await put('model.safetensors', safetensors({ w: [1, 2, 3] }))
    expect((await run('lock', 'model.safetensors')).status).toBe(0)
    const lock = JSON.parse(await readFile(join(folder, 'models.lock.json'), 'utf8'))
    expect(lock).toMatchObject({
      lockVersion: 2,
      artifacts: { 'model.safetensors': { scan: { verdict: 'clean' }, content: { format: 'safetensors' } } },
    })
    expect(await run('model', 'verify')).toMatchObject({
      status: 0,
      stdout: '✓ as locked     model.safetensors\n1 of 1 file as locked\n',
    })

    await put('model.safetensors', safetensors({ w: [1, 2, 3] }, { space: '        ' }))
    const resaved = await run('model', 'verify', 'model.safetensors')
    expect(resaved.status).toBe(1)
    expect(resaved.stdout).toContain('▲ re-saved')
    expect(resaved.stdout).toContain('all 1 tensors are as locked')

    await put('model.safetensors', safetensors({ w: [1, 2, 4] }))
    const changed = await run('model', 'verify', '--json')
    expect(changed.status).toBe(1)
    expect(JSON.parse(changed.stdout).files[0]).toMatchObject({ state: 'mismatch', resaved: false })
    expect(changed.stdout).toContain('1 tensor changed')

    await rm(join(folder, 'model.safetensors'))
    expect((await run('model', 'verify')).stdout).toContain('✗ missing')
  })

  it('keep what people wrote into the lock, and drop a review of another file', async () => {
    await put('model.safetensors', safetensors({ w: [1] }))
    await run('lock', 'model.safetensors')
    const path = join(folder, 'models.lock.json')
    const lock = JSON.parse(await readFile(path, 'utf8'))
    Object.assign(lock.artifacts['model.safetensors'], {
      licence: 'MIT',
      reviewed: { by: 'ada', date: '2026-01-01' },
    })
    await writeFile(path, JSON.stringify(lock))
    await run('lock', 'model.safetensors')
    const again = JSON.parse(await readFile(path, 'utf8')).artifacts['model.safetensors']
    expect(again).toMatchObject({ licence: 'MIT', reviewed: { by: 'ada' } })
    await put('model.safetensors', safetensors({ w: [2] }))
    await run('lock', 'model.safetensors')
    const changed = JSON.parse(await readFile(path, 'utf8')).artifacts['model.safetensors']
    expect(changed.licence).toBe('MIT')
    expect(changed.reviewed).toBeUndefined()
  })

  it('says so when a locked file is not clean, and when there is no lock', async () => {
    await put('evil.pkl', Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.', 'latin1'))
    const { status, stderr } = await run('lock', 'evil.pkl')
    expect(status).toBe(0)
    expect(stderr).toContain('evil.pkl is malicious')
    await rm(join(folder, 'models.lock.json'))
    expect((await run('model', 'verify')).status).toBe(2)
  })
})
