// The attacks that this probe can run, by name: what each needs, what it costs at most, and how to call it. A row is
// all there is to say of an attack here; nothing else in the probe asks which attack it runs.
import type { Cost, GradientModel, LabelModel, LossName, ModelByAccess, Tensor } from '@failmode/core'
import { apgd } from '../attacks/apgd.ts'
import { apgdTargeted } from '../attacks/apgd-targeted.ts'
import type { AttackBatch, AttackResult, AttackRun } from '../attacks/attack.ts'
import type { Ball, Norm } from '../attacks/ball.ts'
import { boundary } from '../attacks/boundary.ts'
import { carliniWagner } from '../attacks/carlini-wagner.ts'
import { deepfool } from '../attacks/deepfool.ts'
import { fab } from '../attacks/fab.ts'
import { fabTargeted } from '../attacks/fab-targeted.ts'
import { fmn } from '../attacks/fmn.ts'
import { hopSkipJump } from '../attacks/hop-skip-jump.ts'
import { nes } from '../attacks/nes.ts'
import { noise } from '../attacks/noise.ts'
import { pgd } from '../attacks/pgd.ts'
import { rays } from '../attacks/rays.ts'
import { simba } from '../attacks/simba.ts'
import { square } from '../attacks/square.ts'
import { transfer } from '../attacks/transfer.ts'
import type { AttackName, AttackPlan } from './attack-plan.ts'

export interface AttackCall<Model> {
  readonly model: Model
  readonly batch: AttackBatch
  readonly plan: AttackPlan
  readonly ball: Ball
  readonly classes: number
  readonly run: AttackRun
  /** The most samples of one call. */
  readonly maxBatch: number
  /** Samples of other classes to begin from, for attacks that need them; the rest of the batch when absent. */
  readonly starts: Tensor | null
  /** The attacker's own model, for attacks that need one. */
  readonly surrogate: GradientModel | null
}

export interface KnownAttack<A extends keyof ModelByAccess = keyof ModelByAccess> {
  /** As the field calls it. */
  readonly title: string
  readonly access: A
  readonly norms: readonly Norm[]
  /** Whether it can be told a class to reach. */
  readonly targeted: boolean
  /** It looks for the shortest way out; its points may lie outside of the ball. */
  readonly minimumNorm?: boolean
  /** It is run for the length of that way, and not in place of attacks in the ball. */
  readonly shortestOnly?: boolean
  /** It begins at an adversarial point, and where random points are none at a sample of another class. */
  readonly needsStarts?: boolean
  /** It is worked out on another model and carried over. */
  readonly needsSurrogate?: boolean
  /** What a sample costs at most, of a model with this many classes, when each pass is made once. */
  price(plan: AttackPlan, classes: number): Cost
  attack(call: AttackCall<ModelByAccess[A]>): Promise<AttackResult>
}

const all: readonly Norm[] = ['linf', 'l2', 'l1']
const queries = ({ effort }: AttackPlan): Cost => ({ queries: effort, gradients: 0 })
/** A gradient a step, and a look at the last point of every start. */
const steps = ({ effort, times }: AttackPlan): Cost => ({ queries: times, gradients: effort * times })

const label = (row: Omit<KnownAttack<'label'>, 'access'>): KnownAttack<'label'> => ({
  access: 'label',
  ...row,
})
const score = (row: Omit<KnownAttack<'score'>, 'access'>): KnownAttack<'score'> => ({
  access: 'score',
  ...row,
})
const gradient = (row: Omit<KnownAttack<'gradient'>, 'access'>): KnownAttack<'gradient'> => ({
  access: 'gradient',
  ...row,
})

/** FAB as AutoAttack runs it: a new plane at every point, and done once a point of the ball is found. */
const published = { stopWithinEps: true, relinearise: true } as const

/** Losses of Auto-PGD, towards a class where the batch names one. */
const apgdRow = (title: string, any: LossName, target: LossName) =>
  gradient({
    title,
    norms: all,
    targeted: true,
    price: apgdPrice,
    attack: ({ model, batch, plan, ball, run }) =>
      apgd(model, batch, {
        ...run,
        ...ball,
        loss: batch.targets === undefined ? any : target,
        steps: plan.effort,
        restarts: plan.times,
        wideStart: true,
      }),
  })

