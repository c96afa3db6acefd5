import {
  type Blob,
  type BudgetName,
  type CheckContext,
  createRandom,
  type ImageCodec,
  type LabelModel,
  type Measured,
  type Measurement,
  openDoor,
  runDocumentSchema,
  type SampleOutcomes,
  type StepContext,
  type SystemFacts,
  wilson,
} from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { noArtifacts } from '../testing/memory-system.ts'
import { benchmarkNames, extendedNames, meanNames } from './corruptions/corrupt-image.ts'
import { resistant, samples, system, vulnerable } from './fixtures.ts'
import probe from './index.ts'
import type { CommonCorruptionOptions } from './options.ts'

const check = probe.checks[0]!
const parse = (given: unknown): CommonCorruptionOptions => probe.options.parse(given)

const images: ImageCodec = {
  encodePng: async ({ width, height, channels, data }) => Uint8Array.from([width, height, channels, ...data]),
  async throughJpeg(image, quality) {
    const step = Math.ceil((101 - quality) / 4)
    return { ...image, data: image.data.map((x) => Math.min(255, Math.round(x / step) * step)) }
  },
}

interface Lab {
  readonly measured: Measured
  readonly queries: number
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly outcomes: SampleOutcomes
}

interface LabOptions {
  readonly options?: CommonCorruptionOptions
  readonly seed?: number
  readonly budget?: { readonly name: BudgetName; readonly maxQueries: number | null }
  readonly facts?: SystemFacts
  readonly signal?: AbortSignal
}

/** Runs the check as a run would: each step with its own meter, JSON between, blobs by content. */
async function run(model: LabelModel, given: LabOptions = {}): Promise<Lab> {
  const { options = parse({ samples: 60 }), seed = 7, facts = system } = given
  const { signal = new AbortController().signal } = given
  const files = new Map<string, Uint8Array>()
  let queries = 0
  let outcomes: SampleOutcomes | undefined
  const context: CheckContext<CommonCorruptionOptions> = {
    system: facts,
    options,
    budget: given.budget ?? { name: 'quick', maxQueries: null },
    seed,
    random: createRandom(seed, ['common-corruption']),
    signal,
    labels: () => samples.labels,
    metadata: () => ({}),
    async step(handler, input) {
      const meter = { queries: 0, gradients: 0 }
      const stepContext = {
        random: createRandom(seed, ['step', handler.name]),
        signal,
        modelFacts: facts.model!,
        model: async (access: 'label', limits: { maxQueries?: number } = {}) =>
          openDoor(access, model, { meter, signal, ...limits }),
        samples: async () => samples,
        blobs: {
          async put(bytes: Uint8Array): Promise<Blob> {
            const path = `evidence/${createRandom(bytes.join()).key}.png`
            files.set(path, bytes)
            return { path, sha256: 'ab'.repeat(32), bytes: bytes.length, mediaType: 'image/png' }
          },
        },
        images,
        progress: () => {},
      } as unknown as StepContext
      const output = await handler.run(JSON.parse(JSON.stringify(input)), stepContext)
      queries += meter.queries
      return { output: JSON.parse(JSON.stringify(output)), cost: meter }
    },
    async putSamples(given) {
      outcomes = JSON.parse(JSON.stringify(given)) as SampleOutcomes
      return { path: 'samples/0.json', sha256: 'cd'.repeat(32), bytes: 1, mediaType: 'application/json' }
    },
  }
  const measured = JSON.parse(JSON.stringify(await check.measure(context))) as Measured
  return { measured, queries, files, outcomes: outcomes! }
}

const all = (measured: Measured, name: string): Measurement[] =>
  measured.measurements.filter((measurement) => measurement.name === name)
const one = (measured: Measured, name: string): Measurement => all(measured, name)[0]!

