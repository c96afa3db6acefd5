// The frame that the attack checks of this probe share: look at the model first, choose inputs, ask for clean answers,
// run one attack after another on what is left, and turn the outcomes into measurements. What differs between checks
// is what the attacker wants, what the attacker sees, and which attacks follow from that.
import {
  type Access,
  type Budget,
  type Check,
  type CheckContext,
  type Cost,
  createRandom,
  type Evidence,
  type Measured,
  type Measurement,
  median,
  quantile,
  type SystemFacts,
  wilson,
} from '@failmode/core'
import type { Norm } from '../attacks/ball.ts'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import { evenPieces } from '../steps/even-pieces.ts'
import { predictLabels } from '../steps/predict.ts'
import { isPicture } from '../steps/sample-image.ts'
import type { AttackPlan, Goal, Source } from './attack-plan.ts'
import { attackStep, noiseLabelsStep } from './attack-step.ts'
import { type Attacked, type AttackedSample, confirmationPrice } from './attacked.ts'
import { evidenceStep } from './evidence-step.ts'
import { judgeAttack } from './judge.ts'
import { knownAttack } from './known-attacks.ts'
import { ballText, type PerturbationOptions } from './options.ts'
import { isRandom, preflightStep } from './preflight.ts'
import { gradientSanity, preflightSanityFor, unboundedSanity } from './sanity.ts'
import { suiteLabel } from './suites.ts'
import { fitWorkload, votesOfRandom, type Wanted, type Workload } from './workload.ts'

export interface AttackCheck {
  readonly id: string
  readonly title: string
  readonly proves: string
  /** Title of the finding, before the words for the ball: `With scores alone, small changes`. */
  readonly claim: string
  readonly variant: '1a' | '1b' | '1c' | '1d'
  readonly access: Access & ('label' | 'score' | 'gradient')
  /** What the attacker wants; for a class, the one of the options or one drawn for each sample. */
  readonly goal: 'any' | 'class' | 'doubt'
  readonly source: 'samples' | 'noise'
  /**
   * `survivors`: each attack works on what the ones before left over, in the ball. `closest`: each works on every
   * sample, and the shortest way of all counts.
   */
  readonly mode: 'survivors' | 'closest'
  /** The attack is worked out on the surrogate of the configuration. */
  readonly needsSurrogate?: boolean
  /** Whether the attack is a comparison, which need not be strong: a look at an attack without bounds is left out. */
  readonly control?: boolean
  readonly notCovered: readonly string[]
  /** The attacks, and on how many samples; without any attack that fits the norm the check does not apply. */
  wanted(system: SystemFacts, options: PerturbationOptions, budget: Budget): Wanted
}

/** Samples that one prediction step looks at. */
const predictionChunk = 500
/** Samples that one step attacks: few enough that all workers have some and a killed run loses little. */
const attackPiece = { least: 4, most: 64 }

/** What a check can measure: robust accuracy only where any wrong answer counts, clean accuracy only on samples. */
function measurementNames({ goal, source, mode }: AttackCheck): readonly string[] {
  return [
    ...(source === 'samples' ? ['clean-accuracy'] : []),
    ...(isCounted({ goal, source }) ? ['robust-accuracy'] : []),
    'attack-success-rate',
    ...(mode === 'survivors' ? ['queries-to-success'] : []),
    'median-l2',
    'median-linf',
    'median-l1',
  ]
}

/** Only an attack on the right answer takes robustness away: a chosen class or a doubt is another question. */
function isCounted({ goal, source }: Pick<AttackCheck, 'goal' | 'source'>): boolean {
  return goal === 'any' && source === 'samples'
}

