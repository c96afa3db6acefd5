// What the model says where there is nothing to see. A classifier has no answer for "nothing", so the best it can do is
// to be unsure; one that is sure of noise will be as sure of a covered lens.
import {
  type Check,
  type CheckContext,
  type Judgement,
  type Measured,
  type Measurement,
  type SystemFacts,
  smallestDetectableRate,
  wilson,
} from '@failmode/core'
import { highOf, lowOf, percent } from '../measured-rate.ts'
import { isPicture } from '../steps/sample-image.ts'
import { nothingMeta } from './meta.ts'
import { nothingStep, nothings } from './nothing-step.ts'
import type { IncompleteTestingOptions } from './options.ts'

const inputsByBudget = { quick: 200, standard: 200, thorough: 600 } as const

export const nothingThere: Check<IncompleteTestingOptions> = {
  meta: nothingMeta,
  applies(system, options, budget) {
    const reason = notApplicable(system, options)
    if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
    const { each, total } = workload(options, budget)
    if (each < 1) {
      return {
        applies: false,
        outcome: 'skipped',
        reason: `${budget.maxQueries} queries do not pay for one input of each of ${nothings.length} kinds.`,
      }
    }
    return {
      applies: true,
      cost: { queries: total, gradients: 0 },
      work: `${total} inputs without content: ${nothings.join(', ')}`,
    }
  },
  measure,
  judge,
}

function workload(
  options: IncompleteTestingOptions,
  budget: CheckContext<IncompleteTestingOptions>['budget'],
): { readonly each: number; readonly total: number } {
  const wanted = Math.min(
    options.garbage ?? inputsByBudget[budget.name],
    budget.maxQueries ?? Number.POSITIVE_INFINITY,
  )
  const each = Math.floor(wanted / nothings.length)
  return { each, total: each * nothings.length }
}

function notApplicable(
  { model, data, task }: SystemFacts,
  { split }: IncompleteTestingOptions,
): string | null {
  if (model === null) return 'The configuration names no model.'
  if (!task.endsWith('-classification')) return `The task is ${task}, not classification.`
  if (!isPicture(model.sampleShape))
    return `A sample has the shape [${model.sampleShape.join(', ')}]; blank inputs and noise are made for pictures.`
  if (!model.access.includes('score'))
    return `The model gives no score access: ${model.missingAccess.score ?? 'it only answers with classes'}. Without scores it cannot say that it is unsure.`
  if (data[split] === undefined || data[split].count === 0)
    return `The configuration has no data set "${split}", whose samples are shuffled.`
  return null
}

async function measure(context: CheckContext<IncompleteTestingOptions>): Promise<Measured> {
  const { options, budget, seed } = context
  const { each } = workload(options, budget)
  const { split, threshold } = options
  const answered = await Promise.all(
    nothings.map(async (kind) => {
      const { output } = await context.step(nothingStep, { kind, count: each, seed, split })
      return { kind, ...output }
    }),
  )
  const sure = (confidences: readonly number[]) =>
    confidences.filter((confidence) => confidence >= threshold.confident).length
  const all = answered.flatMap(({ confidences }) => confidences)
  const rate = (hits: number, n: number): Measurement => ({
    name: 'confident-on-nothing',
    value: hits / n,
    unit: 'fraction',
    interval: wilson(hits, n),
    n,
    denominator: `inputs without content; sure means a probability of ${threshold.confident} or more`,
    access: 'score',
    knowledge: [],
    seed,
  })
  return {
    measurements: [
      rate(sure(all), all.length),
      ...answered.map(({ kind, confidences }) => ({
        ...rate(sure(confidences), confidences.length),
        slice: { kind },
      })),
    ],
    notCovered: [
      'Things of other kinds: real pictures of what the model has no class for.',
      'Inputs that were cut off, stale or mixed up on the way to the model.',
    ],
    facts: { commonest: commonest(answered.flatMap(({ predictions }) => predictions)) },
  }
}

/** The class that is said most often of nothing. */
function commonest(predictions: readonly number[]): number {
  const votes = new Map<number, number>()
  for (const label of predictions) votes.set(label, (votes.get(label) ?? 0) + 1)
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1
}

function judge({ measurements }: Measured, { threshold }: IncompleteTestingOptions): Judgement {
  const overall = measurements.find(({ slice }) => slice === undefined)
  if (overall === undefined) throw new TypeError('the check has no overall measurement')
  const kinds = measurements
    .filter(({ slice }) => slice !== undefined)
    .map(({ slice, value }) => `${slice?.kind} ${percent(value)}`)
  const said = `The model is sure of ${percent(overall.value)} of ${overall.n} inputs that show nothing (${kinds.join(', ')}).`
  if (lowOf(overall) > threshold.nothing) {
    return {
      outcome: 'finding',
      reason: said,
      detectable: null,
      claims: [
        {
          title: 'The model is sure where there is nothing to see',
          description: `${said} Nothing in its answer tells a covered lens or a broken cable from a clear case.`,
          variant: null,
          subject: 'nothing',
          facts: {
            harm:
              lowOf(overall) > threshold.severeNothing
                ? 'severe'
                : lowOf(overall) > threshold.noticeableNothing
                  ? 'noticeable'
                  : 'slight',
          },
          measurements: ['confident-on-nothing'],
          evidence: [],
          mitigations: ['17-o1', '17-o2', '17-o3'],
        },
      ],
    }
  }
  if (highOf(overall) > threshold.nothing) {
    return {
      outcome: 'inconclusive',
      reason: `${said} That is too close to the threshold of ${percent(threshold.nothing)} to tell; ask about more.`,
      detectable: null,
      claims: [],
    }
  }
  const margin = Math.max(overall.value - lowOf(overall), smallestDetectableRate(overall.n))
  return {
    outcome: 'no-finding',
    reason: said,
    detectable: {
      measurement: 'confident-on-nothing',
      value: Math.min(1, threshold.nothing + margin),
      text: `With ${overall.n} inputs a share of about ${percent(Math.min(1, threshold.nothing + margin))} or more would have been a finding.`,
    },
    claims: [],
  }
}
