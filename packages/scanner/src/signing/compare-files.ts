// Where a model on disk and the signed list differ, each difference by its own name: a file that only changed places is
// not a changed one, and a file that is there under another name is not a missing one. The signer's list of ignored
// paths and its leave to use links are heard, but the verifier's rules stand: a file that a framework could load or run
// is never ignored, and nothing outside the folder is ever opened.
import { ScannerError } from '../scanner-error.ts'
import { coveredBy } from './ignored-paths.ts'
import { digestParts, forSeveral, headOf, type ModelEntry, type ModelListing, sizeOf } from './model-files.ts'
import type { ModelStatement, SignedFile } from './statement.ts'
import { headBytes, unsignedKind } from './unsigned-file.ts'
import type { SignatureProblem, SignatureWarning } from './verification.ts'

export interface Comparison {
  readonly problems: readonly SignatureProblem[]
  readonly warnings: readonly SignatureWarning[]
  readonly files: number
}

/** A part whose bytes are not the signed ones. */
interface Difference {
  readonly path: string
  /** Null: the whole file. */
  readonly part: number | null
  readonly expected: string
  readonly actual: string
}

/**
 * Compares the files of a model with a signed statement.
 * @throws the signal's reason when aborted
 */
export async function compareFiles(
  { single, entries }: ModelListing,
  { serialization, files }: ModelStatement,
  {
    ignorePaths,
    ignoreUnsignedFiles,
    signal,
  }: {
    /** The verifier's own. */
    readonly ignorePaths: readonly string[]
    readonly ignoreUnsignedFiles: boolean
    readonly signal: AbortSignal | undefined
  },
): Promise<Comparison> {
  if (single !== (files.length === 1 && files[0]!.path === '.')) {
    const message = single
      ? 'A folder was signed, but this is a single file.'
      : 'A single file was signed, but this is a folder.'
    return { problems: [{ kind: 'wrong-shape', message }], warnings: [], files: 0 }
  }
  const problems: SignatureProblem[] = []
  const warnings: SignatureWarning[] = []
  const byPath = new Map(files.map((file) => [file.path, file]))
  const missing = new Map(byPath)
  const present: ModelEntry[] = []
  const unsigned: ModelEntry[] = []
  for (const entry of entries) {
    const wasSigned = missing.delete(entry.path)
    const usable = entry.kind === 'file' || (entry.kind === 'link' && serialization.allowSymlinks)
    if (usable) (wasSigned ? present : unsigned).push(entry)
    else if (wasSigned || !mayBeLeftOut(entry)) problems.push(unusable(entry))
  }

  const differences: Difference[] = []
  let asSigned = 0
  await forSeveral(present, async (entry) => {
    const found = await differencesOf(entry, byPath.get(entry.path)!)
    if (found?.length === 0) asSigned++
    differences.push(...(found ?? []))
  })
  problems.push(...nameDifferences(differences))

  const renamed = await findRenamed()
  for (const path of missing.keys()) {
    problems.push({ kind: 'missing-file', path, message: `${path} was signed and is not there.` })
  }
  await forSeveral(unsigned, async (entry) => {
    if (!renamed.has(entry.path)) await judgeUnsigned(entry)
  })
  problems.sort(byKindAndPath)
  warnings.sort(byKindAndPath)
  return { problems, warnings, files: asSigned }

  /** Null when the file is a problem as a whole, which is then reported. */
  async function differencesOf(entry: ModelEntry, file: SignedFile): Promise<readonly Difference[] | null> {
    const { path, opens } = entry
    try {
      // With parts the size is signed too, and a file that grew without bound need not be read.
      if (file.bytes !== null) {
        const size = await sizeOf(opens)
        if (size !== file.bytes) {
          problems.push({
            kind: 'changed-file',
            path,
            message: `${path} has ${size} bytes; ${file.bytes} were signed.`,
          })
          return null
        }
      }
      const { digests } = await digestParts(opens, { ...serialization, signal })
      const sharded = serialization.shardSize !== null
      return file.digests.flatMap((expected, i) => {
        const actual = digests[i] ?? ''
        return actual === expected ? [] : [{ path, part: sharded ? i : null, expected, actual }]
      })
    } catch (error) {
      if (!(error instanceof ScannerError)) throw error
      problems.push({ kind: 'unreadable-file', path, message: error.message })
      return null
    }
  }

  /** Unsigned files that hold what was signed under a name that is not there. */
  async function findRenamed(): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    if (missing.size === 0) return found
    const wanted = new Map<string, string[]>()
    const sizes = new Set<number | null>()
    for (const { path, digests, bytes } of missing.values()) {
      const key = digests.join()
      wanted.set(key, [...(wanted.get(key) ?? []), path])
      sizes.add(bytes)
    }
    await forSeveral(unsigned, async ({ path, opens }) => {
      try {
        if (serialization.shardSize !== null && !sizes.has(await sizeOf(opens))) return
        const { digests } = await digestParts(opens, { ...serialization, signal })
        const was = wanted.get(digests.join())?.shift()
        if (was === undefined) return
        missing.delete(was)
        found.add(path)
        problems.push({ kind: 'renamed-file', path, message: `${path} was signed as ${was}.` })
      } catch (error) {
        // Whatever cannot be read is judged as an unsigned file below.
        if (!(error instanceof ScannerError)) throw error
      }
    })
    return found
  }

  async function judgeUnsigned(entry: ModelEntry): Promise<void> {
    const { path, opens } = entry
    const head = await headOf(opens, headBytes)
    const kind = unsignedKind(path, head)
    const byVerifier = coveredBy(ignorePaths, path)
    const bySigner = coveredBy(serialization.ignorePaths, path)
    if (byVerifier || bySigner) {
      if (kind === 'model') {
        problems.push({
          kind: 'ignored-model-file',
          path,
          message: `${path} is on the ${bySigner ? "signer's" : "verifier's"} list of ignored paths, but a framework may load or run such a file.`,
        })
      } else if (kind === 'other' && !byVerifier) {
        problems.push({
          kind: 'ignored-file',
          path,
          message: `${path} is ignored at the signer's wish alone; ignore it yourself if it does not matter.`,
        })
      }
      return
    }
    if (head?.length === 0 && serialization.shardSize !== null) {
      const message = `${path} is empty; signatures over parts of files do not cover empty files.`
      warnings.push({ kind: 'unsigned-empty-file', path, message })
    } else if (ignoreUnsignedFiles && kind !== 'model') {
      warnings.push({ kind: 'unsigned-file', path, message: `${path} was not signed.` })
    } else {
      problems.push({ kind: 'extra-file', path, message: `${path} is there and was not signed.` })
    }
  }

  /** Links, pipes and folders that cannot be read may be there only where nothing is looked for. */
  function mayBeLeftOut({ path }: ModelEntry): boolean {
    const kind = unsignedKind(path, null)
    return (
      (coveredBy(ignorePaths, path) && kind !== 'model') ||
      (coveredBy(serialization.ignorePaths, path) && kind === 'harmless')
    )
  }
}

