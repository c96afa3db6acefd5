// Confidence reduction: the answer stays right, and the model is no longer sure of it. Any attack that climbs towards
// another class passes such points on its way; where it got across the border, the way back to it is searched for
// a point that is still on the right side and already in doubt. On the border the probability of the true class is at
// most a half, so with scores that change continuously a level above a half is always met.
import { gatherRows, type ScoreModel, sizeOf } from '@failmode/core'
import { trueProbabilities } from '../probabilities.ts'
import type { AttackBatch, AttackResult } from './attack.ts'
import { predictions } from './margin.ts'

export interface ReduceConfidenceOptions {
  /** The attack that is followed. Its points stay in its ball, which is convex: so do those on the way back. */
  readonly attack: (batch: AttackBatch) => Promise<AttackResult>
  /** Success: the class is right, and its probability at most this. */
  readonly confidence: number
  /** Halvings of the way back. */
  readonly halvings?: number
  readonly signal?: AbortSignal
}

/** Queries a sample on top of what the attack asks. */
export function reduceConfidencePrice(halvings = defaultHalvings): number {
  return halvings + 1
}

const defaultHalvings = 16

export async function reduceConfidence(
  model: ScoreModel,
  batch: AttackBatch,
  { attack, confidence, halvings = defaultHalvings, signal }: ReduceConfidenceOptions,
): Promise<AttackResult> {
  const { x, labels } = batch
  const size = sizeOf(x.dims.slice(1))
  const attacked = await attack(batch)
  const far = attacked.adversarial.data
  const count = labels.length
  const adversarial = far.slice()
  const spentToSuccess: (number | null)[] = new Array(count).fill(null)
  // Shares of the way from the clean sample to the attack's point: right and sure at `low`, wrong at `high`.
  const low = new Float64Array(count)
  const high = new Float64Array(count).fill(1)
  const asked = new Int32Array(count)
  const at = new Float64Array(count).fill(1)
  let active = [...labels.keys()]
  for (let look = 0; look <= halvings && active.length > 0; look++) {
    signal?.throwIfAborted()
    const points = gatherRows(x, active)
    for (const [row, i] of active.entries()) {
      const share = at[i] as number
      for (let j = 0; j < size; j++) {
        const from = points.data[row * size + j] as number
        points.data[row * size + j] = from + ((far[i * size + j] as number) - from) * share
      }
    }
    const scores = await model.scores(points)
    const predicted = predictions(scores)
    const probabilities = trueProbabilities(
      scores,
      active.map((i) => labels[i] as number),
    )
    active = active.filter((i, row) => {
      asked[i] = (asked[i] as number) + 1
      if (predicted[row] !== labels[i]) high[i] = at[i] as number
      else if ((probabilities[row] as number) <= confidence) {
        adversarial.set(points.data.subarray(row * size, (row + 1) * size), i * size)
        spentToSuccess[i] = (asked[i] as number) + (attacked.spentToSuccess[i] ?? 0)
        return false
      } else low[i] = at[i] as number
      // Sure at the end of the way: there is nothing in between to look for.
      if (low[i] === 1) return false
      at[i] = ((low[i] as number) + (high[i] as number)) / 2
      return true
    })
  }
  return {
    adversarial: { data: adversarial, dims: x.dims },
    spentToSuccess,
    ...(attacked.lossCurve === undefined ? {} : { lossCurve: attacked.lossCurve }),
    ...(attacked.zeroGradients === undefined ? {} : { zeroGradients: attacked.zeroGradients }),
  }
}
