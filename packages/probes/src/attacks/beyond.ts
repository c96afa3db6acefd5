// When an attack that ends on the border may say that it is across. Rounding decides there: another batch size or another
// kernel can answer the same question differently, and whoever asks the model again would find nothing. So a point counts
// once its margin is larger than rounding could make it.
import type { Scores } from '@failmode/core'
import type { AttackBatch } from './attack.ts'
import { margins } from './margin.ts'

/** Of the largest score; a hundred units in the last place of a 32-bit float. */
const roundingShare = 1e-5

/**
 * Whether each row of scores is clearly what the attacker wants.
 *
 * @param active samples of the batch that the rows belong to
 */
export function isBeyond(
  scores: Scores,
  { labels, targets }: Pick<AttackBatch, 'labels' | 'targets'>,
  active: readonly number[],
): boolean[] {
  const { kind, classes, data } = scores
  const named = targets ?? labels
  const values = margins(
    scores,
    Int32Array.from(active, (i) => named[i] as number),
  )
  const sign = targets === undefined ? -1 : 1
  return active.map((_, row) => {
    // Margins of probabilities are differences of logarithms, whose rounding is about that of 1.
    let scale = kind === 'logits' ? 0 : 1
    if (kind === 'logits')
      for (let k = row * classes; k < (row + 1) * classes; k++)
        scale = Math.max(scale, Math.abs(data[k] as number))
    return sign * (values[row] as number) > roundingShare * scale
  })
}
