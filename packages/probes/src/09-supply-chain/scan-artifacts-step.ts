import type { ScannedArtifact, StepHandler } from '@failmode/core'

/**
 * Looks into the artifacts. Files are read when the step runs and nothing of them is in its input, so a run that is
 * resumed keeps what its first part saw.
 */
export const scanArtifactsStep: StepHandler<
  Record<string, never>,
  { readonly scanned: readonly ScannedArtifact[] }
> = {
  name: 'supply-chain/scan-artifacts',
  version: 1,
  async run(_, { artifacts, signal }) {
    signal.throwIfAborted()
    return { scanned: await artifacts.scan(signal) }
  },
}
