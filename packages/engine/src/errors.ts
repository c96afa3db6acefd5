// Every failure that a caller can meet in this package is an `EngineError`: a stable code to branch on, a message
// that says what was given and what was expected, and, where there is one, a hint at what to do next. What the
// runtime or the file system said is kept as `cause`.

export type EngineErrorCode =
  | 'aborted'
  | 'external-data-broken'
  | 'external-data-outside'
  | 'feed-dtype'
  | 'feed-shape'
  | 'feed-unknown'
  | 'gradient-absent'
  | 'graph-invalid'
  | 'input-shape-unknown'
  | 'model-crashed'
  | 'model-empty'
  | 'model-invalid'
  | 'model-not-onnx'
  | 'model-out-of-memory'
  | 'model-timeout'
  | 'model-too-large'
  | 'model-truncated'
  | 'operator-unsupported'
  | 'opset-unsupported'
  | 'provider-unavailable'
  | 'runtime-unavailable'
  | 'session-closed'
  | 'session-failed'
  | 'tensor-invalid'
  | 'training-checkpoint'
  | 'training-diverged'
  | 'training-input'

export interface EngineErrorDetails {
  /** What to do about it, as one sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  readonly hint?: string

  constructor(code: EngineErrorCode, message: string, details: EngineErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    if (details.hint !== undefined) this.hint = details.hint
  }
}

/** The first line of what an unknown thrown value says, without a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? text
}
