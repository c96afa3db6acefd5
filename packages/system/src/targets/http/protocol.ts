// What a protocol has to know: how it finds out what a server serves, how it writes a batch, and where in an answer
// the part of each sample is. Each protocol is one file; everything around it (limits, retries, the input block, what
// a row of an answer means) is shared. Once found out, a protocol is plain data that any thread can go on with.
import { FailmodeError } from '@failmode/core'
import type { ElementType } from '../../config/config-schema.ts'
import type { HttpConfig } from '../../config/http-schema.ts'
import type { Numbers } from './json-body.ts'
import { jsonTemplate, type TemplateSpec } from './json-template.ts'
import { type MlflowSpec, mlflow } from './mlflow.ts'
import { type OpenInferenceSpec, openInference } from './open-inference.ts'
import { type TfServingSpec, tfServing } from './tf-serving.ts'
import type { Message } from './transport.ts'

/** Samples as the model takes them. */
export interface Batch {
  /** [count, ...dims], in the model's units; whole numbers where its type is whole. */
  readonly values: Numbers
  readonly count: number
  /** One sample. */
  readonly dims: readonly number[]
  readonly dtype: ElementType
  /** Whether the one sample stands in no batch. */
  readonly alone: boolean
}

export interface Codec {
  encode(batch: Batch): Message
  /**
   * @returns one value for each sample, in the order of the batch
   * @throws Failure
   */
  decode(answer: unknown, batch: Pick<Batch, 'count' | 'alone'>): readonly unknown[]
}

export interface Protocol<S> {
  /** @throws FailmodeError */
  find(given: Given, get: Get): Promise<Found<S>>
  codec(spec: S): Codec
}

/** What the configuration says. */
export interface Given {
  readonly url: URL
  readonly http: HttpConfig
  readonly inputName: string | undefined
  readonly outputName: string | undefined
  readonly dtype: ElementType | undefined
  /** One sample as the model takes it. */
  readonly shape: readonly number[] | undefined
}

/** Asks for a page of the server: its JSON, or null when there is no such page. */
export type Get = (path: string) => Promise<unknown | null>

export interface Found<S> {
  readonly spec: S
  /** Name of the tensor that takes the samples; empty where none is needed. */
  readonly inputName: string
  readonly dtype: ElementType | null
  /** The input's dimensions with the batch first; null where the server does not tell, -1 where it takes any. */
  readonly dims: readonly number[] | null
  /** Whether a request takes one sample that stands in no batch. */
  readonly alone: boolean
  /** Most samples of one request; null where the server does not tell. */
  readonly maxBatch: number | null
}

export type ProtocolSpec = OpenInferenceSpec | MlflowSpec | TfServingSpec | TemplateSpec

export function findProtocol(given: Given, get: Get): Promise<Found<ProtocolSpec>> {
  switch (given.http.protocol) {
    case 'open-inference':
      return openInference.find(given, get)
    case 'mlflow':
      return mlflow.find(given, get)
    case 'tfserving':
      return tfServing.find(given, get)
    case 'template':
      return jsonTemplate.find(given, get)
    case 'openai-chat':
      throw new FailmodeError('config-invalid', {
        message: 'the protocol "openai-chat" is not in this version.',
        hint: 'Use "template", which takes any JSON.',
      })
  }
}

export function codecOf(spec: ProtocolSpec): Codec {
  switch (spec.protocol) {
    case 'open-inference':
      return openInference.codec(spec)
    case 'mlflow':
      return mlflow.codec(spec)
    case 'tfserving':
      return tfServing.codec(spec)
    case 'template':
      return jsonTemplate.codec(spec)
  }
}
