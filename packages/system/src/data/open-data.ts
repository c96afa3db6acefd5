import { FailmodeError } from '@failmode/core'
import type { DataSpec } from '../config/config-schema.ts'
import { readSamples } from './read-samples.ts'
import { spoolSamples } from './spool-samples.ts'
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
  /** Bytes of pictures that are kept in memory; 256 MiB unless said. */
  readonly mostInMemory?: number
}

/**
 * Reads a data set into shared memory, in unit space, with its labels as class indices.
 * @throws FailmodeError `file-not-found`, `file-unreadable`, `data-invalid`, `data-empty`, `data-mismatch`,
 * `labels-invalid`, and `config-invalid` for a format that is not in this version
 */
export async function openData(spec: DataSpec, options: OpenDataOptions): Promise<StoredSamples> {
  const { folder, name, sampleShape, labels, signal } = options
  try {
    const raw = await readSamples(spec, { folder, split: name, signal, mostInMemory: options.mostInMemory })
    const { valueRange, layout } = spec
    const given = { valueRange, layout, sampleShape, labels, signal }
    return raw.pictures === undefined
      ? storeSamples(raw, given)
      : await spoolSamples({ ...raw, pictures: raw.pictures }, given)
  } catch (error) {
    if (!(error instanceof FailmodeError) || error.code === 'config-invalid') throw error
    throw new FailmodeError(error.code, {
      message: `data "${name}": ${error.message}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    })
  }
}
