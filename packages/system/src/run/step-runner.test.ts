import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FailmodeError, type JournalHeader, type StepHandler } from '@failmode/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StepOutcome, StepPool } from '../pool/step-pool.ts'
import { createJournal, type JournalFile, journalName, readJournal, reopenJournal } from './journal-file.ts'
import { createBlobStore } from './run-folder.ts'
import { createStepRunner, type StepRunner } from './step-runner.ts'

let folder: string
let open: JournalFile[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-steps-'))
  open = []
})
afterEach(async () => {
  for (const journal of open) await journal.close()
  await rm(folder, { recursive: true })
})

const header: JournalHeader = {
  journal: 1,
  runId: 'r',
  createdAt: '2026-01-01T00:00:00.000Z',
  tool: '0',
  planDigest: 'd',
  settings: { only: 'perturbation' },
}

interface Numbers {
  readonly a: number
  readonly b: number
}

/** Adds two numbers; the runner never calls it, the pool below does. */
const add: StepHandler<Numbers, { readonly sum: number }> = {
  name: 'test/add',
  version: 1,
  run: () => Promise.reject(new Error('a handler runs in the pool')),
}

type Work = (input: Numbers, handler: string) => Promise<StepOutcome> | StepOutcome

/** A pool in this thread that counts what it is asked. */
function poolOf(work: Work): StepPool & { readonly asked: unknown[] } {
  const asked: unknown[] = []
  return {
    asked,
    workers: 1,
    threadsPerWorker: 1,
    transport: { requests: 0, retries: 0, samples: 0 },
    async run(handler, input) {
      asked.push(input)
      return work(input as Numbers, handler)
    },
    close: async () => {},
  }
}

const adding: Work = ({ a, b }) => ({ output: { sum: a + b }, cost: { queries: a, gradients: b }, blobs: [] })

interface Session {
  readonly steps: StepRunner
  readonly pool: ReturnType<typeof poolOf>
}

async function start(
  work: Work = adding,
  options: { readonly targets?: string; readonly seed?: number; readonly signal?: AbortSignal } = {},
): Promise<Session> {
  const past = await readJournal(folder).catch(() => null)
  const journal = past === null ? await createJournal(folder, header) : await reopenJournal(folder, past)
  open.push(journal)
  const pool = poolOf(work)
  const { targets = 't', seed = 7, signal = new AbortController().signal } = options
  return { pool, steps: createStepRunner({ folder, journal, past, pool, targets, seed, signal }) }
}

async function end(): Promise<void> {
  for (const journal of open.splice(0)) await journal.close()
}

const journalText = () => readFile(join(folder, journalName), 'utf8')
const codeOf = (error: unknown) => (error instanceof FailmodeError ? error.code : error)