export function attackCheck(spec: AttackCheck): Check<PerturbationOptions> {
  const workloadOf = (system: SystemFacts, options: PerturbationOptions, budget: Budget): Workload =>
    fitWorkload(system, options, budget, withUnbounded(spec, spec.wanted(system, options, budget)))
  return {
    meta: {
      id: spec.id,
      title: spec.title,
      variant: spec.variant,
      access: spec.access,
      knowledge: [],
      proves: spec.proves,
      measurements: measurementNames(spec),
    },
    applies(system, options, budget) {
      const reason = notApplicable(spec, system, options, budget)
      if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
      const { samples, plans, cost } = workloadOf(system, options, budget)
      return {
        applies: true,
        cost,
        work: `${suiteLabel(plans, { norm: options.norm, classes: system.model?.classes ?? 0 })} on ${samples} ${spec.source === 'noise' ? 'noise inputs' : 'samples'}: ${plans.map(planText).join(', ')}; ${ballText(options)}`,
      }
    },
    measure: (context) =>
      measureAttack(spec, context, workloadOf(context.system, context.options, context.budget)),
    judge: (measured, options) => judgeAttack(spec, measured, options),
  }
}

/** A sample also pays its part of the attack without bounds, of which each sample of the first few gets one. */
function withUnbounded(spec: AttackCheck, wanted: Wanted): Wanted {
  const first = wanted.plans[0]
  if (spec.access !== 'gradient' || spec.control === true || first === undefined) return wanted
  const { queries = 0, gradients = 0 } = wanted.extra ?? {}
  return {
    ...wanted,
    extra: {
      queries: queries + confirmationPrice(votesOfRandom) + 2 * passesOf(first),
      gradients: gradients + unboundedSteps + 3 * passesOf(first),
    },
  }
}

function passesOf({ passes = 1 }: AttackPlan): number {
  return passes
}

const unboundedSteps = 60
const mostUnbounded = 20

function planText({ attack, effort, times }: AttackPlan): string {
  const { access, needsSurrogate } = knownAttack(attack)
  const bySteps = access === 'gradient' || needsSurrogate === true
  const unit = bySteps ? 'step' : 'query'
  const many = bySteps ? 'steps' : 'queries'
  return `${attack} ${effort} ${effort === 1 ? unit : many}${times === 1 ? '' : ` x ${times}`}`
}

function notApplicable(
  { access, source, ...spec }: AttackCheck,
  system: SystemFacts,
  options: PerturbationOptions,
  budget: Budget,
): string | null {
  const { split } = options
  const { model } = system
  if (model === null) return 'The configuration names no model.'
  if (!model.access.includes(access)) {
    return `The model gives no ${access} access: ${model.missingAccess[access] ?? 'it only answers with classes'}.`
  }
  if (spec.needsSurrogate === true) {
    const { surrogate } = system
    if (surrogate == null)
      return 'The configuration names no "surrogate": another model of the same task, whose attacks are tried on this one.'
    if (!surrogate.access.includes('gradient'))
      return `The surrogate gives no gradients: ${surrogate.missingAccess.gradient ?? 'it only answers'}.`
  }
  if (!model.task.endsWith('-classification')) return `The task is ${model.task}, not classification.`
  const data = system.data[split]
  if (data === undefined) return `The configuration has no data set "${split}".`
  if (!data.labelled && source === 'samples')
    return `The data set "${split}" has no labels, so a wrong answer cannot be told from a right one.`
  if (spec.goal === 'class' && targetOf(system, options) === 'unknown')
    return `The option "target" names ${JSON.stringify(options.target)}, which is not a class of the model.`
  if (spec.wanted(system, options, budget).plans.length === 0)
    return options.attacks === undefined
      ? `No attack of this check works in ${ballText(options)}.`
      : 'The option "attacks" names none that this check could run.'
  return null
}

/** The class of the option, by index; null where it names none. */
function targetOf({ model }: SystemFacts, { target }: PerturbationOptions): number | null | 'unknown' {
  if (target === undefined) return null
  const index = typeof target === 'number' ? target : (model?.labels.indexOf(target) ?? -1)
  return index >= 0 && index < (model?.classes ?? 0) ? index : 'unknown'
}

/** Samples that a label attack may begin from, when any wrong class will do. */
const mostStarts = 64
/** Samples a class, when one has to be reached. */
const startsOfClass = 4

