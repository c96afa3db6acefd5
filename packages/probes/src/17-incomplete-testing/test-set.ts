// The test set itself: what an accuracy measured on it can be trusted for. Test samples that were trained on measure
// memory; the same sample twice counts twice; a class without samples is not tested at all; and a small set leaves a wide
// margin whatever the model is.
import {
  type Applicability,
  type Check,
  type CheckContext,
  type Claim,
  type DataFacts,
  type Evidence,
  type Judgement,
  type Measured,
  type Measurement,
  type SystemFacts,
  smallestDetectableRate,
  wilson,
} from '@failmode/core'
import { highOf, lowOf, percent as toPercent } from '../measured-rate.ts'
import { chunk } from '../steps/chunk.ts'
import { isPicture } from '../steps/sample-image.ts'
import type { Copy } from './copies.ts'
import { copiesStep } from './copies-step.ts'
import { testSetMeta } from './meta.ts'
import type { IncompleteTestingOptions } from './options.ts'

/** Samples of one step: many, since each step first goes through the whole set that copies are looked for in. */
const chunkSize = 2000
/** The accuracy at which the margin of a test set is stated. */
const usualAccuracy = 0.9
const shownCopies = 20

export const testSet: Check<IncompleteTestingOptions> = {
  meta: testSetMeta,
  applies(system, options): Applicability {
    const { split, train } = options
    const data = system.data[split]
    if (data === undefined || data.count === 0) {
      return {
        applies: false,
        outcome: 'not-applicable',
        reason: `The configuration has no data set "${split}".`,
      }
    }
    const against = trainOf(system, options)
    return {
      applies: true,
      cost: { queries: 0, gradients: 0 },
      work: `${data.count} samples of "${split}"${against === null ? '' : ` beside ${against.count} of "${train}"`}`,
    }
  },
  measure,
  judge,
}

function trainOf({ data }: SystemFacts, { split, train }: IncompleteTestingOptions): DataFacts | null {
  return train === split ? null : (data[train] ?? null)
}

async function measure(context: CheckContext<IncompleteTestingOptions>): Promise<Measured> {
  const { system, options, seed } = context
  const { split, train, nearDuplicate } = options
  const n = system.data[split]?.count ?? 0
  const against = trainOf(system, options)
  const copiesIn = async (other: string): Promise<readonly (Copy | null)[]> => {
    const parts = chunk(
      Array.from({ length: n }, (_, i) => i),
      chunkSize,
    )
    const found = await Promise.all(
      parts.map((indices) =>
        context.step(copiesStep, { split, indices, against: other, least: nearDuplicate }),
      ),
    )
    return found.flatMap(({ output }) => output.copies)
  }
  const [repeated, leaked] = await Promise.all([
    copiesIn(split),
    against === null ? Promise.resolve(null) : copiesIn(train),
  ])
  const blob = await context.putSamples({
    split,
    indices: repeated.map((_, i) => i),
    columns: {
      // 1 is good, as in every file of outcomes.
      unseen: repeated.map((_, i) => (leaked === null ? null : Number(leaked[i] === null))),
      single: repeated.map((copy) => Number(copy === null)),
      copyOf: (leaked ?? repeated).map((copy) => copy?.of ?? null),
    },
  })
  const rate = (name: string, hits: number, column: string | null): Measurement => ({
    name,
    value: hits / n,
    unit: 'fraction',
    interval: wilson(hits, n),
    n,
    denominator: `samples of "${split}"`,
    seed,
    ...(column === null ? {} : { samples: { blob, column } }),
  })
  const exact = (copies: readonly (Copy | null)[]) => copies.filter((copy) => copy?.exact === true).length
  const any = (copies: readonly (Copy | null)[]) => copies.filter((copy) => copy !== null).length
  const measurements: Measurement[] = []
  if (leaked !== null) {
    const evidence = copyTable(leaked, train)
    measurements.push(
      {
        ...rate('test-leakage', any(leaked), 'unseen'),
        ...(evidence === null ? {} : { evidence: [evidence] }),
      },
      rate('exact-test-leakage', exact(leaked), null),
    )
  }
  measurements.push(rate('repeated-test-samples', any(repeated), 'single'))
  measurements.push(...classMeasurements(context, n))
  const margin = wilson(Math.round(usualAccuracy * n), n)
  measurements.push({
    name: 'accuracy-margin',
    value: 50 * (margin.high - margin.low),
    unit: 'points',
    n,
    denominator: `samples of "${split}", for a model that is right on ${percent(usualAccuracy)}`,
  })
  return { measurements, notCovered: notCovered(context, against) }
}

