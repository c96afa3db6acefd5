import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDerCertificate, trustedSigner } from './certificate-chain.ts'
import { signModel } from './sign-model.ts'
import { type CertificateRequest, certificateDer, extension, octets, pem } from './testing/certificates.ts'
import { verifyModel } from './verify-model.ts'

const now = new Date('2026-06-01')
const codeSigning = '1.3.6.1.5.5.7.3.3'
const pair = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const [root, middle, signer, other] = [pair(), pair(), pair(), pair()]

type Changes = Partial<CertificateRequest>

const rootDer = (changes: Changes = {}): Buffer =>
  certificateDer({
    subject: 'root',
    issuer: 'root',
    key: root.publicKey,
    signedWith: root.privateKey,
    ca: true,
    usage: ['keyCertSign'],
    ...changes,
  })
const middleRequest: CertificateRequest = {
  subject: 'middle',
  issuer: 'root',
  key: middle.publicKey,
  signedWith: root.privateKey,
  ca: true,
  usage: ['keyCertSign'],
}
const middleDer = (changes: Changes = {}): Buffer => certificateDer({ ...middleRequest, ...changes })
const signerDer = (changes: Changes = {}): Buffer =>
  certificateDer({
    subject: 'signer',
    issuer: 'middle',
    key: signer.publicKey,
    signedWith: middle.privateKey,
    usage: ['digitalSignature'],
    purposes: [codeSigning],
    ...changes,
  })

/** `trusted`, or why not. */
function verdict(
  chain: readonly Buffer[],
  trusted: readonly Buffer[] = [rootDer()],
  at: Date | null = null,
): string {
  const result = trustedSigner(chain, { trusted: trusted.map(readDerCertificate), at, now })
  return 'message' in result ? `${result.kind}: ${result.message}` : 'trusted'
}

