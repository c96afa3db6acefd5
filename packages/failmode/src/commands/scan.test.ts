import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorLines, failmode } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-scan-'))
  await mkdir(join(folder, 'model'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = (name: string, content: string) =>
  writeFile(join(folder, 'model', name), Buffer.from(content, 'latin1'))
const scan = (...args: readonly string[]) => failmode(['scan', ...args], { cwd: folder })
const hostile = '\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.'

describe('failmode scan', () => {
  it('exits 0 only when all of it is clean', async () => {
    await put('weights.pkl', '\x80\x02}.')
    const { status, stdout } = await scan('model')
    expect(stdout).toBe('1 file: 1 clean\n')
    expect(status).toBe(0)
  })

  it('exits 1 on a file that runs something, and says what it would run and why that matters', async () => {
    await put('weights.safetensors', hostile)
    const { status, stdout } = await scan('model')
    expect(status).toBe(1)
    expect(stdout).toContain('✗ malicious')
    expect(stdout).toContain("would run: os.system('true')")
    expect(stdout).toContain('pickle/dangerous-import')
    expect(stdout).toContain('CWE-502')
    expect(stdout).toContain('1 file: 1 malicious')
  })

  it('exits 3 when something was not understood', async () => {
    await put('weights.bin', '\x01\x02\x03\x04 unknown \xff\xfe\xfd')
    const { status, stdout } = await scan('model')
    expect(status).toBe(3)
    expect(stdout).toContain('? not examined')
  })

  it('writes JSON and SARIF, and model scan is the same command', async () => {
    await put('weights.pkl', hostile)
    const json = JSON.parse((await scan('model', '--json')).stdout)
    expect(json).toMatchObject({ schemaVersion: 1, verdict: 'malicious', counts: { malicious: 1 } })
    const { status } = await failmode(
      ['model', 'scan', 'model', '--format', 'sarif', '--output', 'out.sarif'],
      {
        cwd: folder,
      },
    )
    expect(status).toBe(1)
    const sarif = JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8'))
    expect(sarif.runs[0].results[0].ruleId).toBe('pickle/dangerous-import')
  })

  it('leaves out what --exclude names, and says so', async () => {
    await put('weights.pkl', hostile)
    await put('notes.txt', 'words\n')
    const { status, stdout } = await scan('model', '--exclude', '*.pkl')
    expect(status).toBe(0)
    expect(stdout).toContain('left out: model/weights.pkl')
  })

  it('keeps control characters of names and contents off the terminal', async () => {
    await put('evil\x1b[2J.pkl', '\x80\x02cos\nsystem\nX\x05\0\0\0\x1b[31m\x85R.')
    const { stdout } = await scan('model')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the point
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
  })

  it('says what is wrong with bad arguments', async () => {
    const missing = await scan('nothing-here')
    expect(missing.status).toBe(2)
    expect(errorLines(missing)[0]).toContain('nothing-here')
    expect((await scan('model', '--format', 'xml')).status).toBe(2)
    expect((await scan('model', '--seconds', '0')).status).toBe(2)
  })
})
