import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { FailmodeError } from '@failmode/core'
import { dataInvalid, maxDataBytes } from './raw-array.ts'

const unfold = promisify(gunzip)

export interface ReadOptions {
  /** The file as messages call it. */
  readonly name: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The bytes of a file; gzip is recognised by its first bytes and unfolded.
 * @throws FailmodeError `file-not-found`, `file-unreadable`, `data-invalid` (a damaged gzip, or more than 2 GiB)
 */
export async function readBytes(path: string, { name, signal }: ReadOptions): Promise<Uint8Array> {
  const bytes = await readFile(path, signal === undefined ? {} : { signal }).catch((cause) => {
    signal?.throwIfAborted()
    throw fileError(cause, name)
  })
  if (!isGzip(bytes)) return bytes
  try {
    return await unfold(bytes, { maxOutputLength: maxDataBytes })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw dataInvalid(name, `unfolds to more than ${maxDataBytes} bytes`)
    }
    throw dataInvalid(name, 'is not a whole gzip file', { cause })
  }
}

/** Whether the file is gzip, by its first bytes. @throws FailmodeError as `readBytes` */
export async function isGzipFile(path: string, { name }: ReadOptions): Promise<boolean> {
  try {
    const file = await open(path)
    try {
      const start = new Uint8Array(2)
      await file.read(start, 0, 2, 0)
      return isGzip(start)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw fileError(cause, name)
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** The typed error for a file that could not be opened or read. */
export function fileError(cause: unknown, name: string): FailmodeError {
  if (cause instanceof FailmodeError) return cause
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new FailmodeError('file-not-found', {
      message: `there is no file ${name}.`,
      hint: 'Paths are relative to the folder of the configuration.',
      cause,
    })
  }
  return new FailmodeError('file-unreadable', {
    message: `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'Check that it is a file and that you may read it.',
    cause,
  })
}