describe('steps and their journal', () => {
  it('does a step with the same key once, whether it is under way or done', async () => {
    let release: (outcome: StepOutcome) => void = () => {}
    const { steps, pool } = await start(() => new Promise((resolve) => (release = resolve)))
    const both = [steps.run(add, { a: 1, b: 2 }), steps.run(add, { b: 2, a: 1 })]
    await expect.poll(() => pool.asked.length).toBe(1)
    release({ output: { sum: 3 }, cost: { queries: 1, gradients: 0 }, blobs: [] })
    const later = await steps.run(add, { a: 1, b: 2 })
    for (const result of [...(await Promise.all(both)), later]) expect(result.output).toEqual({ sum: 3 })
    expect(pool.asked).toHaveLength(1)
    expect(steps.count).toEqual({ done: 1, reused: 0 })
    expect((await journalText()).trim().split('\n')).toHaveLength(2)
  })

  it('tells steps apart by input, handler, version, targets and seed', async () => {
    const first = await start()
    await first.steps.run(add, { a: 1, b: 2 })
    const others: [Parameters<typeof start>[1], typeof add, Numbers][] = [
      [{}, add, { a: 2, b: 1 }],
      [{}, { ...add, name: 'test/other' }, { a: 1, b: 2 }],
      [{}, { ...add, version: 2 }, { a: 1, b: 2 }],
      [{ targets: 'other' }, add, { a: 1, b: 2 }],
      [{ seed: 8 }, add, { a: 1, b: 2 }],
    ]
    for (const [options, handler, input] of others) {
      await end()
      const { steps, pool } = await start(adding, options)
      await steps.run(handler, input)
      expect(pool.asked, JSON.stringify([options, handler, input])).toHaveLength(1)
    }
    await end()
    const again = await start()
    await again.steps.run(add, { a: 1, b: 2 })
    expect(again.steps.count).toEqual({ done: 0, reused: 1 })
  })

  it('takes output and cost of finished steps from the journal when a run goes on', async () => {
    const before = await start()
    const done = await before.steps.run(add, { a: 3, b: 4 })
    await end()
    const { steps, pool } = await start(() => {
      throw new Error('nothing is to be done again')
    })
    expect(await steps.run(add, { a: 3, b: 4 })).toEqual(done)
    expect(done).toEqual({ output: { sum: 7 }, cost: { queries: 3, gradients: 4 } })
    expect(pool.asked).toEqual([])
    expect((await readJournal(folder)).header).toEqual(header)
  })

  it('gives the same object now as it gives later, whatever JSON leaves out', async () => {
    const output = { sum: 3, nothing: undefined, list: [1, undefined] }
    const work: Work = () => ({ output, cost: { queries: 0, gradients: 0 }, blobs: [] })
    const now = await (await start(work)).steps.run(add, { a: 1, b: 2 })
    await end()
    const later = await (await start(work)).steps.run(add, { a: 1, b: 2 })
    expect(Object.keys(now.output)).toEqual(['sum', 'list'])
    expect(later.output).toEqual(now.output)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses an output with %d, which would be read as null',
    async (bad) => {
      const work: Work = () => ({ output: { rows: [0, bad] }, cost: { queries: 0, gradients: 0 }, blobs: [] })
      const { steps } = await start(work)
      await expect(steps.run(add, { a: 1, b: 2 })).rejects.toMatchObject({
        code: 'step-failed',
        message: expect.stringContaining('test/add'),
      })
      expect((await readJournal(folder)).entries.size).toBe(0)
    },
  )

  it('cuts off a torn last line and writes on after the last whole one', async () => {
    const before = await start()
    await before.steps.run(add, { a: 1, b: 1 })
    await end()
    const whole = await journalText()
    // The end of a line that was being written when the process was killed, cut inside a character of two bytes.
    await appendFile(
      join(folder, journalName),
      Buffer.from('{"key":"ab","output":"ü', 'utf8').subarray(0, -1),
    )
    const { steps } = await start()
    await steps.run(add, { a: 1, b: 1 })
    expect(await journalText()).toBe(whole)
    await steps.run(add, { a: 2, b: 2 })
    expect(steps.count).toEqual({ done: 1, reused: 1 })
    expect((await journalText()).startsWith(whole)).toBe(true)
    expect((await readJournal(folder)).entries.size).toBe(2)
  })

  it('does a step again when a file that it wrote is gone', async () => {
    const work: Work = async () => {
      const blob = await createBlobStore(folder).put(new TextEncoder().encode('points'), {
        folder: 'evidence',
        extension: 'bin',
        mediaType: 'application/octet-stream',
      })
      return { output: { blob }, cost: { queries: 5, gradients: 0 }, blobs: [blob.path] }
    }
    const before = await start(work)
    const { output } = await before.steps.run(add, { a: 1, b: 2 })
    const { path } = (output as unknown as { blob: { path: string } }).blob
    await end()
    expect((await withFile()).count).toEqual({ done: 0, reused: 1 })
    await rm(join(folder, path))
    expect((await withFile()).count).toEqual({ done: 1, reused: 0 })
    expect(await readFile(join(folder, path), 'utf8')).toBe('points')
    expect((await withFile()).count).toEqual({ done: 0, reused: 1 })

    async function withFile(): Promise<StepRunner> {
      const { steps } = await start(work)
      expect((await steps.run(add, { a: 1, b: 2 })).output).toEqual(output)
      await end()
      return steps
    }
  })

  it('does not write down a step that failed, and does it when the run goes on', async () => {
    const before = await start(() => {
      throw new FailmodeError('model-failed', { message: 'NaN.' })
    })
    await expect(before.steps.run(add, { a: 1, b: 2 })).rejects.toMatchObject({ code: 'model-failed' })
    await end()
    const { steps } = await start()
    expect((await steps.run(add, { a: 1, b: 2 })).output).toEqual({ sum: 3 })
    expect(steps.count).toEqual({ done: 1, reused: 0 })
  })

  it('starts nothing after an abort, but still gives what is in the journal', async () => {
    const before = await start()
    await before.steps.run(add, { a: 1, b: 1 })
    await end()
    const { steps, pool } = await start(adding, { signal: AbortSignal.abort() })
    expect((await steps.run(add, { a: 1, b: 1 })).output).toEqual({ sum: 2 })
    await expect(steps.run(add, { a: 2, b: 2 })).rejects.toThrow()
    expect(pool.asked).toEqual([])
  })

  it('keeps the lines of many steps that end at once apart', async () => {
    const { steps } = await start()
    await Promise.all(Array.from({ length: 100 }, (_, a) => steps.run(add, { a, b: a })))
    const { entries } = await readJournal(folder)
    expect(entries.size).toBe(100)
    expect(
      [...entries.values()].map(({ output }) => (output as { sum: number }).sum).sort((x, y) => x - y),
    ).toEqual(Array.from({ length: 100 }, (_, a) => 2 * a))
  })

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a line in the middle is cut', ([head, one, two]) => [head!, one!.slice(0, 40), two!], /line 2 /],
    ['a line is no step', ([head, one]) => [head!, '{"a":1}', one!], /line 2 /],
    ['the first line is not that of a journal', (lines) => lines.slice(1), /line 1 /],
    ['the file is empty', () => [], /no finished line/],
  ])('refuses a journal where %s', async (_, damage, words) => {
    const { steps } = await start()
    await steps.run(add, { a: 1, b: 1 })
    await steps.run(add, { a: 2, b: 2 })
    await end()
    const lines = (await journalText()).trim().split('\n')
    expect(lines).toHaveLength(3)
    await writeFile(
      join(folder, journalName),
      damage(lines)
        .map((line) => `${line}\n`)
        .join(''),
    )
    const error = await readJournal(folder).catch((cause: unknown) => cause)
    expect(codeOf(error)).toBe('run-invalid')
    expect((error as Error).message).toMatch(words)
  })

  it('never starts a second journal over a first', async () => {
    await start()
    await expect(createJournal(folder, header)).rejects.toThrow(/EEXIST/)
  })
})
