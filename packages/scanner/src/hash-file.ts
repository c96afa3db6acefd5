// Digests of what lies on disk. Bytes are read in pieces and never interpreted. Only plain files are read: a link may
// point out of the folder, a pipe may never end, and a device may do anything.
import { createHash } from 'node:crypto'
import { constants, type Dirent } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ScannerError } from './scanner-error.ts'

export interface HashOptions {
  readonly signal?: AbortSignal
}

export interface FileDigest {
  readonly bytes: number
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string
}

export interface FolderFile extends FileDigest {
  /** Relative to the folder, forward slashes. */
  readonly path: string
}

const pieceSize = 1 << 20

/**
 * Size and SHA-256 of one file. A link that was named by itself is followed.
 * @throws ScannerError `file-unreadable` when it is not there, may not be read or is no plain file
 * @throws the signal's reason when aborted
 */
export function hashFile(path: string, { signal }: HashOptions = {}): Promise<FileDigest> {
  return digest(path, { flags: 0, ...(signal === undefined ? {} : { signal }) })
}

/**
 * Every file below a folder, sorted by path (code units, as `<` compares).
 * @throws ScannerError `link-refused` when it holds a link or anything else but files and folders
 * @throws ScannerError `file-unreadable` when something may not be read
 * @throws the signal's reason when aborted
 */
export async function hashFolder(
  folder: string,
  { signal }: HashOptions = {},
): Promise<readonly FolderFile[]> {
  const paths = (await listFiles(folder, '', signal)).sort((a, b) => (a < b ? -1 : 1))
  const files: FolderFile[] = []
  for (const path of paths) {
    // No link is followed here even if one was put in place of the file since it was listed.
    const options = { flags: constants.O_NOFOLLOW ?? 0, ...(signal === undefined ? {} : { signal }) }
    files.push({ path, ...(await digest(join(folder, path), options)) })
  }
  return files
}

async function listFiles(root: string, below: string, signal: AbortSignal | undefined): Promise<string[]> {
  signal?.throwIfAborted()
  let entries: Dirent[]
  try {
    entries = await readdir(join(root, below), { withFileTypes: true })
  } catch (cause) {
    throw unreadable(join(root, below), cause)
  }
  const paths: string[] = []
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await listFiles(root, path, signal)))
    else if (entry.isFile()) paths.push(path)
    else {
      throw new ScannerError('link-refused', {
        message: `${path} is a ${entry.isSymbolicLink() ? 'symbolic link' : 'special file'}; only files and folders are hashed.`,
        hint: 'Replace the link by the file it stands for, or name that file by itself.',
      })
    }
  }
  return paths
}

async function digest(
  path: string,
  { flags, signal }: { readonly flags: number; readonly signal?: AbortSignal },
): Promise<FileDigest> {
  signal?.throwIfAborted()
  let file: FileHandle
  try {
    // Without O_NONBLOCK opening a pipe would wait for its other end.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    if (!(await file.stat()).isFile()) {
      throw new ScannerError('file-unreadable', { message: `${path} is not a plain file.` })
    }
    const hash = createHash('sha256')
    const piece = Buffer.allocUnsafe(pieceSize)
    let bytes = 0
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(piece, 0, pieceSize, null)
      if (bytesRead === 0) break
      hash.update(piece.subarray(0, bytesRead))
      bytes += bytesRead
    }
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

function unreadable(path: string, cause: unknown): ScannerError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ScannerError('file-unreadable', { message: `${path} cannot be read: ${reason}.`, cause })
}
