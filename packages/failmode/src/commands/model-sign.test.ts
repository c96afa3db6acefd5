import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorLines, failmode } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-sign-'))
  await mkdir(join(folder, 'model'))
  await writeFile(join(folder, 'model/weights.bin'), 'numbers')
  await writeFile(join(folder, 'model/README.md'), '# A model\n')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(join(folder, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const model = (...args: readonly string[]) => failmode(['model', ...args], { cwd: folder })

describe('failmode model sign and verify', () => {
  it('verifies what was signed, and names the file that was changed, added or lost', async () => {
    const signed = await model('sign', 'model', '--key', 'key.pem')
    expect(signed, signed.stderr).toMatchObject({ status: 0, stdout: 'model.sig\n' })
    const verify = () => model('verify', 'model', '--key', 'key.pub')
    expect(await verify()).toMatchObject({ status: 0 })
    expect((await verify()).stdout).toContain('✓ verified  model: 2 files are as signed')

    await writeFile(join(folder, 'model/weights.bin'), 'Numbers')
    const changed = await verify()
    expect(changed.status).toBe(1)
    expect(changed.stdout).toContain('weights.bin')

    await writeFile(join(folder, 'model/weights.bin'), 'numbers')
    await writeFile(join(folder, 'model/more.bin'), 'x')
    expect((await verify()).stdout).toContain('more.bin')

    await rm(join(folder, 'model/more.bin'))
    await rm(join(folder, 'model/README.md'))
    const lost = await verify()
    expect(lost.status).toBe(1)
    expect(lost.stdout).toContain('README.md')
  })

  it('refuses another key, and says whom it has to trust', async () => {
    await model('sign', 'model', '--key', 'key.pem')
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await writeFile(join(folder, 'other.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
    expect((await model('verify', 'model', '--key', 'other.pub')).status).toBe(1)
    const nobody = await model('verify', 'model')
    expect(nobody.status).toBe(2)
    expect(errorLines(nobody)[0]).toContain('--key')
  })

  it('writes nothing without a key, or for what is not there', async () => {
    expect((await model('sign', 'model')).status).toBe(2)
    expect((await model('sign', 'none', '--key', 'key.pem')).status).toBe(2)
    expect((await model('sign', 'model', '--key', 'none.pem')).status).toBe(2)
    expect((await model('verify', 'model', '--key', 'key.pub')).status).toBe(2)
  })
})
