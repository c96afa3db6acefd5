// Draw samples of both data sets, turn them into rows, and hand the rows to what compares them.
import {
  type CheckContext,
  differenceOfConfidences,
  estimateLabelShift,
  type Measured,
  type Measurement,
  mean,
  thresholdedConfidence,
  totalVariation,
  twoSampleBootstrap,
  wilson,
} from '@failmode/core'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import { predictLabels } from '../steps/predict.ts'
import { type CompareInput, type Comparison, compareStep, fewestRows } from './compare-step.ts'
import { kindOfShift, type ShiftKind } from './kind.ts'
import { type ClassShares, classMeasurements, compareClasses, measurementsOf, valuesAt } from './numbers.ts'
import type { ShiftOptions } from './options.ts'
import { describeStep, featureNames, mostColumns } from './representations/describe-step.ts'
import { mostClasses, scoreNames, scoresStep } from './scores-step.ts'
import { type Asks, withoutModel, workload } from './workload.ts'

type Context = CheckContext<ShiftOptions>
type Side = 'reference' | 'current'
type Rows = readonly (readonly number[])[]

interface Drawn {
  readonly split: string
  readonly indices: readonly number[]
  /** True classes, or null. */
  readonly labels: readonly number[] | null
}

type Both<T> = Readonly<Record<Side, T>>

const chunkSize = 250

/** Of data that the model is tested on and that it meets, drawn apart so that equal files do not make equal rows. */
function draw({ system, options, budget, random, labels }: Context, asks: Asks): Both<Drawn> {
  const sizes = workload(system, options, budget, asks)
  const one = (side: Side): Drawn => {
    const split = options[side]
    const of = system.data[split]?.count ?? 0
    const indices = chooseSamples(random.split(side), { count: sizes[side], of })
    const known = labels(split)
    return { split, indices, labels: known === null ? null : indices.map((index) => known[index]!) }
  }
  return { reference: one('reference'), current: one('current') }
}

async function inChunks<T>(
  { split, indices }: Drawn,
  ask: (input: { readonly split: string; readonly indices: readonly number[] }) => Promise<readonly T[]>,
): Promise<T[]> {
  const parts = await Promise.all(chunk(indices, chunkSize).map((part) => ask({ split, indices: part })))
  return parts.flat()
}

async function describeInputs(context: Context, drawn: Both<Drawn>): Promise<Both<Rows>> {
  const rows = (side: Side) =>
    inChunks(drawn[side], async (input) => (await context.step(describeStep, input)).output.rows)
  return { reference: await rows('reference'), current: await rows('current') }
}

const predict = (context: Context, drawn: Drawn): Promise<number[]> =>
  inChunks(drawn, async (input) => (await context.step(predictLabels, input)).output.labels)

async function score(context: Context, drawn: Drawn) {
  const parts = await Promise.all(
    chunk(drawn.indices, chunkSize).map((part) =>
      context.step(scoresStep, { split: drawn.split, indices: part }),
    ),
  )
  return {
    predicted: parts.flatMap(({ output }) => output.predicted),
    confidence: parts.flatMap(({ output }) => output.confidence),
    rows: parts.flatMap(({ output }) => output.rows),
  }
}

async function compare(
  context: Context,
  rows: Both<Rows>,
  strata: CompareInput['strata'],
): Promise<Comparison | null> {
  if (rows.reference.length < fewestRows || rows.current.length < fewestRows) return null
  const { tests, permutations, kernelSamples } = context.options
  const { output } = await context.step(compareStep, { ...rows, strata, tests, permutations, kernelSamples })
  return output
}

function strataOf({ reference, current }: Both<Drawn>): CompareInput['strata'] {
  return reference.labels === null || current.labels === null
    ? null
    : { reference: reference.labels, current: current.labels }
}

/** The shares of true classes on both sides, where both are labelled. */
function trueClasses(context: Context, drawn: Both<Drawn>): ClassShares | null {
  const strata = strataOf(drawn)
  if (strata === null) return null
  return compareClasses(
    strata.reference,
    strata.current,
    1 + strata.reference.concat(strata.current).reduce((a, b) => Math.max(a, b), 0),
    context.random.split('classes'),
  )
}

