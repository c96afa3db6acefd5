import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorLines, failmode } from '../testing/command-line.ts'
import { type SystemFolder, tinyConfig, tinyModel, tinySystem } from '../testing/system-folder.ts'

let system: SystemFolder
beforeAll(async () => {
  system = await tinySystem()
  await system.write('nan.onnx', tinyModel({ nan: true }))
})
afterAll(() => system.remove())

let runs = 0
/** Runs the tiny system with a changed configuration and gives what run.json holds. */
async function run(
  change: object,
  more: readonly string[] = [],
): Promise<{ readonly ended: Ended; readonly out: string; readonly document: RunDocument }> {
  const number = runs++
  const config = await system.write(`config-${number}.json`, { ...tinyConfig, ...change })
  const out = `out-${number}`
  const args = ['run', '--config', config, '--out', out, '--format', 'json', ...more]
  const ended = await failmode(args, { cwd: system.path })
  const text = await readFile(join(system.path, out, 'run.json'), 'utf8').catch(() => {
    throw new Error(`there is no run.json: ${ended.stderr}`)
  })
  return { ended, out, document: JSON.parse(text) as RunDocument }
}

/** Its artifact has no recorded digest, which our safety scale rates medium; nothing here is on the bug bar. */
const supplyChain = ['--only', 'supply-chain']
const broken = { model: { ...tinyConfig.model, onnx: 'nan.onnx' } }

describe.concurrent('the exit status of a run', () => {
  it('is 0 without a gate, whatever was found', async () => {
    const { ended, document } = await run({}, supplyChain)
    expect(document.findings.map(({ severity }) => severity)).toEqual(['medium'])
    expect(document.gate).toBeNull()
    expect(ended.status, ended.stderr).toBe(0)
  })

  it('is 0 with a gate that passes', async () => {
    const { ended, document } = await run({ gate: { failOn: 'low', safety: 'high' } }, supplyChain)
    expect(document.gate).toMatchObject({ passed: true, incomplete: false })
    expect(ended.status).toBe(0)
  })

  it('is 1 when the gate fails, and the reason is said', async () => {
    const { ended, document } = await run({ gate: { safety: 'medium' } }, supplyChain)
    expect(document.gate).toMatchObject({ passed: false, incomplete: false })
    expect(ended.stdout).toContain(document.gate?.reasons[0])
    expect(ended.status).toBe(1)
  })

  it('is 1 when a measurement is beyond what was asserted', async () => {
    const assert = [{ measurement: 'common-corruption/clean-accuracy', max: 0.9 }]
    const { ended } = await run({ gate: { assert } }, ['--only', 'common-corruption'])
    expect(ended.stdout).toMatch(/clean-accuracy is 1, at most 0\.9/)
    expect(ended.status).toBe(1)
  })

  it('is 1 with --fail-on at the severity of a finding, and 0 above it', async () => {
    // A ball as wide as the gap between dark and bright: the search finds adversarial examples at once.
    const weak = {
      probes: { perturbation: { eps: 0.5, samples: 20, queries: 20 } },
      assets: { modelIsSecurityControl: false, actsOnPhysicalWorld: false },
    }
    const only = ['--only', 'perturbation/score-untargeted']
    const { document } = await run(weak, only)
    const [finding] = document.findings
    expect(finding).toMatchObject({ mode: 'perturbation', scale: 'sdl' })
    const failed = await run(weak, [...only, '--fail-on', finding!.severity])
    expect(failed.document.gate).toMatchObject({ passed: false, failOn: finding!.severity })
    expect(failed.ended.status).toBe(1)
  })

  it('is 3 when a check broke, even without a gate', async () => {
    const { ended, document } = await run(broken, ['--only', 'perturbation'])
    const mode = document.modes.find(({ slug }) => slug === 'perturbation')
    expect(mode).toMatchObject({ outcome: 'error', reason: expect.stringMatching(/^model-failed: .*NaN/) })
    expect(document.complete).toBe(true)
    expect(ended.status).toBe(3)
  })

  it('is 3 when a required check could not be observed', async () => {
    const { ended, document } = await run({ gate: { require: ['perturbation'] } }, supplyChain)
    expect(document.gate).toMatchObject({ passed: true, incomplete: true })
    expect(document.gate?.reasons[0]).toMatch(/perturbation was required but has no result \(skipped\)/)
    expect(ended.status).toBe(3)
  })

  it('is 3 when a required check is inconclusive', async () => {
    const few = {
      probes: { 'common-corruption': { ...tinyConfig.probes['common-corruption'], samples: 10 } },
      gate: { require: ['common-corruption'] },
    }
    const { ended, document } = await run(few, ['--only', 'common-corruption'])
    const mode = document.modes.find(({ slug }) => slug === 'common-corruption')
    expect(mode?.outcome).toBe('inconclusive')
    expect(ended.status).toBe(3)
  })

  it('is 1 when the gate failed and a check broke as well', async () => {
    const { ended, document } = await run({
      ...broken,
      gate: { safety: 'medium', require: ['perturbation'] },
    })
    expect(document.gate).toMatchObject({ passed: false, incomplete: true })
    expect(ended.status).toBe(1)
  })
})

