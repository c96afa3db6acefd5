/** One file of the system, hashed now. Its bytes are read, never loaded or executed. */
export type MeasuredArtifact =
  | { readonly state: 'present'; readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly state: 'missing'; readonly path: string }

/** The files of the system, and the digests that were written down for them. */
export interface ArtifactTarget {
  /** Paths as the configuration names them, forward slashes, relative to the configuration's folder. */
  readonly paths: readonly string[]
  /** Name of the lock file, for messages. */
  readonly lockName: string
  measure(): Promise<readonly MeasuredArtifact[]>
  /** The text of the lock file beside the configuration, or null when there is none. */
  lockText(): Promise<string | null>
}
