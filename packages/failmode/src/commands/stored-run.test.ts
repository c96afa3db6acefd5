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
})
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

  it('refuses a form that it does not have', async () => {
    const { status, stdout, stderr } = await command('report', 'out', '--format', 'sarf')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error usage: .*sarf[\s\S]*sarif/)
  })
})