export async function measureInputs(context: Context): Promise<Measured> {
  const drawn = draw(context, 'nothing')
  const shape = context.system.data[context.options.reference]?.sampleShape ?? []
  const comparison = await compare(context, await describeInputs(context, drawn), strataOf(drawn))
  const names = featureNames(shape)
  return {
    ...shiftOf(context, drawn, comparison, { names, what: 'inputs', access: null }),
    notCovered: [
      ...notCoveredBySampling(context, drawn),
      shape.length > 1 || names.length < shape.reduce((product, length) => product * length, 1)
        ? `Shifts that leave ${names.join(', ')} as they are; a new kind of object at the same light is one.`
        : `Shifts of columns beyond ${mostColumns}, and of what is not in the table.`,
      'Shifts of the inputs within groups, such as a place or a device; of groups only accuracy is compared.',
    ],
  }
}

export async function measureOutputs(context: Context): Promise<Measured> {
  const scored = context.system.model?.access.includes('score') === true
  const drawn = draw(context, scored ? 'score' : 'label')
  const { labels = [], classes = 0 } = context.system.model ?? {}
  let rows: Both<Rows>
  let names: readonly string[]
  if (scored) {
    const [reference, current] = [await score(context, drawn.reference), await score(context, drawn.current)]
    rows = { reference: reference.rows, current: current.rows }
    names = scoreNames(labels, classes)
  } else {
    const [reference, current] = [
      await predict(context, drawn.reference),
      await predict(context, drawn.current),
    ]
    const shown = commonest([...reference, ...current])
    const row = (label: number) => shown.map((k) => (k === label ? 1 : 0))
    rows = { reference: reference.map(row), current: current.map(row) }
    names = shown.map((k) => `answer ${labels[k] ?? k}`)
  }
  const comparison = await compare(context, rows, strataOf(drawn))
  const access = scored ? 'score' : 'label'
  return {
    ...shiftOf(context, drawn, comparison, { names, what: 'answers of the model', access }),
    notCovered: [
      ...notCoveredBySampling(context, drawn),
      'Shifts to which the model is blind: it may answer as before on inputs that are new to it, and be wrong.',
      ...(scored ? [] : ['How sure the model is, since it answers with classes only.']),
    ],
  }
}

/** The most frequent answers, most frequent first; the rest have no column. */
function commonest(answers: readonly number[]): readonly number[] {
  const counts = new Map<number, number>()
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, mostClasses)
    .map(([label]) => label)
}

function shiftOf(
  context: Context,
  drawn: Both<Drawn>,
  comparison: Comparison | null,
  about: {
    readonly names: readonly string[]
    readonly what: string
    readonly access: 'label' | 'score' | null
  },
): Pick<Measured, 'measurements' | 'facts'> {
  const facts = { reference: drawn.reference.indices.length, current: drawn.current.indices.length }
  if (comparison === null) return { measurements: [], facts }
  const { alpha } = context.options.threshold
  const classes = trueClasses(context, drawn)
  const kind = kindOfShift({
    rows: comparison.pValue,
    givenClass: comparison.givenClass ?? undefined,
    classes: classes?.pValue,
    alpha,
  })
  const { permutations } = context.options
  return {
    measurements: measurementsOf(comparison, { ...about, classes, alpha, permutations, seed: context.seed }),
    facts: { ...facts, features: about.names.length, 'shift-kind': kind },
  }
}

