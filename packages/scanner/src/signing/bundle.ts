// A Sigstore bundle is the file beside the model: an envelope with the signed statement, the signature, and what a
// verifier needs to find the key. Everything in it is untrusted until the signature holds, so this only takes it apart
// and refuses what can be read in two ways; it believes nothing.
import { duplicateKey } from '../duplicate-key.ts'
import { inTotoType } from './envelope.ts'
import type { SignatureProblem } from './verification.ts'

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
/** Keyless bundles also come in the older forms. */
const keylessMediaTypes = new Set([
  mediaType,
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
])

/** How the bundle says that it can be checked. Certificates are DER, the signer's first. */
export type SignerMaterial =
  | { readonly kind: 'key'; readonly hint: string | null }
  | { readonly kind: 'certificate'; readonly certificates: readonly Buffer[] }
  | { readonly kind: 'sigstore' }

export interface SignedBundle {
  readonly payload: Buffer
  readonly signature: Buffer
  readonly material: SignerMaterial
  /** The parsed JSON, for what reads the rest of a keyless bundle. */
  readonly json: unknown
}

type Json = Readonly<Record<string, unknown>>

/** Takes a bundle apart. A problem instead when it is none or can be read in two ways. */
export function readBundle(text: string): SignedBundle | SignatureProblem {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return bad('The signature is not JSON.')
  }
  const twice = duplicateKey(text)
  if (twice !== null) {
    return { kind: 'duplicate-key', message: `The bundle gives the key ${JSON.stringify(twice)} twice.` }
  }
  if (!isObject(json)) return bad('The signature is not a JSON object.')
  const { verificationMaterial, dsseEnvelope: envelope } = json
  if (!isObject(envelope) || 'messageSignature' in json) {
    return bad('The bundle holds no signed statement (no dsseEnvelope, or something else beside it).')
  }
  if (!isObject(verificationMaterial)) return bad('The bundle has no verificationMaterial.')
  const material = readMaterial(verificationMaterial)
  if (material === null) {
    return bad('The bundle must have one of publicKey, x509CertificateChain and certificate.')
  }
  const types = material.kind === 'sigstore' ? keylessMediaTypes : new Set([mediaType])
  if (typeof json.mediaType !== 'string' || !types.has(json.mediaType)) {
    return bad(`The bundle is of type ${JSON.stringify(json.mediaType)}; expected ${mediaType}.`)
  }
  if (envelope.payloadType !== inTotoType) {
    return {
      kind: 'wrong-payload-type',
      message: `The envelope holds ${JSON.stringify(envelope.payloadType)}; expected ${inTotoType}.`,
    }
  }
  if (!Array.isArray(envelope.signatures) || envelope.signatures.length === 0) {
    return { kind: 'no-signatures', message: 'The envelope carries no signature.' }
  }
  if (envelope.signatures.length > 1) {
    return {
      kind: 'many-signatures',
      message: `The envelope carries ${envelope.signatures.length} signatures; expected one.`,
    }
  }
  const only: unknown = envelope.signatures[0]
  const signature = isObject(only) ? base64(only.sig) : null
  if (signature?.length === 0) return { kind: 'no-signatures', message: 'The signature is empty.' }
  const payload = base64(envelope.payload)
  if (signature === null || payload === null)
    return bad('Payload and signature must be given in plain base64.')
  return { payload, signature, material, json }
}

/** The bundle as JSON text. Key and certificate bundles only; others need a transparency log. */
export function writeBundle({ payload, signature, material }: Omit<SignedBundle, 'json'>): string {
  return JSON.stringify({
    mediaType,
    verificationMaterial: {
      ...(material.kind === 'certificate'
        ? {
            x509CertificateChain: {
              certificates: material.certificates.map((der) => ({ rawBytes: der.toString('base64') })),
            },
          }
        : material.kind === 'key'
          ? { publicKey: { hint: material.hint } }
          : {}),
      tlogEntries: [],
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: inTotoType,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  })
}

function readMaterial(material: Json): SignerMaterial | null {
  const { publicKey, x509CertificateChain: chain, certificate } = material
  if ([publicKey, chain, certificate].filter((one) => one !== undefined).length !== 1) return null
  if (isObject(publicKey)) {
    const { hint } = publicKey
    if (hint === undefined || hint === null || hint === '') return { kind: 'key', hint: null }
    return typeof hint === 'string' ? { kind: 'key', hint } : null
  }
  // A chain together with log entries is what keyless signing wrote in the first two versions of the bundle.
  if (isObject(chain)) {
    if (Array.isArray(material.tlogEntries) && material.tlogEntries.length > 0) return { kind: 'sigstore' }
    if (!Array.isArray(chain.certificates) || chain.certificates.length === 0) return null
    const certificates = chain.certificates.map((one) => (isObject(one) ? base64(one.rawBytes) : null))
    return certificates.every((one) => one !== null) ? { kind: 'certificate', certificates } : null
  }
  return isObject(certificate) ? { kind: 'sigstore' } : null
}

/** Bytes of a base64 text in its one standard form, else null. */
function base64(text: unknown): Buffer | null {
  if (typeof text !== 'string') return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

function bad(message: string): SignatureProblem {
  return { kind: 'bad-bundle', message }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
