import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBundle } from './bundle.ts'
import { keyHint, signPayload } from './ec-key.ts'
import { signModel } from './sign-model.ts'
import { SigningError } from './signing-error.ts'
import type { ModelVerification } from './verification.ts'
import { type SignatureTrust, type VerifyModelOptions, verifyModel } from './verify-model.ts'

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const trust: SignatureTrust = { publicKey }
let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-verify-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const fixture = (name: string): Promise<string> => readFile(join(fixtures, name), 'utf8')
const fixtureKey = async (): Promise<SignatureTrust> => ({ publicKey: await fixture('p256.pub.pem') })

async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

const usual = { 'weights.bin': '0123456789abcdef', 'sub/other.bin': 'fedcba9876543210', 'config.json': '{}' }

async function model(files: Readonly<Record<string, string>> = usual): Promise<string> {
  const root = join(folder, `model-${count++}`)
  await mkdir(root)
  await put(root, files)
  return root
}

/** `kind path` of each problem. */
function problems({ verified, problems: found }: ModelVerification): readonly string[] {
  expect(verified).toBe(found.length === 0)
  return found.map(({ kind, path }) => (path === undefined ? kind : `${kind} ${path}`))
}

/** Signs the usual model (or these files), changes it, and gives what the verifier says. */
async function after(
  change: (root: string) => Promise<unknown>,
  {
    sign = {},
    files = usual,
    ...options
  }: Partial<VerifyModelOptions> & {
    readonly sign?: Omit<Parameters<typeof signModel>[1], 'key'>
    readonly files?: Readonly<Record<string, string>>
  } = {},
): Promise<ModelVerification> {
  const root = await model(files)
  const bundle = await signModel(root, { key: privateKey, ...sign })
  expect(problems(await verifyModel(root, bundle, { trust, ...options }))).toEqual([])
  await change(root)
  return verifyModel(root, bundle, { trust, ...options })
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

interface Resource {
  readonly name: string
  readonly algorithm: string
  readonly digest: string
}

const resource = (name: string, content: string, algorithm = 'sha256'): Resource => ({
  name,
  algorithm,
  digest: sha256(content),
})

const rootOf = (resources: readonly Resource[]): string =>
  createHash('sha256')
    .update(resources.map(({ digest }) => digest).join(''), 'hex')
    .digest('hex')

const whole = { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [] }
const parts = { ...whole, method: 'shards', shard_size: 4 }

/** A well-formed statement over these resources, in which parts can be replaced. */
function statement(resources: readonly Resource[], changes: Readonly<Record<string, unknown>> = {}) {
  const { serialization = whole, ...rest } = changes
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'model', digest: { sha256: rootOf(resources) } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: { serialization, resources },
    ...rest,
  }
}

/** A bundle with a valid signature over any payload: what a hostile or broken signer could make. */
function bundleOver(payload: unknown): string {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const signature = signPayload(bytes, privateKey)
  return writeBundle({ payload: bytes, signature, material: { kind: 'key', hint: keyHint(privateKey) } })
}

async function verdictOn(payload: unknown, files: Readonly<Record<string, string>> = { a: 'x' }) {
  return problems(await verifyModel(await model(files), bundleOver(payload), { trust }))
}

interface Bundle {
  mediaType: string
  verificationMaterial: Record<string, unknown>
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] }
}

/** Signs a model, edits the bundle, and gives the whole verdict. */
async function edited(edit: (bundle: Bundle) => void): Promise<ModelVerification> {
  const root = await model()
  const bundle = JSON.parse(await signModel(root, { key: privateKey })) as Bundle
  edit(bundle)
  return verifyModel(root, JSON.stringify(bundle), { trust })
}

