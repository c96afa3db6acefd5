import { createRandom, type StepContext, type StepHandler, sizeOf, type Tensor } from '@failmode/core'
import type { AttackBatch } from '../attacks/attack.ts'
import type { Norm } from '../attacks/ball.ts'
import { expectation } from '../attacks/expectation.ts'
import { reduceConfidence } from '../attacks/reduce-confidence.ts'
import type { AttackPlan, Goal, Source } from './attack-plan.ts'
import { type Attacked, confirm } from './attacked.ts'
import { attackPrice, knownAttack } from './known-attacks.ts'

export interface AttackInput {
  readonly source: Source
  /** Samples to attack; the model has them right. */
  readonly indices: readonly number[]
  readonly norm: Norm
  readonly eps: number
  readonly goal: Goal
  readonly plan: AttackPlan
  readonly votes: number
  /** Samples of other classes that an attack may begin from. */
  readonly starts?: readonly number[]
}

/** One attack on some samples, and a second look at what it found. */
export const attackStep: StepHandler<AttackInput, Attacked> = {
  name: 'perturbation/attack',
  version: 1,
  async run(input, context) {
    const { goal, plan, indices, norm, eps } = input
    const known = knownAttack(plan.attack)
    const { x, labels } = await readBatch(context, input)
    const { classes } = context.modelFacts
    const price = attackPrice(plan, classes)
    const access = known.access
    const asked = await context.model(access, {
      maxQueries: indices.length * (price.queries + price.gradients),
    })
    const model =
      'gradient' in asked && (plan.passes ?? 1) > 1 ? expectation(asked, { passes: plan.passes ?? 1 }) : asked
    const surrogate = known.needsSurrogate === true ? await context.surrogate('gradient') : null
    const starts =
      input.starts === undefined || input.source.kind === 'noise'
        ? null
        : (await context.samples(input.source.split)).read(input.starts)
    const batch: AttackBatch = {
      x,
      labels,
      ids: indices,
      ...(goal.kind === 'class' ? { targets: Int32Array.from(goal.targets) } : {}),
    }
    const attack = (part: AttackBatch) =>
      known.attack({
        model: model as never,
        batch: part,
        plan,
        ball: { norm: plan.norm ?? norm, eps },
        classes,
        maxBatch: context.modelFacts.maxBatch,
        starts,
        surrogate,
        run: {
          random: context.random.split(plan.attack),
          signal: context.signal,
          progress: context.progress,
        },
      })
    const result =
      goal.kind === 'doubt'
        ? await reduceConfidence(await context.model('score'), batch, { attack, confidence: goal.confidence })
        : await attack(batch)
    const confirmed = await confirm(context, {
      ball: { norm, eps },
      minimumNorm: known.minimumNorm === true,
      goal,
      votes: input.votes,
      rows: result.spentToSuccess.flatMap((spent, row) => (spent === null ? [] : [row])),
      indices,
      clean: x,
      labels,
      adversarial: result.adversarial,
      spentToSuccess: result.spentToSuccess,
    })
    const { lossCurve, zeroGradients } = result
    return {
      ...confirmed,
      ...(lossCurve === undefined ? {} : { lossCurve }),
      ...(zeroGradients === undefined ? {} : { zeroGradients }),
    }
  },
}

/** The inputs to attack, and their classes: for noise, which belongs to none, those that the model gives it. */
async function readBatch(
  context: StepContext,
  { source, indices }: Pick<AttackInput, 'source' | 'indices'>,
): Promise<{ readonly x: Tensor; readonly labels: Int32Array }> {
  if (source.kind === 'noise') {
    const x = noiseInputs(source.seed, indices, context.modelFacts.sampleShape)
    return { x, labels: await (await context.model('label')).labels(x) }
  }
  const samples = await context.samples(source.split)
  const all = samples.labels
  if (all === null) throw new TypeError('the data have no labels')
  return { x: samples.read(indices), labels: Int32Array.from(indices, (index) => all[index] as number) }
}

/** Uniform noise in the unit box. */
export function noiseInputs(seed: number, indices: readonly number[], shape: readonly number[]): Tensor {
  const size = sizeOf(shape)
  const data = new Float32Array(indices.length * size)
  const random = createRandom(seed).split('noise')
  for (const [row, index] of indices.entries()) {
    random.split(index).fillUniform(data.subarray(row * size, (row + 1) * size))
  }
  return { data, dims: [indices.length, ...shape] }
}

/** The classes that a model gives to inputs that belong to none. */
export const noiseLabelsStep: StepHandler<
  Pick<AttackInput, 'source' | 'indices'>,
  { readonly labels: readonly number[] }
> = {
  name: 'perturbation/noise-labels',
  version: 1,
  run: async (input, context) => ({ labels: Array.from((await readBatch(context, input)).labels) }),
}
