// The statement that is signed: an in-toto statement whose predicate lists every file (or every part of a fixed size)
// with its digest, and whose subject carries one digest over all these digests in their order. Reading one is strict,
// because a signer may be careless or hostile: names must be plain, unique and stay inside, parts must cover each file
// without gap, digests must be strong, and the digest over all of them is computed anew.
// Format: sigstore/model-transparency, predicate https://model_signing/signature/v1.0.
import { createHash } from 'node:crypto'
import { duplicateKey } from '../duplicate-key.ts'
import type { ContentHash } from './model-files.ts'
import type { SignatureProblem, SignatureWarning } from './verification.ts'

const statementType = 'https://in-toto.io/Statement/v1'
const predicateType = 'https://model_signing/signature/v1.0'
/** What releases before 1.0 wrote: one subject a file, SHA-256, nothing else. */
const oldPredicateType = 'https://model_signing/Digests/v0.1'

/** What the reference tool leaves out of every signature unless told otherwise. */
export const gitPaths = ['.git', '.gitattributes', '.github', '.gitignore'] as const

export interface SignedFile {
  /** Relative to the folder, forward slashes; `.` for a model that is a single file. */
  readonly path: string
  /** Known when the file was signed in parts. */
  readonly bytes: number | null
  /** One digest a part, in order; a whole file is one part. */
  readonly digests: readonly string[]
}

export interface Serialization {
  readonly hash: ContentHash
  /** Bytes of a part; null when files are signed whole. */
  readonly shardSize: number | null
  readonly allowSymlinks: boolean
  readonly ignorePaths: readonly string[]
}

export interface ModelStatement {
  readonly serialization: Serialization
  readonly files: readonly SignedFile[]
}

export interface StatementReading {
  /** Null when there is a problem. */
  readonly statement: ModelStatement | null
  readonly problems: readonly SignatureProblem[]
  readonly warnings: readonly SignatureWarning[]
}

interface Resource {
  readonly name: string
  readonly digest: string
}

type Json = Readonly<Record<string, unknown>>

class Refused extends Error {
  readonly problem: SignatureProblem
  constructor(problem: SignatureProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** The statement as JSON text. Files are put in the order of the reference tool: by path, part for part. */
export function writeStatement(
  name: string,
  { serialization, files }: ModelStatement,
): { readonly text: string; readonly root: string } {
  const { hash, shardSize, allowSymlinks, ignorePaths } = serialization
  const resources = [...files]
    .sort((a, b) => comparePaths(a.path, b.path))
    .flatMap(({ path, bytes, digests }) =>
      digests.map((digest, i) => ({
        name: shardSize === null ? path : `${path}:${i * shardSize}:${Math.min((i + 1) * shardSize, bytes!)}`,
        digest,
        algorithm: algorithmName(hash, shardSize),
      })),
    )
  const root = rootDigest(resources)
  const text = JSON.stringify(
    {
      _type: statementType,
      subject: [{ name, digest: { sha256: root } }],
      predicateType,
      predicate: {
        serialization: {
          method: shardSize === null ? 'files' : 'shards',
          hash_type: hash,
          ...(shardSize === null ? {} : { shard_size: shardSize }),
          allow_symlinks: allowSymlinks,
          ignore_paths: ignorePaths,
        },
        resources,
      },
    },
    null,
    2,
  )
  return { text, root }
}

/** Reads what was signed. Call this only after the signature held. */
export function readStatement(payload: Uint8Array): StatementReading {
  try {
    return { problems: [], ...read(payload) }
  } catch (error) {
    if (error instanceof Refused) return { statement: null, problems: [error.problem], warnings: [] }
    throw error
  }
}

function read(payload: Uint8Array): { statement: ModelStatement; warnings: readonly SignatureWarning[] } {
  let text: string
  let json: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)
    json = JSON.parse(text)
  } catch {
    throw refuse('bad-statement', 'What was signed is not JSON in UTF-8.')
  }
  const twice = duplicateKey(text)
  if (twice !== null) {
    throw refuse('duplicate-key', `The signed statement gives the key ${JSON.stringify(twice)} twice.`)
  }
  if (!isObject(json) || json._type !== statementType) {
    throw refuse('bad-statement', `What was signed is not an in-toto statement of type ${statementType}.`)
  }
  if (json.predicateType === oldPredicateType) return readOld(json)
  if (json.predicateType !== predicateType) {
    throw refuse(
      'unknown-predicate',
      `The statement is about ${JSON.stringify(json.predicateType)}; expected ${predicateType}.`,
    )
  }
  return { statement: readCurrent(json), warnings: [] }
}

