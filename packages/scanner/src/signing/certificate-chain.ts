// Whether a signing certificate leads to one that the verifier trusts. The way is sought from the signer upwards among
// the trusted certificates and those in the bundle; each step must be signed, issued by a certificate authority within
// its limits, and valid at the time that is asked about. The certificates given as trusted are where it ends, self-signed
// or not. Revocation is not looked up: this works without a network.
import { type KeyObject, X509Certificate } from 'node:crypto'
import { X509Certificate as ParsedCertificate } from '@sigstore/core'
import { hashOfKey } from './ec-key.ts'
import type { SignatureProblem, SignatureWarning } from './verification.ts'

export interface Certificate {
  readonly node: X509Certificate
  /** Node does not show key usage, path length and critical extensions. */
  readonly parsed: ParsedCertificate
}

export interface TrustedSigner {
  readonly key: KeyObject
  readonly subject: string
  /** 64 hexadecimal digits, SHA-256 of the certificate. */
  readonly fingerprint: string
  readonly warnings: readonly SignatureWarning[]
}

/** Longest way from a signer to a trusted certificate. */
const longestChain = 8
/** More than these in a bundle are refused: each step tries all of them. */
const mostCertificates = 32

const codeSigning = '1.3.6.1.5.5.7.3.3'
const understoodExtensions = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.35',
  '2.5.29.37',
])
/** MD2, MD4, MD5 and SHA-1 with RSA, SHA-1 with EC and DSA. */
const weakSignatures = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.3',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.3.14.3.2.29',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
])

/**
 * Certificates of one or more PEM texts, in order.
 * @throws when a text holds none or one cannot be read
 */
export function readPemCertificates(texts: readonly string[]): readonly Certificate[] {
  return texts.flatMap((text) => {
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
    if (blocks === null) throw new Error('it holds no PEM certificate')
    return blocks.map((block) => readDerCertificate(new X509Certificate(block).raw))
  })
}

/** @throws when it is no certificate */
export function readDerCertificate(der: Buffer): Certificate {
  const copy = Buffer.alloc(der.length)
  der.copy(copy)
  return { node: new X509Certificate(der), parsed: ParsedCertificate.parse(copy) }
}

/** Null when the certificate may sign models, else why not. */
export function mayNotSign({ node, parsed }: Certificate): string | null {
  if (hashOfKey(node.publicKey) === null) {
    return 'its key is not an elliptic curve key on P-256, P-384 or P-521'
  }
  const unknown = unknownCritical(parsed)
  if (unknown !== null) return `it has the critical extension ${unknown}, which is not understood`
  // Node's `keyUsage` is the extended key usage: purposes by number.
  const purposes: readonly string[] | undefined = node.keyUsage
  if (parsed.extKeyUsage?.digitalSignature !== true && purposes?.includes(codeSigning) !== true) {
    return 'its key usage allows no signatures'
  }
  return null
}

/**
 * @param chain DER, the signer's own first, then others that may help to find the way
 * @param trusted where the way must end
 * @param at the time at which all must be valid; when null, the start of the signer's validity, because the format
 * proves no time of signing (the reference tool does the same)
 * @param now for the warning when the signer's certificate is out of date
 */
