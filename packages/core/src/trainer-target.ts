// The handle through which a check trains: models of the user's own kind, on samples of the check's choosing. What
// trains behind it is the engine on the user's graph, the user's own command, or a regressor in closed form; a check
// does not know. Samples are in unit space, and so is the input of every model that comes back.
import type { Tensor } from './tensor.ts'

/** What is known of a trainer before it is used; plain data. */
export interface TrainerFacts {
  readonly kind: 'engine' | 'command' | 'regressor'
  /** Over everything that a trained model depends on besides data and seed. */
  readonly digest: string
  /** How it trains, in a few words. */
  readonly recipe: string
  /** Whether the same data and seed give the same model, bit for bit, on the same machine. */
  readonly repeatable: boolean
  /** What has to be known to read results of this trainer, in sentences. */
  readonly notes: readonly string[]
}

export interface TrainingSet {
  /** [n, ...sample], unit space. */
  readonly x: Tensor
  /** Class of each sample; null for regression. */
  readonly labels: Int32Array | null
  /** Value of each sample, for regression. */
  readonly values?: Float32Array
  /** How much each sample counts; 1 unless given. */
  readonly weights?: Float32Array
}

export interface TrainRequest {
  readonly data: TrainingSet
  readonly seed: number
  readonly signal?: AbortSignal
  /** Share of this training that is done, 0..1. */
  readonly onProgress?: (share: number) => void
}

/** A model that was trained here. */
export interface TrainedModel {
  /** As an ONNX file; its one input takes samples in unit space. */
  readonly onnx: Uint8Array
  /** Mean loss of each epoch, where the trainer tells. */
  readonly losses: readonly number[]
  /** [n, width]: a score per class, or the value. */
  scores(x: Tensor): Promise<{ readonly data: Float32Array; readonly width: number }>
  close(): Promise<void>
}

export interface TrainerTarget {
  readonly facts: TrainerFacts
  /** @throws FailmodeError training-failed, data-mismatch, interrupted */
  train(request: TrainRequest): Promise<TrainedModel>
  close(): Promise<void>
}
