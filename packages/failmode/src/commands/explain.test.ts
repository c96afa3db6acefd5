import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'

const cwd = tmpdir()
const command = (...args: readonly string[]) => failmode(args, { cwd })

describe('explain', () => {
  it('speaks to policy makers of cause, consequence and civil liberties', async () => {
    const { status, stdout, stderr } = await command('explain', 'perturbation', '--for', 'policy')
    expect(status, stderr).toBe(0)
    for (const title of ['Cause', 'Consequence', 'Civil liberties', 'Sources'])
      expect(stdout).toContain(`\n${title}\n`)
    expect(stdout).toMatch(/^1\. Perturbation attack/)
  })

  it('stays within 80 columns, addresses aside', async () => {
    const { stdout } = await command('explain', 'critical')
    const long = stdout.split('\n').filter((line) => line.length > 80 && !line.includes('https://'))
    expect(long).toEqual([])
    expect(stdout).toContain('\nSources\n')
  })

  it('takes --audience for --for, and refuses two different ones', async () => {
    const [one, other] = await Promise.all([
      command('explain', 'pgd', '--for', 'responder'),
      command('explain', 'pgd', '--audience', 'responder'),
    ])
    expect(one.status, one.stderr).toBe(0)
    expect(other.stdout).toBe(one.stdout)
    const both = await command('explain', 'pgd', '--for', 'policy', '--audience', 'engineer')
    expect({ status: both.status, stdout: both.stdout }).toEqual({ status: 2, stdout: '' })
    expect(both.stderr).toMatch(/^error usage: .*--audience/)
  })

  it('suggests the nearest word for an unknown one', async () => {
    const { status, stdout, stderr } = await command('explain', 'perturbashun')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: .*"perturbashun"[\s\S]*"perturbation"/)
  })

  it('prints JSON of one shape for everything', async () => {
    for (const [words, kind, id] of [
      [['membership', 'inference'], 'mode', 'membership-inference'],
      [['1c'], 'variant', '1c'],
      [['robust-accuracy'], 'measure', 'robust-accuracy'],
    ] as const) {
      const { status, stdout } = await command('explain', ...words, '--audience', 'policy', '--json')
      expect(status).toBe(0)
      const explanation = JSON.parse(stdout)
      expect(Object.keys(explanation)).toEqual(['kind', 'title', 'id', 'audience', 'sections', 'sources'])
      expect(explanation).toMatchObject({ kind, id, audience: 'policy' })
      for (const { title, lines } of explanation.sections) {
        expect(title === null || typeof title === 'string').toBe(true)
        expect(lines.length).toBeGreaterThan(0)
      }
      for (const source of explanation.sources) expect(Object.keys(source)).toEqual(['title', 'url'])
    }
  })
})

describe('list', () => {
  it('lists the 17 modes with the checks of this version', async () => {
    const { status, stdout } = await command('list', '--json')
    expect(status).toBe(0)
    const rows = JSON.parse(stdout) as { number: number; slug: string; checks: { id: string }[] }[]
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1))
    expect(rows[0]?.checks.map(({ id }) => id)).toContain('perturbation/score-untargeted')
    const plain = await command('list')
    for (const { slug, checks } of rows) {
      expect(plain.stdout).toContain(slug)
      for (const { id } of checks) expect(plain.stdout).toContain(id)
    }
  })
})

describe('doctor', () => {
  it('says what is here as JSON and ends with 0 where a model can run', async () => {
    const { status, stdout, stderr } = await command('doctor', '--json')
    expect(status, stderr).toBe(0)
    const parts = JSON.parse(stdout) as { name: string; there: boolean; detail: string }[]
    expect(parts.find(({ name }) => name === 'node')).toMatchObject({
      there: true,
      detail: expect.stringContaining(process.versions.node),
    })
    expect(parts.find(({ name }) => name === 'onnxruntime')?.there).toBe(true)
    expect((await command('doctor')).stdout).toContain('onnxruntime')
  })
})

describe('the command line', () => {
  it('shows help and version on stdout and ends with 0', async () => {
    const help = await command('--help')
    expect(help).toMatchObject({ status: 0, stderr: '' })
    for (const name of ['run', 'plan', 'judge', 'report', 'explain', 'doctor'])
      expect(help.stdout).toContain(`  ${name}`)
    const version = await command('--version')
    expect(version).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })

  it.each([
    [['rum'], /'rum'[\s\S]*run/],
    [['run', '--sed', '1'], /--sed[\s\S]*--seed/],
    [['explain'], /missing required argument/],
    [['schema', 'runs'], /"runs"[\s\S]*run/],
    [['explain', '1', '--for', 'lawyer'], /--for is "lawyer"/],
  ])('refuses %j with one error and status 2', async (args, words) => {
    const { status, stdout, stderr } = await command(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: /)
    expect(stderr).toMatch(words)
  })
})