describe('verifyModel, with signatures by the reference tool', () => {
  it.each(['p256', 'p384', 'p521'])('verifies one made with a key on %s', async (name) => {
    const trusted = await fixture(`${name}.pub.pem`)
    const options = { trust: { publicKey: trusted } }
    expect(await verifyModel(join(fixtures, 'model'), await fixture(`${name}.sig`), options)).toEqual({
      verified: true,
      signer: { kind: 'key', hint: sha256(trusted) },
      problems: [],
      warnings: [],
      files: 7,
    })
  })

  it('verifies one in parts, and says that it cannot cover the empty file', async () => {
    const result = await verifyModel(join(fixtures, 'model'), await fixture('shards.sig'), {
      trust: await fixtureKey(),
    })
    expect(problems(result)).toEqual([])
    expect(result.files).toBe(6)
    expect(result.warnings.map(({ kind, path }) => [kind, path])).toEqual([
      ['unsigned-empty-file', 'empty.txt'],
    ])
  })

  it('verifies BLAKE2b and a single file, and never passes BLAKE3', async () => {
    const options = { trust: await fixtureKey() }
    const root = join(fixtures, 'model')
    expect(problems(await verifyModel(root, await fixture('blake2b.sig'), options))).toEqual([])
    const file = join(root, 'weights.bin')
    expect(problems(await verifyModel(file, await fixture('single-file.sig'), options))).toEqual([])
    expect(problems(await verifyModel(root, await fixture('blake3.sig'), options))).toEqual([
      'unsupported-hash',
    ])
  })

  it('verifies a certificate by its root', async () => {
    const options = { trust: { certificates: [await fixture('root.pem')] } }
    const result = await verifyModel(join(fixtures, 'model'), await fixture('certificate.sig'), options)
    expect(problems(result)).toEqual([])
    expect(result.signer).toMatchObject({ kind: 'certificate', subject: 'CN=Test signer' })
    expect(result.warnings).toEqual([])
  })

  it('verifies statements and the wrong encoding of before 1.0, with warnings', async () => {
    const options = { trust: await fixtureKey() }
    const root = join(fixtures, 'model')
    const statementOnly = await verifyModel(root, await fixture('old-statement.sig'), options)
    expect(problems(statementOnly)).toEqual([])
    expect(statementOnly.warnings.map(({ kind }) => kind)).toEqual(['old-statement'])
    const both = await verifyModel(root, await fixture('old-encoding.sig'), options)
    expect(problems(both)).toEqual([])
    expect(both.warnings.map(({ kind }) => kind)).toEqual(['old-encoding', 'old-statement'])
    expect(both.files).toBe(7)
  })

  it.each(['p256', 'shards', 'blake2b', 'old-statement', 'old-encoding'])(
    'names one changed byte under %s',
    async (name) => {
      const root = join(folder, `changed-${name}`)
      await cp(join(fixtures, 'model'), root, { recursive: true })
      const bytes = await readFile(join(root, 'weights.bin'))
      bytes[20]! ^= 1
      await writeFile(join(root, 'weights.bin'), bytes)
      const result = await verifyModel(root, await fixture(`${name}.sig`), { trust: await fixtureKey() })
      expect(problems(result)).toEqual(['changed-file weights.bin'])
    },
  )
})

