// Keyless signatures: a short-lived certificate names a person or a workflow, and a public log proves when it was used.
// @sigstore/verify checks certificate, log and signature against a file of trusted roots that the verifier supplies, so
// nothing is fetched. Two things it leaves open are closed here: it accepts a log time that the log did not sign, and it
// takes the wanted identity as a pattern that may match anywhere.
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify'
import { duplicateKey } from '../duplicate-key.ts'
import { SigningError } from './signing-error.ts'
import type { ModelSigner, SignatureProblem, SignatureProblemKind } from './verification.ts'

export interface KeylessTrust {
  /** Text of a Sigstore `trusted_root.json`. */
  readonly trustedRoot: string
  /** Exactly the e-mail address or the address of the workflow in the certificate. */
  readonly identity: string
  /** Exactly the identity provider's address. */
  readonly issuer: string
}

/**
 * Makes what says who signed a keyless bundle, given as parsed JSON.
 * @throws SigningError `trust-unusable` when the trusted root cannot be read or no identity or issuer is given
 */
export function keylessVerifier({
  trustedRoot,
  identity,
  issuer,
}: KeylessTrust): (json: unknown) => ModelSigner | SignatureProblem {
  if (identity === '' || issuer === '') {
    throw new SigningError('trust-unusable', {
      message: 'A keyless signature is worth nothing without the identity and issuer that are expected.',
    })
  }
  const verifier = new Verifier(readTrust(trustedRoot), {
    tlogThreshold: 1,
    ctlogThreshold: 1,
    timestampThreshold: 1,
  })
  return (json) => {
    const found = signerOf(json, verifier)
    if ('message' in found || (found.identity === identity && found.issuer === issuer)) return found
    return {
      kind: 'wrong-identity',
      message: `Signed by ${found.identity} (${found.issuer}); expected ${identity} (${issuer}).`,
    }
  }
}

function signerOf(
  json: unknown,
  verifier: Verifier,
): Extract<ModelSigner, { readonly kind: 'sigstore' }> | SignatureProblem {
  let bundle: ReturnType<typeof bundleFromJSON>
  try {
    bundle = bundleFromJSON(json)
  } catch (error) {
    return { kind: 'bad-bundle', message: `The keyless bundle is not valid: ${textOf(error)}.` }
  }
  for (const entry of bundle.verificationMaterial.tlogEntries) {
    const timed = entry.integratedTime !== undefined && entry.integratedTime !== '0'
    if (timed && entry.inclusionPromise === undefined) {
      return {
        kind: 'log-unproven',
        message: 'The bundle gives a time of logging that the log did not sign.',
      }
    }
  }
  try {
    const { identity } = verifier.verify(toSignedEntity(bundle))
    return {
      kind: 'sigstore',
      identity: identity?.subjectAlternativeName ?? '',
      issuer: identity?.extensions?.issuer ?? '',
    }
  } catch (error) {
    const message = `The keyless signature does not hold: ${textOf(error)}.`
    if (error instanceof VerificationError) return { kind: kindOf(error.code), message }
    // Its parsers throw plain errors at broken certificates, log entries and time stamps.
    return { kind: 'bad-bundle', message }
  }
}

function readTrust(text: string): ReturnType<typeof toTrustMaterial> {
  try {
    const twice = duplicateKey(text)
    if (twice !== null) throw new Error(`it gives the key ${JSON.stringify(twice)} twice`)
    const root = TrustedRoot.fromJSON(JSON.parse(text))
    if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority')
    return toTrustMaterial(root)
  } catch (cause) {
    throw new SigningError('trust-unusable', {
      message: `The trusted root cannot be read: ${textOf(cause)}.`,
      hint: 'Give the text of a trusted_root.json, such as `cosign trusted-root create` writes.',
      cause,
    })
  }
}

function kindOf(code: VerificationError['code']): SignatureProblemKind {
  switch (code) {
    case 'SIGNATURE_ERROR':
    case 'PUBLIC_KEY_ERROR':
      return 'bad-signature'
    case 'CERTIFICATE_ERROR':
      return 'untrusted-certificate'
    default:
      return 'log-unproven'
  }
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}
