// Checks a model file or folder against a signature in the OpenSSF model-signing format. First the signature, against
// what the verifier trusts; only then is the signed statement read; only then are files compared.
import type { KeyObject } from 'node:crypto'
import { readBundle, type SignedBundle } from './bundle.ts'
import { type Certificate, readPemCertificates, trustedSigner } from './certificate-chain.ts'
import { compareFiles } from './compare-files.ts'
import { checkPayload, keyHint, readPublicKey } from './ec-key.ts'
import { type KeylessTrust, keylessVerifier } from './keyless.ts'
import { listModel } from './model-files.ts'
import { SigningError } from './signing-error.ts'
import { readStatement } from './statement.ts'
import type { ModelSigner, ModelVerification, SignatureProblem, SignatureWarning } from './verification.ts'

/** What the verifier believes in. The bundle must have been made by this kind of signer. */
export type SignatureTrust =
  /** PEM text or a key object. */
  | { readonly publicKey: string | KeyObject }
  /**
   * PEM texts of the certificates at which a chain may end. `at`: the time at which the chain must be valid; default: the
   * start of the signing certificate's validity.
   */
  | { readonly certificates: readonly string[]; readonly at?: Date }
  | KeylessTrust

export interface VerifyModelOptions {
  readonly trust: SignatureTrust
  /** Paths that may be there unsigned, besides the signer's. Model and code files never may. Forward slashes. */
  readonly ignorePaths?: readonly string[]
  /** Files that were not signed are warnings. Model and code files stay problems. */
  readonly ignoreUnsignedFiles?: boolean
  readonly signal?: AbortSignal
}

/**
 * Whether a model is what somebody signed. Every disagreement is in the result, not thrown.
 * @param path a model folder, or one file
 * @param bundleText the signature file's text
 * @throws SigningError `trust-unusable` when what is trusted cannot be read
 * @throws ScannerError `file-unreadable` when the path is not there
 * @throws the signal's reason when aborted
 */
export async function verifyModel(
  path: string,
  bundleText: string,
  { trust, ignorePaths = [], ignoreUnsignedFiles = false, signal }: VerifyModelOptions,
): Promise<ModelVerification> {
  const authenticate = readTrust(trust)
  const bundle = readBundle(bundleText)
  if (!('payload' in bundle)) return refused(bundle)
  const signed = authenticate(bundle)
  if (!('signer' in signed)) return refused(signed)
  const { statement, problems, warnings } = readStatement(bundle.payload)
  const read = [...signed.warnings, ...warnings]
  if (statement === null) {
    return { verified: false, signer: signed.signer, problems, warnings: read, files: 0 }
  }
  const comparison = await compareFiles(await listModel(path, signal), statement, {
    ignorePaths,
    ignoreUnsignedFiles,
    signal,
  })
  return {
    verified: comparison.problems.length === 0,
    signer: signed.signer,
    problems: comparison.problems,
    warnings: [...read, ...comparison.warnings],
    files: comparison.files,
  }
}

interface Authenticated {
  readonly signer: ModelSigner
  readonly warnings: readonly SignatureWarning[]
}

type Authenticate = (bundle: SignedBundle) => Authenticated | SignatureProblem

/** Reads what is trusted before the bundle is looked at, so that a wrong key file is never taken for a wrong bundle. */
function readTrust(trust: SignatureTrust): Authenticate {
  if ('publicKey' in trust) {
    const key = readPublicKey(trust.publicKey)
    return (bundle) => authenticateKey(bundle, key)
  }
  if ('certificates' in trust) {
    const trusted = readTrustedCertificates(trust.certificates)
    return (bundle) => authenticateCertificate(bundle, { trusted, at: trust.at ?? null })
  }
  const keyless = keylessVerifier(trust)
  return (bundle) => {
    if (bundle.material.kind !== 'sigstore') return wrongSignerKind(bundle, 'keyless')
    const signer = keyless(bundle.json)
    return 'message' in signer ? signer : { signer, warnings: [] }
  }
}

function authenticateKey(bundle: SignedBundle, key: KeyObject): Authenticated | SignatureProblem {
  if (bundle.material.kind !== 'key') return wrongSignerKind(bundle, 'key')
  const hint = keyHint(key)
  const given = bundle.material.hint
  if (given !== null && given !== hint) {
    return { kind: 'wrong-key', message: `The bundle names the key ${given}; trusted is ${hint}.` }
  }
  const warnings: SignatureWarning[] = []
  if (given === null) warnings.push({ kind: 'no-key-hint', message: 'The bundle does not name its key.' })
  return authenticatePayload(bundle, key, { signer: { kind: 'key', hint }, warnings })
}

function authenticateCertificate(
  bundle: SignedBundle,
  { trusted, at }: { readonly trusted: readonly Certificate[]; readonly at: Date | null },
): Authenticated | SignatureProblem {
  if (bundle.material.kind !== 'certificate') return wrongSignerKind(bundle, 'certificate')
  const signer = trustedSigner(bundle.material.certificates, { trusted, at, now: new Date() })
  if ('message' in signer) return signer
  const { key, subject, fingerprint, warnings } = signer
  return authenticatePayload(bundle, key, { signer: { kind: 'certificate', subject, fingerprint }, warnings })
}

function authenticatePayload(
  { payload, signature }: SignedBundle,
  key: KeyObject,
  { signer, warnings }: Authenticated,
): Authenticated | SignatureProblem {
  const answer = checkPayload(payload, signature, key)
  if (answer === 'no') {
    return { kind: 'bad-signature', message: 'The signature does not fit the statement and the trusted key.' }
  }
  if (answer === 'yes') return { signer, warnings }
  const message = 'Signed over the wrong encoding of an early release. Sign again with a current tool.'
  return { signer, warnings: [...warnings, { kind: 'old-encoding', message }] }
}

function readTrustedCertificates(texts: readonly string[]): readonly Certificate[] {
  try {
    if (texts.length === 0) throw new Error('none was given')
    return readPemCertificates(texts)
  } catch (cause) {
    throw new SigningError('trust-unusable', {
      message: `The trusted certificates cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Give PEM texts, each with one or more certificates.',
      cause,
    })
  }
}

function wrongSignerKind({ material }: SignedBundle, wanted: string): SignatureProblem {
  const made = material.kind === 'sigstore' ? 'keyless' : `with a ${material.kind}`
  return {
    kind: 'wrong-signer-kind',
    message: `The bundle was signed ${made}; the trust that was given is for ${wanted} signatures.`,
  }
}

function refused(problem: SignatureProblem): ModelVerification {
  return { verified: false, signer: null, problems: [problem], warnings: [], files: 0 }
}
