/** An error of this package: a stable `code`, what went wrong, and what to do about it. */
export class CatalogueError extends Error {
  readonly code: CatalogueErrorCode
  readonly hint: string

  constructor(code: CatalogueErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'CatalogueError'
    this.code = code
    this.hint = hint
  }
}

export type CatalogueErrorCode =
  | 'catalogue-mode-invalid'
  | 'catalogue-inconsistent'
  | 'catalogue-bug-bar-invalid'
  | 'catalogue-not-json'
  | 'catalogue-unknown-fact'
  | 'catalogue-unknown-answer'
