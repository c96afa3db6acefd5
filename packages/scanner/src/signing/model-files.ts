// The files of a model as they lie on disk: what is there, and their digests. Reading never follows a name that a
// signature gave, only names that the folder itself lists; files are opened without following links, read piece by
// piece into two buffers (one is hashed while the other fills), and a few at a time, so memory does not grow with the
// model.
import { createHash } from 'node:crypto'
import { constants, type Dirent } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { ScannerError } from '../scanner-error.ts'

export interface ModelEntry {
  /** Relative to the folder, forward slashes; `.` when the model is a single file. */
  readonly path: string
  /** What to open: the file itself, or what a link inside the folder leads to. */
  readonly opens: string
  readonly kind: 'file' | 'link' | 'link-to-folder' | 'link-out' | 'special' | 'unreadable'
}

export interface ModelListing {
  readonly single: boolean
  readonly entries: readonly ModelEntry[]
}

export type ContentHash = 'sha256' | 'blake2b'

export interface FileParts {
  readonly bytes: number
  /** One digest in hexadecimal digits a part, in order; a whole file is one part. */
  readonly digests: readonly string[]
}

const pieceSize = 1 << 20
const nodeNames = { sha256: 'sha256', blake2b: 'blake2b512' } as const

/**
 * Everything below a folder, or the one file. Folders themselves are not listed, links are never walked into.
 * @throws ScannerError `file-unreadable` when the path itself is not there or may not be read
 * @throws the signal's reason when aborted
 */
export async function listModel(path: string, signal: AbortSignal | undefined): Promise<ModelListing> {
  let root: string
  try {
    root = await realpath(path)
    if (!(await stat(root)).isDirectory()) {
      const kind = (await lstat(root)).isFile() ? 'file' : 'special'
      return { single: true, entries: [{ path: '.', opens: root, kind }] }
    }
    await readdir(root)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  const entries: ModelEntry[] = []
  const folders = ['']
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    signal?.throwIfAborted()
    let names: Dirent[]
    try {
      names = await readdir(join(root, below), { withFileTypes: true })
    } catch {
      entries.push({ path: below, opens: join(root, below), kind: 'unreadable' })
      continue
    }
    for (const entry of names) {
      const at = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) folders.push(at)
      else if (entry.isSymbolicLink()) entries.push(await resolveLink(root, at))
      else entries.push({ path: at, opens: join(root, at), kind: entry.isFile() ? 'file' : 'special' })
    }
  }
  return { single: false, entries }
}

async function resolveLink(root: string, path: string): Promise<ModelEntry> {
  const link = join(root, path)
  try {
    const opens = await realpath(link)
    if (!opens.startsWith(root.endsWith(sep) ? root : root + sep))
      return { path, opens: link, kind: 'link-out' }
    const target = await lstat(opens)
    return {
      path,
      opens,
      kind: target.isFile() ? 'link' : target.isDirectory() ? 'link-to-folder' : 'special',
    }
  } catch {
    // It leads nowhere, or in a circle.
    return { path, opens: link, kind: 'link-out' }
  }
}

/**
 * Digests of a file, whole or in parts of `shardSize` bytes.
 * @throws ScannerError `file-unreadable`
 * @throws the signal's reason when aborted
 */
export function digestParts(
  path: string,
  {
    hash,
    shardSize,
    signal,
  }: {
    readonly hash: ContentHash
    /** Null: the whole file is one part. */
    readonly shardSize: number | null
    readonly signal: AbortSignal | undefined
  },
): Promise<FileParts> {
  return withFile(path, async (file) => {
    const digests: string[] = []
    let part = createHash(nodeNames[hash])
    let room = shardSize ?? Number.POSITIVE_INFINITY
    let bytes = 0
    let current = Buffer.allocUnsafe(pieceSize)
    let other = Buffer.allocUnsafe(pieceSize)
    let reading = file.read(current, 0, pieceSize, 0)
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await reading
      if (bytesRead === 0) break
      const filled = current.subarray(0, bytesRead)
      ;[current, other] = [other, current]
      bytes += bytesRead
      reading = file.read(current, 0, pieceSize, bytes)
      // The next read is under way; if hashing throws, its failure must not surface as an unhandled rejection.
      reading.catch(() => {})
      for (let at = 0; at < filled.length; ) {
        if (room === 0) {
          digests.push(part.digest('hex'))
          part = createHash(nodeNames[hash])
          room = shardSize!
        }
        const take = Math.min(room, filled.length - at)
        part.update(filled.subarray(at, at + take))
        room -= take
        at += take
      }
    }
    if (bytes > 0 || shardSize === null) digests.push(part.digest('hex'))
    return { bytes, digests }
  })
}

/** @throws ScannerError `file-unreadable` */
export function sizeOf(path: string): Promise<number> {
  return withFile(path, async (file) => (await file.stat()).size)
}

/** The first bytes of a file, null when they cannot be read. */
export async function headOf(path: string, length: number): Promise<Uint8Array | null> {
  try {
    return await withFile(path, async (file) => {
      const head = Buffer.alloc(length)
      const { bytesRead } = await file.read(head, 0, length, 0)
      return head.subarray(0, bytesRead)
    })
  } catch {
    return null
  }
}

/** Runs `work` on every item, at most four at a time: enough to keep the disk and one core busy. */
export async function forSeveral<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  let failed = false
  const lane = async (): Promise<void> => {
    for (const item of rest) {
      if (failed) return
      await work(item).catch((reason: unknown) => {
        failed = true
        throw reason
      })
    }
  }
  // All lanes end before this does, so that no file is still open when the caller goes on.
  const lanes = await Promise.allSettled([lane(), lane(), lane(), lane()])
  for (const one of lanes) if (one.status === 'rejected') throw one.reason
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle
  try {
    // No link is followed even if one was put there since the folder was listed; a pipe does not make this wait.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    if (!(await file.stat()).isFile()) {
      throw new ScannerError('file-unreadable', { message: `${path} is not a plain file.` })
    }
    return await work(file)
  } catch (cause) {
    // Only what the system says of the file: not that the caller gave up.
    throw cause instanceof Error && 'syscall' in cause ? unreadable(path, cause) : cause
  } finally {
    await file.close()
  }
}

function unreadable(path: string, cause: unknown): ScannerError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ScannerError('file-unreadable', { message: `${path} cannot be read: ${reason}.`, cause })
}
