import { createHash, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ScannerError } from '../scanner-error.ts'
import { signedBytes } from './envelope.ts'
import { signModel } from './sign-model.ts'
import { SigningError } from './signing-error.ts'
import { certificateDer, pem } from './testing/certificates.ts'
import { verifyModel } from './verify-model.ts'

let folder: string
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-signing-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function modelOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, name)
  await mkdir(root, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

interface Statement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicate: {
    readonly serialization: Readonly<Record<string, unknown>>
    readonly resources: readonly Readonly<Record<'name' | 'algorithm' | 'digest', string>>[]
  }
}

function statementIn(bundle: string): Statement {
  return JSON.parse(Buffer.from(JSON.parse(bundle).dsseEnvelope.payload, 'base64').toString()) as Statement
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error instanceof SigningError || error instanceof ScannerError).toBe(true)
  return (error as SigningError).code
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('signModel', () => {
  it('lists files in the order of their path components by code points, with the digest over all digests', async () => {
    const files = {
      'a.txt': '1',
      'a/b': '2',
      Z: '3',
      'a/\u{1F600}': '4',
      'a/\uFF5E': '5',
      '.git/HEAD': 'ref',
    }
    const { subject, predicate } = statementIn(
      await signModel(await modelOf('order', files), { key: privateKey }),
    )
    const names = ['Z', 'a/b', 'a/\uFF5E', 'a/\u{1F600}', 'a.txt']
    expect(predicate.resources.map(({ name }) => name)).toEqual(names)
    const digests = ['3', '2', '5', '4', '1'].map(sha256)
    expect(predicate.resources.map(({ digest }) => digest)).toEqual(digests)
    const root = createHash('sha256').update(digests.join(''), 'hex').digest('hex')
    expect(subject).toEqual([{ name: 'order', digest: { sha256: root } }])
    expect(predicate.serialization).toEqual({
      method: 'files',
      hash_type: 'sha256',
      allow_symlinks: false,
      ignore_paths: ['.git', '.gitattributes', '.github', '.gitignore'],
    })
  })

  it('signs parts with their bounds, across the pieces in which it reads', async () => {
    const content = Buffer.from(Array.from({ length: (1 << 20) + 77 }, (_, i) => (i * 31) & 255))
    const path = join(await modelOf('parts', {}), 'weights.bin')
    await writeFile(path, content)
    const shardSize = 300_001
    const { predicate } = statementIn(await signModel(dirname(path), { key: privateKey, shardSize }))
    const bounds = [0, 300_001, 600_002, 900_003, content.length]
    expect(predicate.resources).toEqual(
      bounds.slice(1).map((end, i) => ({
        name: `weights.bin:${bounds[i]}:${end}`,
        algorithm: 'sha256-sharded-300001',
        digest: createHash('sha256').update(content.subarray(bounds[i], end)).digest('hex'),
      })),
    )
  })

  it.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ] as const)('signs with a key on %s with %s', async (namedCurve, hash) => {
    const pair = generateKeyPairSync('ec', { namedCurve })
    const root = await modelOf('curves', { a: 'x' })
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const bundle = await signModel(root, { key })
    const trusted = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const { payload, signatures } = JSON.parse(bundle).dsseEnvelope
    const signed = signedBytes(Buffer.from(payload, 'base64'))
    expect(verify(hash, signed, pair.publicKey, Buffer.from(signatures[0].sig, 'base64'))).toBe(true)
    const { verified, signer } = await verifyModel(root, bundle, { trust: { publicKey: trusted } })
    expect({ verified, signer }).toEqual({ verified: true, signer: { kind: 'key', hint: sha256(trusted) } })
  })

  it('refuses keys of another kind, public keys and what is no key', async () => {
    const root = await modelOf('keys', { a: 'x' })
    const others: readonly (KeyObject | string)[] = [
      generateKeyPairSync('ed25519').privateKey,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      publicKey,
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'not a key',
    ]
    for (const key of others) expect(await codeOf(signModel(root, { key }))).toBe('key-unusable')
  })

  it('refuses a certificate of another key and one that may not sign', async () => {
    const root = await modelOf('certificates', { a: 'x' })
    const base = { subject: 'me', issuer: 'me', signedWith: privateKey } as const
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
    const wrongKey = pem(certificateDer({ ...base, key: other, usage: ['digitalSignature'] }))
    const noSigning = pem(certificateDer({ ...base, key: publicKey, usage: ['keyEncipherment'] }))
    for (const certificates of [wrongKey, noSigning, 'none']) {
      expect(await codeOf(signModel(root, { key: privateKey, certificates }))).toBe('key-unusable')
    }
  })

  it('refuses to leave a model or code file out, also when its name hides it', async () => {
    const named = await modelOf('hide-named', { a: 'x', 'old/weights.pt': 'w' })
    expect(await codeOf(signModel(named, { key: privateKey, ignorePaths: ['old'] }))).toBe('ignore-refused')
    const unnamed = await modelOf('hide-unnamed', { a: 'x', notes: '#!/bin/sh\n' })
    expect(await codeOf(signModel(unnamed, { key: privateKey, ignorePaths: ['notes'] }))).toBe(
      'ignore-refused',
    )
    const git = await modelOf('hide-git', { a: 'x', '.git/weights.safetensors': 'w' })
    expect(await codeOf(signModel(git, { key: privateKey }))).toBe('ignore-refused')
  })

  it('refuses links unless allowed, and links out of the folder or to folders always', async () => {
    const root = await modelOf('links', { 'real/a': 'x' })
    await symlink('real/a', join(root, 'link'))
    expect(await codeOf(signModel(root, { key: privateKey }))).toBe('link-refused')
    const bundle = await signModel(root, { key: privateKey, allowSymlinks: true })
    expect(statementIn(bundle).predicate.resources.map(({ name }) => name)).toEqual(['link', 'real/a'])
    await symlink('real', join(root, 'link-to-folder'))
    expect(await codeOf(signModel(root, { key: privateKey, allowSymlinks: true }))).toBe('link-refused')
    await rm(join(root, 'link-to-folder'))
    await symlink('/etc/hostname', join(root, 'out'))
    expect(await codeOf(signModel(root, { key: privateKey, allowSymlinks: true }))).toBe('link-refused')
  })

  it('refuses names that cannot be read in one way', async () => {
    const backslash = await modelOf('backslash', { 'a\\b': 'x' })
    expect(await codeOf(signModel(backslash, { key: privateKey }))).toBe('path-invalid')
    const colon = await modelOf('colon', { 'a:0:1': 'x' })
    expect(await codeOf(signModel(colon, { key: privateKey, shardSize: 10 }))).toBe('path-invalid')
    await expect(signModel(colon, { key: privateKey })).resolves.toContain('dsseEnvelope')
  })

  it('refuses what is not there, and stops when aborted', async () => {
    expect(await codeOf(signModel(join(folder, 'nowhere'), { key: privateKey }))).toBe('file-unreadable')
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    const root = await modelOf('abort', { a: 'x' })
    await expect(signModel(root, { key: privateKey, signal })).rejects.toBe(reason)
  })

  it('gives a signature that holds wherever the folder is moved and whatever it is called', async () => {
    const root = await modelOf('first', { 'a/b': 'x', 'a.bin': '' })
    const bundle = await signModel(root, { key: privateKey })
    await cp(root, join(folder, 'second'), { recursive: true })
    const { verified, files } = await verifyModel(join(folder, 'second'), bundle, { trust: { publicKey } })
    expect({ verified, files }).toEqual({ verified: true, files: 2 })
  })
})
