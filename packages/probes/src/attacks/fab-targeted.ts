// FAB-T (Croce and Hein 2020, arXiv:2003.01690): FAB towards one class after the other, in the order of their scores at
// the clean sample. A step takes one pass however many classes there are, which is why AutoAttack uses it.
import type { GradientModel } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { type FabOptions, type FabResult, fab, fabResult, oneClass, startAll } from './fab.ts'
import { newSearch } from './fab-search.ts'
import { otherClasses } from './other-classes.ts'

export interface FabTargetedOptions extends FabOptions {
  /** Classes tried a sample, 9 in AutoAttack; all others where there are fewer. */
  readonly targetClasses: number
}

/**
 * One pass over the clean samples, then for each class and start as many with a gradient as it has steps, and one
 * without; with `relinearise` as many without as with. Any wrong class counts, and the closest point found for any class
 * is the result. A batch with targets goes to these alone.
 */
export async function fabTargeted(
  model: GradientModel,
  batch: AttackBatch,
  options: FabTargetedOptions,
): Promise<FabResult> {
  if (batch.targets !== undefined) return fab(model, batch, options)
  const search = newSearch(batch)
  search.passes.fill(1)
  const ranked = otherClasses(await model.scores(batch.x), batch.labels, options.targetClasses)
  for (const [rank, targets] of ranked.entries()) {
    await startAll(search, oneClass(model, batch.labels, targets, 'class-difference'), {
      ...options,
      streamOf: (i) => options.random.split(batch.ids[i] as number).split(`class ${rank}`),
      recorded: rank === 0,
      progress: (share) => options.progress?.((rank + share) / ranked.length),
    })
  }
  return fabResult(search)
}
