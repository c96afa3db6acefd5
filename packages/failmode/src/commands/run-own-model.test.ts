// The two systems of docs/targets.md, as a reader of it would set them up.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorLines, failmode } from '../testing/command-line.ts'
import { side } from '../testing/system-folder.ts'

let folder: string
const blocks = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-own-'))
  const guide = await readFile(new URL('../../../../docs/targets.md', import.meta.url), 'utf8')
  for (const [, language = '', code = ''] of guide.matchAll(/```(\w+)\n(.*?)```/gs))
    blocks.set(language, code)
  const rows = Array.from({ length: 20 }, (_, i) => {
    const grey = i % 2 === 0 ? 0.4 : 0.6
    return [...new Array(side * side).fill(grey), i % 2 === 0 ? 'dark' : 'bright'].join()
  })
  const header = [...Array.from({ length: side * side }, (_, i) => `p${i}`), 'label'].join()
  await writeFile(join(folder, 'test.csv'), [header, ...rows, ''].join('\n'))
  await writeFile(join(folder, 'model.cjs'), blocks.get('js') ?? '')
  await writeFile(join(folder, 'failmode.config.ts'), blocks.get('ts') ?? '')
  await writeFile(join(folder, 'program.json'), blocks.get('json') ?? '')
  await mkdir(join(folder, 'node_modules'))
  await symlink(
    fileURLToPath(new URL('../..', import.meta.url)),
    join(folder, 'node_modules', 'failmode'),
    'dir',
  )
})
afterAll(() => rm(folder, { recursive: true }))

async function run(
  out: string,
  args: readonly string[],
): Promise<{ readonly ended: Ended; readonly document: RunDocument }> {
  const choice = ['--only', 'perturbation/random-noise,perturbation/score-untargeted', '--budget', 'quick']
  const words = ['run', ...choice, '--out', out, '--format', 'json', '--workers', '1', ...args]
  const ended = await failmode(words, { cwd: folder })
  const text = await readFile(join(folder, out, 'run.json'), 'utf8').catch(() => {
    throw new Error(`there is no run.json: ${ended.stderr}`)
  })
  return { ended, document: JSON.parse(text) as RunDocument }
}

const values = (document: RunDocument) =>
  document.modes.flatMap(({ measurements }) => measurements.map(({ name, value }) => [name, value]))

describe('the systems of the guide', () => {
  it('run: a function in TypeScript and a program measure the same', async () => {
    const own = await run('function', [])
    const program = await run('program', ['--config', 'program.json'])
    for (const [{ ended, document }, kind] of [
      [own, 'function'],
      [program, 'process'],
    ] as const) {
      expect(ended.status, ended.stderr).toBe(0)
      expect(document.system.model).toMatchObject({ kind, labels: ['dark', 'bright'] })
      const checks = document.modes.flatMap((mode) => mode.checks)
      const score = checks.find(({ id }) => id === 'perturbation/score-untargeted')
      expect(score?.outcome, score?.reason).toBe('no-finding')
      expect(score?.measurements.find(({ name }) => name === 'clean-accuracy')?.value).toBe(1)
    }
    expect(values(own.document).length).toBeGreaterThan(0)
    expect(values(own.document)).toEqual(values(program.document))
  })

  it('end with status 4 when the program is not there, and with 2 when the function is none', async () => {
    const config = JSON.parse(blocks.get('json') ?? '{}')
    await writeFile(
      join(folder, 'gone.json'),
      JSON.stringify({ ...config, model: { ...config.model, command: ['no-such-program'] } }),
    )
    const gone = await failmode(['plan', '--config', 'gone.json'], { cwd: folder })
    expect(gone.status).toBe(4)
    expect(errorLines(gone)).toEqual([
      expect.stringContaining('error target-unreachable: the program "no-such-program"'),
    ])
    await writeFile(
      join(folder, 'none.json'),
      JSON.stringify({ ...config, model: { ...config.model, command: undefined, predict: 'model.cjs' } }),
    )
    const none = await failmode(['plan', '--config', 'none.json'], { cwd: folder })
    expect(none.status).toBe(2)
    expect(errorLines(none)).toEqual([expect.stringContaining('"model.predict" is no function')])
  })
})
