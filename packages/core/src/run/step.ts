// The step is the unit of work. A handler is a named, versioned function from JSON to JSON; large values travel
// as blobs, which are files of the run folder named by digest. A step is repeatable: its key is the hash of
// handler, version, input, seed and the digests of what it touches, and the journal maps key to result. Steps
// run in worker threads; the check that asks for them runs in the parent and only sees results.
import type { ArtifactTarget } from '../artifact-target.ts'
import type { SampleSet } from '../data-target.ts'
import type { ImageCodec } from '../image-codec.ts'
import type { Cost } from '../model/budget-door.ts'
import type { ModelByAccess, ModelFacts } from '../model/model-target.ts'
import type { Random } from '../random/random.ts'
import type { TrainerTarget } from '../trainer-target.ts'
import type { Blob } from './run-document.ts'

export interface StepHandler<I, O> {
  /** `<mode or area>/<verb>`, unique among all handlers. */
  readonly name: string
  /** Raised whenever the same input may give another output, so that old journals are not believed. */
  readonly version: number
  run(input: I, context: StepContext): Promise<O>
}

/** A handler whose types are forgotten, as a registry holds it. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds handlers of all types
export type AnyStepHandler = StepHandler<any, any>

export interface BlobStore {
  /** Writes a file of the run folder and gives its name; the same bytes give the same name. */
  put(
    bytes: Uint8Array,
    options: {
      readonly folder: 'evidence' | 'samples'
      readonly extension: string
      readonly mediaType: string
    },
  ): Promise<Blob>
  get(blob: Blob): Promise<Uint8Array>
}

/** What a handler may touch. */
export interface StepContext {
  /** Stream of this handler under the run's seed. Split it by sample, so that batching changes no draw. */
  readonly random: Random
  readonly signal: AbortSignal
  readonly modelFacts: ModelFacts
  /** The model through the budgeted door; throws `budget-exhausted` past `maxQueries`. */
  model<A extends keyof ModelByAccess>(
    access: A,
    options?: { readonly maxQueries?: number },
  ): Promise<ModelByAccess[A]>
  /** The attacker's own model of the same task; what it is asked costs the user's model nothing, and is not counted. */
  surrogate<A extends keyof ModelByAccess>(access: A): Promise<ModelByAccess[A]>
  /** Another model of the same task that results are set beside; it is not counted either. */
  reference<A extends keyof ModelByAccess>(name: string, access: A): Promise<ModelByAccess[A]>
  /**
   * The architecture of the model under test with weights that were drawn and not trained; not counted. For models that are
   * ONNX files.
   * @throws FailmodeError model-failed for a model without weights of its own
   */
  untrained<A extends keyof ModelByAccess>(access: A): Promise<ModelByAccess[A]>
  samples(split: string): Promise<SampleSet>
  /** Trains models as the configuration says; only where `SystemFacts.training` is there. */
  trainer(): Promise<TrainerTarget>
  readonly artifacts: ArtifactTarget
  readonly blobs: BlobStore
  readonly images: ImageCodec
  /** Share of this step that is done, 0..1, for the progress line only. */
  progress(share: number): void
}

export interface StepResult<O> {
  readonly output: O
  readonly cost: Cost
}