describe('verifyModel, against changed folders', () => {
  it('finds an extra file', async () => {
    expect(problems(await after((root) => put(root, { 'sub/evil.py': 'x' })))).toEqual([
      'extra-file sub/evil.py',
    ])
    expect(problems(await after((root) => put(root, { 'NOTES.md': 'x' })))).toEqual(['extra-file NOTES.md'])
  })

  it('finds a missing file', async () => {
    expect(problems(await after((root) => rm(join(root, 'config.json'))))).toEqual([
      'missing-file config.json',
    ])
  })

  it('finds a renamed file, whole and in parts', async () => {
    for (const sign of [{}, { shardSize: 5 }]) {
      const result = await after((root) => rename(join(root, 'weights.bin'), join(root, 'model.bin')), {
        sign,
      })
      expect(problems(result)).toEqual(['renamed-file model.bin'])
      expect(result.problems[0]!.message).toContain('was signed as weights.bin')
    }
  })

  it('finds a changed, a longer and a shorter file', async () => {
    for (const sign of [{}, { shardSize: 4 }]) {
      for (const content of ['0123456789abcdeF', '0123456789abcdef!', '0123456789abcde', '']) {
        const result = await after((root) => put(root, { 'weights.bin': content }), { sign })
        expect(problems(result)).toEqual(['changed-file weights.bin'])
        expect(result.files).toBe(2)
      }
    }
  })

  it('tells swapped parts and swapped files from changed ones', async () => {
    const shards = await after((root) => put(root, { 'weights.bin': '4567012389abcdef' }), {
      sign: { shardSize: 4 },
    })
    expect(problems(shards)).toEqual(['swapped-content weights.bin', 'swapped-content weights.bin'])
    const files = await after((root) =>
      put(root, { 'weights.bin': usual['sub/other.bin'], 'sub/other.bin': usual['weights.bin'] }),
    )
    expect(problems(files)).toEqual(['swapped-content sub/other.bin', 'swapped-content weights.bin'])
    const copied = await after((root) => put(root, { 'weights.bin': usual['sub/other.bin'] }))
    expect(problems(copied)).toEqual(['changed-file weights.bin'])
  })

  it('finds a link in place of a file, out of the folder even where links are signed', async () => {
    const outside = await model({ 'weights.bin': usual['weights.bin'] })
    const replace = async (root: string): Promise<void> => {
      await rm(join(root, 'weights.bin'))
      await symlink(join(outside, 'weights.bin'), join(root, 'weights.bin'))
    }
    const expected = ['link-out-of-folder weights.bin']
    expect(problems(await after(replace))).toEqual(expected)
    expect(problems(await after(replace, { sign: { allowSymlinks: true } }))).toEqual(expected)
    // A link to a folder beside it whose name begins the same way is outside too.
    const beside = await after(async (root) => {
      await cp(outside, `${root}-beside`, { recursive: true })
      await rm(join(root, 'weights.bin'))
      await symlink(`${root}-beside/weights.bin`, join(root, 'weights.bin'))
    })
    expect(problems(beside)).toEqual(expected)
  })

  it('finds a link inside the folder unless links are signed, and checks what it leads to', async () => {
    const link = async (root: string): Promise<void> => {
      await rm(join(root, 'weights.bin'))
      await symlink('sub/other.bin', join(root, 'weights.bin'))
    }
    expect(problems(await after(link))).toEqual(['link-refused weights.bin'])
    expect(problems(await after(link, { sign: { allowSymlinks: true } }))).toEqual([
      'changed-file weights.bin',
    ])
    const extra = await after((root) => symlink('sub', join(root, 'more')), { sign: { allowSymlinks: true } })
    expect(problems(extra)).toEqual(['link-refused more'])
  })

  it('finds a pipe without waiting on it, and a folder in place of a file', async () => {
    const pipe = await after(async (root) => {
      await rm(join(root, 'weights.bin'))
      execFileSync('mkfifo', [join(root, 'weights.bin')])
    })
    expect(problems(pipe)).toEqual(['special-file weights.bin'])
    const nested = await after(async (root) => {
      await rm(join(root, 'weights.bin'))
      await put(root, { 'weights.bin/data': usual['weights.bin'] })
    })
    expect(problems(nested)).toEqual(['renamed-file weights.bin/data'])
  })

  it('does not take a folder for a single file or the other way round', async () => {
    const root = await model({ 'weights.bin': 'x' })
    const file = join(root, 'weights.bin')
    const ofFile = await signModel(file, { key: privateKey })
    const ofFolder = await signModel(root, { key: privateKey })
    expect(problems(await verifyModel(file, ofFile, { trust }))).toEqual([])
    expect(problems(await verifyModel(root, ofFile, { trust }))).toEqual(['wrong-shape'])
    expect(problems(await verifyModel(file, ofFolder, { trust }))).toEqual(['wrong-shape'])
  })

  it('accepts an empty folder as signed', async () => {
    expect(problems(await after((root) => put(root, { a: 'x' }), { files: {} }))).toEqual(['extra-file a'])
  })
})

