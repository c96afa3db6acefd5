// The conditions that were declared for the system in use, beside those that its test set shows. Coverage needs neither a
// model nor labels; where there are both, accuracy in each condition is measured, and what mistakes would cost in operation
// is weighed by how often each condition comes there and not by how often it happens to be in the test.
import type { Budget, Check, CheckContext, Measured, SystemFacts } from '@failmode/core'
import { chooseSamples } from '../../steps/choose-samples.ts'
import { chunk } from '../../steps/chunk.ts'
import { predictLabels } from '../../steps/predict.ts'
import { conditionsMeta } from '../meta.ts'
import type { IncompleteTestingOptions } from '../options.ts'
import { declaredParts } from './exposure.ts'
import { judgeConditions } from './judge.ts'
import { accuracyNumbers, coverageNumbers, readingNumbers } from './numbers.ts'
import { type ReadConditions, readableConditions, readConditions, unreadable } from './read-conditions.ts'

const samplesByBudget = { quick: 1000, standard: 5000, thorough: Number.POSITIVE_INFINITY } as const
const chunkSize = 250

export const undeclared =
  'The configuration declares no conditions of use, so it is not known what the tests leave out. Name them under "conditions": factors such as weather, their levels, how each is read ("from") and how likely it is ("share").'

export const operatingConditions: Check<IncompleteTestingOptions> = {
  meta: conditionsMeta,
  applies(system, options, budget) {
    const { split } = options
    const data = system.data[split]
    if (data === undefined || data.count === 0)
      return {
        applies: false,
        outcome: 'not-applicable',
        reason: `The configuration has no data set "${split}".`,
      }
    const { conditions } = system
    if (conditions === undefined) return { applies: false, outcome: 'skipped', reason: undeclared }
    const readable = Object.keys(readableConditions(conditions, data)).length
    if (readable === 0)
      return {
        applies: false,
        outcome: 'skipped',
        reason: `None of the declared conditions can be read of "${split}": ${Object.entries(conditions)
          .map(([name, factor]) => unreadable(name, factor, data))
          .join(' ')}`,
      }
    const queries = unasked(system, options) === null ? asked(system, options, budget) : 0
    return {
      applies: true,
      cost: { queries, gradients: 0 },
      work: `${readable} ${readable === 1 ? 'factor' : 'factors'} in ${data.count} samples of "${split}"${queries === 0 ? '' : `, accuracy on ${queries}`}`,
    }
  },
  measure,
  judge: judgeConditions,
}

/** Why accuracy by condition cannot be measured, or null. */
function unasked({ model, task, data }: SystemFacts, { split }: IncompleteTestingOptions): string | null {
  if (model === null) return 'the configuration names no model'
  if (!task.endsWith('-classification')) return `the task is ${task}, not classification`
  if (!model.access.includes('label'))
    return `the model gives no label access: ${model.missingAccess.label ?? 'it does not answer with classes'}`
  if (data[split]?.labelled !== true) return `the data set "${split}" has no labels`
  return null
}

function asked({ data }: SystemFacts, options: IncompleteTestingOptions, budget: Budget): number {
  return Math.min(
    options.conditionSamples ?? samplesByBudget[budget.name],
    data[options.split]?.count ?? 0,
    budget.maxQueries ?? Number.POSITIVE_INFINITY,
  )
}

async function measure(context: CheckContext<IncompleteTestingOptions>): Promise<Measured> {
  const { system, options } = context
  const read = await readConditions(context)
  const right = await answers(context)
  const accuracy = right === null ? null : await accuracyNumbers(context, read, right)
  const coverage = await coverageNumbers(context, read, accuracy?.cells ?? [])
  return {
    measurements: [
      ...coverage.measurements,
      ...(accuracy?.measurements ?? []),
      ...readingNumbers(context, read),
    ],
    facts: declaredParts(system.conditions ?? {}),
    notCovered: [
      ...notCovered(context, read),
      ...coverage.notCovered,
      ...(right === null
        ? [
            `How right the model is in each condition: ${unasked(system, options) ?? 'the queries do not pay for it'}.`,
          ]
        : []),
    ],
  }
}

/** 1 where the model is right, 0 where it is wrong, null where it was not asked; null when it cannot be asked at all. */
async function answers({
  system,
  options,
  budget,
  random,
  labels,
  step,
}: CheckContext<IncompleteTestingOptions>): Promise<readonly (0 | 1 | null)[] | null> {
  const { split } = options
  const truth = labels(split)
  const count = asked(system, options, budget)
  if (truth === null || unasked(system, options) !== null || count === 0) return null
  const indices = chooseSamples(random, { count, of: truth.length })
  const parts = await Promise.all(
    chunk(indices, chunkSize).map((part) => step(predictLabels, { split, indices: part })),
  )
  const right = new Array<0 | 1 | null>(truth.length).fill(null)
  const predictions = parts.flatMap(({ output }) => output.labels)
  for (const [i, index] of indices.entries()) right[index] = predictions[i] === truth[index] ? 1 : 0
  return right
}

function notCovered(
  { system, options }: CheckContext<IncompleteTestingOptions>,
  { domain, factors }: ReadConditions,
): string[] {
  const data = system.data[options.split]
  const unstated = domain.factors.filter(({ levels }) => levels.some(({ stated }) => !stated))
  const assumed = factors.filter(({ factor }) => factor.from === undefined)
  return [
    'Conditions that nobody declared.',
    ...(domain.factors.length < 2
      ? []
      : [
          'How conditions depend on each other: shares are multiplied as if they did not, and combinations that cannot occur count as untested.',
        ]),
    ...(domain.factors.length > 3 ? ['Combinations of four conditions and more, one by one.'] : []),
    ...Object.entries(system.conditions ?? {}).flatMap(([name, factor]) => {
      const reason = unreadable(name, factor, data)
      return reason === null ? [] : [reason]
    }),
    ...assumed.map(
      ({ name, factor, levels }) =>
        `Whether every sample is "${Object.keys(factor.levels)[levels[0]!]}" in "${name}": nothing says how that is read, so it is assumed.`,
    ),
    ...(unstated.length === 0
      ? []
      : [
          `How likely the levels of ${unstated.map(({ name }) => `"${name}"`).join(', ')} are: not all have a share, so what is left is shared out evenly.`,
        ]),
  ]
}
