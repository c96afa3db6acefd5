// What a scan gives back: plain data, the JSON of `failmode scan --json`.
import type { ScanSeverity, Verdict } from './verdict.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface ScanFinding {
  /** Id of the rule. */
  readonly rule: string
  readonly verdict: Verdict
  readonly severity: ScanSeverity
  readonly title: string
  /** The part it is in: the file's path, then what it is nested in, joined by `!`: `model.pt!archive/data.pkl`. */
  readonly part: string
  /** Byte offset within that part; null when it is about the whole of it. */
  readonly offset: number | null
  /** What exactly was found here, in words. */
  readonly message: string
  /** What a program that loads the file would do, as it would be written: `os.system('true')`. */
  readonly call: string | null
  readonly why: string
  readonly advice: string
  readonly references: readonly string[]
}

/** A file, or something with a format of its own inside one. */
export interface ScanPart {
  readonly path: string
  /** Id of the format, null when none fits. */
  readonly format: string | null
  readonly bytes: number
  readonly verdict: Verdict
  /** What was read in it, by format: imports, operators, tensors, counts. */
  readonly facts: Readonly<Record<string, Json>>
}

export interface FileScan {
  readonly path: string
  readonly bytes: number
  /** The worst of its findings. */
  readonly verdict: Verdict
  /** The file itself first, then what is nested in it, in the order met. */
  readonly parts: readonly ScanPart[]
  /** Worst first. */
  readonly findings: readonly ScanFinding[]
}
