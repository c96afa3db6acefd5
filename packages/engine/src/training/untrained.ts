// The same architecture with weights that nobody trained: what a measurement shows on it, training had no part in.
import type { Model } from '../ir/graph.ts'
import { type Initialization, initialize } from './initialize.ts'
import { trainableOf, unflatten } from './trainable.ts'

/**
 * The model in normal form, with its weights drawn anew and its running statistics at 0 and 1.
 * @throws EngineError training-input when it has no weights
 */
export async function untrained(
  source: Model,
  options: { readonly seed: number; readonly scheme?: Initialization },
): Promise<Model> {
  const { model, weights, statistics } = await trainableOf(source)
  return unflatten(
    unflatten(model, weights, initialize(model, weights, options)),
    statistics,
    initialize(model, statistics, options),
  )
}
