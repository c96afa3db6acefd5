import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SigningError } from './signing-error.ts'
import { writeStatement } from './statement.ts'
import { fakeSigstore, type KeylessRequest } from './testing/fake-sigstore.ts'
import { verifyModel } from './verify-model.ts'

const identity = 'ada@example.org'
const issuer = 'https://accounts.example.org'
const sigstore = fakeSigstore()
const trust = { trustedRoot: sigstore.trustedRoot, identity, issuer }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-keyless-'))
  await writeFile(join(folder, 'weights.bin'), 'w')
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const payload = Buffer.from(
  writeStatement('model', {
    serialization: { hash: 'sha256', shardSize: null, allowSymlinks: false, ignorePaths: [] },
    files: [{ path: 'weights.bin', bytes: 1, digests: [createHash('sha256').update('w').digest('hex')] }],
  }).text,
)

const sign = (changes: Partial<KeylessRequest> = {}): string =>
  sigstore.signKeyless(payload, { identity, issuer, ...changes })

async function kinds(bundle: string, given: typeof trust = trust): Promise<readonly string[]> {
  const { verified, problems } = await verifyModel(folder, bundle, { trust: given })
  expect(verified).toBe(problems.length === 0)
  return problems.map(({ kind }) => kind)
}

interface Loose {
  [key: string]: Loose
  [index: number]: Loose
}

function edit(change: (bundle: Loose) => void, changes: Partial<KeylessRequest> = {}): string {
  const bundle = JSON.parse(sign(changes)) as Loose
  change(bundle)
  return JSON.stringify(bundle)
}

const set = (object: Loose, key: string, value: unknown): void => {
  ;(object as Record<string, unknown>)[key] = value
}

describe('keyless signatures', () => {
  it('verify offline against a trusted root that is given, and name the person', async () => {
    expect(await verifyModel(folder, sign(), { trust })).toEqual({
      verified: true,
      signer: { kind: 'sigstore', identity, issuer },
      problems: [],
      warnings: [],
      files: 1,
    })
  })

  it('are still compared with the files', async () => {
    const other = await mkdtemp(join(tmpdir(), 'failmode-keyless-'))
    await writeFile(join(other, 'weights.bin'), 'W')
    const { problems } = await verifyModel(other, sign(), { trust })
    await rm(other, { recursive: true })
    expect(problems.map(({ kind }) => kind)).toEqual(['changed-file'])
  })

  it('are refused by anybody else, also when the wanted name is part of the real one', async () => {
    for (const name of [`x${identity}`, `${identity}.evil.example`, 'adaXexample.org', 'eve@example.org']) {
      expect(await kinds(sign({ identity: name }))).toEqual(['wrong-identity'])
    }
    expect(await kinds(sign(), { ...trust, identity: '.*' })).toEqual(['wrong-identity'])
    expect(await kinds(sign({ issuer: 'https://accounts.evil.example' }))).toEqual(['wrong-identity'])
  })

  it('are refused under another certificate authority', async () => {
    const strange = { ...trust, trustedRoot: fakeSigstore().trustedRoot }
    expect(await kinds(sign(), strange)).toEqual(['untrusted-certificate'])
  })

  it('are refused when not in the certificate log', async () => {
    expect(await kinds(sign({ withoutCertificateLog: true }))).toEqual(['untrusted-certificate'])
  })

  it('are refused when logged at a time at which the certificate was not valid', async () => {
    expect(await kinds(sign({ at: new Date('2025-06-02T12:00:00Z') }))).toEqual(['untrusted-certificate'])
  })

  it('are refused at a time that the log did not sign', async () => {
    expect(await kinds(sign({ withoutPromise: true }))).toEqual(['log-unproven'])
    const moved = edit((bundle) => {
      set(bundle.verificationMaterial!.tlogEntries![0]!, 'integratedTime', '1748779230')
    })
    expect(await kinds(moved)).toEqual(['log-unproven'])
  })

  it('are refused without a log entry, and with the entry of another signature', async () => {
    const none = edit((bundle) => set(bundle.verificationMaterial!, 'tlogEntries', []))
    expect(await kinds(none)).toEqual(['log-unproven'])
    const other = JSON.parse(sign()) as Loose
    const swapped = edit((bundle) =>
      set(bundle.verificationMaterial!, 'tlogEntries', other.verificationMaterial!.tlogEntries),
    )
    expect(await kinds(swapped)).toEqual(['log-unproven'])
  })

  it('are refused over another statement', async () => {
    const changed = edit((bundle) => {
      const text = payload.toString().replace('weights.bin', 'changed.bin')
      set(bundle.dsseEnvelope!, 'payload', Buffer.from(text).toString('base64'))
    })
    // The log entry holds the digest of the statement, and is asked first.
    expect(await kinds(changed)).toEqual(['log-unproven'])
  })

  it('are refused with a reason when broken', async () => {
    const certificate = edit((bundle) => set(bundle.verificationMaterial!.certificate!, 'rawBytes', 'AAAA'))
    expect(await kinds(certificate)).toEqual(['bad-bundle'])
    const entry = edit((bundle) => set(bundle.verificationMaterial!, 'tlogEntries', [{}]))
    expect(await kinds(entry)).toEqual(['bad-bundle'])
    const proof = edit((bundle) =>
      set(bundle.verificationMaterial!.tlogEntries![0]!.inclusionProof!, 'checkpoint', null),
    )
    expect(await kinds(proof)).toEqual(['bad-bundle'])
  })

  it('need a usable trusted root, an identity and an issuer', async () => {
    const unusable = [
      { ...trust, trustedRoot: 'not JSON' },
      { ...trust, trustedRoot: '{}' },
      { ...trust, trustedRoot: trust.trustedRoot.replace('"tlogs"', '"tlogs":[],"tlogs"') },
      { ...trust, identity: '' },
      { ...trust, issuer: '' },
    ]
    for (const given of unusable) {
      const error = await verifyModel(folder, 'not a bundle', { trust: given }).catch(
        (reason: unknown) => reason,
      )
      expect((error as SigningError).code).toBe('trust-unusable')
      expect(error).toBeInstanceOf(SigningError)
    }
  })
})
