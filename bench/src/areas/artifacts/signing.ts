// Signatures go both ways between us and the reference tool of OpenSSF model signing: folders of many shapes, keys on
// all three curves, whole files and parts of files; and what was tampered with is refused here for the right reason, and
// there at all.
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type SignatureProblem, signModel, verifyModel } from '@failmode/scanner'
import { absent, type BarOutcome, type BenchContext } from '../../bar.ts'
import { peerVersions } from '../../peer.ts'
import { repositoryRoot } from '../../shared-data.ts'

const shapes: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
  flat: { 'a.bin': 'x', 'b.bin': 'yy', 'config.json': '{}' },
  nested: { 'a/b/c/d/e/f.bin': '1', 'a/b.bin': '2', 'a.bin': '3', 'a-b/c': '4', 'a b/c d': '5', 'A/x': '6' },
  empty: { e1: '', 'd/e2': '', x: 'x' },
  unicode: {
    'größe.bin': 'ä',
    '日本語/モデル.bin': 'm',
    '\u{1F600}.bin': 'e',
    '\uff5e.bin': 'f',
    'e\u0301': 'n',
  },
  large: {
    'w.bin': new Uint8Array(3_000_001).map((_, i) => (i * 7919) & 255),
    'w2.bin': new Uint8Array(1 << 20),
  },
  repository: { '.git/HEAD': 'ref', '.gitattributes': 'x', 'm.bin': 'm' },
}
const curves = ['prime256v1', 'secp384r1', 'secp521r1'] as const

/** What is done to a signed folder `flat`, and the reason for which it has to be refused. */
const tamperings: Readonly<
  Record<
    string,
    { readonly reason: SignatureProblem['kind']; readonly act: (folder: string) => Promise<unknown> }
  >
> = {
  changed: { reason: 'changed-file', act: (folder) => writeFile(join(folder, 'a.bin'), 'z') },
  'one byte longer': { reason: 'changed-file', act: (folder) => writeFile(join(folder, 'a.bin'), 'xx') },
  'a file more': { reason: 'extra-file', act: (folder) => writeFile(join(folder, 'evil.py'), 'z') },
  'a file less': { reason: 'missing-file', act: (folder) => rm(join(folder, 'b.bin')) },
  renamed: { reason: 'renamed-file', act: (folder) => rename(join(folder, 'b.bin'), join(folder, 'c.bin')) },
  swapped: {
    reason: 'swapped-content',
    act: async (folder) => {
      await writeFile(join(folder, 'a.bin'), 'yy')
      await writeFile(join(folder, 'b.bin'), 'x')
    },
  },
  'a link instead': {
    reason: 'link-refused',
    act: async (folder) => {
      await rm(join(folder, 'a.bin'))
      await symlink('config.json', join(folder, 'a.bin'))
    },
  },
}

export async function signaturesInteroperate({ signal }: BenchContext): Promise<BarOutcome> {
  const tool = peerVersions()?.get('model-signing')
  if (!tool?.version) {
    return absent(
      `model-signing is absent (${tool?.reason ?? 'no peers are installed'}); run bench/peers/setup`,
      'cases',
    )
  }
  const work = await mkdtemp(join(tmpdir(), 'failmode-signing-'))
  try {
    const counts = { theirs: 0, ours: 0, refusedHere: 0, refusedThere: 0 }
    const totals = { theirs: 0, ours: 0, refusedHere: 0, refusedThere: 0 }
    const failures: string[] = []
    const count = (what: keyof typeof counts, fine: boolean, told: string): void => {
      totals[what] += 1
      if (fine) counts[what] += 1
      else failures.push(`${what}: ${told}`)
    }
    for (const [shape, files] of Object.entries(shapes)) await writeShape(join(work, shape), files)
    for (const curve of curves) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
      const [key, pub] = [join(work, `${curve}.pem`), join(work, `${curve}.pub`)]
      await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      await writeFile(pub, publicKey.export({ type: 'spki', format: 'pem' }))
      const trust = { publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string }
      for (const shape of curve === 'prime256v1' ? Object.keys(shapes) : ['nested']) {
        for (const shardSize of [undefined, 1_000_000]) {
          signal.throwIfAborted()
          const model = join(work, shape)
          const told = `${shape}, ${curve}, ${shardSize === undefined ? 'whole files' : `parts of ${shardSize} bytes`}`
          const sharded = shardSize === undefined ? {} : { shardSize }
          const flags = shardSize === undefined ? [] : ['--shard-size', String(shardSize)]
          const theirs = join(work, 'theirs.sig')
          const signed = await reference('sign', model, key, theirs, ...flags)
          const read = signed.ok ? await verifyModel(model, await readFile(theirs, 'utf8'), { trust }) : null
          count(
            'theirs',
            read?.verified === true,
            `${told}: ${signed.message} ${JSON.stringify(read?.problems)}`,
          )
          const ours = join(work, 'ours.sig')
          await writeFile(ours, await signModel(model, { key: privateKey, ...sharded }))
          const { ok, message } = await reference('verify', model, pub, ours)
          count('ours', ok, `${told}: ${message}`)
        }
      }
      if (curve !== 'prime256v1') continue
      for (const [name, { reason, act }] of Object.entries(tamperings)) {
        signal.throwIfAborted()
        const model = join(work, `tampered ${name}`)
        await cp(join(work, 'flat'), model, { recursive: true })
        const [theirs, ours] = [join(work, 'theirs.sig'), join(work, 'ours.sig')]
        await reference('sign', model, key, theirs)
        await writeFile(ours, await signModel(model, { key: privateKey }))
        await act(model)
        const { verified, problems } = await verifyModel(model, await readFile(theirs, 'utf8'), { trust })
        const kinds = problems.map(({ kind }) => kind)
        count('refusedHere', !verified && kinds.includes(reason), `${name}: ${kinds.join(', ')}`)
        const there = await reference('verify', model, pub, ours)
        count('refusedThere', !there.ok, `${name}: ${there.message}`)
      }
    }
    const right = Object.values(counts).reduce((sum, one) => sum + one, 0)
    const n = Object.values(totals).reduce((sum, one) => sum + one, 0)
    return {
      value: right / n,
      met: right === n,
      unit: 'share',
      n,
      detail: `signed by model-signing ${tool.version} and verified here ${counts.theirs} of ${totals.theirs}, the other way ${counts.ours} of ${totals.ours}; tampered: refused here for the right reason ${counts.refusedHere} of ${totals.refusedHere}, there ${counts.refusedThere} of ${totals.refusedThere}${failures.length === 0 ? '' : `; ${failures.slice(0, 3).join('; ')}`}`,
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function writeShape(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

const peers = join(repositoryRoot, 'bench', 'peers')

/** One call of the reference tool: what it says on its last line. */
async function reference(
  ...args: readonly string[]
): Promise<{ readonly ok: boolean; readonly message: string }> {
  const python = join(peers, '.venv', 'bin', 'python')
  const script = join(peers, 'artifacts', 'signing.py')
  try {
    const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', script, ...args])
    return JSON.parse(stdout.trim().split('\n').at(-1)!)
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const line = stdout.trim().split('\n').at(-1) ?? ''
    return line.startsWith('{') ? JSON.parse(line) : { ok: false, message: stderr.slice(-300) }
  }
}
