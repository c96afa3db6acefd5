import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import { probes } from '@failmode/probes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSystem } from '../open-system.ts'
import {
  type HttpSystem,
  halvesReply,
  halvesScores,
  httpSystem,
  sampleCount,
} from '../testing/http-system.ts'
import { type Arrived, type Reply, startLoopback } from '../testing/loopback-server.ts'
import { driftBetween, driftSanity, type SentinelAnswers } from './drift.ts'
import { type RunSettings, runSystem } from './run-system.ts'

const settings: RunSettings = {
  probes,
  only: 'perturbation/score-untargeted,perturbation/random-noise,common-corruption',
  budget: 'quick',
  maxQueries: null,
  seed: 7,
  bugBar: 'sdl-aiml-2019',
  origin: null,
  reproduce: (check) => check,
}

describe('whether a model changed', () => {
  const answers = (scores: readonly number[]): SentinelAnswers => ({
    labels: scores.map((score) => (score > 0 ? 1 : 0)),
    scores,
  })
  const labelsOnly = ({ labels }: SentinelAnswers): SentinelAnswers => ({ labels, scores: null })
  const wave = (noise: (i: number) => number) =>
    Array.from({ length: 64 }, (_, i) => 5 * Math.sin(i) + noise(i))
  const start = answers(wave(() => 0))
  const changed = (again: SentinelAnswers, end: SentinelAnswers) =>
    driftBetween({ start, again, end }).changed

  it('is not said of what a server rounds off', () => {
    expect(changed(start, start)).toBe(false)
    expect(changed(start, answers(wave((i) => 1e-5 * Math.cos(i))))).toBe(false)
  })

  it('is said of scores that moved, though no class did', () => {
    const moved = answers(wave((i) => 0.01 * Math.sign(Math.sin(i))))
    expect(moved.labels).toEqual(start.labels)
    expect(changed(start, moved)).toBe(true)
    expect(
      driftBetween({ start: labelsOnly(start), again: labelsOnly(start), end: labelsOnly(moved) }).changed,
    ).toBe(false)
  })

  it('is held against how much the model differs from itself', () => {
    const noisy = (seed: number) => answers(wave((i) => Math.sin(1000 * (i + seed) ** 2)))
    expect(changed(noisy(1), noisy(2))).toBe(false)
    expect(changed(noisy(1), answers(wave((i) => 4 * Math.sin(1000 * (i + 2) ** 2))))).toBe(true)
  })

  it('is told by classes alone where there are no scores', () => {
    const flipped = (count: number) => ({
      labels: start.labels.map((label, i) => (i < count ? 1 - label : label)),
      scores: null,
    })
    const first = labelsOnly(start)
    const by = (again: number, end: number) =>
      driftBetween({ start: first, again: flipped(again), end: flipped(end) })
    expect(by(0, 0).changed).toBe(false)
    expect(by(0, 1).changed).toBe(true)
    expect(by(6, 10).changed).toBe(false)
    expect(by(6, 40).changed).toBe(true)
    expect(by(0, 1).words).toBe(
      'of 64 samples that were asked about at the start and at the end of the run, 1 changed their class (asked twice at the start: 0)',
    )
  })

  it('stays open when the model did not answer', () => {
    const [entry] = driftSanity(null, ['a/b'])
    expect(entry).toMatchObject({ id: 'model-changed', check: 'a/b', fired: true })
    expect(entry).not.toHaveProperty('voids')
  })
})

describe('a run', () => {
  let system: HttpSystem
  beforeAll(async () => {
    system = await httpSystem()
  })
  afterAll(() => system.remove())

  const measure = async (
    name: string,
    reply: (request: Arrived, samples: number) => Reply,
    { signal = new AbortController().signal, resume = false, port = 0 } = {},
  ) => {
    let samples = 0
    const server = await startLoopback(
      (request) => {
        samples += sampleCount(request)
        return reply(request, samples)
      },
      { port },
    )
    try {
      const model = { http: { url: `${server.url}/v2/models/m`, protocol: 'open-inference' } } as const
      const opened = await openSystem(system.source({ model }), { signal: new AbortController().signal })
      const run = await runSystem(opened, settings, { folder: join(system.folder, name), resume, signal })
      return { run, port: Number(new URL(server.url).port), arrived: server.arrived.length }
    } finally {
      await server.close()
    }
  }
  const outcomes = ({ modes }: RunDocument) =>
    modes
      .flatMap(({ checks }) => checks)
      .filter(({ cost }) => cost.queries > 0)
      .map(({ outcome }) => outcome)

  it('on a model that became another is inconclusive, whatever was found', async () => {
    const moved = (request: Arrived) => halvesReply(request, (sample) => halvesScores(sample).reverse())
    const { run } = await measure('drift', (request, samples) =>
      samples > 700 ? moved(request) : halvesReply(request),
    )
    expect(new Set(outcomes(run))).toEqual(new Set(['inconclusive']))
    expect(run.findings).toEqual([])
    const entry = run.sanity.find(({ id }) => id === 'model-changed')
    expect(entry).toMatchObject({ fired: true, voids: true })
    expect(entry?.concerns?.length).toBe(outcomes(run).length)
    expect(entry?.meaning).toContain('40 samples that were asked about')
  })

  it('that was stopped ends at once and goes on to the same result', async () => {
    const whole = await measure('whole', (request) => halvesReply(request))
    const stopping = new AbortController()
    // In the middle the server falls silent, and nobody waits for it.
    const stopped = await measure(
      'stopped',
      (request, samples) => {
        if (samples < 800 || request.method !== 'POST') return halvesReply(request)
        setTimeout(() => stopping.abort(), 50)
        return { act: () => {} }
      },
      { signal: stopping.signal },
    )
    expect(stopped.run.complete).toBe(false)
    expect(stopped.run.timing.seconds).toBeLessThan(20)
    const resumed = await measure('stopped', (request) => halvesReply(request), {
      resume: true,
      port: stopped.port,
    })
    const result = ({ modes, sanity }: RunDocument) => ({ modes, sanity })
    expect(result(resumed.run)).toEqual(result(whole.run))
    expect(resumed.run.timing.reusedSteps).toBeGreaterThan(0)
    expect(resumed.arrived).toBeLessThan(whole.arrived)
  })
})
