// What checking a model against its signature gives. It is data, not an exception: a folder can be wrong in several
// ways at once, and each is named so that a person can tell a lost file from an attack. Only a result without any
// problem is `verified`. A signature says who signed; it never says that the content is harmless.

/** kind -> what it means in one line. */
export const signatureProblems = {
  'bad-bundle': 'the text is not a Sigstore bundle with one signed envelope',
  'duplicate-key': 'a JSON object gives one key twice, so two readers can see two values',
  'no-signatures': 'the envelope carries no signature',
  'many-signatures': 'the envelope carries more than one signature; which one counts is open',
  'wrong-payload-type': 'the envelope says that it holds something other than an in-toto statement',
  'wrong-signer-kind': 'the bundle was made by another kind of signer than the one that is trusted',
  'wrong-key': 'the bundle names another key than the trusted one',
  'bad-signature': 'the signature does not fit the content and the trusted key',
  'untrusted-certificate': 'the signing certificate does not lead to a trusted one, or may not sign',
  'wrong-identity': 'the signature is valid, but by somebody else',
  'log-unproven': 'the transparency log or a time stamp does not confirm the signature',
  'bad-statement': 'what was signed is not a statement about a model that this version understands',
  'unknown-predicate': 'what was signed is a statement about something other than a model',
  'weak-hash': 'the digests are of a kind that can be forged',
  'unsupported-hash': 'the digests are of a kind that this version cannot compute',
  'root-mismatch':
    'the digest over all digests does not fit the list: something was dropped, added or reordered',
  'unsafe-name': 'a signed name leaves the folder or can be read in two ways',
  'duplicate-name': 'a name is signed twice',
  'bad-shards': 'the signed parts of a file leave a gap, overlap or have another size than announced',
  'wrong-shape': 'a single file was signed and a folder is here, or the other way round',
  'changed-file': 'a file has other bytes than the signed ones',
  'swapped-content': 'a file or part of one holds what was signed in another place',
  'missing-file': 'a signed file is not there',
  'extra-file': 'a file is there that was not signed',
  'renamed-file': 'a signed file is there under another name',
  'ignored-model-file': 'a model or code file is on the list of ignored paths',
  'ignored-file': 'only the signer asked to ignore this file',
  'link-refused': 'a symbolic link that the signature does not allow, or to a folder',
  'link-out-of-folder': 'a symbolic link leads out of the folder',
  'special-file': 'neither a file nor a folder, such as a pipe or a device',
  'unreadable-file': 'a file or folder cannot be read',
} as const

export type SignatureProblemKind = keyof typeof signatureProblems

/** kind -> what it means in one line. */
export const signatureWarnings = {
  'old-encoding': 'signed over the wrong byte encoding of an early release; the content is as signed',
  'old-statement': 'a statement of before version 1.0, without root digest and parameters',
  'no-key-hint': 'the bundle does not name its key',
  'certificate-out-of-date':
    'the signing certificate is outside its validity now; nothing proves when it signed',
  'not-for-code-signing': 'the signing certificate is meant for something other than signing code',
  'unsigned-file': 'a file is there that was not signed, and was left out on request',
  'unsigned-empty-file': 'an empty file: signatures over parts of files cannot cover it',
} as const

export type SignatureWarningKind = keyof typeof signatureWarnings

export interface SignatureProblem {
  readonly kind: SignatureProblemKind
  /** Relative to the folder, forward slashes. */
  readonly path?: string
  readonly message: string
}

export interface SignatureWarning {
  readonly kind: SignatureWarningKind
  readonly path?: string
  readonly message: string
}

/** Who signed, as far as the trusted material proves it. */
export type ModelSigner =
  /** `hint`: 64 hexadecimal digits, SHA-256 of the PEM text of the public key. */
  | { readonly kind: 'key'; readonly hint: string }
  /** `fingerprint`: 64 hexadecimal digits, SHA-256 of the certificate. */
  | { readonly kind: 'certificate'; readonly subject: string; readonly fingerprint: string }
  | { readonly kind: 'sigstore'; readonly identity: string; readonly issuer: string }

export interface ModelVerification {
  /** The signature holds and there is no problem. */
  readonly verified: boolean
  /** Null when the signature did not hold: then nothing else in the bundle was read. */
  readonly signer: ModelSigner | null
  readonly problems: readonly SignatureProblem[]
  readonly warnings: readonly SignatureWarning[]
  /** Files whose bytes are as signed. */
  readonly files: number
}