describe('trustedSigner', () => {
  it('finds the way over an intermediate certificate, in any order, among others', () => {
    expect(verdict([signerDer(), middleDer()])).toBe('trusted')
    const unrelated = rootDer({
      subject: 'x',
      issuer: 'x',
      key: other.publicKey,
      signedWith: other.privateKey,
    })
    expect(verdict([signerDer(), unrelated, middleDer()])).toBe('trusted')
    expect(verdict([signerDer()], [middleDer()])).toBe('trusted')
    expect(verdict([signerDer()], [signerDer()])).not.toBe('trusted')
    const pinned = signerDer()
    expect(verdict([pinned], [pinned])).toBe('trusted')
  })

  it('does not trust a root that came with the bundle', () => {
    const strange = rootDer({ key: other.publicKey, signedWith: other.privateKey })
    const by = middleDer({ signedWith: other.privateKey })
    expect(verdict([signerDer(), by, strange])).toContain('the signature does not hold')
    expect(verdict([signerDer(), middleDer(), rootDer()], [strange])).toContain('untrusted-certificate')
    const self = signerDer({ issuer: 'signer', signedWith: signer.privateKey })
    expect(verdict([self])).toContain('No trusted certificate issued CN=signer')
  })

  it('refuses a missing intermediate, a forged signature and an empty way', () => {
    expect(verdict([signerDer()])).toContain('No trusted certificate issued CN=middle')
    expect(verdict([signerDer({ signedWith: other.privateKey }), middleDer()])).toContain(
      'the signature does not hold',
    )
  })

  it('refuses an issuer that is no certificate authority', () => {
    const { ca: _, ...plain } = middleRequest
    expect(verdict([signerDer(), certificateDer(plain)])).toContain('it is not a certificate authority')
    expect(verdict([signerDer(), middleDer({ ca: false })])).toContain('it is not a certificate authority')
    // OpenSSL does not take it for the issuer when its key usage forbids that.
    expect(verdict([signerDer(), middleDer({ usage: ['digitalSignature'] })])).toContain(
      'untrusted-certificate',
    )
  })

  it('refuses a chain that is longer than its authority allows', () => {
    const low = certificateDer({
      subject: 'low',
      issuer: 'middle',
      key: other.publicKey,
      signedWith: middle.privateKey,
      ca: true,
      usage: ['keyCertSign'],
    })
    const end = signerDer({ issuer: 'low', signedWith: other.privateKey })
    expect(verdict([end, low, middleDer()])).toBe('trusted')
    expect(verdict([end, low, middleDer({ pathLength: 1 })])).toBe('trusted')
    expect(verdict([end, low, middleDer({ pathLength: 0 })])).toContain('longer than it allows')
    expect(verdict([end, low, middleDer()], [rootDer({ pathLength: 1 })])).toContain('longer than it allows')
  })

  it('asks at the start of the signer validity, or at the time that is given', () => {
    const early = signerDer({ from: new Date('2025-01-01'), to: new Date('2025-02-01') })
    const result = trustedSigner([early, middleDer()], {
      trusted: [readDerCertificate(rootDer())],
      at: null,
      now,
    })
    expect('warnings' in result && result.warnings.map(({ kind }) => kind)).toEqual([
      'certificate-out-of-date',
    ])
    expect(verdict([early, middleDer()], undefined, new Date('2025-01-15'))).toBe('trusted')
    expect(verdict([early, middleDer()], undefined, new Date('2025-03-01'))).toContain(
      'not valid at 2025-03-01',
    )
    const ended = middleDer({ to: new Date('2024-06-01') })
    expect(verdict([early, ended])).toContain(
      'CN=middle did not validly issue CN=signer: it is not valid at 2025-01-01',
    )
    const later = rootDer({ from: new Date('2026-01-01') })
    expect(verdict([early, middleDer()], [later])).toContain('it is not valid at 2025-01-01')
  })

  it('refuses a signer that may not sign, and warns of one for another purpose', () => {
    expect(verdict([signerDer({ usage: ['keyEncipherment'], purposes: [] }), middleDer()])).toContain(
      'its key usage allows no signatures',
    )
    expect(verdict([signerDer({ usage: ['keyEncipherment'] }), middleDer()])).toBe('trusted')
    const server = signerDer({ purposes: ['1.3.6.1.5.5.7.3.1'] })
    const result = trustedSigner([server, middleDer()], {
      trusted: [readDerCertificate(rootDer())],
      at: null,
      now,
    })
    expect('warnings' in result && result.warnings.map(({ kind }) => kind)).toEqual(['not-for-code-signing'])
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    expect(verdict([signerDer({ key: rsa }), middleDer()])).toContain('its key is not an elliptic curve key')
  })

  it('refuses critical extensions that it does not understand', () => {
    const strange = [extension('1.2.3.4', true, [octets(Buffer.of())])]
    expect(verdict([signerDer({ extensions: strange }), middleDer()])).toContain('critical extension 1.2.3.4')
    expect(verdict([signerDer(), middleDer({ extensions: strange })])).toContain('critical extension 1.2.3.4')
  })

  it('refuses signatures with SHA-1', () => {
    expect(verdict([signerDer({ hash: 'sha1' }), middleDer()])).toContain('can be forged')
  })

  it('gives up on loops, floods and garbage', () => {
    const loop = [
      certificateDer({
        subject: 'root',
        issuer: 'middle',
        key: root.publicKey,
        signedWith: middle.privateKey,
        ca: true,
        usage: ['keyCertSign'],
      }),
      middleDer(),
    ]
    const strange = rootDer({ key: other.publicKey, signedWith: other.privateKey, subject: 'y', issuer: 'y' })
    expect(verdict([signerDer(), ...loop], [strange])).toContain('No trusted certificate')
    expect(verdict(Array.from({ length: 33 }, () => middleDer()))).toContain('33 certificates')
    expect(verdict([Buffer.from('garbage')])).toContain('cannot be read')
    expect(verdict([signerDer().subarray(0, 100)])).toContain('cannot be read')
  })
})

describe('models signed with certificates', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'failmode-certificates-'))
    await writeFile(join(folder, 'weights.bin'), 'w')
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
  })

  it('verify by their root and name the signer, and by no other root', async () => {
    const certificates = pem(signerDer()) + pem(middleDer())
    const bundle = await signModel(folder, { key: signer.privateKey, certificates })
    const trusted = await verifyModel(folder, bundle, { trust: { certificates: [pem(rootDer())] } })
    expect(trusted).toMatchObject({ verified: true, signer: { kind: 'certificate', subject: 'CN=signer' } })
    const strange = rootDer({ key: other.publicKey, signedWith: other.privateKey })
    const refused = await verifyModel(folder, bundle, { trust: { certificates: [pem(strange)] } })
    expect(refused).toMatchObject({
      verified: false,
      signer: null,
      problems: [{ kind: 'untrusted-certificate' }],
    })
  })

  it('do not verify when the signature is by another key than the certificate names', async () => {
    const certificates = pem(signerDer()) + pem(middleDer())
    const bundle = JSON.parse(await signModel(folder, { key: signer.privateKey, certificates }))
    const others = JSON.parse(await signModel(folder, { key: other.privateKey }))
    bundle.dsseEnvelope = others.dsseEnvelope
    const trust = { certificates: [pem(rootDer())] }
    const result = await verifyModel(folder, JSON.stringify(bundle), { trust })
    expect(result.problems.map(({ kind }) => kind)).toEqual(['bad-signature'])
  })
})
