// Conditions that can be made are made: fog is added, something is put in the way, an object is taken out of the picture, the
// input is blank or stale or of something else. What is right is declared with the condition: the class stays, or is another
// one (where the stop sign was blown off there is no sign), or the model should say that it is unsure. The same samples
// are asked about as they are, so that what the condition did is seen and not what was wrong before.
import {
  type Budget,
  type Check,
  type CheckContext,
  type Conditions,
  type Evidence,
  holm,
  type Level,
  type MakeCondition,
  type Measured,
  type Measurement,
  mcnemar,
  pairedBootstrap,
  type SystemFacts,
  wilson,
} from '@failmode/core'
import { chooseSamples } from '../../steps/choose-samples.ts'
import { chunk } from '../../steps/chunk.ts'
import { predictLabels } from '../../steps/predict.ts'
import { declaredParts } from '../conditions/exposure.ts'
import { undeclared } from '../conditions/operating-conditions.ts'
import { readConditions } from '../conditions/read-conditions.ts'
import { madeMeta } from '../meta.ts'
import type { IncompleteTestingOptions } from '../options.ts'
import { judgeMade } from './judge.ts'
import { cannotMake, needsOther } from './make-condition.ts'
import { type Made, makeStep } from './make-step.ts'

type Context = CheckContext<IncompleteTestingOptions>

const samplesByBudget = { quick: 100, standard: 200, thorough: 500 } as const
const chunkSize = 250

/** A level that is made, and what is right where it was. */
interface MadeLevel {
  readonly factor: string
  readonly level: string
  readonly place: number
  readonly make: MakeCondition
  readonly of: readonly string[] | null
  readonly expect: Expectation
}

type Expectation =
  | { readonly kind: 'same' }
  | { readonly kind: 'unsure' }
  | { readonly kind: 'class'; readonly class: number; readonly name: string }

export const madeConditions: Check<IncompleteTestingOptions> = {
  meta: madeMeta,
  applies(system, options, budget) {
    const reason = notApplicable(system, options)
    if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
    if (system.conditions === undefined) return { applies: false, outcome: 'skipped', reason: undeclared }
    if (
      Object.values(system.conditions).every(({ levels }) =>
        Object.values(levels).every(({ make }) => make === undefined),
      )
    )
      return {
        applies: false,
        outcome: 'not-applicable',
        reason: 'No level of the declared conditions says how it is made ("make").',
      }
    const { made, impossible } = madeLevels(system, system.conditions)
    if (made.length === 0) return { applies: false, outcome: 'skipped', reason: impossible.join(' ') }
    const { each, queries } = workload(made.length, system, options, budget)
    if (each === 0)
      return {
        applies: false,
        outcome: 'skipped',
        reason: `${budget.maxQueries} queries do not pay for one sample of each of ${made.length} conditions.`,
      }
    return {
      applies: true,
      cost: { queries, gradients: 0 },
      work: `${made.length} ${made.length === 1 ? 'condition' : 'conditions'}, each made of up to ${each} samples`,
    }
  },
  measure,
  judge: judgeMade,
}

function notApplicable(
  { model, data, task }: SystemFacts,
  { split }: IncompleteTestingOptions,
): string | null {
  const set = data[split]
  if (set === undefined || set.count === 0) return `The configuration has no data set "${split}".`
  if (model === null) return 'The configuration names no model.'
  if (!task.endsWith('-classification')) return `The task is ${task}, not classification.`
  if (!model.access.includes('label'))
    return `The model gives no label access: ${model.missingAccess.label ?? 'it does not answer with classes'}.`
  if (!set.labelled)
    return `The data set "${split}" has no labels, so a wrong answer cannot be told from a right one.`
  return null
}

/** Every sample as it is and as it was made, for each condition. */
function workload(
  conditions: number,
  { data }: SystemFacts,
  options: IncompleteTestingOptions,
  { name, maxQueries }: Budget,
): { readonly each: number; readonly queries: number } {
  const each = Math.min(
    options.madeSamples ?? samplesByBudget[name],
    data[options.split]?.count ?? 0,
    Math.floor((maxQueries ?? Number.POSITIVE_INFINITY) / (2 * conditions)),
  )
  return { each, queries: 2 * conditions * each }
}

/** What is right unless the configuration says otherwise: an input that shows something else should leave the model unsure. */
function expectationOf({ expect, make }: Level): string {
  return expect ?? (make !== undefined && 'input' in make ? 'unsure' : 'same')
}

