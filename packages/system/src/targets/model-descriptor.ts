// A model as plain data that any thread can open again. Making a descriptor is where a model file is looked at
// for the first time, so it is also where everything that can be wrong with it is found and said.
import type { ModelFacts } from '@failmode/core'
import type { LastLayer } from '@failmode/engine'
import type { ElementType } from '../config/config-schema.ts'
import type { HostedDescriptor } from './hosted/hosted-descriptor.ts'
import type { HttpDescriptor } from './http/http-descriptor.ts'

/** How samples in unit space become what the model takes. */
export interface ModelInput {
  /** Of the tensor; empty where the model takes no name. */
  readonly name: string
  /** Element type the model takes. */
  readonly dtype: ElementType
  /** How one sample lies in memory; `flat` keeps the sample's own order. */
  readonly layout: 'NCHW' | 'NHWC' | 'flat'
  /** Dimensions of one sample as the model wants them, without the batch. */
  readonly dims: readonly number[]
  /** x_model = ((x01 * (high - low) + low) - mean) / std, per channel. */
  readonly range: readonly [low: number, high: number]
  readonly mean: readonly number[]
  readonly std: readonly number[]
  /** Whether the model takes blue first; `mean` and `std` are in the model's order. */
  readonly reverseChannels: boolean
}

export interface OnnxDescriptor {
  readonly kind: 'onnx'
  readonly path: string
  readonly facts: ModelFacts
  readonly input: ModelInput
  readonly output: {
    readonly name: string
    /** `pair`: one number per class; `single`: one number, the score of class 1 of two; `labels`: the class. */
    readonly form: 'pair' | 'single' | 'labels'
  }
  /** Where the model's last layer with weights takes its values from; null when there is none. */
  readonly lastLayer: LastLayer | null
  /** Samples of one call; the last call of a batch-fixed model is padded. */
  readonly batch: { readonly fixed: boolean; readonly size: number }
}

export type ModelDescriptor = OnnxDescriptor | HttpDescriptor | HostedDescriptor
