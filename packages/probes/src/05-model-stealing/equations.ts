// Linear models taken exactly. Any model may be asked: one that is not linear shows it by equations that contradict each other.
import type { Check, Measured } from '@failmode/core'
import { agreementOf, comparedStep } from './compare.ts'
import { equationsStep } from './equations-step.ts'
import { judgeCopy } from './judge.ts'
import { equationsMeta } from './meta.ts'
import type { StealingOptions } from './options.ts'
import { chooseThief, stealingApplies, thiefSizes } from './thief.ts'

/** The work grows with the third power of the features. */
const mostFeatures = 1500
/** Equations for one unknown: the second half only shows whether the first was believed rightly. */
const excess = 2

export const equations: Check<StealingOptions> = {
  meta: equationsMeta,
  applies(system, options, budget) {
    const state = stealingApplies(system, options, { budget, access: 'score' })
    if (!state.applies) return state
    const features = system.model!.sampleShape.reduce((a, b) => a * b, 1)
    if (features > mostFeatures) {
      return {
        applies: false,
        outcome: 'not-applicable',
        reason: `A sample has ${features} numbers; a linear model of so many is not solved for (most: ${mostFeatures}).`,
      }
    }
    const queries = queriesOf(features)
    const { compared } = thiefSizes(system, options, budget)
    if (budget.maxQueries !== null && queries + 2 * compared > budget.maxQueries) {
      return {
        applies: false,
        outcome: 'skipped',
        reason: `${budget.maxQueries} queries do not pay for ${excess * (features + 1)} equations of ${features + 1} unknowns.`,
      }
    }
    return {
      applies: true,
      cost: { queries: queries + 2 * compared, gradients: 0 },
      work: `${excess * (features + 1)} equations for ${features + 1} unknowns a class; compared on ${compared} samples and as many uniform inputs`,
    }
  },
  measure,
  judge: (measured, options) =>
    judgeCopy(
      {
        title: 'The weights of the model can be computed from its answers',
        subject: 'weights',
        had: 'The thief saw probabilities and knew nothing else; the copy is the model itself.',
        none: 'The model is not a linear one behind its probabilities',
      },
      measured,
      options,
    ),
}

/** Answers that hold a probability of 0 are asked for again nearer to the middle. */
const queriesOf = (features: number): number => 2 * excess * (features + 1)

async function measure(context: Parameters<Check<StealingOptions>['measure']>[0]): Promise<Measured> {
  const { system, seed } = context
  const { compared: part } = chooseThief(context)
  const features = system.model!.sampleShape.reduce((a, b) => a * b, 1)
  const [{ output: truth }, { output: copy }] = await Promise.all([
    context.step(comparedStep, { part, seed }),
    context.step(equationsStep, {
      part,
      rows: excess * (features + 1),
      maxQueries: queriesOf(features),
      seed,
    }),
  ])
  const same = (a: readonly number[], b: readonly number[]) =>
    a.map((value, i): 0 | 1 => (value === b[i] ? 1 : 0))
  const common = { attack: 'equation-solving', access: 'score' as const, seed }
  return {
    measurements: [
      agreementOf('agreement', same(copy.samples, truth.samples), {
        ...common,
        denominator: `samples of "${part.split}"`,
      }),
      agreementOf('agreement-uniform', same(copy.uniform, truth.uniform), {
        ...common,
        denominator: 'uniform inputs',
      }),
      {
        ...common,
        name: 'queries',
        value: copy.queries,
        unit: 'queries',
        n: copy.queries,
        denominator: `queries; ${copy.unusable} answers held a probability of 0 and were no equations`,
      },
      {
        ...common,
        name: 'equation-residual',
        value: copy.residual,
        unit: 'nats',
        n: copy.queries - copy.unusable,
        denominator: 'equations; the largest contradiction among them',
      },
    ],
    notCovered: [
      'Equations of networks with hidden layers.',
      ...(copy.determined ? [] : ['There were too few equations: answers are certain nearly everywhere.']),
    ],
    facts: { determined: copy.determined },
  }
}