/** The first samples of each of these classes. */
function samplesOfClasses(labels: Int32Array, classes: readonly number[]): readonly number[] {
  const left = new Map(classes.map((label) => [label, startsOfClass]))
  const found: number[] = []
  for (let index = 0; index < labels.length && left.size > 0; index++) {
    const label = labels[index] as number
    const wanted = left.get(label)
    if (wanted === undefined) continue
    found.push(index)
    if (wanted === 1) left.delete(label)
    else left.set(label, wanted - 1)
  }
  return found
}

interface Success extends AttackedSample {
  readonly attack: string
  readonly points: Attacked['points']
  readonly row: number
}

async function measureAttack(
  spec: AttackCheck,
  context: CheckContext<PerturbationOptions>,
  workload: Workload,
): Promise<Measured> {
  const { options, system, seed } = context
  const { split, norm, eps } = options
  const model = system.model
  if (model === null) throw new TypeError('a check without a model does not apply')
  const inputs =
    spec.source === 'noise' ? await noiseInputs(context, workload) : await sampleInputs(context, workload)
  const { source, indices, right } = inputs

  const look = chooseSamples(context.random, {
    count: workload.preflight.samples,
    of: system.data[split]?.count ?? 0,
  })
  const preflight = await context.step(preflightStep, {
    split,
    indices: look,
    readings: workload.preflight.readings,
  })
  const votes = isRandom(preflight.output) ? votesOfRandom : 1

  const goalFor = (part: readonly number[]): Goal => {
    if (spec.goal === 'any') return { kind: 'any' }
    if (spec.goal === 'doubt') return { kind: 'doubt', confidence: options.doubt }
    return { kind: 'class', targets: part.map((index) => targets.get(index) as number) }
  }
  const { targets, attackable } = chooseTargets(spec, context, inputs)
  const startsFor = (goal: Goal): readonly number[] =>
    goal.kind === 'class'
      ? samplesOfClasses(context.labels(split) as Int32Array, goal.targets)
      : attackable.slice(0, mostStarts)
  const best = new Map<number, Success>()
  const nearest = {
    linf: new Map<number, number>(),
    l2: new Map<number, number>(),
    l1: new Map<number, number>(),
  }
  const cost = { queries: inputs.cost.queries + preflight.cost.queries, gradients: preflight.cost.gradients }
  const pay = (spent: Cost) => {
    cost.queries += spent.queries
    cost.gradients += spent.gradients
  }
  const parts: Attacked[] = []
  let unconfirmed = 0
  for (const plan of workload.plans) {
    const left = spec.mode === 'closest' ? attackable : attackable.filter((index) => !best.has(index))
    const attacked = await Promise.all(
      evenPieces(left, attackPiece).map((part) =>
        context.step(attackStep, {
          source,
          indices: part,
          norm,
          eps,
          goal: goalFor(part),
          plan,
          votes,
          ...(knownAttack(plan.attack).needsStarts === true && source.kind !== 'noise'
            ? { starts: startsFor(goalFor(part)) }
            : {}),
        }),
      ),
    )
    for (const { output, cost: spent } of attacked) {
      pay(spent)
      parts.push(output)
      unconfirmed += output.unconfirmed
      for (const [row, sample] of output.found.entries()) {
        for (const [of, distances] of Object.entries(nearest) as [Norm, Map<number, number>][]) {
          distances.set(
            sample.index,
            Math.min(sample[of], distances.get(sample.index) ?? Number.POSITIVE_INFINITY),
          )
        }
        const known = best.get(sample.index)
        const shorter = known === undefined || sample[norm] < known[norm]
        if (spec.mode === 'survivors' ? sample.inside && known === undefined : shorter) {
          best.set(sample.index, { ...sample, attack: plan.attack, points: output.points, row })
        }
      }
    }
  }
  const inside = new Map([...best].filter(([, { inside }]) => inside))

  const unbounded =
    spec.access === 'gradient' && spec.control !== true
      ? await attackWithoutBounds(spec, context, {
          source,
          indices: attackable.slice(0, mostUnbounded),
          goalFor,
          plans: workload.plans,
          votes,
        })
      : null
  if (unbounded !== null) pay(unbounded.cost)

  const attack = suiteLabel(workload.plans, { norm, classes: model.classes })
  const common = { attack, access: spec.access, seed, knowledge: [] }
  const share = (name: string, hits: number, n: number, denominator: string): Measurement => ({
    name,
    value: n === 0 ? 0 : hits / n,
    unit: 'fraction',
    n,
    denominator,
    ...(n === 0 ? {} : { interval: wilson(hits, n) }),
    ...common,
  })
  const slice = { eps, norm }
  const successes = [...inside.values()]
  const measurements: Measurement[] = []
  if (inputs.clean !== null) {
    const { all, flags } = inputs.clean
    const blob = await context.putSamples({
      split,
      indices: all,
      columns: { clean: flags, prediction: all.map((index) => inputs.predicted.get(index) ?? null) },
    })
    const { attack: _, ...clean } = share(
      'clean-accuracy',
      flags.filter((flag) => flag === 1).length,
      all.length,
      'samples, unmodified',
    )
    measurements.push({ ...clean, samples: { blob, column: 'clean' } })
  }
  const isRobust = indices.map((index) => (right.has(index) && !inside.has(index) ? 1 : 0))
  const blob = await context.putSamples({
    split: spec.source === 'noise' ? 'noise' : split,
    indices,
    columns: {
      robust: isRobust,
      spent: indices.map((index) => inside.get(index)?.spent ?? null),
      prediction: indices.map((index) => best.get(index)?.prediction ?? inputs.predicted.get(index) ?? null),
      target: indices.map((index) => targets.get(index) ?? null),
      linf: indices.map((index) => nearest.linf.get(index) ?? null),
      l2: indices.map((index) => nearest.l2.get(index) ?? null),
      l1: indices.map((index) => nearest.l1.get(index) ?? null),
    },
  })
  const evidence = await showSuccesses(context, successes, { source, predicted: inputs.predicted, spec })
  const counted = isCounted(spec)
  if (counted) {
    measurements.push({
      ...share(
        'robust-accuracy',
        isRobust.filter((flag) => flag === 1).length,
        indices.length,
        'attacked samples; those the model had wrong count as not robust',
      ),
      variant: spec.variant,
      slice,
      samples: { blob, column: 'robust' },
      cost,
      evidence: [...evidence],
    })
  }
  measurements.push({
    ...share('attack-success-rate', inside.size, attackable.length, denominators[spec.goal][spec.source]),
    variant: spec.variant,
    slice,
    ...(counted ? {} : { samples: { blob, column: 'robust' }, cost, evidence: [...evidence] }),
  })
  measurements.push(...statistics(spec, { successes, nearest, attackable, common }))
  return {
    measurements,
    notCovered: [...spec.notCovered, ...leftOut(workload, attack)],
    facts: {
      unconfirmed,
      attacked: attackable.length,
      norm,
      eps,
      suite: attack,
    },
    sanity: [
      ...preflightSanityFor(spec.access, preflight.output, model, workload.plans),
      ...gradientSanity(parts, { survivors: attackable.length - inside.size }),
      ...unboundedSanity(unbounded),
      {
        id: 'confirmed',
        fired: unconfirmed > 0,
        meaning:
          unconfirmed > 0
            ? `${unconfirmed} points that an attack reported did not stand a second look (the point or its clean sample got another answer, or it lies outside of the ball): the model is not deterministic, or the attack is broken.`
            : 'Every point found was asked about again, with the sample it came from, and its distance measured anew.',
      },
    ],
  }
}

