// What is known and accepted: baselines, waivers, and the difference of two runs, as CI would use them.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Baseline, RunDiff, RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorLines, failmode } from '../testing/command-line.ts'
import { type SystemFolder, tinySystem } from '../testing/system-folder.ts'

let system: SystemFolder
const command = (...args: readonly string[]) => failmode(args, { cwd: system.path })
const json = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(system.path, name), 'utf8')) as T
const only = ['--only', 'perturbation/gradient-untargeted', '--budget', 'quick', '--format', 'json']

beforeAll(async () => {
  system = await tinySystem()
  // Greys of 0.1 and 0.9 with the border at 0.5: every sample falls at 0.45.
  const { probes } = system.config as { probes: { perturbation: object } }
  await system.write('weak.json', {
    ...system.config,
    probes: { perturbation: { ...probes.perturbation, eps: 0.45 } },
  })
  const ended = await command('run', '--config', 'weak.json', ...only, '--out', 'first')
  expect(ended.status, ended.stderr).toBe(0)
})
afterAll(() => system.remove())

describe('a baseline', () => {
  it('is made of a run, and not over another one', async () => {
    const made = await command('baseline', 'create', 'first', '--out', 'base.json')
    expect(made.status, made.stderr).toBe(0)
    expect(made.stdout).toContain('1 finding accepted')
    const baseline = await json<Baseline>('base.json')
    expect(baseline.outcomes[0]?.values.length).toBeGreaterThan(0)
    const again = await command('baseline', 'create', 'first', '--out', 'base.json')
    expect(again.status).toBe(2)
    expect(errorLines(again)[0]).toContain('file-exists')
  })

  it('lets pass what it knows, which fails without it', async () => {
    const fails = await command(
      'run',
      '--config',
      'weak.json',
      ...only,
      '--fail-on',
      'low',
      '--out',
      'second',
    )
    expect(fails.status, fails.stderr).toBe(1)
    const passes = await command(
      ...[
        'run',
        '--config',
        'weak.json',
        ...only,
        '--fail-on',
        'low',
        '--out',
        'third',
        '--baseline',
        'base.json',
      ],
    )
    expect(passes.status, passes.stderr).toBe(0)
    const run = await json<RunDocument>('third/run.json')
    expect(run.findings[0]?.baseline?.status).toBe('known')
    // Judged again, the stored run says the same of itself.
    const judged = await command('judge', 'third', '--json')
    expect(judged.status, judged.stderr).toBe(0)
    expect((JSON.parse(judged.stdout) as RunDocument).findings).toEqual(run.findings)
  })

  it('is brought up to date and pruned, and refused where there is none', async () => {
    expect((await command('baseline', 'update', 'third', '--out', 'base.json')).stdout).toContain(
      '0 added, 0 removed',
    )
    expect((await command('baseline', 'prune', 'third', '--out', 'base.json')).status).toBe(0)
    const none = await command('baseline', 'update', 'third', '--out', 'gone.json')
    expect(none.status).toBe(2)
    const run = await command('run', '--config', 'weak.json', ...only, '--baseline', 'gone.json')
    expect(run.status).toBe(2)
    expect(errorLines(run)[0]).toContain('file-not-found')
  })
})

describe('a waiver', () => {
  const gated = async (waiver: object) => {
    await system.write('waived.json', {
      ...system.config,
      probes: { perturbation: { eps: 0.45, samples: 20 } },
      gate: { failOn: 'low', waivers: [waiver] },
    })
    return command('judge', 'first', '--config', 'waived.json', '--json')
  }
  const holds = {
    mode: 'perturbation',
    owner: 'ana',
    reason: 'behind a login',
    until: '2999-01-01',
    covers: 'critical',
  }

  it('lets a finding pass while it holds', async () => {
    const ended = await gated(holds)
    expect(ended.status, ended.stderr).toBe(0)
    expect((JSON.parse(ended.stdout) as RunDocument).findings[0]?.waived?.owner).toBe('ana')
  })

  it('fails the gate when it is out of date, matches nothing or covers less', async () => {
    for (const change of [{ until: '2020-01-01' }, { mode: 'poisoning' }, { covers: 'low' }]) {
      expect((await gated({ ...holds, ...change })).status).toBe(1)
    }
  })
})

describe('the difference of two runs', () => {
  it('is none between two runs of one seed', async () => {
    const { status, stdout, stderr } = await command('diff', 'first', 'third')
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/All \d+ measurements are the same/)
  })

  it('is tested in pairs, with the samples that changed', async () => {
    // The same ball around a model that needs more.
    const { model } = system.config as { model: object }
    await system.write('strong.json', {
      ...system.config,
      model,
      probes: { perturbation: { eps: 0.45, samples: 20, attacks: ['pgd'], steps: 1, stepSize: 0.001 } },
    })
    const ended = await command('run', '--config', 'strong.json', ...only, '--out', 'fourth')
    expect(ended.status, ended.stderr).toBe(0)
    const { stdout } = await command('diff', 'first', 'fourth', '--json')
    const diff = JSON.parse(stdout) as RunDiff
    const robust = diff.measurements.find(({ name, check }) => name === 'robust-accuracy' && check !== null)
    expect(robust?.paired?.n).toBe(20)
    expect(robust?.paired?.changed.length).toBe(20)
    expect(robust?.p).toBeLessThan(0.01)
    expect(diff.differences).toContain('options of perturbation')
  })
})
