import type { SystemFacts } from '@failmode/core'
import type { StoredSamples } from './data/stored-samples.ts'
import type { ModelDescriptor } from './targets/model-descriptor.ts'
import type { TrainerDescriptor } from './trainers/trainer-descriptor.ts'

/** The system under test as plain data (large arrays shared, not copied), from which any thread can open it. */
export interface SystemDescriptor {
  readonly facts: SystemFacts
  readonly model: ModelDescriptor | null
  /** Another model of the same task, which attacks are carried over from. */
  readonly surrogate: ModelDescriptor | null
  /** Other models of the same task, by name. */
  readonly references: Readonly<Record<string, ModelDescriptor>>
  /** How models of this kind are trained. */
  readonly training: TrainerDescriptor | null
  readonly data: Readonly<Record<string, StoredSamples>>
  readonly artifacts: ArtifactsDescriptor
}

export interface ArtifactsDescriptor {
  /** The configuration's folder. */
  readonly folder: string
  readonly paths: readonly string[]
}
