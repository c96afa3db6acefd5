import { readdir } from 'node:fs/promises'
import type { RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registry } from '../registry.ts'
import { failmode } from '../testing/command-line.ts'
import { type SystemFolder, tinySystem } from '../testing/system-folder.ts'

let system: SystemFolder
beforeAll(async () => {
  system = await tinySystem()
})
afterAll(() => system.remove())

interface Plan {
  readonly cost: { readonly queries: number; readonly gradients: number }
  readonly price?: { readonly cost: number; readonly maxCost: number | null }
  readonly checks: readonly {
    readonly id: string
    readonly kind: string
    readonly reason?: string
    readonly cost?: { readonly queries: number; readonly gradients: number }
  }[]
}

async function plan(...args: readonly string[]): Promise<Plan> {
  const { status, stdout, stderr } = await failmode(['plan', '--json', ...args], { cwd: system.path })
  expect(status, stderr).toBe(0)
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Plan
}

const all = registry.flatMap((probe) => probe.checks.map(({ meta }) => meta.id))
const of = (mode: string) => all.filter((id) => id.startsWith(`${mode}/`))
const except = (...left: readonly string[]) => all.filter((id) => !left.includes(id))
const tagged = (tag: string) =>
  registry
    .filter(({ meta }) => meta.tags.includes(tag))
    .flatMap((probe) => probe.checks.map(({ meta }) => meta.id))

describe('the plan', () => {
  it('says what would be done and why not, and writes nothing', async () => {
    const before = await readdir(system.path)
    const { status, stdout, stderr } = await failmode(['plan', '--only', 'perturbation'], {
      cwd: system.path,
    })
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/perturbation\/score-untargeted[\s\S]*square on 20 samples: square 20 queries/)
    expect(stdout).toMatch(/supply-chain\/digests[\s\S]*skipped: Not selected/)
    expect(stdout).toMatch(/At most \d+ queries and \d+ gradients in all/)
    expect(await readdir(system.path)).toEqual(before)
  })

  it('says what it costs where the configuration gives a price, and stays below the ceiling', async () => {
    const priced = { ...system.config, pricePer1000Queries: 5, maxCost: 100 }
    const config = await system.write('priced.json', priced)
    const { stdout, stderr } = await failmode(['plan', '--config', config], { cwd: system.path })
    expect(stdout, stderr).toMatch(/That costs at most [\d.]+, of the 100 that "maxCost" allows/)
    const { cost, price } = await plan('--config', config)
    expect(cost.queries + cost.gradients).toBeLessThan(20_000)
    expect(price?.cost).toBeCloseTo((cost.queries + cost.gradients) / 200, 1)
  })

  it.each([
    ['perturbation', of('perturbation')],
    ['1', of('perturbation')],
    ['perturbation/random-noise', ['perturbation/random-noise']],
    ['9,16', [...of('supply-chain'), ...of('common-corruption')]],
    ['tag:evasion', tagged('evasion')],
    ['-perturbation', except(...of('perturbation'))],
    [
      'perturbation,-perturbation/random-noise',
      of('perturbation').filter((id) => !id.endsWith('/random-noise')),
    ],
    ['-1,-9', except(...of('perturbation'), ...of('supply-chain'))],
  ])('selects with --only %s', async (expression, expected) => {
    // With "=", because a value that begins with a minus reads as an option.
    const { checks } = await plan(`--only=${expression}`)
    expect(checks.map(({ id }) => id)).toEqual(all)
    const selected = checks.filter(({ reason = '' }) => !reason.startsWith('Not selected'))
    expect(selected.map(({ id }) => id)).toEqual(expected)
    // What is selected and cannot run says why: the tiny system has no surrogate, and no data of its operation.
    for (const { kind, reason } of selected) expect(kind === 'run' || reason !== undefined).toBe(true)
    expect(selected.some(({ kind }) => kind === 'run')).toBe(true)
  })

  it('is what the run then spends at most, and a limit on queries is kept', async () => {
    const free = await plan()
    const limit = Math.floor((free.cost.queries + free.cost.gradients) / 2)
    const limited = await plan('--max-queries', String(limit))
    expect(limited.cost.queries + limited.cost.gradients).toBeLessThanOrEqual(limit)
    expect(limited.cost.queries).toBeGreaterThan(0)

    const ended = await failmode(
      ['run', '--max-queries', String(limit), '--out', 'limited', '--format', 'json', '--json'],
      { cwd: system.path },
    )
    expect(ended.status, ended.stderr).toBe(0)
    const run = JSON.parse(ended.stdout) as RunDocument
    const checks = run.modes.flatMap((mode) => mode.checks)
    const spent = checks.reduce((sum, { cost }) => sum + cost.queries + cost.gradients, 0)
    expect(run.budget.maxQueries).toBe(limit)
    expect(spent).toBeLessThanOrEqual(limit)
    expect(spent).toBeGreaterThan(limit / 4)
    for (const { id, cost } of checks) {
      const planned = limited.checks.find((check) => check.id === id)?.cost
      expect(cost.queries, id).toBeLessThanOrEqual(planned?.queries ?? 0)
      expect(cost.gradients, id).toBeLessThanOrEqual(planned?.gradients ?? 0)
    }
  })

  it('refuses a limit under which nothing can be measured', async () => {
    const { status, stdout, stderr } = await failmode(['plan', '--max-queries', '3'], { cwd: system.path })
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error usage: .*need at least \d+ queries, --max-queries allows 3/)
  })

  it('suggests the nearest name for an unknown selection', async () => {
    const { status, stderr } = await failmode(['plan', '--only', 'common-coruption'], { cwd: system.path })
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error probe-unknown: .*common-coruption[\s\S]*"common-corruption"/)
  })
})
