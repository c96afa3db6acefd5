// Signs a model file or folder in the OpenSSF model-signing format, so that the reference tool verifies it. Every file
// is hashed; only what no framework reads (the files of git, documentation, other signatures) may be left out.
import type { KeyObject } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { ScannerError } from '../scanner-error.ts'
import { writeBundle } from './bundle.ts'
import { type Certificate, mayNotSign, readPemCertificates } from './certificate-chain.ts'
import { keyHint, readPrivateKey, signPayload } from './ec-key.ts'
import { coveredBy } from './ignored-paths.ts'
import { digestParts, forSeveral, headOf, listModel, type ModelEntry } from './model-files.ts'
import { SigningError } from './signing-error.ts'
import { gitPaths, type SignedFile, unsafeName, writeStatement } from './statement.ts'
import { headBytes, unsignedKind } from './unsigned-file.ts'

export interface SignModelOptions {
  /** Private key on P-256, P-384 or P-521: PEM text, not encrypted, or a key object. */
  readonly key: string | KeyObject
  /** PEM certificates, the key's own first, then the chain above it. Without them the key's hint is written. */
  readonly certificates?: string
  /** Relative to the folder, forward slashes. The files of git are always left out. */
  readonly ignorePaths?: readonly string[]
  /** Sign links to files inside the folder by what they lead to. Default false: a link is refused. */
  readonly allowSymlinks?: boolean
  /** Sign parts of this many bytes, so that parts can be checked alone. Default: whole files. */
  readonly shardSize?: number
  readonly signal?: AbortSignal
}

/**
 * Signs with SHA-256 over each file, ECDSA with the hash of the key's size.
 * @param path a model folder, or one file
 * @returns a Sigstore bundle as JSON text, to be stored beside the model
 * @throws SigningError `key-unusable`, `ignore-refused`
 * @throws ScannerError `file-unreadable`, `link-refused`, `path-invalid`
 * @throws the signal's reason when aborted
 */
export async function signModel(
  path: string,
  { key, certificates, ignorePaths = [], allowSymlinks = false, shardSize, signal }: SignModelOptions,
): Promise<string> {
  const privateKey = readPrivateKey(key)
  const material =
    certificates === undefined
      ? ({ kind: 'key', hint: keyHint(privateKey) } as const)
      : ({ kind: 'certificate', certificates: chainOf(certificates, privateKey) } as const)
  if (shardSize !== undefined && !(Number.isSafeInteger(shardSize) && shardSize > 0)) {
    throw new RangeError(`shardSize must be a positive whole number of bytes, got ${shardSize}.`)
  }
  const { entries } = await listModel(path, signal)
  const ignored = [...new Set([...gitPaths, ...ignorePaths])]
  const toSign: ModelEntry[] = []
  for (const entry of entries) {
    if (coveredBy(ignored, entry.path)) await refuseToIgnoreModel(entry)
    else toSign.push(accepted(entry, { allowSymlinks, sharded: shardSize !== undefined }))
  }
  const files: SignedFile[] = []
  await forSeveral(toSign, async (entry) => {
    const parts = await digestParts(entry.opens, { hash: 'sha256', shardSize: shardSize ?? null, signal })
    files.push({ path: entry.path, ...parts })
  })
  const { text } = writeStatement(basename(resolve(path)), {
    serialization: { hash: 'sha256', shardSize: shardSize ?? null, allowSymlinks, ignorePaths: ignored },
    files,
  })
  const payload = Buffer.from(text)
  return writeBundle({ payload, signature: signPayload(payload, privateKey), material })
}

function accepted(
  entry: ModelEntry,
  { allowSymlinks, sharded }: { readonly allowSymlinks: boolean; readonly sharded: boolean },
): ModelEntry {
  const { path, kind } = entry
  if (kind === 'unreadable') {
    throw new ScannerError('file-unreadable', { message: `The folder ${path} cannot be read.` })
  }
  if (kind !== 'file' && !(kind === 'link' && allowSymlinks)) {
    const what = {
      link: 'a symbolic link',
      'link-to-folder': 'a symbolic link to a folder, whose files a signature does not cover',
      'link-out': 'a symbolic link that leads out of the folder or nowhere',
      special: 'neither a file nor a folder',
    }[kind]
    throw new ScannerError('link-refused', {
      message: `${path} is ${what}.`,
      hint: 'Replace the link by the file it stands for, or leave it out.',
    })
  }
  const why =
    unsafeName(path) ??
    (sharded && path.includes(':') ? 'it contains a colon, which separates the bounds of a part' : null)
  if (why !== null) throw new ScannerError('path-invalid', { message: `${path} cannot be signed: ${why}.` })
  return entry
}

async function refuseToIgnoreModel({ path, opens, kind }: ModelEntry): Promise<void> {
  if (unsignedKind(path, kind === 'file' ? await headOf(opens, headBytes) : null) !== 'model') return
  throw new SigningError('ignore-refused', {
    message: `${path} would be left out, but a framework may load or run such a file.`,
    hint: 'Sign it too, or move it out of the folder: a verifier does not accept it unsigned.',
  })
}

function chainOf(pem: string, key: KeyObject): readonly Buffer[] {
  let chain: readonly Certificate[]
  try {
    chain = readPemCertificates([pem])
  } catch (cause) {
    throw new SigningError('key-unusable', {
      message: `The certificates cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Give PEM text, the certificate of the key first.',
      cause,
    })
  }
  const own = chain[0]!
  if (!own.node.checkPrivateKey(key)) {
    throw new SigningError('key-unusable', {
      message: 'The first certificate is not for the given key.',
      hint: 'Give the certificate of the key first, then those above it.',
    })
  }
  const why = mayNotSign(own)
  if (why !== null) {
    throw new SigningError('key-unusable', { message: `The certificate cannot sign models: ${why}.` })
  }
  return chain.map(({ node }) => node.raw)
}
