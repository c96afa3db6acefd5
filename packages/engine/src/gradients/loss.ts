// A loss is a piece of graph: it reads values of the forward graph and gives one number a sample, together with the
// gradient of each number with respect to the values it read. Those gradients are written down in closed form and
// become the seeds of the backward walk, so a loss needs no rules of its own, and a batch of samples is differentiated
// in one pass because no sample's loss depends on another's.
import type { Seed } from '../autodiff/differentiate.ts'
import type { GraphBuilder } from '../ir/graph-builder.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'

export interface LossContext {
  readonly builder: GraphBuilder
  /** Samples of the batch. */
  readonly batch: number
  /** The scores the loss works on, [batch, classes]: before a final softmax where the model has one. */
  readonly logits: string
  /** Exact type of any value of the forward graph. */
  typeOf(name: string): StaticType
  /** A value of the forward graph by its name in the model, checked to exist. */
  named(name: string): string
}

export interface LossGraph {
  /** [batch] */
  readonly loss: string
  /** Samples, where they do not lie along the first axis of the model's first input. */
  readonly batch?: number
  readonly seeds: readonly Seed[]
}

export interface Loss {
  readonly name: string
  /** Adds the inputs it needs (`labels`, `targets`, ...) and its nodes. */
  emit(context: LossContext): LossGraph
}
