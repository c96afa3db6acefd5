import { FailmodeError } from '@failmode/core'
import type { DataSpec } from '../config/config-schema.ts'
import { readSamples } from './read-samples.ts'
import { type StoredSamples, storeSamples } from './stored-samples.ts'

export { type StoredSamples, toSampleSet } from './stored-samples.ts'

export interface OpenDataOptions {
  /** What relative paths start from: the folder of the configuration. */
  readonly folder: string
  /** Name of the data set in the configuration, such as `test`; it stands in front of messages. */
  readonly name: string
  /**
   * One sample as the model takes it in unit space. Three dimensions are C, H, W and must be met; of any other
   * shape only the size counts, because the model reshapes what it is given.
   */
  readonly sampleShape?: readonly number[]
  /** Names of the classes in the order of the model. */
  readonly labels?: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * Reads a data set into shared memory, in unit space, with its labels as class indices.
 * @throws FailmodeError `file-not-found`, `file-unreadable`, `data-invalid`, `data-empty`, `data-mismatch`,
 * `labels-invalid`, and `config-invalid` for a format that is not in this version
 */
export async function openData(spec: DataSpec, options: OpenDataOptions): Promise<StoredSamples> {
  const { folder, name, sampleShape, labels, signal } = options
  try {
    const raw = await readSamples(spec, { folder, split: name, signal })
    const { valueRange, layout } = spec
    return storeSamples(raw, { valueRange, layout, sampleShape, labels, signal })
  } catch (error) {
    if (!(error instanceof FailmodeError) || error.code === 'config-invalid') throw error
    throw new FailmodeError(error.code, {
      message: `data "${name}": ${error.message}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    })
  }
}