function readCurrent(json: Json): ModelStatement {
  if (!Array.isArray(json.subject) || json.subject.length !== 1) {
    throw refuse('bad-statement', 'The statement must have exactly one subject.')
  }
  const root = subjectDigest(json.subject[0])
  const { predicate } = json
  if (
    !isObject(predicate) ||
    !isObject(predicate.serialization) ||
    (predicate.resources !== undefined && !Array.isArray(predicate.resources))
  ) {
    throw refuse('bad-statement', 'The predicate must have a serialization and a list of resources.')
  }
  const serialization = readSerialization(predicate.serialization)
  const algorithm = algorithmName(serialization.hash, serialization.shardSize)
  const resources = ((predicate.resources ?? []) as readonly unknown[]).map((resource): Resource => {
    if (!isObject(resource) || typeof resource.name !== 'string') {
      throw refuse('bad-statement', 'A resource has no name.')
    }
    const { name } = resource
    if (resource.algorithm !== algorithm) {
      throw refuseHash(resource.algorithm, `${JSON.stringify(name)} is signed with`, algorithm)
    }
    return { name, digest: hexDigest(resource.digest, serialization.hash, name) }
  })
  if (rootDigest(resources) !== root) {
    throw refuse(
      'root-mismatch',
      `The digest over all ${resources.length} resources is not the one that the statement gives: the list is not complete or not in its order.`,
    )
  }
  return { serialization, files: gatherFiles(resources, serialization.shardSize) }
}

function readOld(json: Json): { statement: ModelStatement; warnings: readonly SignatureWarning[] } {
  if (!Array.isArray(json.subject)) throw refuse('bad-statement', 'The statement has no subjects.')
  const resources = json.subject.map((subject: unknown): Resource => {
    if (!isObject(subject) || typeof subject.name !== 'string') {
      throw refuse('bad-statement', 'A subject has no name.')
    }
    const { name, annotations } = subject
    // Other algorithms were written under the name of SHA-256 too, with a note.
    const actual = isObject(annotations) ? annotations.actual_hash_algorithm : undefined
    if (actual !== undefined && actual !== 'file-sha256' && actual !== 'sha256') {
      throw refuseHash(actual, `${JSON.stringify(name)} is signed with`, 'sha256')
    }
    return { name, digest: subjectDigest(subject) }
  })
  const serialization: Serialization = {
    hash: 'sha256',
    shardSize: null,
    allowSymlinks: false,
    ignorePaths: gitPaths,
  }
  return {
    statement: { serialization, files: gatherFiles(resources, null) },
    warnings: [
      {
        kind: 'old-statement',
        message:
          'The statement is of before version 1.0: it has no digest over the whole list. Sign again with a current tool.',
      },
    ],
  }
}

function readSerialization(given: Json): Serialization {
  const { method, hash_type: hash, shard_size: size, allow_symlinks: links, ignore_paths: ignored } = given
  if (method !== 'files' && method !== 'shards') {
    throw refuse(
      'bad-statement',
      `The method ${JSON.stringify(method)} is not known; expected files or shards.`,
    )
  }
  if (hash !== 'sha256' && hash !== 'blake2b') throw refuseHash(hash, 'Files are signed with', 'sha256')
  if (typeof links !== 'boolean') throw refuse('bad-statement', 'allow_symlinks must be true or false.')
  if (method === 'shards' && (!Number.isSafeInteger(size) || (size as number) <= 0)) {
    throw refuse('bad-statement', `The shard_size ${JSON.stringify(size)} is not a positive whole number.`)
  }
  const ignorePaths: unknown = ignored ?? []
  if (!Array.isArray(ignorePaths) || !ignorePaths.every((path) => typeof path === 'string')) {
    throw refuse('bad-statement', 'ignore_paths must be a list of texts.')
  }
  return { hash, shardSize: method === 'shards' ? (size as number) : null, allowSymlinks: links, ignorePaths }
}

