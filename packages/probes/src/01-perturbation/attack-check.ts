// The frame that every attack check of this probe shares: choose samples, ask for clean predictions, attack in
// chunks those that are right, and turn the outcomes into measurements. What differs between attacks is the step
// that is asked for and how much it may spend.
import {
  type Access,
  type Budget,
  type Check,
  type CheckContext,
  type Evidence,
  type Measured,
  type Measurement,
  median,
  quantile,
  type SanityEntry,
  type StepResult,
  type SystemFacts,
  wilson,
} from '@failmode/core'
import type { Norm } from '../attacks/ball.ts'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import { predictLabels } from '../steps/predict.ts'
import { isPicture } from '../steps/sample-image.ts'
import type { Attacked, AttackedSample, AttackInput } from './attacks/attacked.ts'
import { evidenceStep } from './evidence-step.ts'
import { judgeAttack, mostZeroGradients } from './judge.ts'
import { ballText, type PerturbationOptions } from './options.ts'
import type { Workload } from './workload.ts'

export interface AttackCheck {
  readonly id: string
  readonly title: string
  readonly proves: string
  /** Title of the finding, before the words for the ball: `With scores alone, small changes`. */
  readonly claim: string
  readonly variant: string
  readonly access: Access & ('label' | 'score' | 'gradient')
  /** Norms it works in; both unless given. */
  readonly norms?: readonly Norm[]
  /** What its effort counts. */
  readonly counts: 'queries' | 'steps'
  readonly attack: string
  /** Samples a step attacks together. */
  readonly chunk: number
  readonly notCovered: readonly string[]
  workload(system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload
  step(
    context: CheckContext<PerturbationOptions>,
    input: AttackInput,
    workload: Workload,
  ): Promise<StepResult<Attacked>>
}

/** Samples that one prediction step looks at. */
const predictionChunk = 500

export function attackCheck(spec: AttackCheck): Check<PerturbationOptions> {
  return {
    meta: {
      id: spec.id,
      title: spec.title,
      variant: spec.variant,
      access: spec.access,
      knowledge: [],
      proves: spec.proves,
      measurements: [
        'clean-accuracy',
        'robust-accuracy',
        'attack-success-rate',
        'queries-to-success',
        'median-l2',
      ],
    },
    applies(system, options, budget) {
      const reason = notApplicable(system, spec, options)
      if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
      const { samples, effort, restarts, cost } = spec.workload(system, options, budget)
      const often = restarts === 1 ? '' : `, ${restarts} restarts`
      return {
        applies: true,
        cost,
        work: `${spec.attack} on ${samples} samples, up to ${effort} ${effort === 1 ? spec.counts.slice(0, -1).replace('querie', 'query') : spec.counts} each${often}, ${ballText(options)}`,
      }
    },
    measure: (context) => measureAttack(spec, context),
    judge: (measured, options) => judgeAttack(spec, measured, options),
  }
}

function notApplicable(
  system: SystemFacts,
  { access, norms, attack }: AttackCheck,
  { split, norm }: PerturbationOptions,
): string | null {
  if (system.model === null) return 'The configuration names no model.'
  if (!system.model.access.includes(access)) {
    return `The model gives no ${access} access: ${system.model.missingAccess[access] ?? 'it only answers with classes'}.`
  }
  if (!system.model.task.endsWith('-classification'))
    return `The task is ${system.model.task}, not classification.`
  if (norms?.includes(norm) === false)
    return `${attack} works in ${norms.join(' and ')} in this version, the ball is ${norm}.`
  const data = system.data[split]
  if (data === undefined) return `The configuration has no data set "${split}".`
  if (!data.labelled)
    return `The data set "${split}" has no labels, so a wrong answer cannot be told from a right one.`
  return null
}

async function measureAttack(
  spec: AttackCheck,
  context: CheckContext<PerturbationOptions>,
): Promise<Measured> {
  const { options, system, seed } = context
  const { split } = options
  const workload = spec.workload(system, options, context.budget)
  const { clean, samples, effort } = workload
  const labels = context.labels(split) as Int32Array
  const all = chooseSamples(context.random, { count: clean, of: labels.length })
  const indices = all.slice(0, samples)

  const predicted = new Map<number, number>()
  const predictions = await Promise.all(
    chunk(all, predictionChunk).map(async (part) => ({
      part,
      result: await context.step(predictLabels, { split, indices: part }),
    })),
  )
  for (const { part, result } of predictions) {
    for (const [at, index] of part.entries()) predicted.set(index, result.output.labels[at] as number)
  }
  const right = indices.filter((index) => predicted.get(index) === labels[index])
  const cleanFlags = all.map((index) => (predicted.get(index) === labels[index] ? 1 : 0))
  const cleanCount = cleanFlags.filter((flag) => flag === 1).length

  const attacks = await Promise.all(
    chunk(right, spec.chunk).map((part) =>
      spec.step(context, { split, indices: part, norm: options.norm, eps: options.eps, effort }, workload),
    ),
  )
  const successes = attacks.flatMap(({ output }) =>
    output.fooled.map((sample, row) => ({ ...sample, points: output.points, row })),
  )
  const unconfirmed = attacks.reduce((sum, { output }) => sum + output.unconfirmed, 0)
  const fooled = new Map<number, AttackedSample>(successes.map((sample) => [sample.index, sample]))
  const cost = {
    queries: all.length + attacks.reduce((sum, { cost }) => sum + cost.queries, 0),
    gradients: attacks.reduce((sum, { cost }) => sum + cost.gradients, 0),
  }

  const isRight = indices.map((index) => (predicted.get(index) === labels[index] ? 1 : 0))
  const isRobust = indices.map((index, i) => (isRight[i] === 1 && !fooled.has(index) ? 1 : 0))
  const cleanBlob = await context.putSamples({
    split,
    indices: all,
    columns: { clean: cleanFlags, prediction: all.map((index) => predicted.get(index) ?? null) },
  })
  const blob = await context.putSamples({
    split,
    indices,
    columns: {
      robust: isRobust,
      queries: indices.map((index) => fooled.get(index)?.queries ?? null),
      prediction: indices.map((index) => fooled.get(index)?.prediction ?? predicted.get(index) ?? null),
    },
  })

  const common = { attack: spec.attack, access: spec.access, seed, knowledge: [] }
  const share = (name: string, hits: number, n: number, denominator: string): Measurement => ({
    name,
    value: n === 0 ? 0 : hits / n,
    unit: 'fraction',
    n,
    denominator,
    ...(n === 0 ? {} : { interval: wilson(hits, n) }),
    ...common,
  })
  const robustCount = isRobust.filter((flag) => flag === 1).length
  const measurements: Measurement[] = [
    {
      ...share('clean-accuracy', cleanCount, all.length, 'samples, unmodified'),
      samples: { blob: cleanBlob, column: 'clean' },
    },
    {
      ...share(
        'robust-accuracy',
        robustCount,
        indices.length,
        'attacked samples; those the model had wrong count as not robust',
      ),
      variant: spec.variant,
      slice: { eps: options.eps, norm: options.norm },
      samples: { blob, column: 'robust' },
      cost,
    },
    {
      ...share('attack-success-rate', fooled.size, right.length, 'samples the model had right'),
      variant: spec.variant,
      slice: { eps: options.eps, norm: options.norm },
    },
  ]
  if (fooled.size > 0) {
    const spent = successes.map((sample) => sample.queries)
    const order = (statistic: string, value: number, name: string, unit: string): Measurement => ({
      name,
      value,
      unit,
      n: fooled.size,
      denominator: 'successful attacks',
      slice: { statistic },
      ...common,
    })
    measurements.push(
      order('median', median(spent), 'queries-to-success', spec.counts),
      order('90th percentile', quantile(spent, 0.9), 'queries-to-success', spec.counts),
      order('median', median(successes.map((sample) => sample.l2)), 'median-l2', 'l2'),
    )
  }

  const zeroGradients = weightedShare(attacks.map(({ output }) => output))
  const evidence = await showSuccesses(context, successes, { labels, counts: spec.counts })
  const robust = measurements[1] as Measurement
  measurements[1] = { ...robust, evidence: [...evidence] }
  return {
    measurements,
    notCovered: spec.notCovered,
    facts: {
      unconfirmed,
      attacked: right.length,
      norm: options.norm,
      eps: options.eps,
      zeroGradients,
    },
    sanity: [
      ...gradientSanity(
        attacks.map(({ output }) => output),
        { zeroGradients, survivors: right.length - fooled.size },
      ),
      {
        id: 'confirmed',
        fired: unconfirmed > 0,
        meaning:
          unconfirmed > 0
            ? `${unconfirmed} points that the attack reported did not fool the model when asked again, or left the ball: the model is not deterministic, or the attack is broken.`
            : 'Every adversarial point was asked again through label access and its distance measured anew.',
      },
    ],
  }
}

/** Over all chunks, the share of samples that had no gradient at the start. */
function weightedShare(parts: readonly Attacked[]): number {
  const known = parts.flatMap(({ zeroGradients }) => (zeroGradients === undefined ? [] : [zeroGradients]))
  return known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length
}

function gradientSanity(
  parts: readonly Attacked[],
  { zeroGradients, survivors }: { readonly zeroGradients: number; readonly survivors: number },
): readonly Omit<SanityEntry, 'check'>[] {
  const curves = parts.flatMap(({ lossCurve }) =>
    lossCurve === undefined || lossCurve.length < 2 ? [] : [lossCurve],
  )
  const first = curves.reduce((sum, curve) => sum + (curve[0] as number), 0)
  const highest = curves.reduce((sum, curve) => sum + Math.max(...curve.slice(1)), 0)
  const stuck = curves.length > 0 && survivors > 0 && highest <= first
  const entries: Omit<SanityEntry, 'check'>[] = []
  if (parts.some((part) => part.zeroGradients !== undefined)) {
    const fired = zeroGradients > mostZeroGradients
    entries.push({
      id: 'zero-gradients',
      fired,
      meaning: fired
        ? `${Math.round(zeroGradients * 100)} % of the samples have no gradient at all: a saturated or non-differentiable part hides it, and a gradient attack says nothing about them.`
        : 'The samples have gradients to follow.',
    })
  }
  if (curves.length > 0) {
    entries.push({
      id: 'loss-rises',
      fired: stuck,
      meaning: stuck
        ? 'The loss did not rise over the steps although samples were left: the gradients do not point anywhere useful.'
        : 'The loss rose over the steps of the attack.',
    })
  }
  return entries
}

type Success = AttackedSample & { readonly points: Attacked['points']; readonly row: number }

async function showSuccesses(
  context: CheckContext<PerturbationOptions>,
  successes: readonly Success[],
  { labels, counts }: { readonly labels: Int32Array; readonly counts: 'queries' | 'steps' },
): Promise<readonly Evidence[]> {
  const { system, options } = context
  if (system.model === null || !isPicture(system.model.sampleShape)) return []
  const names = system.model.labels
  const name = (k: number) => names[k] ?? String(k)
  // The first success of each class, at most four: what a reader needs to believe it.
  const shown = new Map<number, Success>()
  for (const success of successes) {
    const label = labels[success.index] as number
    if (!shown.has(label) && shown.size < 4) shown.set(label, success)
  }
  if (shown.size === 0) return []
  const { output } = await context.step(evidenceStep, {
    split: options.split,
    counts,
    successes: [...shown.entries()].flatMap(([label, { index, prediction, points, row, queries }]) =>
      points === null
        ? []
        : [{ index, label: name(label), prediction: name(prediction), points, row, queries }],
    ),
  })
  return output.evidence
}