function unusable({ path, kind }: ModelEntry): SignatureProblem {
  switch (kind) {
    case 'link-out':
      return {
        kind: 'link-out-of-folder',
        path,
        message: `${path} is a symbolic link that leads out of the folder or nowhere.`,
      }
    case 'link':
    case 'link-to-folder':
      return {
        kind: 'link-refused',
        path,
        message:
          kind === 'link'
            ? `${path} is a symbolic link, and the signature does not allow links.`
            : `${path} is a symbolic link to a folder, whose files a signature does not cover.`,
      }
    case 'unreadable':
      return { kind: 'unreadable-file', path, message: `The folder ${path} cannot be read.` }
    default:
      return { kind: 'special-file', path, message: `${path} is neither a file nor a folder.` }
  }
}

/** Tells bytes that only changed places from changed bytes. */
function nameDifferences(differences: readonly Difference[]): readonly SignatureProblem[] {
  const places = new Map<string, Difference>()
  for (const one of differences) places.set(one.expected, one)
  return differences.map((one): SignatureProblem => {
    const { path } = one
    const from = places.get(one.actual)
    if (from === undefined) {
      return { kind: 'changed-file', path, message: `${nameOf(one)} has other bytes than were signed.` }
    }
    return {
      kind: 'swapped-content',
      path,
      message: `${nameOf(one)} holds what was signed as ${nameOf(from)}.`,
    }
  })
}

function nameOf({ path, part }: Difference): string {
  return part === null ? path : `${path}, part ${part}`
}

function byKindAndPath<T extends { readonly kind: string; readonly path?: string }>(a: T, b: T): number {
  const left = `${a.path ?? ''}\0${a.kind}`
  const right = `${b.path ?? ''}\0${b.kind}`
  return left < right ? -1 : left > right ? 1 : 0
}
