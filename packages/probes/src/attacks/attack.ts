// What every attack takes and gives. An attack is a function of a model, a batch and its options; it sees the model
// only through the access it was handed, asks it about many samples at once, drops those that are done, and returns
// the points it found. It never counts queries for itself, and nothing it says is believed: whoever called it asks the
// model once more about every point and measures every distance again.
import type { Random, Tensor } from '@failmode/core'

/** Samples to attack. The model has them right. */
export interface AttackBatch {
  /** Unit space, first dimension the batch. */
  readonly x: Tensor
  /** True classes, [N]. */
  readonly labels: Int32Array
  /** Class that each sample shall get, [N]; when absent, any class but the true one will do. */
  readonly targets?: Int32Array
  /** Names of the samples: sample i draws from `random.split(ids[i])`, so that batching changes no draw. */
  readonly ids: readonly number[]
}

/** What every attack's options hold besides its own. */
export interface AttackRun {
  readonly random: Random
  readonly signal?: AbortSignal
  /** Share of the attack that is done, 0..1. */
  readonly progress?: (share: number) => void
}

export interface AttackResult {
  /**
   * For each sample an adversarial point, in the shape of the batch: the first found where the attack works in a ball,
   * the closest found where it looks for the shortest way. Where it found none, the last point it tried.
   */
  readonly adversarial: Tensor
  /** Queries, or passes with a gradient, until a sample was first adversarial; null where it never was. */
  readonly spentToSuccess: readonly (number | null)[]
  /** Mean loss at each step over the samples of the first start, where the attack climbs a loss: it has to rise. */
  readonly lossCurve?: readonly number[]
  /** Share of samples whose gradient at the clean sample is zero in every entry, where the attack uses gradients. */
  readonly zeroGradients?: number
}

/** Whether class `predicted` is what the attacker wants of sample `i`. */
export function reaches(
  batch: Pick<AttackBatch, 'labels' | 'targets'>,
  i: number,
  predicted: number,
): boolean {
  return batch.targets === undefined ? predicted !== batch.labels[i] : predicted === batch.targets[i]
}