describe('verifyModel, on what may be ignored', () => {
  const files = { 'weights.bin': 'w', 'README.md': 'r' }

  it('accepts the files of git and a signature beside the model', async () => {
    const result = await after(
      (root) =>
        put(root, {
          '.git/HEAD': 'ref: refs/heads/main',
          '.git/hooks/pre-commit.sample': '#!/bin/sh',
          '.git/lfs/objects/ab/cd/abcd': 'PK\x03\x04',
          '.gitattributes': '*.bin filter=lfs',
          'model.sig': '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}',
          'README.md': 'changed',
        }),
      { sign: { ignorePaths: ['model.sig', 'README.md'] }, files },
    )
    expect(problems(result)).toEqual([])
  })

  it('refuses an ignore list of the signer that hides weights, by name and by bytes', async () => {
    const hiding = (ignored: string): unknown =>
      statement([resource('README.md', 'r')], { serialization: { ...whole, ignore_paths: [ignored] } })
    expect(await verdictOn(hiding('weights.bin'), files)).toEqual(['ignored-model-file weights.bin'])
    expect(await verdictOn(hiding('./weights.bin'), files)).toEqual(['ignored-model-file weights.bin'])
    expect(await verdictOn(hiding('.'), files)).toEqual(['ignored-model-file weights.bin'])
    const archive = { 'README.md': 'r', 'sub/LICENSE': 'PK\x03\x04' }
    expect(await verdictOn(hiding('sub'), archive)).toEqual(['ignored-model-file sub/LICENSE'])
    expect(await verdictOn(hiding('.git'), { 'README.md': 'r', '.git/weights.pt': 'w' })).toEqual([
      'ignored-model-file .git/weights.pt',
    ])
    const config = '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "auto_map": {}}'
    expect(await verdictOn(hiding('config.json'), { 'README.md': 'r', 'config.json': config })).toEqual([
      'ignored-model-file config.json',
    ])
  })

  it('refuses what only the signer wants ignored, until the verifier wants it too', async () => {
    const payload = statement([resource('weights.bin', 'w')], {
      serialization: { ...whole, ignore_paths: ['notes'] },
    })
    const root = await model({ 'weights.bin': 'w', 'notes/today': 'n' })
    const bundle = bundleOver(payload)
    expect(problems(await verifyModel(root, bundle, { trust }))).toEqual(['ignored-file notes/today'])
    expect(problems(await verifyModel(root, bundle, { trust, ignorePaths: ['notes'] }))).toEqual([])
  })

  it('never ignores a model or code file, not even on request', async () => {
    const add = (root: string): Promise<void> =>
      put(root, { 'extra/evil.py': 'x', 'extra/run': '#!/bin/sh', 'extra/notes': 'n' })
    const ignored = await after(add, { ignorePaths: ['extra'] })
    expect(problems(ignored)).toEqual(['ignored-model-file extra/evil.py', 'ignored-model-file extra/run'])
    const unsigned = await after(add, { ignoreUnsignedFiles: true })
    expect(problems(unsigned)).toEqual(['extra-file extra/evil.py', 'extra-file extra/run'])
    expect(unsigned.warnings.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'unsigned-file extra/notes',
    ])
  })

  it('checks a signed file even where the signer says to ignore it', async () => {
    const payload = statement([resource('weights.bin', 'w')], {
      serialization: { ...whole, ignore_paths: ['weights.bin'] },
    })
    expect(await verdictOn(payload, { 'weights.bin': 'w' })).toEqual([])
    expect(await verdictOn(payload, { 'weights.bin': 'W' })).toEqual(['changed-file weights.bin'])
  })

  it('takes no notice of ignored paths that are absolute or lead out', async () => {
    const payload = statement([], {
      serialization: { ...whole, ignore_paths: ['/', '..', '../model', 'b/../notes'] },
    })
    expect(await verdictOn(payload, { notes: 'n' })).toEqual(['extra-file notes'])
  })
})