export async function measureLabels(context: Context): Promise<Measured> {
  const { options, random, seed, system } = context
  const answers = withoutModel(system, options, 'label') === null
  const drawn = draw(context, answers ? 'label' : 'nothing')
  const { reference, current } = drawn
  const facts = { reference: reference.indices.length, current: current.indices.length }
  if (facts.reference < fewestRows || facts.current < fewestRows || reference.labels === null) {
    return { measurements: [], notCovered: [], facts }
  }
  const truth = reference.labels
  const predicted = answers
    ? { reference: await predict(context, reference), current: await predict(context, current) }
    : null
  const rows = await describeInputs(context, drawn)
  const measurements: Measurement[] = []
  let kind: ShiftKind
  if (current.labels !== null) {
    const now = current.labels
    const classes = trueClasses(context, drawn)!
    const comparison = await compare(context, rows, strataOf(drawn))
    measurements.push(...classMeasurements(classes, { denominator: 'labels of both data sets', seed }))
    kind = kindOfShift({
      rows: comparison!.pValue,
      givenClass: comparison!.givenClass!,
      classes: classes.pValue,
      alpha: options.threshold.alpha,
    })
    if (predicted !== null) {
      const right = {
        reference: truth.map((label, i) => (label === predicted.reference[i] ? 1 : 0)),
        current: now.map((label, i) => (label === predicted.current[i] ? 1 : 0)),
      }
      measurements.push(...accuracyDrops(context, { truth, now, right }))
    }
    measurements.push(inputsPValue(comparison!, options.permutations))
  } else {
    const estimate = (i: ArrayLike<number>, j: ArrayLike<number>) => {
      return estimateLabelShift({
        classes: system.model!.classes,
        labels: valuesAt(truth, i),
        predicted: valuesAt(predicted!.reference, i),
        currentPredicted: valuesAt(predicted!.current, j),
      })
    }
    const distance = (i: ArrayLike<number>, j: ArrayLike<number>): number => {
      const shares = estimate(i, j).shares.map((share) => Math.round(share * 1e6))
      const before = shares.map(() => 0)
      for (let k = 0; k < i.length; k++) before[truth[i[k]!]!]! += 1
      return totalVariation(before, shares)
    }
    const everyone = [truth, predicted!.current].map((list) => list.map((_, i) => i)) as [number[], number[]]
    const answered = compareClasses(
      predicted!.reference,
      predicted!.current,
      system.model!.classes,
      random.split('answers'),
    )
    const comparison = await compare(context, rows, predicted)
    kind = kindOfShift({
      rows: comparison!.pValue,
      givenClass: comparison!.givenClass!,
      classes: answered.pValue,
      alpha: options.threshold.alpha,
    })
    const { solvable } = estimate(...everyone)
    if (solvable) {
      measurements.push(
        ...classMeasurements(
          {
            distance: distance(...everyone),
            interval: twoSampleBootstrap(
              [truth.length, current.indices.length],
              distance,
              random.split('bbse'),
              { resamples: 300 },
            ),
            pValue: answered.pValue,
            n: answered.n,
          },
          {
            denominator: 'labels of the reference against shares estimated from answers on the current data',
            attack: 'black-box-shift-estimation',
            access: 'label',
            seed,
          },
        ),
      )
    }
    measurements.push(inputsPValue(comparison!, options.permutations))
  }
  return {
    measurements,
    facts: { ...facts, labelled: current.labels !== null, 'shift-kind': kind },
    notCovered: [
      ...notCoveredBySampling(context, drawn),
      ...(current.labels === null
        ? [
            'Concept shift: without labels of the current data a change of the right answers cannot be seen.',
            'Whether classes look as before, which the estimate of their shares takes for granted.',
          ]
        : []),
      ...(predicted === null ? ['Accuracy, since no model gives labels.'] : []),
    ],
  }
}

function inputsPValue({ pValue, sizes }: Comparison, permutations: number): Measurement {
  return {
    name: 'shift-p-value',
    slice: { of: 'inputs' },
    unit: 'probability',
    value: pValue,
    n: sizes[0] + sizes[1],
    denominator: `inputs of both data sets; joint over all tests, by ${permutations} permutations`,
    interval: wilson(Math.round(pValue * (permutations + 1)), permutations + 1),
  }
}

/**
 * The fall of accuracy, and what is left of it when the reference is given the current shares of classes: each class its
 * reference accuracy, weighted as often as it comes now. Classes that the reference lacks count with its mean.
 */
function accuracyDrops(
  { random, seed }: Context,
  parts: {
    readonly truth: readonly number[]
    readonly now: readonly number[]
    readonly right: Both<readonly number[]>
  },
): Measurement[] {
  const { truth, now, right } = parts
  const [m, n] = [truth.length, now.length]
  const classes = 1 + truth.concat(now).reduce((a, b) => Math.max(a, b), 0)
  const drop = (i: ArrayLike<number>, j: ArrayLike<number>): number =>
    meanAt(right.reference, i) - meanAt(right.current, j)
  const unexplained = (i: ArrayLike<number>, j: ArrayLike<number>): number => {
    const counts = new Float64Array(classes)
    const hits = new Float64Array(classes)
    for (let k = 0; k < i.length; k++) {
      const place = i[k]!
      counts[truth[place]!]! += 1
      hits[truth[place]!]! += right.reference[place]!
    }
    const overall = meanAt(right.reference, i)
    let sum = 0
    for (let k = 0; k < j.length; k++) {
      const own = now[j[k]!]!
      sum += counts[own] === 0 ? overall : hits[own]! / counts[own]!
    }
    return sum / j.length - meanAt(right.current, j)
  }
  const all = [truth.map((_, i) => i), now.map((_, i) => i)] as const
  const common = { unit: 'fraction', n: m + n, access: 'label', seed } as const
  const interval = (name: string, statistic: typeof drop) =>
    twoSampleBootstrap([m, n], statistic, random.split(name))
  return [
    ...cleanAccuracies(right),
    {
      ...common,
      name: 'accuracy-drop',
      value: drop(...all),
      interval: interval('drop', drop),
      denominator: 'labelled samples of both data sets',
    },
    {
      ...common,
      name: 'accuracy-drop',
      slice: { given: 'class' },
      value: unexplained(...all),
      interval: interval('unexplained', unexplained),
      denominator:
        'labelled samples of both data sets; the reference weighted to the current shares of classes',
    },
  ]
}

