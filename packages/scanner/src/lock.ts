// `models.lock.json` writes down what each model file was when somebody trusted it: its size and its SHA-256. Reading
// it back must not be fooled, because whoever can change a model may also reach the lock: a key given twice, of
// which JSON parsers keep the last, a path that leaves the folder, or a digest that is no digest are refused rather
// than interpreted. SHA-1 and MD5 can be forged, so an entry that has only these is `weak-digest`: never a match.
import { duplicateKey } from './duplicate-key.ts'
import { type Verdict, verdicts } from './scan/verdict.ts'
import { ScannerError } from './scanner-error.ts'

/** Written. Version 1, which knew neither content nor scan nor review, is still read. */
export const lockVersion = 2
const versionsRead: readonly unknown[] = [1, 2]

/** Digests that old model zoos give and that do not identify a file any more. */
export const weakAlgorithms = ['sha1', 'md5'] as const
export type WeakAlgorithm = (typeof weakAlgorithms)[number]

export interface LockedArtifact {
  /** Relative to the lock file, forward slashes, no `.` or `..`. */
  readonly path: string
  readonly bytes?: number
  /** 64 hexadecimal digits, lower case. */
  readonly sha256?: string
  readonly weak?: Readonly<Partial<Record<WeakAlgorithm, string>>>
  /** Where it came from, such as a repository. */
  readonly source?: string
  /** Of the source: a commit or a digest, never a branch. */
  readonly revision?: string
  readonly licence?: string
  /** What is in it, apart from how it is written. */
  readonly content?: LockedContent
  /** What the scan said when it was locked. */
  readonly scan?: LockedScan
  /** The signature that was verified when it was locked: its file, and whose it is. */
  readonly signature?: { readonly bundle: string; readonly signer: string }
  readonly reviewed?: { readonly by: string; readonly date: string }
}

/** Digests of what a model file holds: a file that was only written anew keeps them. */
export interface LockedContent {
  /** As the scanner names it: `onnx`. */
  readonly format: string
  /** Over all tensors. */
  readonly weights: string
  /** Of what is computed; null where the format does not say it. */
  readonly graph: string | null
  /** By name. */
  readonly tensors: ReadonlyMap<string, string>
}

export interface LockedScan {
  readonly verdict: Verdict
  readonly tool: string
}

export interface Lock {
  /** Program and version that wrote it. */
  readonly tool: string
  /** Sorted by path. A list, so that no path can be mistaken for a property of an object. */
  readonly artifacts: readonly LockedArtifact[]
}

/** A file as it is now. */
export type MeasuredFile =
  | { readonly state: 'present'; readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly state: 'missing'; readonly path: string }

/**
 * How a file stands to the lock. `match`: size and SHA-256 are those recorded. `mismatch`: one of them differs.
 * `missing-digest`: nothing is recorded that could tell. `weak-digest`: only a forgeable digest is. `missing-file`:
 * the file is not there. `not-measured`: the lock names it and nobody measured it.
 */
export type LockState =
  | 'match'
  | 'mismatch'
  | 'missing-digest'
  | 'weak-digest'
  | 'missing-file'
  | 'not-measured'

export interface LockComparison {
  readonly path: string
  readonly state: LockState
  /** Digest in the lock, `sha1:` or `md5:` in front of a weak one; null when there is none. */
  readonly expected: string | null
  /** SHA-256 of the file; null when it was not measured. */
  readonly actual: string | null
  /** What differs, in words; only for a mismatch. */
  readonly difference: string | null
}

export type FileToLock = Omit<LockedArtifact, 'bytes' | 'sha256' | 'weak'> & {
  readonly bytes: number
  readonly sha256: string
}

/**
 * A lock of these files as they are.
 * @throws ScannerError `path-invalid` when a path leaves the folder, is absolute, or is given twice
 */
export function createLock(files: readonly FileToLock[], { tool }: { readonly tool: string }): Lock {
  const seen = new Set<string>()
  const artifacts = files.map(({ path: given, bytes, sha256, ...more }): LockedArtifact => {
    const path = lockPath(given)
    if (path === null) {
      throw new ScannerError('path-invalid', {
        message: `the path ${JSON.stringify(given)} cannot be locked: it leaves the folder of the lock file.`,
        hint: 'Put the lock file into a folder above all artifacts.',
      })
    }
    if (seen.has(path)) {
      throw new ScannerError('path-invalid', { message: `the path ${JSON.stringify(path)} is given twice.` })
    }
    seen.add(path)
    return {
      path,
      bytes: checkBytes(path, bytes),
      sha256: checkDigest(path, 'sha256', sha256),
      ...more,
    }
  })
  return { tool, artifacts: sorted(artifacts) }
}