export function trustedSigner(
  chain: readonly Buffer[],
  {
    trusted,
    at,
    now,
  }: { readonly trusted: readonly Certificate[]; readonly at: Date | null; readonly now: Date },
): TrustedSigner | SignatureProblem {
  if (chain.length > mostCertificates) return untrusted(`The bundle carries ${chain.length} certificates.`)
  let certificates: readonly Certificate[]
  try {
    certificates = chain.map(readDerCertificate)
    const signer = certificates[0]!
    const time = at ?? signer.parsed.notBefore
    const why = mayNotSign(signer) ?? (signer.parsed.validForDate(time) ? null : outOfDate(time))
    if (why !== null) return untrusted(`The signing certificate is refused: ${why}.`)
    const broken = findWay(signer, certificates.slice(1), trusted, time)
    if (broken !== null) return untrusted(broken)
    return {
      key: signer.node.publicKey,
      subject: signer.node.subject.split('\n').join(', '),
      fingerprint: signer.node.fingerprint256.replaceAll(':', '').toLowerCase(),
      warnings: warningsOn(signer, at ?? now),
    }
  } catch (error) {
    return untrusted(
      `A certificate of the bundle cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}

/** Null when there is a way from the signer to a trusted certificate, else what stood in it. */
function findWay(
  signer: Certificate,
  helpers: readonly Certificate[],
  trusted: readonly Certificate[],
  time: Date,
): string | null {
  const isTrusted = (one: Certificate): boolean => trusted.some(({ node }) => node.raw.equals(one.node.raw))
  if (isTrusted(signer)) return null
  const candidates = [...trusted, ...helpers]
  const seen = new Set<Certificate>()
  let reason = `No trusted certificate issued ${signer.node.issuer.split('\n').join(', ')}.`
  let level: readonly Certificate[] = [signer]
  for (let between = 0; between < longestChain && level.length > 0; between++) {
    const next: Certificate[] = []
    for (const issued of level) {
      for (const issuer of candidates) {
        // Not marked as seen before the step holds: the same certificate may fit another one.
        if (seen.has(issuer) || !issued.node.checkIssued(issuer.node)) continue
        const why = mayNotIssue(issuer, issued, between, time)
        if (why !== null) {
          reason = `${issuer.node.subject.split('\n').join(', ')} did not validly issue ${issued.node.subject.split('\n').join(', ')}: ${why}.`
          continue
        }
        if (isTrusted(issuer)) return null
        seen.add(issuer)
        next.push(issuer)
      }
    }
    level = next
  }
  return reason
}

/** @param between certificates between the issuer and the signer */
function mayNotIssue(issuer: Certificate, issued: Certificate, between: number, time: Date): string | null {
  const { node, parsed } = issuer
  if (!parsed.isCA || !node.ca) return 'it is not a certificate authority'
  const limit = parsed.extBasicConstraints?.pathLenConstraint
  if (limit !== undefined && limit < BigInt(between)) return 'the chain is longer than it allows'
  const unknown = unknownCritical(parsed)
  if (unknown !== null) return `it has the critical extension ${unknown}, which is not understood`
  if (!parsed.validForDate(time)) return outOfDate(time)
  const bits = node.publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < 2048) return `its key has only ${bits} bits`
  const algorithm = issued.parsed.root.subs[1]?.subs[0]?.toOID()
  if (algorithm === undefined || weakSignatures.has(algorithm))
    return 'the signature is of a kind that can be forged'
  return issued.node.verify(node.publicKey) ? null : 'the signature does not hold'
}

function unknownCritical(parsed: ParsedCertificate): string | null {
  for (const extension of parsed.extensions) {
    const oid = extension.subs[0]!.toOID()
    if (parsed.extension(oid)?.critical === true && !understoodExtensions.has(oid)) return oid
  }
  return null
}

function warningsOn({ node, parsed }: Certificate, when: Date): readonly SignatureWarning[] {
  const warnings: SignatureWarning[] = []
  if (!parsed.validForDate(when)) {
    warnings.push({
      kind: 'certificate-out-of-date',
      message: `The signing certificate was valid from ${parsed.notBefore.toISOString()} to ${parsed.notAfter.toISOString()}; nothing proves that it signed in that time.`,
    })
  }
  const purposes: readonly string[] | undefined = node.keyUsage
  if (purposes !== undefined && !purposes.includes(codeSigning)) {
    warnings.push({
      kind: 'not-for-code-signing',
      message: 'The signing certificate names its purposes, and signing code is not among them.',
    })
  }
  return warnings
}

function outOfDate(time: Date): string {
  return `it is not valid at ${time.toISOString()}`
}

function untrusted(message: string): SignatureProblem {
  return { kind: 'untrusted-certificate', message }
}
