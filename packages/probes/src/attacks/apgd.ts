// Auto-PGD (Croce and Hein 2020, arXiv:2003.01690; for L1 Croce and Hein 2021, arXiv:2103.01208): projected gradient
// ascent that needs no step size, since it starts with long steps, looks at checkpoints whether they still help, and
// otherwise goes on from the best point with shorter ones. Samples leave the batch with their first adversarial point.
import { type GradientModel, isTargeted, type LossName, type Random, type Tensor } from '@failmode/core'
import { type Ascents, climb, newAscents, remaining } from './apgd-climb.ts'
import { denseRule } from './apgd-dense.ts'
import { sparseRule } from './apgd-l1.ts'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { type Ball, project } from './ball.ts'
import { fittingLoss } from './fitting-loss.ts'
import { predictions } from './margin.ts'

export interface ApgdOptions extends Ball, AttackRun {
  /** Losses that name a class need `targets` in the batch. */
  readonly loss: LossName
  /** Steps of a start, 100 in AutoAttack. */
  readonly steps: number
  readonly restarts: number
  /**
   * What ends a sample: any class but the true one, or its target. By default the target where the batch has them.
   * AutoAttack climbs towards one class and is content with any.
   */
  readonly success?: 'any' | 'target'
  /** L1 only: three tenths of the steps in a ball of 3 eps, three in one of 2 eps, the rest in that of eps. */
  readonly wideStart?: boolean
  /** Points that the first start begins with, in place of random ones; they are moved into the ball. */
  readonly startFrom?: Tensor
}

export interface ApgdResult extends Required<AttackResult> {
  /** The loss that was climbed; another than asked for where the model has too few classes for that. */
  readonly loss: LossName
}

/**
 * A start takes steps + 1 passes a sample, the last without a gradient, and with `wideStart` two more. The DLR losses
 * take one pass more, which looks how many classes there are. Samples that it does not fool come back as the point
 * with the highest loss of the last start.
 *
 * @throws RangeError when the loss or `success` needs targets and the batch has none
 */
export async function apgd(
  model: GradientModel,
  batch: AttackBatch,
  options: ApgdOptions,
): Promise<ApgdResult> {
  const { targets } = batch
  const { success = targets === undefined ? 'any' : 'target' } = options
  if (targets === undefined && (isTargeted(options.loss) || success === 'target'))
    throw new RangeError(
      `${options.loss} with success by ${success} needs the class that each sample shall get`,
    )
  const ascents = newAscents(batch)
  let { loss } = options
  if (loss === 'dlr' || loss === 'targeted-dlr') {
    const { classes } = await lookAtClean(model, ascents, success)
    loss = fittingLoss(loss, classes)
  }
  await startAll(model, ascents, {
    ...options,
    loss,
    targets,
    success,
    streamOf: (i) => options.random.split(batch.ids[i] as number),
    recorded: true,
    progress: (share) => options.progress?.(share),
  })
  return { ...resultOf(ascents), loss }
}

/** One pass over the clean samples, which may be wrong already. */
export async function lookAtClean(model: GradientModel, ascents: Ascents, success: 'any' | 'target') {
  const { batch, passes, spentToSuccess } = ascents
  const scores = await model.scores(batch.x)
  const aim = success === 'any' ? { labels: batch.labels } : batch
  for (const [i, predicted] of predictions(scores).entries()) {
    passes[i] = 1
    if (reaches(aim, i, predicted)) spentToSuccess[i] = 1
  }
  return scores
}

export interface Starts extends Omit<ApgdOptions, 'random' | 'progress' | 'success'> {
  readonly targets: Int32Array | undefined
  readonly success: 'any' | 'target'
  /** Where sample i draws from; a start splits off its own. */
  readonly streamOf: (i: number) => Random
  readonly recorded: boolean
  readonly progress: (share: number) => void
}

/** All restarts, each on the samples that are left. */
export async function startAll(model: GradientModel, ascents: Ascents, options: Starts): Promise<void> {
  const { norm, eps, restarts, startFrom, streamOf } = options
  const { batch } = ascents
  const wide = options.wideStart === true && norm === 'l1'
  const phases = wide ? widePhases(options) : [{ eps, steps: options.steps }]
  for (let restart = 0; restart < restarts; restart++) {
    const given = restart === 0 ? startFrom : undefined
    for (const [phase, { eps: radius, steps }] of phases.entries()) {
      const active = remaining(ascents)
      if (active.length === 0) return
      const ball: Ball = { norm, eps: radius }
      const final = phase === phases.length - 1
      // The next phase goes on from the best point of the one before.
      const from = phase > 0 ? ascents.adversarial : given?.data
      await climb(model, ascents, active, {
        rule:
          norm === 'l1'
            ? sparseRule(ball, { steps, random: from === undefined && !wide })
            : denseRule(ball, steps),
        radius,
        ball: { norm, eps },
        loss: options.loss,
        targets: options.targets,
        success: options.success,
        steps,
        begin(start, i) {
          const size = start.length
          const clean = batch.x.data.subarray(i * size, (i + 1) * size)
          if (from !== undefined) start.set(from.subarray(i * size, (i + 1) * size))
          else randomStart(start, clean, ball, streamOf(i).split(restart))
          project(start, clean, 0, size, ball)
        },
        final,
        recorded: options.recorded && restart === 0 && final,
        signal: options.signal,
        progress: (share) => options.progress((restart + (phase + share) / phases.length) / restarts),
      })
    }
  }
}

export function resultOf(ascents: Ascents): Required<AttackResult> {
  const { batch, adversarial, spentToSuccess, lossCurve, zeroGradients } = ascents
  return {
    adversarial: { data: adversarial, dims: batch.x.dims },
    spentToSuccess,
    lossCurve,
    zeroGradients: zeroGradients / Math.max(batch.labels.length, 1),
  }
}

/** Radii and steps of a start from far out (arXiv:2103.01208, section 3.3). */
function widePhases({ eps, steps }: { readonly eps: number; readonly steps: number }) {
  const wide = Math.ceil(0.3 * steps)
  return [
    { eps: 3 * eps, steps: wide },
    { eps: 2 * eps, steps: Math.min(wide, steps - wide) },
    { eps, steps: Math.max(steps - 2 * wide, 0) },
  ]
}

/** At the surface of the ball, as published: noise as long as the radius, or, for L1, noise that is projected. */
function randomStart(start: Float32Array, clean: Float32Array, { norm, eps }: Ball, random: Random): void {
  let scale = 1
  if (norm === 'linf') {
    random.fillUniform(start)
    let largest = 0
    for (let i = 0; i < start.length; i++) {
      start[i] = 2 * (start[i] as number) - 1
      largest = Math.max(largest, Math.abs(start[i] as number))
    }
    scale = eps / (largest + 1e-12)
  } else {
    random.fillNormal(start)
    if (norm === 'l2') {
      let squares = 0
      for (const value of start) squares += value * value
      scale = eps / (Math.sqrt(squares) + 1e-12)
    }
  }
  for (let i = 0; i < start.length; i++) start[i] = (clean[i] as number) + scale * (start[i] as number)
}
