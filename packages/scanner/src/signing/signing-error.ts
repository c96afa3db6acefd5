/** code -> what it means in one line. */
export const signingErrorCodes = {
  'key-unusable': 'a key or certificate that was given cannot sign or verify models',
  'trust-unusable': 'what was given as trusted cannot be read',
  'ignore-refused': 'a signature may not leave out a file that is part of the model',
} as const

export type SigningErrorCode = keyof typeof signingErrorCodes

/** The caller gave something that cannot be used: `message` says what was given and expected, `hint` what to do. */
export class SigningError extends Error {
  override readonly name = 'SigningError'
  readonly code: SigningErrorCode
  readonly hint: string | undefined

  constructor(
    code: SigningErrorCode,
    parts: { readonly message: string; readonly hint?: string; readonly cause?: unknown },
  ) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = code
    this.hint = parts.hint
  }
}
