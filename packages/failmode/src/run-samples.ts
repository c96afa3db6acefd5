import { type Blob, FailmodeError, type SampleOutcomes } from '@failmode/core'
import { createBlobStore } from '@failmode/system'

/** Reads the per-sample outcomes that lie beside a stored run. */
export function runSamples(folder: string): (blob: Blob) => Promise<SampleOutcomes> {
  const store = createBlobStore(folder)
  return async (blob) => {
    try {
      return JSON.parse(new TextDecoder().decode(await store.get(blob))) as SampleOutcomes
    } catch (cause) {
      if (cause instanceof FailmodeError) throw cause
      throw new FailmodeError('run-invalid', {
        message: `${blob.path} of the run in ${folder} cannot be read: ${(cause as Error).message}.`,
        hint: 'Give the whole run folder, not run.json alone.',
        cause,
      })
    }
  }
}