describe('verifyModel, against hostile signers', () => {
  it('computes the digest over all digests anew: dropped, added and reordered resources', async () => {
    const [a, b] = [resource('a', 'x'), resource('b', 'y')]
    const files = { a: 'x', b: 'y' }
    const rootOfBoth = { subject: [{ name: 'model', digest: { sha256: rootOf([a, b]) } }] }
    expect(await verdictOn(statement([a, b]), files)).toEqual([])
    expect(await verdictOn(statement([a], rootOfBoth), files)).toEqual(['root-mismatch'])
    expect(await verdictOn(statement([b, a], rootOfBoth), files)).toEqual(['root-mismatch'])
    expect(await verdictOn(statement([a, b, b], rootOfBoth), files)).toEqual(['root-mismatch'])
    // Dropped together with a new digest: the file is there and not signed.
    expect(await verdictOn(statement([a]), files)).toEqual(['extra-file b'])
  })

  it('refuses duplicate names', async () => {
    expect(await verdictOn(statement([resource('a', 'y'), resource('a', 'x')]))).toEqual(['duplicate-name'])
  })

  it.each(['../a', 'b/../../a', '..', '/a', 'C:/a', 'a\\b', './a', 'b//a', 'a/', '', 'a\0'])(
    'refuses the name %j',
    async (name) => {
      expect(await verdictOn(statement([resource(name, 'x')]))).toEqual(['unsafe-name'])
      const old = statement([], {
        predicateType: 'https://model_signing/Digests/v0.1',
        subject: [{ name, digest: { sha256: sha256('x') } }],
      })
      expect(await verdictOn(old)).toEqual(['unsafe-name'])
    },
  )

  it('refuses weak digests wherever they stand', async () => {
    const md5 = { name: 'a', algorithm: 'md5', digest: createHash('md5').update('x').digest('hex') }
    expect(await verdictOn(statement([md5], { serialization: { ...whole, hash_type: 'md5' } }))).toEqual([
      'weak-hash',
    ])
    expect(await verdictOn(statement([md5]))).toEqual(['weak-hash'])
    const sha1 = createHash('sha1').update('x').digest('hex')
    const subject = [{ name: 'model', digest: { sha1 } }]
    expect(await verdictOn(statement([resource('a', 'x')], { subject }))).toEqual(['weak-hash'])
    const predicateType = 'https://model_signing/Digests/v0.1'
    expect(await verdictOn(statement([], { subject, predicateType }))).toEqual(['weak-hash'])
    const annotated = [
      { name: 'a', digest: { sha256: sha256('x') }, annotations: { actual_hash_algorithm: 'md5' } },
    ]
    expect(await verdictOn(statement([], { subject: annotated, predicateType }))).toEqual(['weak-hash'])
  })

  it('refuses a short digest under the name of a strong one', async () => {
    const short = { ...resource('a', 'x'), digest: sha256('x').slice(0, 16) }
    expect(await verdictOn(statement([short]))).toEqual(['bad-statement'])
    const empty = { ...resource('a', 'x'), digest: '' }
    expect(await verdictOn(statement([empty]))).toEqual(['bad-statement'])
  })

  it('refuses parts with gaps, overlaps, other sizes and other forms', async () => {
    const at = (bounds: string, content: string): Resource =>
      resource(`a:${bounds}`, content, 'sha256-sharded-4')
    const files = { a: '01234567' }
    const over = (resources: readonly Resource[]): Promise<readonly string[]> =>
      verdictOn(statement(resources, { serialization: parts }), files)
    expect(await over([at('0:4', '0123'), at('4:8', '4567')])).toEqual([])
    expect(await over([at('4:8', '4567'), at('0:4', '0123')])).toEqual([])
    expect(await over([at('4:8', '4567')])).toEqual(['bad-shards a'])
    expect(await over([at('0:4', '0123'), at('3:7', '3456')])).toEqual(['bad-shards a'])
    expect(await over([at('0:2', '01'), at('2:4', '23')])).toEqual(['bad-shards a'])
    expect(await over([at('0:8', '01234567')])).toEqual(['bad-shards a'])
    expect(await over([at('0:4', '0123'), at('0:04', '0123')])).toEqual(['bad-shards'])
    expect(await over([resource('a', '01234567', 'sha256-sharded-4')])).toEqual(['bad-shards'])
    expect(await over([at('0:4', '0123'), at('0:4', '0123')])).toEqual(['duplicate-name'])
    expect(await over([at('0:4', '0123')])).toEqual(['changed-file a'])
    expect(await over([resource('a:0:4', '0123', 'sha256-sharded-8')])).toEqual(['unsupported-hash'])
    expect(await over([resource('../a:0:4', '0123', 'sha256-sharded-4')])).toEqual(['unsafe-name'])
    for (const shard_size of [0, -4, 1.5, '4', undefined]) {
      const serialization = { ...parts, shard_size }
      expect(await verdictOn(statement([], { serialization }), {})).toEqual(['bad-statement'])
    }
  })

  it('refuses other predicates, also on the strength of a valid signature', async () => {
    for (const predicateType of [
      'https://slsa.dev/provenance/v1',
      'https://model_signing/signature/v2.0',
      'https://model_signing/ShardDigests/v0.1',
      undefined,
    ]) {
      expect(await verdictOn(statement([resource('a', 'x')], { predicateType }))).toEqual([
        'unknown-predicate',
      ])
    }
    const _type = 'https://in-toto.io/Statement/v0.1'
    expect(await verdictOn(statement([resource('a', 'x')], { _type }))).toEqual(['bad-statement'])
  })

  it('ignores fields of the predicate that it does not know', async () => {
    const given = statement([resource('a', 'x')])
    expect(await verdictOn({ ...given, predicate: { ...given.predicate, card: {} }, more: 1 })).toEqual([])
  })

  it('refuses duplicate keys in the statement, also when escaped', async () => {
    const text = JSON.stringify(statement([resource('a', 'x')]))
    expect(await verdictOn(text)).toEqual([])
    expect(await verdictOn(text.replace('"resources":', '"resources":[],"resources":'))).toEqual([
      'duplicate-key',
    ])
    expect(await verdictOn(text.replace('"name":"a"', '"name":"b","n\\u0061me":"a"'))).toEqual([
      'duplicate-key',
    ])
  })

  it('refuses statements of another shape with a reason, not a crash', async () => {
    const good = statement([resource('a', 'x')])
    const broken: readonly unknown[] = [
      'not JSON',
      'null',
      '[]',
      '"text"',
      '\ufeff{}',
      { ...good, subject: [] },
      { ...good, subject: [good.subject[0], good.subject[0]] },
      { ...good, subject: null },
      { ...good, predicate: null },
      { ...good, predicate: { ...good.predicate, resources: {} } },
      { ...good, predicate: { ...good.predicate, resources: [null] } },
      { ...good, predicate: { ...good.predicate, resources: [{ algorithm: 'sha256' }] } },
      { ...good, predicate: { ...good.predicate, serialization: [] } },
      statement([], { serialization: { ...whole, method: 'tree' } }),
      statement([], { serialization: { ...whole, allow_symlinks: 'false' } }),
      statement([], { serialization: { ...whole, ignore_paths: [1] } }),
      statement([], { predicateType: 'https://model_signing/Digests/v0.1', subject: 'a' }),
    ]
    for (const payload of broken) expect(await verdictOn(payload)).toEqual(['bad-statement'])
  })
})