describe('what a run prints and writes', () => {
  it('prints the table on stdout and progress on stderr', async () => {
    const { ended, document } = await run({})
    for (const { name } of document.modes) expect(ended.stdout).toContain(name)
    expect(ended.stdout).toMatch(/verified-artifacts|digest/)
    expect(ended.stdout).not.toMatch(/failmode: \d+ %|checks, up to/)
    expect(ended.stderr).toMatch(/^failmode: \d+ checks, up to \d+ queries/)
    expect(ended.stderr).toMatch(/perturbation\/score-untargeted measured/)
    expect(errorLines(ended)).toEqual([])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours where nobody watches
    expect(ended.stdout + ended.stderr).not.toMatch(/\u001b/)
  })

  it('prints run.json and nothing else with --json, and it keeps the schema that is printed', async () => {
    const { ended, out, document } = await run({}, ['--json'])
    expect(JSON.parse(ended.stdout)).toEqual(document)
    expect(await readFile(join(system.path, out, 'run.json'), 'utf8')).toBe(ended.stdout)

    const schema = JSON.parse((await failmode(['schema', 'run'], { cwd: system.path })).stdout)
    expect(schema.$schema).toContain('2020-12')
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    const valid = ajv.compile(schema)
    expect(valid(document), JSON.stringify(valid.errors)).toBe(true)
    expect(valid({ ...document, schemaVersion: 2 })).toBe(false)
    expect(valid({ ...document, modes: [{ ...document.modes[0], outcome: 'fine' }] })).toBe(false)
  })

  it('names all 17 modes in order, and says why those that were not looked at were not', async () => {
    const { document } = await run({}, supplyChain)
    expect(document.modes.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1))
    for (const { outcome, reason } of document.modes) {
      expect(outcome).not.toBe('no-finding')
      expect(reason).not.toBe('')
    }
  })

  it('gives the same measurements again, and says how to repeat one check', async () => {
    const first = await run({})
    const second = await run({}, ['--workers', '1'])
    const measured = ({ modes, sanity }: RunDocument) => JSON.stringify({ modes, sanity })
    expect(measured(second.document)).toBe(measured(first.document))
    const locked = first.document.findings.find(({ mode }) => mode === 'supply-chain')
    expect(locked?.reproduce).toMatch(
      /^failmode run --config config-\d+\.json --only supply-chain\/digests --budget standard --seed 7$/,
    )
    const other = await run({}, ['--seed', '8'])
    expect(other.document.seed).toBe(8)
    expect(measured(other.document)).not.toBe(measured(first.document))
  })

  it('can be resumed from another folder when it found its configuration by name', async () => {
    const started = await failmode(['run', '--out', 'by-name', '--format', 'json'], { cwd: system.path })
    expect(started.status, started.stderr).toBe(0)
    const out = join(system.path, 'by-name')
    const resumed = await failmode(['run', '--resume', out, '--format', 'json', '--json'], { cwd: '/' })
    expect(resumed.status, resumed.stderr).toBe(0)
    const { timing } = JSON.parse(resumed.stdout) as RunDocument
    expect(timing.steps).toBe(0)
    expect(timing.reusedSteps).toBeGreaterThan(3)
  })
})
