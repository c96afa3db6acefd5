// Broken bundles and statements: each must end in a result, and none may be verified unless exactly the
// signed bytes were.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBundle } from './bundle.ts'
import { keyHint, signPayload } from './ec-key.ts'
import { signModel } from './sign-model.ts'
import { fakeSigstore } from './testing/fake-sigstore.ts'
import { type SignatureTrust, verifyModel } from './verify-model.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))
const pieces = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-1',
  '1e99',
  'null',
  'true',
  '""',
  '{}',
  '\\u0000',
  '..',
  '/',
  'A',
  '=',
]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-mutants-'))
  await writeFile(join(folder, 'weights.bin'), 'w')
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** Repeatable numbers in [0, below): the multiplier is Numerical Recipes'. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Cuts, doubles or replaces a short stretch, or a whole JSON value. */
function mutant(text: string, draw: (below: number) => number): string {
  if (draw(3) === 0) {
    const values = [...text.matchAll(/(?<=[:[,])("[^"]*"|-?\d+|true|false|null|\{\}|\[\])/g)]
    const value = values[draw(values.length)]!
    return (
      text.slice(0, value.index) + pieces[draw(pieces.length)]! + text.slice(value.index + value[0].length)
    )
  }
  const at = draw(text.length)
  const length = draw(8)
  const middle = [() => '', () => text.slice(at, at + length).repeat(2), () => pieces[draw(pieces.length)]!][
    draw(3)
  ]!()
  return text.slice(0, at) + middle + text.slice(at + length)
}

async function bundles(): Promise<readonly (readonly [text: string, root: string, trust: SignatureTrust])[]> {
  const text = await signModel(folder, { key: privateKey })
  const payload = Buffer.from(JSON.parse(text).dsseEnvelope.payload, 'base64')
  const { trustedRoot, signKeyless } = fakeSigstore()
  const [identity, issuer] = ['ada@example.org', 'https://accounts.example.org']
  const root = await readFile(join(fixtures, 'root.pem'), 'utf8')
  const certificate = await readFile(join(fixtures, 'certificate.sig'), 'utf8')
  return [
    [text, folder, { publicKey }],
    [certificate, join(fixtures, 'model'), { certificates: [root] }],
    [signKeyless(payload, { identity, issuer }), folder, { trustedRoot, identity, issuer }],
  ]
}

describe('verifyModel on mutants', () => {
  it('ends every broken bundle in a result, and verifies only the signed bytes', async () => {
    const draw = numbers(1)
    for (const [text, root, trust] of await bundles()) {
      const payload = JSON.parse(text).dsseEnvelope.payload
      expect((await verifyModel(root, text, { trust })).verified).toBe(true)
      for (let i = 0; i < 300; i++) {
        const broken = mutant(text, draw)
        const { verified, problems } = await verifyModel(root, broken, { trust })
        if (verified) expect(JSON.parse(broken).dsseEnvelope.payload).toBe(payload)
        else expect(problems.length).toBeGreaterThan(0)
      }
    }
  })

  it('ends every broken statement with a valid signature in a result', async () => {
    const draw = numbers(2)
    for (const shardSize of [undefined, 1]) {
      const bundle = await signModel(folder, {
        key: privateKey,
        ...(shardSize === undefined ? {} : { shardSize }),
      })
      const text = Buffer.from(JSON.parse(bundle).dsseEnvelope.payload, 'base64').toString()
      const compact = JSON.stringify(JSON.parse(text))
      for (let i = 0; i < 300; i++) {
        const payload = Buffer.from(mutant(compact, draw))
        const signature = signPayload(payload, privateKey)
        const broken = writeBundle({
          payload,
          signature,
          material: { kind: 'key', hint: keyHint(privateKey) },
        })
        const result = await verifyModel(folder, broken, { trust: { publicKey } })
        expect(result.signer).not.toBeNull()
        // Whatever still verifies lists the one file with its digest.
        if (result.verified) expect(result.files).toBe(1)
      }
    }
  })
})
