/** One file of the system, hashed now. Its bytes are read, never loaded or executed. */
export type MeasuredArtifact =
  | { readonly state: 'present'; readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly state: 'missing'; readonly path: string }

export const artifactVerdicts = ['malicious', 'suspicious', 'malformed', 'not-examined', 'clean'] as const
export type ArtifactVerdict = (typeof artifactVerdicts)[number]

/** What was found inside one file, which was read and never loaded or executed. */
export interface ScannedArtifact {
  /** As the configuration names it, or below a folder that it names. */
  readonly path: string
  /** The format that its bytes have; null when none is known. */
  readonly format: string | null
  readonly bytes: number
  /** The worst of its findings. What could not be looked at is never `clean`. */
  readonly verdict: ArtifactVerdict
  /** Worst first, at most some dozen; `findings` beyond that are only counted in `more`. */
  readonly findings: readonly ArtifactFinding[]
  readonly more: number
}

export interface ArtifactFinding {
  /** Stable id of the rule. */
  readonly rule: string
  readonly verdict: ArtifactVerdict
  readonly severity: string
  readonly title: string
  /** The part of the file it is in, and the byte there; null for the whole part. */
  readonly part: string
  readonly offset: number | null
  readonly message: string
  /** What loading the file would do, as one would write it. */
  readonly call: string | null
  readonly why: string
  readonly advice: string
}

/** The files of the system, and the digests that were written down for them. */
export interface ArtifactTarget {
  /** Paths as the configuration names them, forward slashes, relative to the configuration's folder. */
  readonly paths: readonly string[]
  /** Name of the lock file, for messages. */
  readonly lockName: string
  measure(): Promise<readonly MeasuredArtifact[]>
  /** Looks into each file, in a child process with limits. */
  scan(signal: AbortSignal): Promise<readonly ScannedArtifact[]>
  /** The text of the lock file beside the configuration, or null when there is none. */
  lockText(): Promise<string | null>
}
