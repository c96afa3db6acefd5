import type { MeasuredArtifact, StepHandler } from '@failmode/core'

export interface MeasuredDigests {
  readonly artifacts: readonly MeasuredArtifact[]
  readonly lockName: string
  /** Text of the lock file; null when there is none. */
  readonly lock: string | null
}

/**
 * Hashes the artifacts and reads the lock. Files are read when the step runs and nothing of them is in its input, so a
 * run that is resumed keeps the digests of its first part: they say what the files were in this run.
 */
export const measureDigestsStep: StepHandler<Record<string, never>, MeasuredDigests> = {
  name: 'supply-chain/measure-digests',
  version: 1,
  async run(_, { artifacts, signal }) {
    signal.throwIfAborted()
    return {
      artifacts: await artifacts.measure(),
      lockName: artifacts.lockName,
      lock: await artifacts.lockText(),
    }
  },
}
