import { tmpdir } from 'node:os'
import { catalogue } from '@failmode/catalogue'
import { describe, expect, it } from 'vitest'
import { registry } from '../registry.ts'
import { failmode } from '../testing/command-line.ts'
import { explain } from './explain.ts'

const cwd = tmpdir()
const command = (...args: readonly string[]) => failmode(args, { cwd })
const textOf = (word: string, audience: 'engineer' | 'responder' | 'policy' = 'engineer') =>
  JSON.stringify(explain(word, audience))

/** As it stands inside JSON. */
const escaped = (term: string) => JSON.stringify(term.toLowerCase()).slice(1, -1)

describe('explain', () => {
  it('speaks to policy makers of cause, consequence and civil liberties', async () => {
    const { status, stdout, stderr } = await command('explain', 'perturbation', '--for', 'policy')
    expect(status, stderr).toBe(0)
    for (const title of ['Cause', 'Consequence', 'Civil liberties']) expect(stdout).toContain(`\n${title}\n`)
    expect(stdout).toMatch(/^1\. Perturbation attack/)
  })

  it.each(catalogue.modes.map((mode) => mode.slug))('knows %s for each audience', (slug) => {
    const texts = (['engineer', 'responder', 'policy'] as const).map((audience) => textOf(slug, audience))
    expect(new Set(texts).size).toBe(3)
  })

  it('finds a mode by number and by name as well', () => {
    for (const mode of catalogue.modes) {
      expect(textOf(String(mode.number))).toBe(textOf(mode.slug))
      expect(textOf(mode.name.toUpperCase())).toBe(textOf(mode.slug))
    }
  })

  it('knows variants, checks, measurements, severities and terms', () => {
    expect(explain('1c', 'engineer')).toMatchObject({ kind: 'variant of perturbation' })
    for (const { meta } of registry.flatMap((probe) => probe.checks)) {
      expect(explain(meta.id, 'engineer').kind).toMatch(/^check of /)
      for (const name of meta.measurements) expect(textOf(name)).toContain(meta.id)
    }
    for (const word of ['critical', 'important', 'moderate', 'low', 'high', 'medium']) {
      expect(explain(word, 'engineer').sections[0]?.lines.length).toBeGreaterThan(0)
    }
    // Some terms are names of modes too; then the mode is what is explained.
    for (const { term } of catalogue.glossary) expect(textOf(term).toLowerCase()).toContain(escaped(term))
  })

  it('suggests the nearest word for an unknown one', async () => {
    const { status, stdout, stderr } = await command('explain', 'perturbashun')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: .*"perturbashun"[\s\S]*"perturbation"/)
  })

  it('prints JSON', async () => {
    const { status, stdout } = await command('explain', 'membership', 'inference', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ title: expect.stringMatching(/^4\. Membership Inference/) })
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
