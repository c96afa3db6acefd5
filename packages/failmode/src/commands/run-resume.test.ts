// What a resumed run promises: kill it when you like, and the measurements are those of a run that nobody killed.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createRandom, type RunDocument } from '@failmode/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, errorLines, failmode, startFailmode } from '../testing/command-line.ts'
import { digitsSystem, type SystemFolder } from '../testing/system-folder.ts'

const kills = 20
/** Two runs at a time, so that both cores work while one of them starts. */
const lanes = 2
/** Every fifth kill comes while the program starts, the others after some number of steps. */
const early = 5

let system: SystemFolder
let reference: string
/** Steps of an uninterrupted run. */
let steps: number
/** Milliseconds until it has said its plan, when another one starts beside it. */
let starting: number

const readRun = async (out: string): Promise<RunDocument> =>
  JSON.parse(await readFile(join(system.path, out, 'run.json'), 'utf8')) as RunDocument

/** Everything that was measured and said of it. Only times may differ between two runs. */
const measuredIn = ({ modes, findings, sanity }: RunDocument) => JSON.stringify({ modes, findings, sanity })

/** Whole lines of the journal after its first, which says what the run is. */
async function stepsIn(out: string): Promise<number> {
  const text = await readFile(join(system.path, out, 'journal.jsonl'), 'utf8').catch(() => '')
  return text.split('\n').length - 2
}

/** Steps of every kind that the step machinery knows, and no more than that. */
const checks = 'perturbation/gradient-untargeted,perturbation/score-untargeted,common-corruption,supply-chain'
const common = ['--format', 'json', '--workers', '2']
const run = (out: string) =>
  startFailmode(['run', '--out', out, '--budget', 'quick', '--only', checks, ...common], { cwd: system.path })
const resume = (out: string) => failmode(['run', '--resume', out, ...common], { cwd: system.path })

beforeAll(async () => {
  system = await digitsSystem()
  const starts = await Promise.all(
    ['whole-1', 'whole-2'].map(async (out) => {
      const { spoke, ended } = run(out)
      const { status, stderr } = await ended
      expect(status, stderr).toBe(0)
      return spoke
    }),
  )
  starting = Math.min(...starts)
  steps = (await readRun('whole-1')).timing.steps
  reference = measuredIn(await readRun('whole-1'))
}, 120_000)
afterAll(() => system.remove())

describe('a run that was stopped', () => {
  it('is compared with a run that measured something, and that comes out the same again', async () => {
    expect(measuredIn(await readRun('whole-2'))).toBe(reference)
    const { findings, modes } = await readRun('whole-1')
    expect(findings.map(({ mode }) => mode)).toContain('perturbation')
    expect(modes.flatMap(({ measurements }) => measurements).length).toBeGreaterThan(3)
    expect(steps).toBeGreaterThan(20)
  })

  it(`measures the same, byte for byte, after each of ${kills} kills at random moments`, async () => {
    const random = createRandom('kills')
    const seen: { readonly kept: number; readonly redone: number }[] = []
    let beforeJournal = 0
    let trials = 0

    const trial = async (): Promise<void> => {
      const number = trials++
      const out = `killed-${number}`
      const { child, ended } = run(out)
      // By steps and not by the clock, so that the moments are spread over the run on a busy machine too.
      const after = number % early === 0 ? null : random.int(steps)
      const delay = random.uniform() * (after === null ? starting : 30)
      if (after !== null) {
        while (child.exitCode === null && (await stepsIn(out)) < after) await setTimeout(4)
      }
      await setTimeout(delay)
      child.kill('SIGKILL')
      // A run that was quicker than its killer says nothing: another one is started in its place.
      if ((await ended).signal !== 'SIGKILL') return
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
    expect(midway.length, JSON.stringify(seen)).toBeGreaterThanOrEqual(10)
    expect(beforeJournal, 'kills of a run that has said its plan').toBeLessThanOrEqual(kills / early + 1)
  }, 600_000)

  it('says with Ctrl-C that it is incomplete, ends with 130, and goes on to the same measurements', async () => {
    const { child, ended } = run('stopped')
    await expect.poll(() => stepsIn('stopped'), { timeout: 60_000, interval: 5 }).toBeGreaterThan(1)
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
