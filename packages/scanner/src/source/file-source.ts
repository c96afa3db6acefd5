import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { ScannerError } from '../scanner-error.ts'
import type { Source } from './source.ts'

const windowSize = 1 << 18

export interface FileSource extends Source {
  close(): void
}

/**
 * A file, read through a window of 256 KiB.
 * @throws ScannerError `file-unreadable` when it is not there, may not be read or is no plain file
 */
export function openFileSource(path: string): FileSource {
  let file: number
  try {
    // Without O_NONBLOCK opening a pipe would wait for its other end.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const stat = fstatSync(file)
  if (!stat.isFile()) {
    closeSync(file)
    throw unreadable(path, 'it is not a plain file')
  }
  return { ...descriptorSource(file, stat.size), close: () => closeSync(file) }
}

/** Reads from an open file, which stays the caller's to close. */
export function descriptorSource(file: number, size: number): Source {
  let windowAt = 0
  let window: Uint8Array = new Uint8Array(0)
  const fill = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    let got = 0
    while (got < length) {
      const count = readSync(file, bytes, got, length - got, offset + got)
      if (count === 0) break
      got += count
    }
    return got === length ? bytes : bytes.subarray(0, got)
  }
  return {
    size,
    read(offset, length) {
      const from = Math.max(0, offset)
      const wanted = Math.min(length, size - from)
      if (wanted <= 0) return new Uint8Array(0)
      if (wanted > windowSize) return fill(from, wanted)
      if (from < windowAt || from + wanted > windowAt + window.length) {
        // A new buffer each time: what was given out before stays as it was.
        window = fill(from, Math.min(windowSize, size - from))
        windowAt = from
      }
      return window.subarray(from - windowAt, from - windowAt + wanted)
    },
  }
}

function unreadable(path: string, reason: string, cause?: unknown): ScannerError {
  return new ScannerError('file-unreadable', { message: `${path} cannot be read: ${reason}.`, cause })
}
