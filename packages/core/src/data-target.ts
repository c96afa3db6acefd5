import type { Tensor } from './tensor.ts'

/** What is known of a data set without reading its samples. */
export interface DataFacts {
  /** Digest of samples and labels; part of the key of every step that reads them. */
  readonly digest: string
  readonly count: number
  /** One sample in unit space, such as [1, 28, 28]. */
  readonly sampleShape: readonly number[]
  readonly labelled: boolean
  /** Names of the columns that say something of each sample besides its class, such as `weather`; absent for none. */
  readonly metadata?: readonly string[]
}

/**
 * What is known of each sample besides its class, by column: one text a sample, null where it is not known. Samples that
 * were files have their path in the column `file`.
 */
export type Metadata = Readonly<Record<string, readonly (string | null)[]>>

/** Samples in unit space with their class indices. */
export interface SampleSet extends DataFacts {
  /** [count], or null when the data have no labels. */
  readonly labels: Int32Array | null
  /** The samples named by `indices`, float32, first dimension `indices.length`. */
  read(indices: ArrayLike<number>): Tensor
}
