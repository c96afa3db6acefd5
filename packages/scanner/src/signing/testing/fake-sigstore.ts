// A whole Sigstore for tests: a certificate authority that names people, a certificate log and a signature log of one
// entry each, with keys that exist only while a test runs. What it gives has the form of the real thing (Fulcio, RFC 6962,
// Rekor), so the real verifier checks it.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { inTotoType, signedBytes } from '../envelope.ts'
import {
  type CertificateRequest,
  certificateBody,
  certificateDer,
  emailName,
  extension,
  keyId,
  octets,
  pem,
  utf8,
} from './certificates.ts'

export interface KeylessRequest {
  readonly identity: string
  readonly issuer: string
  /** Leave the proof out that the certificate log saw it. */
  readonly withoutCertificateLog?: boolean
  /** Leave the log's signature on its time out. */
  readonly withoutPromise?: boolean
  readonly at?: Date
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const pair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const logName = 'log.example'

export function fakeSigstore() {
  const [root, authority, certificateLog, signatureLog] = [pair(), pair(), pair(), pair()] as const
  const usage = ['keyCertSign', 'crlSign'] as const
  const rootDer = certificateDer({
    subject: 'root',
    issuer: 'root',
    key: root.publicKey,
    signedWith: root.privateKey,
    ca: true,
    keyIds: true,
    usage,
  })
  const authorityDer = certificateDer({
    subject: 'authority',
    issuer: 'root',
    key: authority.publicKey,
    signedWith: root.privateKey,
    ca: true,
    keyIds: true,
    pathLength: 0,
    usage,
    purposes: ['1.3.6.1.5.5.7.3.3'],
  })
  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(signatureLog)],
    certificateAuthorities: [
      {
        subject: { organization: 'test', commonName: 'test' },
        uri: 'https://ca.example',
        certChain: {
          certificates: [authorityDer, rootDer].map((one) => ({ rawBytes: one.toString('base64') })),
        },
        validFor: { start: '2024-01-01T00:00:00Z' },
      },
    ],
    ctlogs: [log(certificateLog)],
    timestampAuthorities: [],
  })

  /** A keyless bundle over the payload, as JSON text. */
  function signKeyless(payload: Buffer, request: KeylessRequest): string {
    const at = request.at ?? new Date('2025-06-01T12:00:00Z')
    const person = pair()
    const wanted: CertificateRequest = {
      subject: '',
      issuer: 'authority',
      key: person.publicKey,
      signedWith: authority.privateKey,
      from: new Date('2025-06-01T11:59:00Z'),
      to: new Date('2025-06-01T12:09:00Z'),
      usage: ['digitalSignature'],
      keyIds: true,
      purposes: ['1.3.6.1.5.5.7.3.3'],
    }
    const named = [
      emailName(request.identity),
      // The issuer stands in two forms, the older one without a tag.
      extension('1.3.6.1.4.1.57264.1.1', false, [Buffer.from(request.issuer)]),
      extension('1.3.6.1.4.1.57264.1.8', false, [utf8(request.issuer)]),
    ]
    const proof = seen(certificateBody({ ...wanted, extensions: named }), wanted.from!)
    const certificate = certificateDer({
      ...wanted,
      extensions: request.withoutCertificateLog === true ? named : [...named, proof],
    })
    const signature = sign('sha256', signedBytes(payload), person.privateKey)
    return JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: certificate.toString('base64') },
        tlogEntries: [
          entry({ payload, signature, certificate, at, promise: request.withoutPromise !== true }),
        ],
      },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: inTotoType,
        signatures: [{ sig: signature.toString('base64') }],
      },
    })
  }

  /** RFC 6962: the certificate log's signature over a certificate that is not yet complete. */
  function seen(body: Buffer, at: Date): Buffer {
    const stamp = Buffer.alloc(8)
    stamp.writeBigUInt64BE(BigInt(at.getTime()))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    const signed = Buffer.concat([
      Buffer.of(0, 0),
      stamp,
      Buffer.of(0, 1),
      keyId(authority.publicKey),
      length.subarray(1),
      body,
      Buffer.of(0, 0),
    ])
    const signature = sign('sha256', signed, certificateLog.privateKey)
    const one = Buffer.concat([
      Buffer.of(0),
      keyId(certificateLog.publicKey),
      stamp,
      Buffer.of(0, 0, 4, 3),
      sized(signature),
    ])
    return extension('1.3.6.1.4.1.11129.2.4.2', false, [octets(sized(sized(one)))])
  }

  function entry({
    payload,
    signature,
    certificate,
    at,
    promise,
  }: {
    readonly payload: Buffer
    readonly signature: Buffer
    readonly certificate: Buffer
    readonly at: Date
    readonly promise: boolean
  }): unknown {
    const body = Buffer.from(
      JSON.stringify({
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: { algorithm: 'sha256', value: sha256(signature).toString('hex') },
          payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
          signatures: [
            {
              signature: signature.toString('base64'),
              verifier: Buffer.from(pem(certificate)).toString('base64'),
            },
          ],
        },
      }),
    )
    const id = keyId(signatureLog.publicKey)
    const integratedTime = Math.floor(at.getTime() / 1000)
    // A tree of one leaf: its hash is the root.
    const rootHash = sha256(Buffer.of(0), body).toString('base64')
    const note = `${logName} - 1\n1\n${rootHash}\n`
    const noteSignature = Buffer.concat([
      id.subarray(0, 4),
      sign('sha256', Buffer.from(note), signatureLog.privateKey),
    ])
    const promised = JSON.stringify({
      body: body.toString('base64'),
      integratedTime,
      logID: id.toString('hex'),
      logIndex: 0,
    })
    return {
      logIndex: '0',
      logId: { keyId: id.toString('base64') },
      kindVersion: { kind: 'dsse', version: '0.0.1' },
      integratedTime: String(integratedTime),
      ...(promise
        ? {
            inclusionPromise: {
              signedEntryTimestamp: sign('sha256', Buffer.from(promised), signatureLog.privateKey).toString(
                'base64',
              ),
            },
          }
        : {}),
      inclusionProof: {
        logIndex: '0',
        rootHash,
        treeSize: '1',
        hashes: [],
        checkpoint: { envelope: `${note}\n\u2014 ${logName} ${noteSignature.toString('base64')}\n` },
      },
      canonicalizedBody: body.toString('base64'),
    }
  }

  return { trustedRoot, signKeyless }
}

function log({ publicKey }: Pair): unknown {
  return {
    baseUrl: `https://${logName}`,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2024-01-01T00:00:00Z' },
    },
    logId: { keyId: keyId(publicKey).toString('base64') },
  }
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