function madeLevels(
  { model, data }: SystemFacts,
  conditions: Conditions,
): { readonly made: readonly MadeLevel[]; readonly impossible: readonly string[] } {
  const made: MadeLevel[] = []
  const impossible: string[] = []
  const shape = model?.sampleShape ?? Object.values(data)[0]?.sampleShape ?? []
  const classes = model?.labels ?? []
  for (const [factor, { levels }] of Object.entries(conditions)) {
    for (const [place, [name, level]] of Object.entries(levels).entries()) {
      const { make, of = null } = level
      if (make === undefined) continue
      const expect = expectationOf(level)
      const strange = [...(of ?? []), ...(expect === 'same' || expect === 'unsure' ? [] : [expect])].find(
        (one) => !classes.includes(one),
      )
      const reason =
        cannotMake(make, shape) ??
        (strange !== undefined
          ? `"${strange}" is no class of the model`
          : expect === 'unsure' && model?.access.includes('score') !== true
            ? 'whether the model is unsure shows only in scores, which it does not give'
            : null)
      if (reason !== null) impossible.push(`"${name}" of "${factor}" was not made: ${reason}.`)
      else
        made.push({
          factor,
          level: name,
          place,
          make,
          of,
          expect:
            expect === 'same' || expect === 'unsure'
              ? { kind: expect }
              : { kind: 'class', class: classes.indexOf(expect), name: expect },
        })
    }
  }
  return { made, impossible }
}

interface Answered extends MadeLevel {
  readonly indices: readonly number[]
  readonly clean: readonly (0 | 1)[]
  readonly right: readonly (0 | 1)[]
  readonly evidence: Evidence | null
}

async function measure(context: Context): Promise<Measured> {
  const { system, options, budget } = context
  const { split } = options
  const truth = context.labels(split)
  if (truth === null || system.conditions === undefined || system.model === null)
    throw new TypeError(`"${split}" has no labels, or there is no model, or there are no conditions`)
  const { made, impossible } = madeLevels(system, system.conditions)
  const { each } = workload(made.length, system, options, budget)
  const { factors } = await readConditions(context)
  const order = chooseSamples(context.random, { count: truth.length, of: truth.length })
  const chosen = made.map((level) => {
    const read = factors.find(({ name }) => name === level.factor)
    const of = level.of?.map((name) => system.model!.labels.indexOf(name)) ?? null
    const { expect, make } = level
    return order
      .filter((index) => {
        const at = read?.levels[index]
        return (
          // Nothing shows where a factor cannot be read, and then any sample may be taken to lack the level.
          (at === undefined || (at >= 0 && at !== level.place)) &&
          (of === null || of.includes(truth[index]!)) &&
          (expect.kind !== 'class' || truth[index] !== expect.class) &&
          (!needsOther(make) || otherOf(index, make, truth, context) !== null)
        )
      })
      .slice(0, each)
  })
  const clean = await cleanAnswers(context, [...new Set(chosen.flat())])
  const answered: Answered[] = []
  const short: string[] = []
  for (const [i, level] of made.entries()) {
    const indices = chosen[i]!
    if (indices.length === 0)
      short.push(
        `"${level.level}" of "${level.factor}" was not made: no sample of "${split}" can be made so.`,
      )
    else answered.push(await answer(context, level, indices, { truth, clean }))
  }
  const count = truth.length
  return {
    measurements: answered.length === 0 ? [] : await numbers(context, answered),
    facts: declaredParts(system.conditions),
    notCovered: [
      'Conditions that cannot be made, and how far a made one is from a real one.',
      'Several made conditions at once.',
      ...impossible,
      ...short,
      ...(answered.some(({ indices }) => indices.length < count)
        ? [`More than ${each} of the ${count} samples of "${split}" for each condition.`]
        : []),
    ],
  }
}

/** The sample that a stale or wrong input shows: one of another class, the last before it or any. Null where there is none. */
function otherOf(
  index: number,
  make: MakeCondition,
  truth: Int32Array,
  { random }: Pick<Context, 'random'>,
): number | null {
  const n = truth.length
  const stale = 'input' in make && make.input === 'stale'
  const stream = stale ? null : random.split('other').split(index)
  const start = stream === null ? index : stream.int(n)
  for (let back = stale ? 1 : 0; back < n; back++) {
    const other = (start - back + n) % n
    if (truth[other] !== truth[index]) return other
  }
  return null
}

async function cleanAnswers(
  { step, options: { split } }: Context,
  indices: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const sorted = [...indices].sort((a, b) => a - b)
  const parts = await Promise.all(
    chunk(sorted, chunkSize).map((part) => step(predictLabels, { split, indices: part })),
  )
  const labels = parts.flatMap(({ output }) => output.labels)
  return new Map(sorted.map((index, i) => [index, labels[i]!]))
}

