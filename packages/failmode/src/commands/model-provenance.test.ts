import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-zoo-'))
  for (const name of ['good', 'bare']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'weights.pkl'), Buffer.from('\x80\x02}.', 'latin1'))
  }
  const sha256 = createHash('sha256').update(Buffer.from('\x80\x02}.', 'latin1')).digest('hex')
  await writeFile(join(folder, 'good', 'weights.pkl.sha256'), `${sha256}\n`)
  await writeFile(join(folder, 'good', 'README.md'), '---\nlicense: mit\n---\nWords.\n')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => failmode(['model', ...args], { cwd: folder })

describe('failmode model provenance', () => {
  it('counts which models can be checked, and exits 1 when one cannot', async () => {
    const { status, stdout } = await run('provenance', '.')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^bare +none/m)
    expect(stdout).toMatch(/^good +fits/m)
    expect(stdout).toContain(
      '2 models: 1 with a digest that fits, 0 with only a weak one, 0 whose digest differs, 1 without digest',
    )
    await rm(join(folder, 'bare'), { recursive: true })
    expect((await run('provenance', '.', '--json')).status).toBe(0)
    expect((await run('provenance', 'none')).status).toBe(2)
  })
})

describe('failmode model bom', () => {
  it('lists the models with digests and verdicts', async () => {
    const { status, stdout } = await run('bom', '.')
    expect(status).toBe(0)
    const bom = JSON.parse(stdout)
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    expect(bom.components.map(({ name }: { name: string }) => name)).toEqual(['bare', 'good'])
    expect(bom.components[1].components[0].properties).toContainEqual({
      name: 'failmode:verdict',
      value: 'clean',
    })
    expect((await run('bom', '.', '--output', 'bom.json')).stdout).toBe('')
    expect(await readFile(join(folder, 'bom.json'), 'utf8')).toBe(stdout)
  })
})
