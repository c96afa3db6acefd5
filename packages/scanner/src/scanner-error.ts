/** code -> what it means in one line. */
export const scannerErrorCodes = {
  'lock-invalid': 'the lock file is not what this version can trust',
  'path-invalid': 'a path cannot be written in a lock file',
  'file-unreadable': 'a file or folder cannot be read',
  'model-unreadable': 'a model file breaks the rules of its own format, or a limit',
  'no-tensors': 'a file holds no tensors that are read here',
  'link-refused': 'a folder holds a symbolic link or something else that is not a plain file',
} as const

export type ScannerErrorCode = keyof typeof scannerErrorCodes

export interface ScannerErrorParts {
  /** What was given and what was expected. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An expected failure of the scanner: `message` says what was given and expected, `hint` what to do. */
export class ScannerError extends Error {
  override readonly name = 'ScannerError'
  readonly code: ScannerErrorCode
  readonly hint: string | undefined

  constructor(code: ScannerErrorCode, parts: ScannerErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = code
    this.hint = parts.hint
  }
}
