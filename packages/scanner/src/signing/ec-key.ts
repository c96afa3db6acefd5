// The keys that sign models: elliptic curve keys on the three NIST curves, each with the hash of its own size.
import { createHash, createPrivateKey, createPublicKey, KeyObject, sign, verify } from 'node:crypto'
import { signedBytes, signedBytesOfOldReleases } from './envelope.ts'
import { SigningError, type SigningErrorCode } from './signing-error.ts'

const curves: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
}

/** Hash of the key's size, null when models are not signed with such keys. */
export function hashOfKey(key: KeyObject): 'sha256' | 'sha384' | 'sha512' | null {
  return key.asymmetricKeyType === 'ec' ? (curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null) : null
}

/** @throws SigningError `key-unusable` when it is no private key on one of the three curves */
export function readPrivateKey(key: string | KeyObject): KeyObject {
  return suitable(key, 'private', 'key-unusable', createPrivateKey)
}

/** @throws SigningError `trust-unusable` when it is no public key on one of the three curves */
export function readPublicKey(key: string | KeyObject): KeyObject {
  return suitable(key, 'public', 'trust-unusable', (pem) => {
    // Node would take the public half of a private key: who verifies should not hold that.
    if (/PRIVATE KEY/.test(pem)) throw new Error('it is a private key')
    return createPublicKey(pem)
  })
}

/** 64 hexadecimal digits: SHA-256 of the public key's PEM text, as bundles name keys. */
export function keyHint(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'pem' }))
    .digest('hex')
}

export function signPayload(payload: Uint8Array, key: KeyObject): Buffer {
  return sign(hashOfKey(key)!, signedBytes(payload), key)
}

/**
 * Whether this key signed this payload. `old`: yes, but over the wrong encoding of early releases, which always used
 * SHA-256 with certificates.
 */
export function checkPayload(
  payload: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): 'yes' | 'old' | 'no' {
  const hash = hashOfKey(key)
  if (hash === null) return 'no'
  if (verify(hash, signedBytes(payload), key, signature)) return 'yes'
  const old = signedBytesOfOldReleases(payload)
  return verify(hash, old, key, signature) || verify('sha256', old, key, signature) ? 'old' : 'no'
}

function suitable(
  given: string | KeyObject,
  type: 'private' | 'public',
  code: SigningErrorCode,
  read: (pem: string) => KeyObject,
): KeyObject {
  let key: KeyObject
  try {
    key = given instanceof KeyObject ? given : read(given)
  } catch (cause) {
    throw new SigningError(code, {
      message: `The ${type} key cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: `Give an unencrypted ${type} key on P-256, P-384 or P-521 as PEM text.`,
      cause,
    })
  }
  if (key.type !== type || hashOfKey(key) === null) {
    const curve = key.asymmetricKeyDetails?.namedCurve
    const kind = [key.type, key.asymmetricKeyType, curve].filter((word) => word !== undefined).join(' ')
    throw new SigningError(code, {
      message: `The key is a ${kind} key; expected a ${type} key on P-256, P-384 or P-521.`,
      hint: 'openssl ecparam -name prime256v1 -genkey -noout makes a suitable private key.',
    })
  }
  return key
}