/** The text of a lock file. The same lock has the same text, so a change in version control is a change of a file. */
export function formatLock({ tool, artifacts }: Lock): string {
  const entries = sorted(artifacts).map(({ path, weak, content, ...entry }) => {
    const { bytes, sha256, source, revision, licence, scan, signature, reviewed } = entry
    const fields = Object.entries({
      bytes,
      sha256,
      sha1: weak?.sha1,
      md5: weak?.md5,
      source,
      revision,
      licence,
      scan: scan && { verdict: scan.verdict, tool: scan.tool },
      signature: signature && { bundle: signature.bundle, signer: signature.signer },
      reviewed: reviewed && { by: reviewed.by, date: reviewed.date },
      content: content && {
        format: content.format,
        weights: content.weights,
        ...(content.graph === null ? {} : { graph: content.graph }),
        tensors: Object.fromEntries([...content.tensors].sort(([a], [b]) => (a < b ? -1 : 1))),
      },
    })
      .filter(([, value]) => value !== undefined)
      .map(
        ([key, value]) =>
          `      ${JSON.stringify(key)}: ${JSON.stringify(value, null, 2).replaceAll('\n', '\n      ')}`,
      )
    return `    ${JSON.stringify(path)}: ${fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n    }`}`
  })
  const list = entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n  }`
  return `{\n  "lockVersion": ${lockVersion},\n  "tool": ${JSON.stringify(tool)},\n  "artifacts": ${list}\n}\n`
}

/**
 * Reads a lock file of version 1 or 2. Anything but exactly what the format allows is refused.
 * @throws ScannerError `lock-invalid`
 */
export function parseLock(text: string): Lock {
  const root = objectOf(parseJson(text), 'the lock file')
  const twice = duplicateKey(text)
  if (twice !== null) {
    throw invalid(
      `the key ${JSON.stringify(twice)} is given twice in one object; readers differ on which one counts.`,
    )
  }
  const version = root.get('lockVersion')
  if (!versionsRead.includes(version)) {
    throw invalid(
      `lockVersion is ${JSON.stringify(version) ?? 'missing'}, this version reads ${versionsRead.join(' and ')}.`,
    )
  }
  onlyKeys(root, ['lockVersion', 'tool', 'artifacts'], 'the lock file')
  const artifacts = [...objectOf(root.get('artifacts'), '"artifacts"')].map(([path, value]) =>
    readEntry(path, value, version === 1 ? keysOfVersion1 : keysOfVersion2),
  )
  return { tool: textOf(root.get('tool'), '"tool"'), artifacts: sorted(artifacts) }
}

const keysOfVersion1: readonly string[] = ['bytes', 'sha256', ...weakAlgorithms, 'source', 'licence']
const keysOfVersion2 = [...keysOfVersion1, 'revision', 'scan', 'signature', 'reviewed', 'content']

function readEntry(path: string, value: unknown, keys: readonly string[]): LockedArtifact {
  const where = `the entry ${JSON.stringify(path)}`
  if (lockPath(path) !== path) {
    throw invalid(`${where} is not a plain relative path with forward slashes.`)
  }
  const entry = objectOf(value, where)
  onlyKeys(entry, keys, where)
  const weak: Partial<Record<WeakAlgorithm, string>> = {}
  for (const algorithm of weakAlgorithms) {
    if (entry.has(algorithm)) weak[algorithm] = checkDigest(path, algorithm, entry.get(algorithm))
  }
  return {
    path,
    ...(entry.has('bytes') ? { bytes: checkBytes(path, entry.get('bytes')) } : {}),
    ...(entry.has('sha256') ? { sha256: checkDigest(path, 'sha256', entry.get('sha256')) } : {}),
    ...(Object.keys(weak).length > 0 ? { weak } : {}),
    ...(entry.has('source') ? { source: textOf(entry.get('source'), `"source" of ${where}`) } : {}),
    ...(entry.has('revision') ? { revision: textOf(entry.get('revision'), `"revision" of ${where}`) } : {}),
    ...(entry.has('licence') ? { licence: textOf(entry.get('licence'), `"licence" of ${where}`) } : {}),
    ...(entry.has('scan') ? { scan: readScan(entry.get('scan'), where) } : {}),
    ...(entry.has('signature')
      ? { signature: readTexts(entry.get('signature'), ['bundle', 'signer'], where) }
      : {}),
    ...(entry.has('reviewed') ? { reviewed: readTexts(entry.get('reviewed'), ['by', 'date'], where) } : {}),
    ...(entry.has('content') ? { content: readContent(entry.get('content'), path) } : {}),
  }
}

function readTexts<Key extends string>(
  value: unknown,
  keys: readonly Key[],
  where: string,
): Readonly<Record<Key, string>> {
  const object = objectOf(value, `a value of ${where}`)
  onlyKeys(object, keys, where)
  return Object.fromEntries(
    keys.map((key) => [key, textOf(object.get(key), `"${key}" of ${where}`)]),
  ) as Record<Key, string>
}

function readScan(value: unknown, where: string): LockedScan {
  const { verdict, tool } = readTexts(value, ['verdict', 'tool'], where)
  if (!verdicts.includes(verdict as Verdict))
    throw invalid(`"verdict" of ${where} is ${JSON.stringify(verdict)}.`)
  return { verdict: verdict as Verdict, tool }
}

function readContent(value: unknown, path: string): LockedContent {
  const where = `"content" of the entry ${JSON.stringify(path)}`
  const content = objectOf(value, where)
  onlyKeys(content, ['format', 'weights', 'graph', 'tensors'], where)
  const tensors = [...objectOf(content.get('tensors'), `"tensors" of ${where}`)]
  return {
    format: textOf(content.get('format'), `"format" of ${where}`),
    weights: checkDigest(path, 'sha256', content.get('weights')),
    graph: content.has('graph') ? checkDigest(path, 'sha256', content.get('graph')) : null,
    tensors: new Map(tensors.map(([name, digest]) => [name, checkDigest(path, 'sha256', digest)])),
  }
}

/**
 * Each measured file beside its entry, in the order of `measured`, then the entries nobody measured.
 * @param lock null when there is no lock file: then no file has a digest
 */
export function compareLock(lock: Lock | null, measured: readonly MeasuredFile[]): readonly LockComparison[] {
  const locked = new Map((lock?.artifacts ?? []).map((artifact) => [artifact.path, artifact]))
  const compared = measured.map((file) => compareFile(locked.get(lockPath(file.path) ?? ''), file))
  const seen = new Set(measured.map(({ path }) => lockPath(path)))
  const rest = [...locked.values()]
    .filter(({ path }) => !seen.has(path))
    .map(
      (entry): LockComparison => ({
        path: entry.path,
        state: 'not-measured',
        expected: expectedOf(entry),
        actual: null,
        difference: null,
      }),
    )
  return [...compared, ...rest]
}

function compareFile(entry: LockedArtifact | undefined, file: MeasuredFile): LockComparison {
  const expected = entry === undefined ? null : expectedOf(entry)
  if (file.state === 'missing') {
    return { path: file.path, state: 'missing-file', expected, actual: null, difference: null }
  }
  const differences: string[] = []
  if (entry?.bytes !== undefined && entry.bytes !== file.bytes) {
    differences.push(`${file.bytes} bytes where ${entry.bytes} are recorded`)
  }
  if (entry?.sha256 !== undefined && entry.sha256 !== file.sha256)
    differences.push('another SHA-256 than recorded')
  const state =
    differences.length > 0
      ? 'mismatch'
      : entry?.sha256 !== undefined
        ? 'match'
        : expected === null
          ? 'missing-digest'
          : 'weak-digest'
  return {
    path: file.path,
    state,
    expected,
    actual: file.sha256,
    difference: state === 'mismatch' ? differences.join(', ') : null,
  }
}

function expectedOf({ sha256, weak }: LockedArtifact): string | null {
  if (sha256 !== undefined) return sha256
  const algorithm = weakAlgorithms.find((name) => weak?.[name] !== undefined)
  return algorithm === undefined ? null : `${algorithm}:${weak?.[algorithm]}`
}

/**
 * A path as a lock file writes it, or null when it cannot: forward slashes, relative, without `.`, `..`, empty parts,
 * a drive, a backslash or a control character. A leading `./` is taken off.
 */
export function lockPath(path: string): string | null {
  const plain = path.replace(/^(\.\/+)+/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names with control characters are refused
  if (/[\\\u0000-\u001f\u007f]/.test(plain) || /^[A-Za-z]:/.test(plain)) return null
  return plain.split('/').some((part) => part === '' || part === '.' || part === '..') ? null : plain
}

function sorted(artifacts: readonly LockedArtifact[]): LockedArtifact[] {
  return [...artifacts].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('the lock file is not JSON.', cause)
  }
}

/** A JSON object as a map, where `__proto__` is a key like any other. */
function objectOf(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is not an object.`)
  return new Map(Object.entries(value))
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw invalid(`${what} is not a text.`)
  return value
}

function onlyKeys(object: ReadonlyMap<string, unknown>, known: readonly string[], what: string): void {
  for (const key of object.keys()) {
    if (!known.includes(key))
      throw invalid(`${what} has the key ${JSON.stringify(key)}; known are ${known.join(', ')}.`)
  }
}

function checkBytes(path: string, value: unknown): number {
  if (!(Number.isSafeInteger(value) && (value as number) >= 0)) {
    throw invalid(`"bytes" of the entry ${JSON.stringify(path)} is not a whole number from 0.`)
  }
  return value as number
}

const digestLength = { sha256: 64, sha1: 40, md5: 32 } as const

function checkDigest(path: string, algorithm: keyof typeof digestLength, value: unknown): string {
  const length = digestLength[algorithm]
  if (!(typeof value === 'string' && value.length === length && /^[0-9a-f]+$/i.test(value))) {
    throw invalid(`"${algorithm}" of the entry ${JSON.stringify(path)} is not ${length} hexadecimal digits.`)
  }
  return value.toLowerCase()
}

function invalid(message: string, cause?: unknown): ScannerError {
  return new ScannerError('lock-invalid', {
    message,
    hint: 'Look at how the file got this way before you write it anew with failmode lock.',
    ...(cause === undefined ? {} : { cause }),
  })
}