function cleanAccuracies(right: Both<readonly number[]>): Measurement[] {
  return (['reference', 'current'] as const).map((side): Measurement => {
    const hits = right[side].reduce((sum, one) => sum + one, 0)
    const n = right[side].length
    return {
      name: 'clean-accuracy',
      slice: { data: side },
      unit: 'fraction',
      value: hits / n,
      n,
      denominator: `labelled samples, ${side}`,
      interval: wilson(hits, n),
      access: 'label',
    }
  })
}

function meanAt(values: readonly number[], places: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < places.length; i++) sum += values[places[i]!]!
  return sum / places.length
}

export async function measureAccuracy(context: Context): Promise<Measured> {
  const { random, seed, options } = context
  const drawn = draw(context, 'score')
  const facts = { reference: drawn.reference.indices.length, current: drawn.current.indices.length }
  const truth = drawn.reference.labels
  const now = drawn.current.labels
  if (truth === null || facts.reference < fewestRows || facts.current < fewestRows) {
    return { measurements: [], notCovered: [], facts }
  }
  const [reference, current] = [await score(context, drawn.reference), await score(context, drawn.current)]
  const correct = reference.predicted.map((label, i) => (label === truth[i] ? 1 : 0))
  const accuracy = mean(correct)
  const ways = {
    'average-thresholded-confidence': thresholdedConfidence,
    'difference-of-confidences': differenceOfConfidences,
  }
  const sizes = [facts.reference, facts.current] as const
  const measurements: Measurement[] = options.estimators.flatMap((name): Measurement[] => {
    const estimate = ways[name]
    const known = (i: Int32Array) => ({
      confidence: valuesAt(reference.confidence, i),
      correct: valuesAt(correct, i),
    })
    const value = estimate({ confidence: reference.confidence, correct }, current.confidence)
    const common = { unit: 'fraction', attack: name, access: 'score', seed, n: sizes[0] + sizes[1] } as const
    const over = `${sizes[0]} labelled samples of the reference and ${sizes[1]} current ones without their labels`
    return [
      {
        ...common,
        name: 'estimated-accuracy',
        value,
        interval: twoSampleBootstrap(
          sizes,
          (i, j) => estimate(known(i), valuesAt(current.confidence, j)),
          random.split(name),
        ),
        denominator: over,
      },
      {
        ...common,
        name: 'accuracy-drop',
        value: accuracy - value,
        interval: twoSampleBootstrap(
          sizes,
          (i, j) => meanAt(correct, i) - estimate(known(i), valuesAt(current.confidence, j)),
          random.split(`${name} drop`),
        ),
        denominator: over,
      },
    ]
  })
  if (now !== null) {
    const right = current.predicted.map((label, i) => (label === now[i] ? 1 : 0))
    measurements.unshift({
      name: 'accuracy-drop',
      unit: 'fraction',
      value: accuracy - mean(right),
      interval: twoSampleBootstrap(
        sizes,
        (i, j) => meanAt(correct, i) - meanAt(right, j),
        random.split('true'),
      ),
      n: sizes[0] + sizes[1],
      denominator: 'labelled samples of both data sets; measured, not estimated',
      access: 'score',
      seed,
    })
    measurements.push(...cleanAccuracies({ reference: correct, current: right }))
  }
  return {
    measurements,
    facts: { ...facts, labelled: now !== null },
    notCovered: [
      ...notCoveredBySampling(context, drawn),
      ...(now === null
        ? [
            'Errors that the model makes with undiminished confidence: both estimates take confidence at its word.',
          ]
        : []),
    ],
  }
}

function notCoveredBySampling({ system }: Context, drawn: Both<Drawn>): string[] {
  return (['reference', 'current'] as const).flatMap((side) => {
    const { split, indices } = drawn[side]
    const left = (system.data[split]?.count ?? 0) - indices.length
    return left === 0 ? [] : [`${left} of the ${left + indices.length} samples of "${split}".`]
  })
}