const denominators = {
  any: { samples: 'samples the model had right', noise: 'noise inputs' },
  class: {
    samples: 'samples the model had right, each with one class to reach',
    noise: 'noise inputs, each with one class to reach',
  },
  doubt: { samples: 'samples the model had right', noise: 'noise inputs' },
} as const

interface Inputs {
  readonly source: Source
  readonly indices: readonly number[]
  /** Those that are attacked unless there is nothing to reach. */
  readonly right: ReadonlySet<number>
  /** What the model answers to each, unmodified. */
  readonly predicted: ReadonlyMap<number, number>
  /** Samples that the clean accuracy is measured on, and which of them are right; noise has none. */
  readonly clean: { readonly all: readonly number[]; readonly flags: readonly number[] } | null
  readonly cost: Cost
}

async function noiseInputs(
  context: CheckContext<PerturbationOptions>,
  { samples }: Workload,
): Promise<Inputs> {
  const indices = Array.from({ length: samples }, (_, i) => i)
  const source = { kind: 'noise', seed: context.seed } as const
  const { output, cost } = await context.step(noiseLabelsStep, { source, indices })
  return {
    source,
    indices,
    right: new Set(indices),
    predicted: new Map(indices.map((index, row) => [index, output.labels[row] as number])),
    clean: null,
    cost,
  }
}