describe('the common-corruption probe', () => {
  it('finds the model that took a shortcut, and shows one of its samples under every corruption', async () => {
    const { measured, files } = await run(vulnerable)
    const { outcome, claims } = check.judge(measured, parse({}))
    expect(outcome).toBe('finding')
    expect(claims).toHaveLength(1)
    expect(claims[0]).toMatchObject({ variant: null, subject: null, facts: { harm: 'noticeable' } })
    const [shown, table, curves] = claims[0]!.evidence
    if (shown?.kind !== 'images' || table?.kind !== 'table' || curves?.kind !== 'curve')
      throw new Error('evidence')
    expect(shown.images.map(({ label }) => label.split(':')[0])).toEqual(['clean', ...benchmarkNames])
    for (const { blob, width, height, sample } of shown.images) {
      expect(Array.from(files.get(blob.path)!.subarray(0, 3))).toEqual([112, 112, 1])
      expect([width, height, sample]).toEqual([112, 112, true])
    }
    expect(new Set(shown.images.map(({ blob }) => blob.path)).size).toBe(16)
    expect(table.rows.map((row) => [row[0], row.length])).toEqual(benchmarkNames.map((name) => [name, 7]))
    expect(curves.series.map(({ points }) => points.map(({ x }) => x))).toEqual(
      benchmarkNames.map(() => [1, 2, 3, 4, 5]),
    )
  })

  it('does not find it in the model that looks at the whole picture, and says how much would have shown', async () => {
    const { measured } = await run(resistant)
    const judged = check.judge(measured, parse({}))
    expect(judged).toMatchObject({ outcome: 'no-finding', claims: [] })
    expect(one(measured, 'mce').value).toBeLessThan(0.005)
    // Hardly any of 60 images was wrong, which leaves 1 - 0.05^(1/60) possible beside the threshold.
    expect(judged.detectable?.value).toBeCloseTo(0.1 + 1 - 0.05 ** (1 / 60), 10)
  })

  it('makes its numbers of the answers, as their definitions say', async () => {
    const { measured, outcomes } = await run(vulnerable)
    const { indices, columns } = outcomes
    const share = (name: string): number =>
      columns[name]!.reduce<number>((a, b) => a + b!, 0) / indices.length
    expect(indices).toHaveLength(60)
    expect(new Set(indices).size).toBe(60)
    expect(share('clean')).toBe(1)

    let errors = 0
    for (const corruption of benchmarkNames) {
      let right = 0
      for (const severity of [1, 2, 3, 4, 5]) {
        const cell = share(`${corruption}-${severity}`)
        right += cell / 5
        const stored = all(measured, 'corruption-accuracy').find(
          ({ slice }) => slice?.corruption === corruption && slice?.severity === severity,
        )
        expect(stored?.value).toBeCloseTo(cell, 12)
        const hits = Math.round(cell * 60)
        expect(stored?.interval).toEqual(wilson(hits, 60))
        expect(stored?.samples?.column).toBe(`${corruption}-${severity}`)
      }
      if (meanNames.includes(corruption)) errors += (1 - right) / 14
      const whole = all(measured, 'corruption-accuracy').find(
        ({ slice }) => slice?.corruption === corruption && slice?.severity === undefined,
      )
      expect(whole?.value).toBeCloseTo(right, 12)
    }
    expect(one(measured, 'mce').value).toBeCloseTo(errors, 12)
    expect(one(measured, 'mce').value).toBeCloseTo(share('mean-error'), 12)
    expect(one(measured, 'relative-mce').value).toBeCloseTo(errors, 12)
    expect(one(measured, 'relative-accuracy-drop').value).toBeCloseTo(errors, 12)
    const lowest = Math.min(...benchmarkNames.map((name) => share(name)))
    expect(one(measured, 'worst-corruption-accuracy').value).toBeCloseTo(lowest, 12)
    for (const { value, interval } of measured.measurements) {
      if (interval === undefined) continue
      expect(interval.low).toBeLessThanOrEqual(value + 1e-12)
      expect(interval.high).toBeGreaterThanOrEqual(value - 1e-12)
    }
  })

  it('takes images and not answers as what chance decides: four times as many halve the interval', async () => {
    const width = async (count: number) => {
      const { measured } = await run(vulnerable, { options: parse({ samples: count }) })
      const { low, high } = one(measured, 'mce').interval!
      return high - low
    }
    const ratio = (await width(60)) / (await width(240))
    expect(ratio).toBeGreaterThan(1.6)
    expect(ratio).toBeLessThan(2.5)
  })

  it('gives the same document for the same seed, and other noise for another', async () => {
    const [first, again, other] = [
      await run(vulnerable),
      await run(vulnerable),
      await run(vulnerable, { seed: 8 }),
    ]
    expect(again.measured).toEqual(first.measured)
    expect(again.outcomes).toEqual(first.outcomes)
    expect(other.outcomes.indices).not.toEqual(first.outcomes.indices)
  })

  it('corrupts an image the same way whatever the batch and whichever other images are chosen', async () => {
    const few = await run(vulnerable, { options: parse({ samples: 20 }) })
    const facts = { ...system, model: { ...system.model!, maxBatch: 7 } }
    const many = await run(vulnerable, { options: parse({ samples: 90 }), facts })
    expect(many.outcomes.indices.slice(0, 20)).toEqual(few.outcomes.indices)
    for (const [name, column] of Object.entries(few.outcomes.columns)) {
      expect(many.outcomes.columns[name]!.slice(0, 20)).toEqual(column)
    }
  })

  it('plans what it spends, and keeps to the queries it is given', async () => {
    const options = parse({})
    for (const maxQueries of [null, 10_000, 1000, 91]) {
      const budget = { name: 'quick', maxQueries } as const
      const plan = check.applies(system, options, budget)
      if (!plan.applies) throw new Error(plan.reason)
      const { queries, outcomes } = await run(resistant, { options, budget })
      expect(queries).toBe(plan.cost.queries)
      expect(queries).toBeLessThanOrEqual(maxQueries ?? Number.POSITIVE_INFINITY)
      expect(queries).toBe(outcomes.indices.length * 76 + 15)
    }
    expect(check.applies(system, options, { name: 'quick', maxQueries: 90 })).toMatchObject({
      applies: false,
      outcome: 'skipped',
    })
  })

  it('takes 200, 500 or all images by budget, as far as there are any', () => {
    const large = { ...system, data: { test: { ...system.data.test!, count: 9000 } } }
    const work = (name: BudgetName, facts: SystemFacts = large) => {
      const plan = check.applies(facts, parse({}), { name, maxQueries: null })
      return plan.applies ? plan.cost.queries : 0
    }
    expect([work('quick'), work('standard'), work('thorough')]).toEqual(
      [200, 500, 9000].map((n) => n * 76 + 15),
    )
    expect(work('standard', system)).toBe(240 * 76 + 15)
  })

  it('stops when aborted', async () => {
    const control = new AbortController()
    let calls = 0
    const model: LabelModel = {
      labels(x) {
        if (++calls === 5) control.abort(new Error('enough'))
        return resistant.labels(x)
      },
    }
    await expect(run(model, { signal: control.signal })).rejects.toThrow('enough')
    expect(calls).toBe(5)
  })

  it('notices a model that does not answer the same twice', async () => {
    // One call for the clean images, two for each of 75 cells, then those of the evidence.
    let calls = 0
    const moody: LabelModel = {
      async labels(x) {
        const shift = ++calls > 151 ? 1 : 0
        return (await resistant.labels(x)).map((label) => (label + shift) % 4)
      },
    }
    expect((await run(moody)).measured.sanity).toMatchObject([{ id: 'repeatable', fired: true }])
    expect((await run(resistant)).measured.sanity).toMatchObject([{ id: 'repeatable', fired: false }])
  })

  it('measures only what its meta names, in the form of the run document, with a headline', async () => {
    const { measured } = await run(vulnerable)
    expect(new Set(measured.measurements.map(({ name }) => name))).toEqual(new Set(check.meta.measurements))
    const { measurements: schema } = runDocumentSchema.shape.modes.element.shape
    expect(schema.parse(measured.measurements)).toEqual(measured.measurements)
    const summary = await probe.summarize?.({ measured: new Map([[check.meta.id, measured]]) } as never)
    expect(summary?.measurements.map(({ name }) => name)).toEqual(
      probe.meta.headline.filter((name) => check.meta.measurements.includes(name)),
    )
  })

  it('applies our own corruptions where asked, and counts them in no mean error', async () => {
    const options = parse({ corruptions: ['contrast'], severities: [5], samples: 60, extended: true })
    const { measured, queries } = await run(vulnerable, { options })
    expect(queries).toBe(60 * 13 + 12)
    const rows = all(measured, 'corruption-accuracy').filter(({ slice }) => slice?.severity === undefined)
    expect(rows.map(({ attack }) => attack)).toEqual(['contrast', ...extendedNames])
    expect(one(measured, 'mce').value).toBeCloseTo(1 - rows[0]!.value, 12)
    expect(one(measured, 'mce').n).toBe(60)
    expect(one(measured, 'mce').denominator).not.toContain('tilt')
    const named = await run(vulnerable, { options: parse({ corruptions: ['tilt', 'fog'], samples: 20 }) })
    expect(one(named.measured, 'mce').denominator).toContain('under fog at')
  })

  it('says that its frost is not the published one, and leaves it out of the mean error', async () => {
    const options = parse({ corruptions: ['frost', 'fog'], samples: 20 })
    const { measured } = await run(vulnerable, { options })
    expect(measured.notCovered.join(' ')).toContain('The published frost')
    expect(one(measured, 'mce').denominator).not.toContain('frost')
    expect(all(measured, 'corruption-accuracy-drop').map(({ attack }) => attack)).toEqual(['frost', 'fog'])
  })

  it('says what it did not look at', async () => {
    const options = parse({ corruptions: ['contrast'], severities: [5], samples: 10 })
    const { measured } = await run(vulnerable, { options })
    const said = measured.notCovered.join(' ')
    for (const word of [
      'glass-blur',
      'fog',
      'gaussian-noise',
      'Severities left out by the options: 1, 2, 3, 4',
      '230 of the 240',
    ]) {
      expect(said).toContain(word)
    }
  })
})

