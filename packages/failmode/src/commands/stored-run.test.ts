// Commands that read a run from its folder: none of them may need the system that was measured.
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failmode } from '../testing/command-line.ts'
import { digitsSystem, type SystemFolder } from '../testing/system-folder.ts'

let system: SystemFolder
let stored: RunDocument
const readJson = async (name: string) =>
  JSON.parse(await readFile(join(system.path, name), 'utf8')) as RunDocument
const command = (...args: readonly string[]) => failmode(args, { cwd: system.path })

beforeAll(async () => {
  system = await digitsSystem()
  const ended = await command('run', '--out', 'out', '--format', 'json')
  expect(ended.status, ended.stderr).toBe(0)
  stored = await readJson('out/run.json')
  // From here on there is no model and no data to ask.
  await rm(join(system.path, 'model.onnx'))
  await rm(join(system.path, 'test.npz'))
  // The digits with every probe that applies: ten seconds on two idle cores.
}, 240_000)
afterAll(() => system.remove())

const modeOf = (run: RunDocument, slug: string) => run.modes.find((mode) => mode.slug === slug)!

describe('judging again', () => {
  it('changes nothing when nothing was changed', async () => {
    const { status, stdout, stderr } = await command('judge', 'out', '--json')
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout)).toEqual(stored)
  })

  it('rates the stored measurements by other thresholds', async () => {
    expect(modeOf(stored, 'perturbation').outcome).toBe('finding')
    const { probes } = system.config as { probes: { perturbation: object; 'common-corruption': object } }
    const lenient = await system.write('lenient.json', {
      ...system.config,
      probes: { ...probes, perturbation: { ...probes.perturbation, threshold: { successRate: 1 } } },
    })
    const { status, stderr } = await command('judge', 'out', '--config', lenient, '--out', 'judged.json')
    expect(status, stderr).toBe(0)
    const judged = await readJson('judged.json')
    expect(modeOf(judged, 'perturbation').outcome).not.toBe('finding')
    expect(judged.findings.some(({ mode }) => mode === 'perturbation')).toBe(false)
    expect(modeOf(judged, 'perturbation').measurements).toEqual(modeOf(stored, 'perturbation').measurements)
    expect(judged.system.options.perturbation).toMatchObject({ threshold: { successRate: 1 } })
    expect(await readJson('out/run.json')).toEqual(stored)
  })

  it('rates by other assets and another bug bar, and gates by --fail-on', async () => {
    const finding = stored.findings.find(({ mode }) => mode === 'perturbation')!
    expect(finding.scale).toBe('sdl')
    const failed = await command('judge', 'out', '--fail-on', finding.severity)
    expect(failed.status).toBe(1)
    expect(failed.stdout).toContain(finding.title)

    const harmless = await system.write('harmless.json', {
      ...system.config,
      assets: { modelIsSecurityControl: false, actsOnPhysicalWorld: false, dataSensitivity: 'public' },
    })
    const { stdout } = await command('judge', 'out', '--config', harmless, '--json')
    const judged = JSON.parse(stdout) as RunDocument
    const same = judged.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint)!
    expect(same.rule).not.toEqual(finding.rule)

    const unknown = await command('judge', 'out', '--bug-bar', 'sdl-aiml-2091')
    expect(unknown.status).toBe(2)
    expect(unknown.stderr).toMatch(/^error usage: .*sdl-aiml-2091[\s\S]*sdl-aiml-2019/)
  })

  it('rates by a bug bar of its own from a file, which the judged document carries and can be judged by again', async () => {
    const rules = [{ id: 'acme-all', severity: 'low', because: 'We only play with digits.' }]
    await system.write(
      'bar.yaml',
      'id: acme\ntitle: Bar of Acme\nrules:\n  - { id: acme-all, severity: low, because: We only play with digits. }\n',
    )
    const ended = await command('judge', 'out', '--bug-bar', 'bar.yaml', '--out', 'acme/run.json')
    expect(ended.status, ended.stderr).toBe(0)
    await rm(join(system.path, 'bar.yaml'))
    const judged = await readJson('acme/run.json')
    expect(judged).toMatchObject({ bugBar: 'acme', ownBugBar: { id: 'acme', title: 'Bar of Acme' } })
    expect(judged.ownBugBar?.rules).toMatchObject(rules)
    for (const { severity, scale, rule } of judged.findings) {
      expect({ severity, scale, bar: rule.bar, id: rule.id }).toEqual({
        severity: 'low',
        scale: 'sdl',
        bar: 'acme',
        id: 'acme-all',
      })
    }
    const before = stored.findings.find(({ scale }) => scale === 'sdl')!
    const after = judged.findings.find(({ fingerprint }) => fingerprint === before.fingerprint)!
    expect(after.rule.elsewhere?.map(({ bar }) => bar)).toContain('sdl-aiml-2019')
    const again = await command('judge', 'acme', '--json')
    expect(JSON.parse(again.stdout)).toEqual(judged)
    const report = await command('report', 'acme', '--format', 'md')
    expect(report.stdout).toContain('Rated by Bar of Acme')
    const back = await command('judge', 'acme', '--bug-bar', 'sdl-aiml-2019', '--json')
    expect(JSON.parse(back.stdout)).toEqual(stored)
  })

  it.each([
    ['no bug bar', 'rules: []', /^error catalogue-bug-bar-invalid: /],
    ['no YAML', 'rules: [', /^error config-unreadable: .*bad\.yaml/],
  ])('refuses a file that is %s', async (_, content, words) => {
    await system.write('bad.yaml', content)
    const { status, stdout, stderr } = await command('judge', 'out', '--bug-bar', 'bad.yaml')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(words)
  })

  it.each([
    ['nowhere', 'file-not-found', /no run at nowhere/],
    ['failmode.config.json', 'run-invalid', /not a run document/],
    ['lenient', 'run-invalid', /not JSON/],
  ])('refuses %s, which is no run', async (name, code, words) => {
    if (name === 'lenient') await system.write(name, '{"schemaVersion": 1,')
    const { status, stdout, stderr } = await command('judge', name)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^error ${code}: `))
    expect(stderr).toMatch(words)
  })
})

describe('reporting a stored run', () => {
  it.each([
    ['md', /^# [\s\S]*digits[\s\S]*Perturbation/],
    ['json', /^\{[\s\S]*"schemaVersion": 1/],
    ['sarif', /"version": "2\.1\.0"[\s\S]*perturbation/],
    ['junit', /^<\?xml[\s\S]*<testsuites[\s\S]*perturbation/],
    ['csv', /perturbation[\s\S]*robust-accuracy/],
  ])('prints %s on stdout', async (format, words) => {
    const { status, stdout, stderr } = await command('report', 'out', '--format', format)
    expect(status, stderr).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(words)
    expect(stdout.endsWith('\n')).toBe(true)
  })

  it('prints the same JSON that was stored', async () => {
    const { stdout } = await command('report', 'out', '--format', 'json')
    expect(JSON.parse(stdout)).toEqual(stored)
  })

  it('writes one page of HTML into the run folder, with its pictures inside', async () => {
    expect(existsSync(join(system.path, 'out', 'report.html'))).toBe(false)
    const { status, stdout, stderr } = await command('report', 'out')
    expect(status, stderr).toBe(0)
    expect(stdout).toBe(`${join(system.path, 'out', 'report.html')}\n`)
    const html = await readFile(join(system.path, 'out', 'report.html'), 'utf8')
    expect(html).toMatch(/^<!doctype html>/i)
    expect(html).toContain('src="data:image/png;base64,')
    expect(html).not.toMatch(/(src|href)="https?:[^"]*\.(js|css|png)"/)
  })

  it('writes where it is told, also from the path of run.json', async () => {
    const { status, stdout } = await command(
      'report',
      'out/run.json',
      '--format',
      'md',
      '--output',
      'r/report.md',
    )
    expect(status).toBe(0)
    expect(stdout).toBe(`${join(system.path, 'r', 'report.md')}\n`)
    expect(await readFile(join(system.path, 'r', 'report.md'), 'utf8')).toContain('digits')
  })

  it.each(['engineer', 'responder', 'policy'])(
    'writes a page for the %s beside the others',
    async (audience) => {
      const { status, stdout, stderr } = await command('report', 'out', '--audience', audience)
      expect(status, stderr).toBe(0)
      const path = join(system.path, 'out', `report.${audience}.html`)
      expect(stdout).toBe(`${path}\n`)
      const html = await readFile(path, 'utf8')
      expect(html).toContain(`class="for-${audience}"`)
      const forPolicy = await command('report', 'out', '--format', 'md', '--audience', 'policy')
      expect(forPolicy.stdout).toContain('#### Legal questions')
    },
  )

  it('leaves out samples and paths when it shall be safe to share, and keeps the outcomes', async () => {
    const { stdout: page } = await command('report', 'out', '--share-safe')
    const html = await readFile(page.trim(), 'utf8')
    const pictures = stored.findings.flatMap(({ evidence }) =>
      evidence.flatMap((each) => (each.kind === 'images' ? each.images.filter(({ sample }) => sample) : [])),
    )
    expect(pictures.length).toBeGreaterThan(0)
    for (const { blob } of pictures) {
      const bytes = await readFile(join(system.path, 'out', blob.path))
      expect(html).not.toContain(bytes.toString('base64').slice(0, 200))
    }
    const { stdout } = await command('report', 'out', '--format', 'json', '--share-safe')
    expect(stdout).not.toContain('"sample": true')
    const safe = JSON.parse(stdout) as RunDocument
    expect(safe.modes.map(({ outcome }) => outcome)).toEqual(stored.modes.map(({ outcome }) => outcome))
  })

  it('refuses a form that it does not have', async () => {
    const { status, stdout, stderr } = await command('report', 'out', '--format', 'sarf')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: .*sarf[\s\S]*sarif/)
  })
})
