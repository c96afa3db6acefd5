import type { LossName } from '@failmode/core'

/**
 * The loss to use in place of `loss` on a model with this many classes. The ratios of DLR need the third largest score
 * and the targeted one the fourth; with fewer classes their numerators are used, which point the same way.
 */
export function fittingLoss(loss: LossName, classes: number): LossName {
  if (loss === 'dlr' && classes < 3) return 'margin'
  if (loss === 'targeted-dlr' && classes < 4) return 'class-difference'
  return loss
}