async function answer(
  context: Context,
  level: MadeLevel,
  indices: readonly number[],
  { truth, clean }: { readonly truth: Int32Array; readonly clean: ReadonlyMap<number, number> },
): Promise<Answered> {
  const { options, system } = context
  const { make, expect } = level
  const expected =
    expect.kind === 'unsure'
      ? null
      : indices.map((index) => (expect.kind === 'class' ? expect.class : truth[index]!))
  const others = needsOther(make) ? indices.map((index) => otherOf(index, make, truth, context)!) : null
  const parts = await Promise.all(
    chunk([...indices.keys()], chunkSize).map((rows) =>
      context.step(makeStep, {
        split: options.split,
        indices: rows.map((row) => indices[row]!),
        make,
        others: others === null ? null : rows.map((row) => others[row]!),
        access: expect.kind === 'unsure' ? 'score' : 'label',
        expected: expected === null ? null : rows.map((row) => expected[row]!),
        picture: rows[0] === 0,
      }),
    ),
  )
  const predictions = parts.flatMap(({ output }) => output.predictions)
  const confidences = parts.flatMap(({ output }) => output.confidences ?? [])
  const right = indices.map((_, i): 0 | 1 =>
    (expected === null ? confidences[i]! < options.threshold.confident : predictions[i] === expected[i])
      ? 1
      : 0,
  )
  const name = (k: number) => system.model?.labels[k] ?? String(k)
  const { picture } = parts[0]!.output
  return {
    ...level,
    indices,
    clean: indices.map((index) => (clean.get(index) === truth[index] ? 1 : 0)),
    right,
    evidence:
      picture === null
        ? null
        : pictures(level, indices[picture.row]!, picture, {
            truth: name(truth[indices[picture.row]!]!),
            before: name(clean.get(indices[picture.row]!)!),
            after: `${name(predictions[picture.row]!)}${confidences.length === 0 ? '' : `, ${Math.round(100 * confidences[picture.row]!)} % sure`}`,
          }),
  }
}

function pictures(
  { factor, level, expect }: MadeLevel,
  index: number,
  { before, after }: NonNullable<Made['picture']>,
  said: { readonly truth: string; readonly before: string; readonly after: string },
): Evidence {
  const wanted =
    expect.kind === 'unsure'
      ? 'it should be unsure'
      : `it should be ${expect.kind === 'class' ? expect.name : said.truth}`
  return {
    kind: 'images',
    title: `${factor} made ${level}: sample ${index}`,
    caption: `The sample is ${said.truth}. Where the condition is made, ${wanted}.`,
    images: [
      { label: `as it is: ${said.before}`, ...before, sample: true },
      { label: `${level}: ${said.after}`, ...after, sample: true },
    ],
  }
}

async function numbers(
  { options, seed, random, putSamples }: Context,
  answered: readonly Answered[],
): Promise<readonly Measurement[]> {
  const { split, threshold } = options
  const same = answered.filter(({ expect }) => expect.kind === 'same')
  const pValues = holm(
    same.map(({ clean, right }) => {
      const only = (a: readonly number[], b: readonly number[]) =>
        a.filter((one, i) => one === 1 && b[i] === 0).length
      return mcnemar(only(clean, right), only(right, clean)).exact
    }),
  )
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const mean = (values: readonly number[]) => sum(values) / values.length
  const measurements: Measurement[] = []
  for (const level of answered) {
    const { factor, indices, clean, right, expect, evidence } = level
    const slice = { [factor]: level.level }
    const n = indices.length
    const blob = await putSamples({ split, indices, columns: { clean, made: right } })
    const base = { unit: 'fraction', n, seed, slice, knowledge: [], access: 'label' as const }
    const denominator = `samples of "${split}" with ${factor} made ${level.level}`
    measurements.push(
      {
        ...base,
        ...(expect.kind === 'unsure' ? { access: 'score' as const } : {}),
        name: 'made-condition-accuracy',
        value: mean(right),
        interval: wilson(sum(right), n),
        denominator: `${denominator}; right means ${
          expect.kind === 'same'
            ? 'the class that the sample has'
            : expect.kind === 'class'
              ? `"${expect.name}"`
              : `no class with a probability of ${threshold.confident} or more`
        }`,
        samples: { blob, column: 'made' },
        ...(evidence === null ? {} : { evidence: [evidence] }),
      },
      {
        ...base,
        name: 'clean-accuracy',
        value: mean(clean),
        interval: wilson(sum(clean), n),
        denominator: `the same samples of "${split}" as they are, without ${factor} made ${level.level}`,
        samples: { blob, column: 'clean' },
      },
    )
    const at = same.indexOf(level)
    if (at < 0) continue
    measurements.push(
      {
        ...base,
        name: 'made-condition-drop',
        value: mean(clean) - mean(right),
        interval: pairedBootstrap(right, clean, mean, random.split('drop').split(factor).split(level.level), {
          method: 'percentile',
        }),
        denominator,
      },
      {
        ...base,
        unit: 'probability',
        name: 'made-condition-p-value',
        value: pValues[at]!,
        denominator: `${denominator}, beside the same as they are; corrected for ${same.length} conditions`,
      },
    )
  }
  const worst = measurements
    .filter(({ name }) => name === 'made-condition-accuracy')
    .reduce((a, b) => (b.value < a.value ? b : a))
  const { slice: _, evidence: __, samples: ___, ...rest } = worst
  return [{ ...rest, name: 'worst-made-condition-accuracy' }, ...measurements]
}
