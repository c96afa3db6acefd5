// The run folder is the truth: blobs first, then the journal line that names them, then run.json at the end by
// rename. Every file appears whole or not at all.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { type Blob, type BlobStore, FailmodeError } from '@failmode/core'

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

let temporaries = 0

/** Writes a file so that a reader, or a crash, sees the old content or the new, never a part. */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}-${threadId}-${temporaries++}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}

/** Blobs as files of the run folder, named by the start of their digest. `written` collects what was put. */
export function createBlobStore(folder: string, written: string[] = []): BlobStore {
  return {
    async put(bytes, { folder: kind, extension, mediaType }) {
      const digest = sha256(bytes)
      const path = `${kind}/${digest.slice(0, 32)}.${extension}`
      if (!(await exists(join(folder, path)))) await writeWhole(join(folder, path), bytes)
      written.push(path)
      return { path, sha256: digest, bytes: bytes.length, mediaType }
    },
    async get(blob: Blob) {
      const bytes = await readFile(join(folder, blob.path))
      if (sha256(bytes) !== blob.sha256) {
        throw new FailmodeError('run-invalid', {
          message: `${blob.path} is not the file that the run wrote: its digest differs.`,
          hint: 'Restore the run folder, or start a new run.',
        })
      }
      return bytes
    },
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK)
    return true
  } catch {
    return false
  }
}
