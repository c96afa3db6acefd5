// APGD-T of AutoAttack (Croce and Hein 2020, arXiv:2003.01690): Auto-PGD towards one class after the other, in the
// order of their scores at the clean sample. Any wrong class will do in the end, and a sample that has fallen is not
// tried with the next class.
import type { GradientModel } from '@failmode/core'
import {
  type ApgdOptions,
  type ApgdResult,
  apgd,
  lookAtClean,
  resultOf,
  type Starts,
  startAll,
} from './apgd.ts'
import { newAscents, remaining } from './apgd-climb.ts'
import type { AttackBatch } from './attack.ts'
import { fittingLoss } from './fitting-loss.ts'
import { otherClasses } from './other-classes.ts'

export interface ApgdTargetedOptions extends Omit<ApgdOptions, 'loss' | 'success' | 'startFrom'> {
  /** Classes tried a sample, 9 in AutoAttack; all others where there are fewer. */
  readonly targetClasses: number
}

/**
 * One pass over the clean samples, then for each class the passes of `apgd`. The loss is targeted DLR, and with fewer
 * than 4 classes the difference of the two scores. A batch with targets is attacked towards these alone.
 */
export async function apgdTargeted(
  model: GradientModel,
  batch: AttackBatch,
  options: ApgdTargetedOptions,
): Promise<ApgdResult> {
  if (batch.targets !== undefined) return apgd(model, batch, { ...options, loss: 'targeted-dlr' })
  const ascents = newAscents(batch)
  const scores = await lookAtClean(model, ascents, 'any')
  const loss = fittingLoss('targeted-dlr', scores.classes)
  const ranked = otherClasses(scores, batch.labels, options.targetClasses)
  for (const [rank, targets] of ranked.entries()) {
    if (remaining(ascents).length === 0) break
    const starts: Starts = {
      ...options,
      loss,
      targets,
      success: 'any',
      streamOf: (i) => options.random.split(batch.ids[i] as number).split(`class ${rank}`),
      recorded: rank === 0,
      progress: (share) => options.progress?.((rank + share) / ranked.length),
    }
    await startAll(model, ascents, starts)
  }
  return { ...resultOf(ascents), loss }
}
