import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sharedData } from './shared-data.ts'

const top = mkdtempSync(join(tmpdir(), 'failmode-data-'))
const root = join(top, 'repository')
mkdirSync(join(root, 'mine'), { recursive: true })
writeFileSync(join(root, 'mine', 'a.bin'), 'a')
afterAll(() => rmSync(top, { recursive: true, force: true }))

describe('the shared data folder', () => {
  it('is null where there is none', () => {
    expect(sharedData({ environment: {}, root })).toBeNull()
    expect(sharedData({ environment: { FAILMODE_DATA: 'mine/a.bin' }, root })).toBeNull()
  })

  it('is the one that FAILMODE_DATA names, before the one beside the repository', () => {
    mkdirSync(join(top, 'shared', 'data'), { recursive: true })
    expect(sharedData({ environment: {}, root })?.folder).toBe(join(top, 'shared', 'data'))
    expect(sharedData({ environment: { FAILMODE_DATA: join(root, 'mine') }, root })?.folder).toBe(
      join(root, 'mine'),
    )
  })

  it('gives a path only for what is there', () => {
    const data = sharedData({ environment: { FAILMODE_DATA: 'mine' }, root })
    expect(data?.file('a.bin')).toBe(join(root, 'mine', 'a.bin'))
    expect(data?.file('b.bin')).toBeNull()
  })
})
