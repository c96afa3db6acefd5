// A format is one kind of file that the scanner understands. It says from the bytes whether a source is of its kind,
// never from a name, and walks the whole of it, reporting what it objects to on the way. What it does not account for
// (bytes behind its end, members of an archive) goes back to the one entry that examines everything.
import type { Budget } from '../scan/limits.ts'
import type { Rule } from '../scan/rule.ts'
import type { Json } from '../scan/scan-report.ts'
import type { ScanSeverity, Verdict } from '../scan/verdict.ts'
import type { Source } from '../source/source.ts'

export interface Format {
  /** Kebab-case, shown to users: `pickle`, `onnx`. */
  readonly id: string
  /** As a person would call it: `Python pickle`. */
  readonly title: string
  /**
   * What the bytes say. `sure`: a signature of at least three bytes, or a structure that cannot be chance; several
   * formats may be sure of one source, which makes it a polyglot. `maybe`: worth a try where none is sure; `examine`
   * then throws `NotThisFormat` when it turns out otherwise.
   * @param head the first 4,096 bytes, or all
   */
  recognise(head: Uint8Array, source: Source): 'sure' | 'maybe' | 'no'
  /**
   * Walks the source. Throws `Malformed` where it breaks the format (what was reported before stays), `NotThisFormat`
   * when it is something else after all, `LimitReached` from the budget.
   * @returns `end`: how many bytes from the start belong to it; what follows is examined anew
   */
  examine(source: Source, context: ScanContext): Promise<{ readonly end: number }>
  /** Signatures by which one is found inside other bytes, where no format fits; at least three bytes each. */
  readonly signatures?: readonly Uint8Array[]
}

export interface FindingDetail {
  /** What exactly was found here: a sentence. Text from the file is quoted with `quoted`. */
  readonly message: string
  readonly offset?: number
  /** What loading it would do, as one would write it. */
  readonly call?: string
  /** In place of the rule's own. */
  readonly verdict?: Verdict
  readonly severity?: ScanSeverity
  /** Besides the rule's own. */
  readonly references?: readonly string[]
}

export interface ScanContext {
  readonly budget: Budget
  /** Path of this part, for messages. */
  readonly path: string
  report(rule: Rule, detail: FindingDetail): void
  /** What was read, for people and programs: shown with the part. Keep it small (lists of at most some hundred). */
  fact(name: string, value: Json): void
  /**
   * Examines something inside this part as if it were a file. Its findings are this file's.
   * @param name how it is called within this part
   * @returns the format that fitted (null: none) and the verdict
   */
  scan(source: Source, name: string): Promise<{ readonly format: string | null; readonly verdict: Verdict }>
  /** Runs the layouts that fit on these files and examines each file that none of them accounts for. */
  scanMembers(archive: Archive): Promise<void>
  /**
   * Looks for signatures and pickles hidden in a range that no format accounts for, and examines each as a part of its
   * own named `at OFFSET`. Bounded by `searchBytes`.
   * @returns how many were found
   */
  search(source: Source, range?: { readonly from?: number; readonly to?: number }): Promise<number>
  /** Files beside this one: in the folder, or in the archive, that it is in. */
  readonly beside: Archive | null
}

/** A set of named files: a folder, a zip, a tar. */
export interface Archive {
  readonly entries: readonly ArchiveEntry[]
  /** The entry of exactly this path, forward slashes, null when there is none (always for `..` and absolute paths). */
  find(path: string): ArchiveEntry | null
}

export interface ArchiveEntry {
  /** As the archive names it, forward slashes. */
  readonly path: string
  readonly bytes: number
  /** Anything but `file` is never opened. A `hard-link` of a folder has more than one name on disk. */
  readonly kind: 'file' | 'link' | 'hard-link' | 'special'
  /** @throws Malformed when its bytes cannot be had, LimitReached from the budget */
  open(): Promise<Source>
}

/**
 * What a set of files is together: a PyTorch zip, a Keras archive, a SavedModel folder. Runs beside the scan of each
 * member, for what only shows across them.
 */
export interface Layout {
  readonly id: string
  readonly title: string
  /** From names and, where it must, from bytes of the members. */
  recognise(archive: Archive): boolean
  /**
   * @returns paths of members that it accounts for itself, as raw numbers or by reading them: they are not examined again
   */
  examine(archive: Archive, context: ScanContext): Promise<{ readonly claimed: ReadonlySet<string> }>
}

/** What a JSON text is. The `json` format parses it once, within limits, and hands the value to every kind that fits. */
export interface JsonKind {
  readonly id: string
  readonly title: string
  recognise(value: unknown): boolean
  examine(value: unknown, context: ScanContext): Promise<void>
}

/** The bytes break the rules of their format. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  readonly offset: number | null
  constructor(message: string, offset: number | null = null) {
    super(message)
    this.offset = offset
  }
}

/** A `maybe` that turned out to be something else. */
export class NotThisFormat extends Error {
  override readonly name = 'NotThisFormat'
}
