// What a resumed run promises: kill it when you like, and the measurements are those of a run that nobody killed.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom, type RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorLines, failmode, startFailmode } from '../testing/command-line.ts'
import { digitsSystem, type SystemFolder } from '../testing/system-folder.ts'

const kills = 20
/** Two runs at a time, so that both cores work while one of them starts. */
const lanes = 2
/** Every fifth kill may come while the program starts, the others come while it measures. */
const early = 5

let system: SystemFolder
let reference: string
/** Milliseconds that an uninterrupted run takes to start, and then to measure, when another one runs beside it. */
let starting: number
let measuring: number

const readRun = async (out: string): Promise<RunDocument> =>
  JSON.parse(await readFile(join(system.path, out, 'run.json'), 'utf8')) as RunDocument

/** Everything that was measured and said of it. Only times may differ between two runs. */
const measuredIn = ({ modes, findings, sanity }: RunDocument) => JSON.stringify({ modes, findings, sanity })

const common = ['--format', 'json', '--workers', '2']
const run = (out: string) => startFailmode(['run', '--out', out, ...common], { cwd: system.path })
const resume = (out: string) => failmode(['run', '--resume', out, ...common], { cwd: system.path })

beforeAll(async () => {
  system = await digitsSystem()
  const whole = await Promise.all(
    ['whole-1', 'whole-2'].map(async (out) => {
      const { spoke, ended } = run(out)
      const start = await spoke
      const { status, stderr, milliseconds } = await ended
      expect(status, stderr).toBe(0)
      return { start, rest: milliseconds - start }
    }),
  )
  starting = Math.min(...whole.map(({ start }) => start))
  measuring = Math.min(...whole.map(({ rest }) => rest))
  reference = measuredIn(await readRun('whole-1'))
}, 120_000)
afterAll(() => system.remove())

describe('a run that was stopped', () => {
  it('is compared with a run that measured something, and that comes out the same again', async () => {
    expect(measuredIn(await readRun('whole-2'))).toBe(reference)
    const { findings, modes, timing } = await readRun('whole-1')
    expect(findings.map(({ mode }) => mode)).toContain('perturbation')
    expect(modes.flatMap(({ measurements }) => measurements).length).toBeGreaterThan(3)
    expect(timing.steps).toBeGreaterThan(20)
  })

  it(`measures the same, byte for byte, after each of ${kills} kills at random moments`, async () => {
    const random = createRandom('kills')
    const seen: { readonly kept: number; readonly redone: number }[] = []
    let beforeJournal = 0
    let trials = 0

    const trial = async (): Promise<void> => {
      const number = trials++
      const out = `killed-${number}`
      const { child, spoke, ended } = run(out)
      const share = random.uniform()
      if (number % early !== 0) await spoke
      const delay = number % early === 0 ? share * (starting + measuring) : share * measuring
      const timer = setTimeout(() => child.kill('SIGKILL'), delay)
      const { signal, milliseconds } = await ended
      clearTimeout(timer)
      if (signal !== 'SIGKILL') {
        // It was quicker than its killer, which says nothing: another one is started in its place.
        measuring = Math.min(measuring, milliseconds - starting)
        return
      }
      let resumed = await resume(out)
      if (resumed.status === 2) {
        expect(errorLines(resumed)[0]).toMatch(/^error run-invalid: /)
        beforeJournal++
        resumed = await run(`${out}-anew`).ended
        expect(measuredIn(await readRun(`${out}-anew`))).toBe(reference)
        seen.push({ kept: 0, redone: 0 })
        return
      }
      expect(resumed.status, resumed.stderr).toBe(0)
      const document = await readRun(out)
      expect(document.complete).toBe(true)
      expect(measuredIn(document)).toBe(reference)
      seen.push({ kept: document.timing.reusedSteps, redone: document.timing.steps })
    }
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        while (seen.length < kills && trials < 2 * kills) await trial()
      }),
    )

    expect(seen.length).toBeGreaterThanOrEqual(kills)
    const midway = seen.filter(({ kept, redone }) => kept > 0 && redone > 0)
    expect(midway.length, JSON.stringify(seen)).toBeGreaterThanOrEqual(8)
    expect(beforeJournal, 'most kills hit a run that was measuring').toBeLessThanOrEqual(kills / early + 2)
  }, 300_000)

  it('says with Ctrl-C that it is incomplete, ends with 130, and goes on to the same measurements', async () => {
    const { child, ended } = run('stopped')
    const journal = join(system.path, 'stopped', 'journal.jsonl')
    const lines = async () => (existsSync(journal) ? (await readFile(journal, 'utf8')).split('\n').length : 0)
    await expect.poll(lines, { timeout: 60_000, interval: 5 }).toBeGreaterThan(3)
    child.kill('SIGINT')
    const stopped: Ended = await ended
    expect(stopped.status, stopped.stderr).toBe(130)
    expect(stopped.stdout).toMatch(/Go on with: failmode run --resume/)
    const partial = await readRun('stopped')
    expect(partial.complete).toBe(false)
    expect(partial.modes.some(({ outcome }) => outcome === 'no-finding')).toBe(false)
    expect(
      partial.modes.flatMap(({ checks }) => checks).some(({ reason }) => /interrupted/.test(reason)),
    ).toBe(true)

    const resumed = await resume('stopped')
    expect(resumed.status, resumed.stderr).toBe(0)
    const document = await readRun('stopped')
    expect(document.complete).toBe(true)
    expect(document.timing.reusedSteps).toBeGreaterThan(0)
    expect(measuredIn(document)).toBe(reference)
    expect(document.id).toBe(partial.id)
  }, 120_000)
})
