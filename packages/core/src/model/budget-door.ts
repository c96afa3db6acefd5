// Every call to a model passes here. The door counts queries (one sample evaluated is one query, however many
// share a call), refuses a call that would exceed the allotment before it is made, and stops on abort. It holds
// the only counter; attacks never count for themselves.
import { FailmodeError } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import type { GradientModel, LabelModel, ModelByAccess, ScoreModel, WeightsModel } from './model-target.ts'

/** What was spent: samples evaluated, and samples differentiated. */
export interface Cost {
  readonly queries: number
  readonly gradients: number
}

export interface Meter {
  queries: number
  gradients: number
}

export interface DoorOptions {
  readonly meter: Meter
  /** The most queries and gradients together that may pass; unlimited when absent. */
  readonly maxQueries?: number
  readonly signal?: AbortSignal
}

/** A model that shows only what `access` allows, with every call counted and limited. */
export function openDoor<A extends keyof ModelByAccess>(
  access: A,
  model: ModelByAccess[A],
  options: DoorOptions,
): ModelByAccess[A] {
  const { meter, maxQueries = Number.POSITIVE_INFINITY, signal } = options
  const start = meter.queries + meter.gradients
  const pass = (x: Tensor, kind: keyof Meter): void => {
    signal?.throwIfAborted()
    const count = x.dims[0] ?? 0
    const used = meter.queries + meter.gradients - start
    if (used + count > maxQueries) {
      throw new FailmodeError('budget-exhausted', {
        message: `a call of ${count} queries would exceed the allotment: ${used} of ${maxQueries} are used.`,
        hint: 'Raise --max-queries, or choose a larger budget.',
      })
    }
    meter[kind] += count
  }
  const label: LabelModel = {
    labels(x) {
      pass(x, 'queries')
      return (model as LabelModel).labels(x)
    },
  }
  const score: ScoreModel = {
    scores(x) {
      pass(x, 'queries')
      return (model as ScoreModel).scores(x)
    },
  }
  const gradient: GradientModel = {
    ...score,
    gradient(x, loss, classes) {
      pass(x, 'gradients')
      return (model as GradientModel).gradient(x, loss, classes)
    },
  }
  const weights: WeightsModel = {
    embeddings(x) {
      pass(x, 'queries')
      return (model as WeightsModel).embeddings(x)
    },
  }
  const open: ModelByAccess = { label, score, gradient, weights }
  return open[access]
}