/** A start takes a pass more than steps, and in L1 two more; the scores of the clean sample are looked at once. */
function apgdPrice({ effort, times }: AttackPlan): Cost {
  return { queries: times + 1, gradients: (effort + 3) * times }
}

const labelRun = ({ plan, ball, run, maxBatch, batch, starts }: AttackCall<LabelModel>) => ({
  ...run,
  queries: plan.effort,
  maxBatch,
  stopAt: ball,
  starts: starts ?? batch.x,
})

/** Rows of the table by access, so that each attack gets the model that it asks for. */
interface Rows {
  readonly label: KnownAttack<'label'>
  readonly score: KnownAttack<'score'>
  readonly gradient: KnownAttack<'gradient'>
}

export const knownAttacks: Readonly<Record<AttackName, Rows[keyof Rows]>> = {
  noise: label({
    title: 'random noise',
    norms: all,
    targeted: true,
    price: queries,
    attack: ({ model, batch, plan, ball, run }) =>
      noise(model, batch, { ...run, ...ball, draws: plan.effort }),
  }),
  fgsm: gradient({
    title: 'FGSM',
    norms: all,
    targeted: true,
    price: steps,
    attack: ({ model, batch, plan, ball, run }) =>
      pgd(model, batch, {
        ...run,
        ...ball,
        loss: batch.targets === undefined ? 'cross-entropy' : 'targeted-cross-entropy',
        steps: plan.effort,
        stepSize: ball.eps / plan.effort,
        randomStart: false,
        restarts: 1,
      }),
  }),
  pgd: gradient({
    title: 'PGD',
    norms: all,
    targeted: true,
    price: steps,
    attack: ({ model, batch, plan, ball, run }) =>
      pgd(model, batch, {
        ...run,
        ...ball,
        loss: batch.targets === undefined ? 'cross-entropy' : 'targeted-cross-entropy',
        steps: plan.effort,
        // So that a straight way can reach any point of the ball and come back some.
        stepSize: plan.stepSize ?? (2.5 * ball.eps) / plan.effort,
        randomStart: true,
        restarts: plan.times,
      }),
  }),
  'apgd-ce': apgdRow('APGD-CE', 'cross-entropy', 'targeted-cross-entropy'),
  'apgd-dlr': apgdRow('APGD-DLR', 'dlr', 'targeted-dlr'),
  'apgd-t': gradient({
    title: 'APGD-T',
    norms: all,
    targeted: false,
    price: (plan, classes) => apgdPrice({ ...plan, times: Math.min(plan.times, Math.max(1, classes - 1)) }),
    attack: ({ model, batch, plan, ball, run }) =>
      apgdTargeted(model, batch, {
        ...run,
        ...ball,
        steps: plan.effort,
        restarts: 1,
        targetClasses: plan.times,
        wideStart: true,
      }),
  }),
  fab: gradient({
    title: 'FAB',
    norms: all,
    targeted: true,
    minimumNorm: true,
    // A step has a pass for each class, and a look at the point that it leads to.
    price: ({ effort, times }, classes) => ({
      queries: (effort + 2) * times + 2,
      gradients: (effort + 2) * times * Math.max(1, classes - 1),
    }),
    attack: ({ model, batch, plan, ball, run }) =>
      fab(model, batch, { ...run, ...ball, steps: plan.effort, restarts: plan.times, ...published }),
  }),
  'fab-t': gradient({
    title: 'FAB-T',
    norms: all,
    targeted: false,
    minimumNorm: true,
    price: (plan, classes) => {
      const times = Math.min(plan.times, Math.max(1, classes - 1))
      return { queries: (plan.effort + 2) * times + 2, gradients: (plan.effort + 2) * times }
    },
    attack: ({ model, batch, plan, ball, run }) =>
      fabTargeted(model, batch, {
        ...run,
        ...ball,
        steps: plan.effort,
        restarts: 1,
        targetClasses: plan.times,
        ...published,
      }),
  }),
  fmn: gradient({
    title: 'FMN',
    norms: all,
    targeted: true,
    minimumNorm: true,
    shortestOnly: true,
    price: ({ effort }) => ({ queries: 16, gradients: effort }),
    attack: ({ model, batch, plan, ball, run }) =>
      fmn(model, batch, { ...run, norm: ball.norm, steps: plan.effort }),
  }),
  'carlini-wagner': gradient({
    title: 'C&W',
    norms: ['l2'],
    targeted: true,
    minimumNorm: true,
    shortestOnly: true,
    price: ({ effort, times }) => ({ queries: 16, gradients: effort * times }),
    attack: ({ model, batch, plan, run }) =>
      carliniWagner(model, batch, { ...run, steps: plan.effort, rounds: plan.times }),
  }),
  deepfool: gradient({
    title: 'DeepFool',
    norms: ['linf', 'l2'],
    targeted: true,
    minimumNorm: true,
    shortestOnly: true,
    price: ({ effort }, classes) => ({
      queries: effort + 16,
      gradients: (effort + 1) * Math.min(10, classes),
    }),
    attack: ({ model, batch, plan, ball, run }) =>
      deepfool(model, batch, { ...run, norm: ball.norm === 'linf' ? 'linf' : 'l2', steps: plan.effort }),
  }),
  square: score({
    title: 'Square',
    norms: all,
    targeted: true,
    price: queries,
    attack: ({ model, batch, plan, ball, run }) =>
      square(model, batch, {
        ...run,
        ...ball,
        queries: plan.effort,
        initialShare: 0.8,
        rescale: plan.rescale ?? true,
      }),
  }),
  simba: score({
    title: 'SimBA',
    norms: ['l2'],
    targeted: true,
    price: queries,
    attack: ({ model, batch, plan, ball, run }) =>
      simba(model, batch, { ...run, queries: plan.effort, basis: 'dct', ball }),
  }),
  nes: score({
    title: 'NES',
    norms: ['linf', 'l2'],
    targeted: true,
    price: queries,
    attack: ({ model, batch, plan, ball, run }) =>
      nes(model, batch, { ...run, ...ball, queries: plan.effort, estimator: 'nes' }),
  }),
  spsa: score({
    title: 'SPSA',
    norms: ['linf', 'l2'],
    targeted: true,
    price: queries,
    attack: ({ model, batch, plan, ball, run }) =>
      nes(model, batch, { ...run, ...ball, queries: plan.effort, estimator: 'spsa' }),
  }),
  'hop-skip-jump': label({
    title: 'HopSkipJump',
    norms: ['linf', 'l2'],
    targeted: true,
    needsStarts: true,
    minimumNorm: true,
    price: queries,
    attack: (call) =>
      hopSkipJump(call.model, call.batch, {
        ...labelRun(call),
        norm: call.ball.norm === 'linf' ? 'linf' : 'l2',
      }),
  }),
  transfer: label({
    title: 'MI-DI-TI transfer',
    norms: all,
    targeted: true,
    needsSurrogate: true,
    // What the surrogate is asked costs the model nothing: each point is shown to it once.
    price: () => ({ queries: 1, gradients: 0 }),
    attack: ({ model, batch, plan, ball, run, surrogate }) => {
      if (surrogate === null) throw new TypeError('a transfer attack needs a surrogate')
      return transfer(surrogate, model, batch, { ...run, ...ball, steps: plan.effort })
    },
  }),
  boundary: label({
    title: 'Boundary',
    norms: ['l2'],
    targeted: true,
    needsStarts: true,
    minimumNorm: true,
    price: queries,
    attack: (call) => boundary(call.model, call.batch, labelRun(call)),
  }),
  rays: label({
    title: 'RayS',
    norms: ['linf'],
    targeted: true,
    needsStarts: true,
    minimumNorm: true,
    price: queries,
    attack: (call) => rays(call.model, call.batch, labelRun(call)),
  }),
}

export function knownAttack(name: AttackName): KnownAttack {
  return knownAttacks[name] as KnownAttack
}

/** What a sample costs at most. */
export function attackPrice(plan: AttackPlan, classes: number): Cost {
  const { queries: asked, gradients } = knownAttack(plan.attack).price(plan, classes)
  const { passes = 1 } = plan
  return { queries: asked * passes, gradients: gradients * passes }
}
