// The handle through which a check touches a model. Label, score and gradient access are separate interfaces
// and separate code paths: a check that was handed a LabelModel has no way to see a score. All inputs are in
// unit space (float32, values in [0,1], one sample shaped as the data gives it, images as C,H,W); the target
// knows how to turn that into what the model wants.
import type { Tensor } from '../tensor.ts'
import type { Access, Task } from '../words.ts'

/** Classes only. */
export interface LabelModel {
  /** Predicted class index of each row of `x`. */
  labels(x: Tensor): Promise<Int32Array>
}

/** One vector of scores a sample. */
export interface Scores {
  /** `logits`: any real numbers; `probabilities`: each row non-negative with sum 1. */
  readonly kind: 'logits' | 'probabilities'
  /** [N, classes] */
  readonly data: Float32Array
  readonly classes: number
}

export interface ScoreModel {
  scores(x: Tensor): Promise<Scores>
}

/**
 * Losses that every gradient target offers, of logits z, the true class y and a class t to reach; each grows as the
 * sample gets nearer to what the attacker wants.
 *
 * - `cross-entropy`: -log softmax(z)_y; `targeted-cross-entropy`: log softmax(z)_t
 * - `margin`: max_{i != y} z_i - z_y; `targeted-margin`: z_t - max_{i != t} z_i (positive means success)
 * - `class-difference`: z_t - z_y
 * - `dlr`, for 3 classes or more; `targeted-dlr`, for 4 or more (Croce and Hein 2020, arXiv:2003.01690)
 */
export const lossNames = [
  'cross-entropy',
  'targeted-cross-entropy',
  'margin',
  'targeted-margin',
  'class-difference',
  'dlr',
  'targeted-dlr',
] as const
export type LossName = (typeof lossNames)[number]

/** Losses that need `targets`. */
export function isTargeted(loss: LossName): boolean {
  return loss.startsWith('targeted-') || loss === 'class-difference'
}

/** Classes that a loss speaks of, one a row. */
export interface LossClasses {
  /** True classes. */
  readonly labels: Int32Array
  /** Classes to reach, for the losses that name one. */
  readonly targets?: Int32Array
}

/** Per-sample value and gradient of a loss, in unit space, with the scores of the same pass. */
export interface GradientModel extends ScoreModel {
  gradient(x: Tensor, loss: LossName, classes: LossClasses): Promise<LossGradient>
}

export interface LossGradient {
  /** [N] */
  readonly loss: Float32Array
  /** Same shape as the input. */
  readonly gradient: Float32Array
  /** [N, classes] of the same forward pass. */
  readonly scores: Scores
}

/** What a model makes of a sample before it decides: what goes into its last layer with weights. */
export interface WeightsModel {
  /** One row a sample; values in between channels' places are averaged over the places. */
  embeddings(x: Tensor): Promise<Embeddings>
}

export interface Embeddings {
  /** [N, width] */
  readonly data: Float32Array
  readonly width: number
}

export interface ModelByAccess {
  readonly label: LabelModel
  readonly score: ScoreModel
  readonly gradient: GradientModel
  readonly weights: WeightsModel
}

/** What is known of a model before it is queried; plain data. */
export interface ModelFacts {
  readonly kind: 'onnx' | 'http' | 'process' | 'function'
  /** Digest of the bytes or of the address; part of every step's key. */
  readonly digest: string
  readonly task: Task
  readonly access: readonly Access[]
  /** Access that is missing, and what prevents it. */
  readonly missingAccess: Readonly<Partial<Record<Access, string>>>
  /** Operators of the model that draw at random, so that it answers the same question in different ways. */
  readonly randomOperators?: readonly string[]
  /** Operators without a useful derivative that gradients go through by an estimate. */
  readonly gradientNotes?: readonly { readonly operator: string; readonly kind: 'straight-through' }[]
  /** One sample in unit space, such as [1, 28, 28] for C,H,W. */
  readonly sampleShape: readonly number[]
  readonly classes: number
  /** Class names, in index order. */
  readonly labels: readonly string[]
  readonly output: 'logits' | 'probabilities' | 'labels'
  /** The most samples that one call can take; 1 where the model's batch is fixed. */
  readonly maxBatch: number
  /** What has to be known to read results of this model, in sentences. */
  readonly note?: string
}