async function sampleInputs(
  context: CheckContext<PerturbationOptions>,
  { clean: count, samples }: Workload,
): Promise<Inputs> {
  const { split } = context.options
  const labels = context.labels(split) as Int32Array
  const all = chooseSamples(context.random, { count, of: labels.length })
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
  const indices = all.slice(0, samples)
  return {
    source: { kind: 'samples', split },
    indices,
    right: new Set(indices.filter((index) => predicted.get(index) === labels[index])),
    predicted,
    clean: { all, flags: all.map((index) => (predicted.get(index) === labels[index] ? 1 : 0)) },
    cost: { queries: all.length, gradients: 0 },
  }
}

/** The class that each input shall get, where one is wanted, and the inputs that do not have it already. */
function chooseTargets(
  spec: AttackCheck,
  context: CheckContext<PerturbationOptions>,
  { indices, right, predicted }: Inputs,
): { readonly targets: ReadonlyMap<number, number>; readonly attackable: readonly number[] } {
  const list = indices.filter((index) => right.has(index))
  if (spec.goal !== 'class') return { targets: new Map(), attackable: list }
  const classes = context.system.model?.classes ?? 0
  const chosen = targetOf(context.system, context.options)
  const random = createRandom(context.seed).split('targets')
  const targets = new Map<number, number>()
  for (const index of list) {
    const own = predicted.get(index) as number
    const drawn = random.split(index).int(classes - 1)
    const other = drawn >= own ? drawn + 1 : drawn
    const target = typeof chosen === 'number' ? chosen : other
    if (target !== own) targets.set(index, target)
  }
  return { targets, attackable: list.filter((index) => targets.has(index)) }
}

interface Bounds {
  readonly source: Source
  readonly indices: readonly number[]
  readonly goalFor: (part: readonly number[]) => Goal
  readonly plans: readonly AttackPlan[]
  readonly votes: number
}

/** The first attack once more in a ball that holds everything: what it cannot do there, it cannot do at all. */
async function attackWithoutBounds(
  spec: AttackCheck,
  context: CheckContext<PerturbationOptions>,
  { source, indices, goalFor, plans, votes }: Bounds,
): Promise<{
  readonly reached: number
  readonly of: number
  readonly attack: string
  readonly cost: Cost
} | null> {
  const first = plans[0]
  if (first === undefined || indices.length === 0 || spec.goal === 'doubt') return null
  const passes = passesOf(first)
  const attack = knownAttack(first.attack).minimumNorm === true ? 'pgd' : first.attack
  const times = 1
  const each = Math.floor(unboundedSteps / passes) - 1
  const plan: AttackPlan = { attack, effort: Math.max(1, each), times, ...(passes === 1 ? {} : { passes }) }
  const { output, cost } = await context.step(attackStep, {
    source,
    indices,
    norm: 'linf',
    eps: 1,
    goal: goalFor(indices),
    plan,
    votes,
  })
  return { reached: output.found.length, of: indices.length, attack, cost }
}

