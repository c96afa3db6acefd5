// Certificates for tests, written byte for byte (X.509 in DER, RFC 5280), so that a test can make any right or wrong one
// with keys that exist only while it runs.
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'

export interface CertificateRequest {
  readonly subject: string
  readonly issuer: string
  /** Public key of the subject. */
  readonly key: KeyObject
  /** Private key of the issuer, on an elliptic curve. */
  readonly signedWith: KeyObject
  readonly from?: Date
  readonly to?: Date
  /** Absent: no basic constraints. */
  readonly ca?: boolean
  readonly pathLength?: number
  /** Absent: no key usage. */
  readonly usage?: readonly ('digitalSignature' | 'keyCertSign' | 'crlSign' | 'keyEncipherment')[]
  /** Object identifiers; absent: no extended key usage. */
  readonly purposes?: readonly string[]
  /** Name subject and issuer by their keys too, as real authorities do. */
  readonly keyIds?: boolean
  /** Further extensions, DER. */
  readonly extensions?: readonly Buffer[]
  readonly hash?: 'sha256' | 'sha1'
}

/** The same for all: nothing here tells certificates apart by number. */
const serial = 7

const usageBits = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, crlSign: 6 } as const

export function certificateDer(request: CertificateRequest): Buffer {
  const body = certificateBody(request)
  const hash = request.hash ?? 'sha256'
  return sequence(body, algorithm(hash), bits(sign(hash, body, request.signedWith)))
}

/** The part of a certificate that is signed. */
export function certificateBody(request: CertificateRequest): Buffer {
  const { subject, issuer, key, ca, pathLength, usage, purposes } = request
  const from = request.from ?? new Date('2024-01-01')
  const to = request.to ?? new Date('2099-01-01')
  const extensions = [...(request.extensions ?? [])]
  if (request.keyIds === true) {
    extensions.push(
      extension('2.5.29.14', false, [der(0x04, keyId(key))]),
      extension('2.5.29.35', false, [sequence(der(0x80, keyId(createPublicKey(request.signedWith))))]),
    )
  }
  if (ca !== undefined) {
    extensions.push(
      extension('2.5.29.19', true, [
        sequence(
          ...(ca ? [der(0x01, Buffer.of(0xff))] : []),
          ...(pathLength === undefined ? [] : [integer(pathLength)]),
        ),
      ]),
    )
  }
  if (usage !== undefined) {
    let mask = 0
    for (const one of usage) mask |= 0x80 >> usageBits[one]
    const unused = mask === 0 ? 0 : Math.log2(mask & -mask)
    extensions.push(extension('2.5.29.15', true, [der(0x03, Buffer.of(unused, mask))]))
  }
  if (purposes !== undefined) {
    extensions.push(extension('2.5.29.37', false, [sequence(...purposes.map(objectId))]))
  }
  return sequence(
    der(0xa0, integer(2)),
    integer(serial),
    algorithm(request.hash ?? 'sha256'),
    name(issuer),
    sequence(time(from), time(to)),
    name(subject),
    key.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
}

export function extension(oid: string, critical: boolean, value: readonly Buffer[]): Buffer {
  return sequence(
    objectId(oid),
    ...(critical ? [der(0x01, Buffer.of(0xff))] : []),
    der(0x04, Buffer.concat(value)),
  )
}

/** Subject alternative name with one e-mail address. */
export function emailName(address: string): Buffer {
  return extension('2.5.29.17', true, [sequence(der(0x81, Buffer.from(address)))])
}

export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text))
}

export function octets(bytes: Buffer): Buffer {
  return der(0x04, bytes)
}

export function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

/** SHA-256 of the key in DER, as logs name themselves. */
export function keyId(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size =
    length < 0x80
      ? Buffer.of(length)
      : length < 0x100
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.concat([Buffer.of(tag), size, content])
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents)
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value))
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.of(0), bytes)
}

function objectId(oid: string): Buffer {
  const [first, second, ...rest] = oid.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(128 + (left % 128))
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

function name(text: string): Buffer {
  return text === '' ? sequence() : sequence(der(0x31, sequence(objectId('2.5.4.3'), utf8(text))))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '')
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits))
}

function algorithm(hash: 'sha256' | 'sha1'): Buffer {
  return sequence(objectId(hash === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'))
}