/** Files from resources; parts of one file are put together. */
function gatherFiles(resources: readonly Resource[], shardSize: number | null): readonly SignedFile[] {
  const seen = new Set<string>()
  const shards = new Map<string, { start: number; end: number; digest: string }[]>()
  const files: SignedFile[] = []
  for (const { name, digest } of resources) {
    if (seen.has(name)) throw refuse('duplicate-name', `${JSON.stringify(name)} is signed twice.`)
    seen.add(name)
    if (shardSize === null) {
      checkName(name)
      files.push({ path: name, bytes: null, digests: [digest] })
      continue
    }
    const parts = /^(.*):(0|[1-9]\d{0,15}):([1-9]\d{0,15})$/s.exec(name)
    if (parts === null) {
      throw refuse('bad-shards', `${JSON.stringify(name)} is not of the form path:start:end.`)
    }
    const [, path, start, end] = parts as unknown as [string, string, string, string]
    checkName(path)
    const shard = { start: Number(start), end: Number(end), digest }
    const others = shards.get(path)
    if (others === undefined) shards.set(path, [shard])
    else others.push(shard)
  }
  if (shardSize === null) return files
  for (const [path, parts] of shards) {
    parts.sort((a, b) => a.start - b.start)
    parts.forEach(({ start, end }, i) => {
      const last = i === parts.length - 1
      const fits = last ? end > start && end <= start + shardSize : end === start + shardSize
      if (start !== i * shardSize || !fits) {
        throw refuse(
          'bad-shards',
          `The parts of ${JSON.stringify(path)} do not cover it in steps of ${shardSize} bytes (at ${start}:${end}).`,
          path,
        )
      }
    })
    files.push({ path, bytes: parts.at(-1)!.end, digests: parts.map(({ digest }) => digest) })
  }
  return files
}

/** Null when a name is plain, else why not. */
export function unsafeName(name: string): string | null {
  if (name === '.') return null
  if (name.includes('\0')) return 'it contains a zero byte'
  if (name.includes('\\')) return 'it contains a backslash, which separates folders on some systems'
  if (name.startsWith('/') || /^[A-Za-z]:($|\/)/.test(name)) return 'it does not start in the folder'
  for (const part of name.split('/')) {
    if (part === '..') return 'it leads out of the folder'
    if (part === '' || part === '.') return 'it has an empty part, so the same file has several such names'
  }
  return null
}

function checkName(name: string): void {
  const why = unsafeName(name)
  if (why !== null) throw refuse('unsafe-name', `The signed name ${JSON.stringify(name)} is refused: ${why}.`)
}

/** By path components, as code points: the order in which the reference tool sorts. */
function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    // UTF-8 sorts as code points do; UTF-16, in which JavaScript compares, does not.
    const order = Buffer.compare(Buffer.from(left[i]!), Buffer.from(right[i]!))
    if (order !== 0) return order
  }
  return left.length - right.length
}

function algorithmName(hash: ContentHash, shardSize: number | null): string {
  return shardSize === null ? hash : `${hash}-sharded-${shardSize}`
}

function rootDigest(resources: readonly Resource[]): string {
  const root = createHash('sha256')
  for (const { digest } of resources) root.update(digest, 'hex')
  return root.digest('hex')
}

function subjectDigest(subject: unknown): string {
  const digest = isObject(subject) && isObject(subject.digest) ? subject.digest : {}
  if (digest.sha256 === undefined) {
    throw refuseHash(Object.keys(digest)[0], 'The subject is named by', 'sha256')
  }
  return hexDigest(digest.sha256, 'sha256', 'the subject')
}

function hexDigest(value: unknown, hash: ContentHash, of: string): string {
  const digits = hash === 'sha256' ? 64 : 128
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-f]+$/.test(value)) {
    throw refuse('bad-statement', `The digest of ${JSON.stringify(of)} is not ${digits} hexadecimal digits.`)
  }
  return value
}

const weakHash = /^(md[245]|sha-?1|crc|adler|fnv|xxh|murmur|ripemd)/i

function refuseHash(name: unknown, who: string, expected: string): Refused {
  const given = JSON.stringify(name)
  return typeof name === 'string' && weakHash.test(name)
    ? refuse('weak-hash', `${who} ${given}, which can be forged; expected ${expected}.`)
    : refuse('unsupported-hash', `${who} ${given}, which this version cannot compute; expected ${expected}.`)
}

function refuse(kind: SignatureProblem['kind'], message: string, path?: string): Refused {
  return new Refused({ kind, message, ...(path === undefined ? {} : { path }) })
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