function statistics(
  spec: AttackCheck,
  {
    successes,
    nearest,
    attackable,
    common,
  }: {
    readonly successes: readonly Success[]
    readonly nearest: Readonly<Record<Norm, ReadonlyMap<number, number>>>
    readonly attackable: readonly number[]
    readonly common: Pick<Measurement, 'attack' | 'access' | 'seed' | 'knowledge'>
  },
): readonly Measurement[] {
  const list: Measurement[] = []
  if (successes.length > 0 && spec.mode === 'survivors') {
    const spent = successes.map((sample) => sample.spent)
    const unit = spec.access === 'gradient' ? 'passes' : 'queries'
    for (const [statistic, value] of [
      ['median', median(spent)],
      ['90th percentile', quantile(spent, 0.9)],
    ] as const) {
      list.push({
        name: 'queries-to-success',
        value,
        unit,
        n: successes.length,
        denominator: 'successful attacks, each by the attack that succeeded',
        slice: { statistic },
        ...common,
      })
    }
  }
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    // In a ball only successes have a distance, and their median says nothing of the others. The shortest way is
    // looked for on every sample: what was not found is further than anything.
    const distances =
      spec.mode === 'closest'
        ? attackable.map((index) => nearest[norm].get(index) ?? Number.POSITIVE_INFINITY)
        : successes.map((sample) => sample[norm])
    const value = distances.length === 0 ? Number.POSITIVE_INFINITY : median(distances)
    if (!Number.isFinite(value)) continue
    list.push({
      name: `median-${norm}`,
      value,
      unit: norm,
      n: distances.length,
      denominator: spec.mode === 'closest' ? 'samples the model had right' : 'successful attacks',
      slice: { statistic: 'median' },
      ...common,
    })
  }
  return list
}

/** What the limit or the options took away. */
function leftOut({ plans, preflight }: Workload, label: string): readonly string[] {
  return [
    ...(preflight.readings
      ? []
      : [
          'Other readings of the input block (range, channel order, layout): the limit on queries did not allow it.',
        ]),
    ...(label.startsWith('autoattack') ||
    plans.some(({ attack }) => knownAttack(attack).access !== 'gradient')
      ? []
      : [`The AutoAttack standard suite: this ran ${label}; use --budget standard.`]),
  ]
}

async function showSuccesses(
  context: CheckContext<PerturbationOptions>,
  successes: readonly Success[],
  {
    source,
    predicted,
    spec,
  }: {
    readonly source: Source
    readonly predicted: ReadonlyMap<number, number>
    readonly spec: AttackCheck
  },
): Promise<readonly Evidence[]> {
  const { system } = context
  if (system.model === null || !isPicture(system.model.sampleShape)) return []
  const names = system.model.labels
  const name = (k: number) => names[k] ?? String(k)
  // The first success of each class, at most four: what a reader needs to believe it.
  const shown = new Map<number, Success>()
  for (const success of successes) {
    const key = source.kind === 'noise' ? success.prediction : (predicted.get(success.index) as number)
    if (!shown.has(key) && shown.size < 4) shown.set(key, success)
  }
  if (shown.size === 0) return []
  const { output } = await context.step(evidenceStep, {
    source,
    successes: [...shown.values()].flatMap(({ index, prediction, points, row, spent, attack }) => {
      const own = predicted.get(index) as number
      return points === null
        ? []
        : [
            {
              index,
              title:
                source.kind === 'noise'
                  ? `Noise taken for ${name(prediction)}`
                  : spec.goal === 'doubt'
                    ? `Sample ${index}: ${name(own)}, and no longer sure`
                    : `Sample ${index}: ${name(own)} taken for ${name(prediction)}`,
              clean: name(own),
              adversarial: name(prediction),
              points,
              row,
              found: `by ${attack} after ${spent} ${knownAttack(attack as AttackPlan['attack']).access === 'gradient' ? 'passes' : 'queries'}`,
            },
          ]
    }),
  })
  return output.evidence
}