describe('verifyModel, against changed bundles', () => {
  it('refuses a signature over other content, and reads nothing of it', async () => {
    const result = await edited(({ dsseEnvelope }) => {
      const text = Buffer.from(dsseEnvelope.payload, 'base64').toString()
      dsseEnvelope.payload = Buffer.from(text.replace('weights.bin', '../evil.bin')).toString('base64')
    })
    expect(problems(result)).toEqual(['bad-signature'])
    expect(result).toMatchObject({ signer: null, warnings: [], files: 0 })
  })

  it('refuses a changed signature', async () => {
    const result = await edited(({ dsseEnvelope: { signatures } }) => {
      const bytes = Buffer.from(signatures[0]!.sig, 'base64')
      bytes[bytes.length - 1]! ^= 1
      signatures[0]!.sig = bytes.toString('base64')
    })
    expect(problems(result)).toEqual(['bad-signature'])
  })

  it('tells a wrong key from a wrong signature', async () => {
    const root = await model()
    const bundle = await signModel(root, { key: privateKey })
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
    expect(problems(await verifyModel(root, bundle, { trust: { publicKey: other } }))).toEqual(['wrong-key'])
    const relabelled = JSON.parse(bundle) as Bundle
    relabelled.verificationMaterial.publicKey = { hint: keyHint(other) }
    const result = await verifyModel(root, JSON.stringify(relabelled), { trust: { publicKey: other } })
    expect(problems(result)).toEqual(['bad-signature'])
  })

  it('warns when the key is not named, and still needs the trusted one', async () => {
    const nameless = await edited(({ verificationMaterial }) => {
      verificationMaterial.publicKey = {}
    })
    expect(problems(nameless)).toEqual([])
    expect(nameless.warnings.map(({ kind }) => kind)).toEqual(['no-key-hint'])
  })

  it('refuses another payload type, and a text that was signed as another type', async () => {
    const renamed = await edited(({ dsseEnvelope }) => {
      dsseEnvelope.payloadType = 'application/json'
    })
    expect(problems(renamed)).toEqual(['wrong-payload-type'])
    const confused = await edited(({ dsseEnvelope: { payload, signatures } }) => {
      const bytes = Buffer.from(payload, 'base64')
      const other = Buffer.concat([Buffer.from(`DSSEv1 16 application/json ${bytes.length} `), bytes])
      signatures[0]!.sig = sign('sha256', other, privateKey).toString('base64')
    })
    expect(problems(confused)).toEqual(['bad-signature'])
    const bare = await edited(({ dsseEnvelope: { payload, signatures } }) => {
      signatures[0]!.sig = sign('sha256', Buffer.from(payload, 'base64'), privateKey).toString('base64')
    })
    expect(problems(bare)).toEqual(['bad-signature'])
  })

  it('refuses no signature, an empty one and several', async () => {
    const kinds: readonly (readonly [string, (signatures: { sig: string }[]) => void])[] = [
      ['no-signatures', (signatures) => signatures.pop()],
      ['no-signatures', (signatures) => signatures.splice(0, 1, { sig: '' })],
      ['many-signatures', (signatures) => signatures.push(signatures[0]!)],
    ]
    for (const [kind, edit] of kinds) {
      expect(problems(await edited(({ dsseEnvelope }) => edit(dsseEnvelope.signatures)))).toEqual([kind])
    }
    const none = await edited((bundle) => {
      delete (bundle.dsseEnvelope as Partial<Bundle['dsseEnvelope']>).signatures
    })
    expect(problems(none)).toEqual(['no-signatures'])
  })

  it('refuses a bundle by another kind of signer than the trusted one', async () => {
    const root = join(fixtures, 'model')
    const certificates = { certificates: [await fixture('root.pem')] }
    const byKey = await verifyModel(root, await fixture('p256.sig'), { trust: certificates })
    expect(problems(byKey)).toEqual(['wrong-signer-kind'])
    // The certificate is for this very key; still the verifier asked for a key signature.
    const byCertificate = await verifyModel(root, await fixture('certificate.sig'), {
      trust: await fixtureKey(),
    })
    expect(problems(byCertificate)).toEqual(['wrong-signer-kind'])
  })

  it('refuses duplicate keys in the bundle', async () => {
    const root = await model()
    const text = await signModel(root, { key: privateKey })
    const twice = text.replace('"payloadType":', '"payload":"","payloadType":')
    expect(problems(await verifyModel(root, twice, { trust }))).toEqual(['duplicate-key'])
  })

  it('refuses bundles of another shape with a reason, not a crash', async () => {
    const root = await model()
    const good = await signModel(root, { key: privateKey })
    const broken: ((bundle: Bundle) => void)[] = [
      (bundle) => {
        bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1'
      },
      (bundle) => Object.assign(bundle, { dsseEnvelope: undefined, messageSignature: {} }),
      (bundle) => Object.assign(bundle, { messageSignature: {} }),
      (bundle) => Object.assign(bundle, { verificationMaterial: null }),
      (bundle) => Object.assign(bundle.verificationMaterial, { x509CertificateChain: { certificates: [] } }),
      (bundle) => Object.assign(bundle.verificationMaterial, { publicKey: { hint: 7 } }),
      (bundle) => Object.assign(bundle.dsseEnvelope, { payload: `${bundle.dsseEnvelope.payload}!` }),
      (bundle) => Object.assign(bundle.dsseEnvelope, { payload: 7 }),
      (bundle) => Object.assign(bundle.dsseEnvelope, { signatures: [null] }),
    ]
    for (const edit of broken) {
      const bundle = JSON.parse(good) as Bundle
      edit(bundle)
      expect(problems(await verifyModel(root, JSON.stringify(bundle), { trust }))).toEqual(['bad-bundle'])
    }
    for (const text of ['', 'null', '[]', '7', good.slice(0, -1)]) {
      expect(problems(await verifyModel(root, text, { trust }))).toEqual(['bad-bundle'])
    }
  })

  it('throws when what is trusted cannot be used, before it looks at the bundle', async () => {
    const root = await model()
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const unusable: readonly SignatureTrust[] = [
      { publicKey: 'not a key' },
      { publicKey: rsa },
      { publicKey: secret },
      { certificates: [] },
      { certificates: ['no certificate'] },
    ]
    for (const bad of unusable) {
      const error = await verifyModel(root, 'not a bundle', { trust: bad }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(SigningError)
      expect((error as SigningError).code).toBe('trust-unusable')
    }
  })
})

describe('verifyModel, on large models', () => {
  it('reads a file in parts without reading what was appended to it', async () => {
    // 4 TB that take no room on disk: reading them would never end.
    const grown = await after((root) => truncate(join(root, 'weights.bin'), 4e12), { sign: { shardSize: 4 } })
    expect(problems(grown)).toEqual(['changed-file weights.bin'])
  })

  it('stops when aborted in the middle of a file', async () => {
    const root = await model({ 'weights.bin': 'x' })
    const bundle = await signModel(root, { key: privateKey })
    await truncate(join(root, 'weights.bin'), 4e12)
    const reason = new Error('enough')
    await expect(verifyModel(root, bundle, { trust, signal: stopAfter(50, reason) })).rejects.toBe(reason)
  })
})

/** A signal that aborts when it was asked so many times. */
function stopAfter(times: number, reason: Error): AbortSignal {
  let asked = 0
  return {
    throwIfAborted: () => {
      if (++asked > times) throw reason
    },
  } as AbortSignal
}