function classMeasurements(
  { system, options, labels }: CheckContext<IncompleteTestingOptions>,
  n: number,
): readonly Measurement[] {
  const truth = labels(options.split)
  const classes = system.model?.classes
  if (truth === null || classes === undefined || !system.task.endsWith('-classification')) return []
  const counts = new Array<number>(classes).fill(0)
  for (const label of truth) counts[label] = (counts[label] ?? 0) + 1
  const few = options.threshold.classSamples
  const names = system.model?.labels ?? []
  const poor = counts.flatMap((held, k) => (held < few ? [{ name: names[k] ?? `class ${k}`, held }] : []))
  const evidence: Evidence = {
    kind: 'table',
    title: `Classes with fewer than ${few} samples`,
    sample: false,
    columns: ['class', 'samples'],
    rows: poor.slice(0, shownCopies).map(({ name, held }) => [name, held]),
  }
  return [
    {
      name: 'untested-classes',
      value: poor.length,
      unit: 'count',
      n: classes,
      denominator: `classes of the model; fewer than ${few} samples count as none`,
      ...(poor.length === 0 ? {} : { evidence: [evidence] }),
    },
    {
      name: 'smallest-class-samples',
      value: Math.min(...counts),
      unit: 'count',
      n,
      denominator: `samples of "${options.split}"`,
    },
  ]
}

/** Shares of copies are small, and a tenth of a percent of a large set is many. */
const percent = (share: number) => toPercent(share, 2)

function classCount(number: number): string {
  return `${number} ${number === 1 ? 'class' : 'classes'}`
}

function copyTable(copies: readonly (Copy | null)[], train: string): Evidence | null {
  const rows = copies.flatMap((copy, i) =>
    copy === null ? [] : [[i, copy.of, copy.exact ? 'exact' : 'nearly the same']],
  )
  if (rows.length === 0) return null
  return {
    kind: 'table',
    title: `Test samples that are in "${train}"${rows.length > shownCopies ? `, the first ${shownCopies} of ${rows.length}` : ''}`,
    // Places in the files, and nothing of what stands there.
    sample: false,
    columns: ['test sample', 'copy of', 'how'],
    rows: rows.slice(0, shownCopies),
  }
}

function notCovered(
  { system, options }: CheckContext<IncompleteTestingOptions>,
  against: DataFacts | null,
): string[] {
  const shape = system.data[options.split]?.sampleShape ?? []
  return [
    ...(against === null
      ? [`Whether test samples were trained on: the configuration has no data set "${options.train}".`]
      : []),
    isPicture(shape)
      ? 'Copies that are shifted, cropped, turned or mirrored, and other pictures of the same thing.'
      : 'Copies that are not the same in every number.',
    'Conditions of use and their combinations, which a check of their own looks at.',
    'Whether the labels are right.',
  ]
}

function judge({ measurements }: Measured, { threshold, train, split }: IncompleteTestingOptions): Judgement {
  const named = (name: string) => measurements.find((measurement) => measurement.name === name)
  const leakage = named('test-leakage')
  const repeated = named('repeated-test-samples')
  const untested = named('untested-classes')
  const margin = named('accuracy-margin')
  const claims: Claim[] = []
  const base = { variant: null, mitigations: ['17-o1', '17-o2', '17-o3'] }
  if (leakage !== undefined && lowOf(leakage) > threshold.leakage) {
    claims.push({
      ...base,
      title: 'Test samples are in the training set',
      description: `${percent(leakage.value)} of "${split}" (at least ${percent(lowOf(leakage))}) are copies of samples of "${train}". What is measured on them is memory, so the accuracy in use is lower than the one in the test.`,
      subject: 'leakage',
      facts: {
        harm:
          lowOf(leakage) > threshold.severeLeakage
            ? 'severe'
            : lowOf(leakage) > threshold.noticeableLeakage
              ? 'noticeable'
              : 'slight',
      },
      measurements: ['test-leakage', 'exact-test-leakage'],
      evidence: leakage.evidence ?? [],
    })
  }
  if (untested !== undefined && untested.value > 0) {
    claims.push({
      ...base,
      title: 'Classes that the test set does not test',
      description: `${classCount(untested.value)} of ${untested.n} have fewer than ${threshold.classSamples} samples in "${split}". The accuracy says nothing of them.`,
      subject: 'classes',
      // A class nobody looked at can fail wholly.
      facts: { harm: untested.value > untested.n / 4 ? 'severe' : 'noticeable' },
      measurements: ['untested-classes', 'smallest-class-samples'],
      evidence: untested.evidence ?? [],
    })
  }
  const said = [
    leakage === undefined
      ? `There is no "${train}" to look for copies in.`
      : `${percent(leakage.value)} of the test set are copies of training samples (at most ${percent(highOf(leakage))}).`,
    ...(repeated === undefined ? [] : [`${percent(repeated.value)} repeat another test sample.`]),
    ...(untested === undefined ? [] : [`${classCount(untested.value)} of ${untested.n} not tested.`]),
    ...(margin === undefined
      ? []
      : [
          `An accuracy of ${percent(usualAccuracy)} can be off by ${Number(margin.value.toFixed(2))} points either way.`,
        ]),
  ].join(' ')
  if (claims.length > 0) return { outcome: 'finding', reason: said, detectable: null, claims }
  if (leakage !== undefined && highOf(leakage) > threshold.leakage) {
    return {
      outcome: 'inconclusive',
      reason: `${said} That is too close to the threshold of ${percent(threshold.leakage)} to tell with ${leakage.n} samples.`,
      detectable: null,
      claims: [],
    }
  }
  const n = (leakage ?? repeated)?.n ?? 0
  const value = smallestDetectableRate(n)
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'test-leakage',
      value,
      text: `With ${n} samples a share of copies of about ${percent(Math.max(value, threshold.leakage))} or more would have been found.`,
    },
    claims: [],
  }
}