describe('what the probe applies to', () => {
  const model = system.model!
  const data = system.data.test!
  it.each<[string, SystemFacts, RegExp]>([
    ['a system without a model', { ...system, model: null }, /no model/],
    ['another task', { ...system, task: 'text-classification' }, /text-classification/],
    [
      'a model without labels',
      { ...system, model: { ...model, access: [], missingAccess: { label: 'it hides' } } },
      /it hides/,
    ],
    ['a flat sample', { ...system, model: { ...model, sampleShape: [256] } }, /\[256\]/],
    ['four channels', { ...system, model: { ...model, sampleShape: [4, 8, 8] } }, /1 \(grey\) or 3/],
    ['no test data', { ...system, data: {} }, /"test"/],
    ['unlabelled data', { ...system, data: { test: { ...data, labelled: false } } }, /no labels/],
    ['an empty data set', { ...system, data: { test: { ...data, count: 0 } } }, /no images/],
  ])('is not %s', (_, facts, reason) => {
    const verdict = check.applies(facts, parse({}), { name: 'quick', maxQueries: null })
    if (verdict.applies) throw new Error('it applied')
    expect(verdict.outcome).toBe('not-applicable')
    expect(verdict.reason).toMatch(reason)
  })
})

describe('the judge', () => {
  interface Case {
    readonly clean?: number
    readonly n?: number
    readonly majority?: number
    readonly drop: number
    readonly margin?: number
    readonly single?: number
  }

  function measuredOf({
    clean = 0.95,
    n = 500,
    majority = 0.1,
    drop,
    margin = 0.02,
    single = drop,
  }: Case): Measured {
    const common = { unit: 'fraction', n, denominator: 'images' }
    const around = (value: number) => ({
      value,
      interval: { low: value - margin, high: value + margin, confidence: 0.95, method: 'test' },
    })
    return {
      notCovered: [],
      measurements: [
        { ...common, name: 'mce', value: drop },
        { ...common, name: 'clean-accuracy', value: clean, interval: wilson(Math.round(clean * n), n) },
        { ...common, name: 'majority-share', value: majority },
        { ...common, name: 'relative-accuracy-drop', ...around(drop) },
        { ...common, name: 'corruption-accuracy-drop', slice: { corruption: 'contrast' }, ...around(single) },
      ],
    }
  }
  const judge = (given: Case) => check.judge(measuredOf(given), parse({}))

  it('asks for confidence on both sides of the threshold', () => {
    expect(judge({ drop: 0.13 }).outcome).toBe('finding')
    expect(judge({ drop: 0.11 }).outcome).toBe('inconclusive')
    expect(judge({ drop: 0.09 }).outcome).toBe('inconclusive')
    expect(judge({ drop: 0.07 }).outcome).toBe('no-finding')
    expect(judge({ drop: 0.07 }).detectable?.value).toBeCloseTo(0.12, 12)
  })

  it('finds one corruption that does much harm where the mean does not show it', () => {
    const found = judge({ drop: 0.05, single: 0.4 })
    expect(found.outcome).toBe('finding')
    expect(found.claims[0]?.title).toContain('contrast')
    expect(judge({ drop: 0.05, single: 0.31 }).outcome).toBe('inconclusive')
    expect(judge({ drop: 0.05, single: 0.31 }).reason).toContain('contrast')
  })

  it('is inconclusive about few images, a poor model, and a model with nothing to lose', () => {
    expect(judge({ drop: 0, n: 49 }).outcome).toBe('inconclusive')
    expect(judge({ drop: 0.6, clean: 0.4 }).outcome).toBe('inconclusive')
    // Two classes at 55 %: falling back to the commonest class costs 9 % of it.
    expect(judge({ drop: 0.01, clean: 0.55, majority: 0.5, n: 5000 }).outcome).toBe('inconclusive')
    expect(judge({ drop: 0.01, clean: 0.7, majority: 0.5, n: 5000 }).outcome).toBe('no-finding')
    const { measurements } = measuredOf({ drop: 0.5 })
    const nothing = measurements.filter(({ name }) => name !== 'relative-accuracy-drop')
    expect(check.judge({ measurements: nothing, notCovered: [] }, parse({})).outcome).toBe('inconclusive')
  })

  it('rates harm by the mean drop', () => {
    const harm = (drop: number) => judge({ drop, single: drop }).claims[0]?.facts.harm
    expect([harm(0.13), harm(0.28), harm(0.53)]).toEqual(['slight', 'noticeable', 'severe'])
  })

  it('never judges more harm less harshly', () => {
    const rank = (given: Case): number => {
      const { outcome, claims } = judge(given)
      if (outcome !== 'finding') return outcome === 'no-finding' ? 0 : 1
      return 2 + ['slight', 'noticeable', 'severe'].indexOf(String(claims[0]?.facts.harm))
    }
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        share,
        share,
        share,
        share,
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (drop, single, more, moreSingle, margin) => {
          const before = { drop, single, margin }
          const after = { drop: Math.min(1, drop + more), single: Math.min(1, single + moreSingle), margin }
          expect(rank(after)).toBeGreaterThanOrEqual(rank(before))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('the options', () => {
  it('have documented defaults and refuse what they do not know', () => {
    expect(parse({})).toMatchObject({
      corruptions: [...benchmarkNames],
      extended: false,
      referenceCompatible: false,
      severities: [1, 2, 3, 4, 5],
      constants: 'auto',
      threshold: { drop: 0.1, singleDrop: 0.3, minSamples: 50 },
    })
    for (const wrong of [
      { corruptions: ['rain'] },
      { severities: [6] },
      { severities: [1, 1] },
      { sampels: 3 },
      { corruptions: [] },
    ]) {
      expect(() => parse(wrong)).toThrow()
    }
  })
})

const memory = (label: LabelModel, facts = system) => ({
  facts,
  models: { label },
  data: { test: samples },
  artifacts: noArtifacts,
})

probeConformance({
  probe,
  vulnerable: () => memory(vulnerable),
  resistant: () => memory(resistant),
  inapplicable: () => memory(resistant, { ...system, model: null }),
  queries: true,
})
