// Where decompressed bytes go: into memory while they are few, then into a file that has no name and vanishes with the
// process, so that neither a bomb nor a large honest member takes more than a set share of memory.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { descriptorSource } from './file-source.ts'
import { memorySource, type Source } from './source.ts'

const inMemory = 32 * 2 ** 20

export interface Spool {
  readonly size: number
  /** Appends a copy of these bytes. */
  write(bytes: Uint8Array): void
  /** All that was written. No write may follow. */
  source(): Source
  /** Gives memory and disk back; the source must not be read after it. */
  release(): void
}

export function createSpool(): Spool {
  let chunks: Uint8Array[] = []
  let file: number | null = null
  let size = 0
  const toFile = (): number => {
    const folder = mkdtempSync(join(tmpdir(), 'failmode-'))
    try {
      const path = join(folder, 'spool')
      const opened = openSync(path, 'wx+', 0o600)
      for (const chunk of chunks) writeAll(opened, chunk)
      chunks = []
      return opened
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return {
    get size() {
      return size
    },
    write(bytes) {
      size += bytes.length
      if (file === null && size > inMemory) file = toFile()
      if (file === null) chunks.push(bytes.slice())
      else writeAll(file, bytes)
    },
    source() {
      if (file !== null) return descriptorSource(file, size)
      const whole = new Uint8Array(size)
      let at = 0
      for (const chunk of chunks) {
        whole.set(chunk, at)
        at += chunk.length
      }
      chunks = [whole]
      return memorySource(whole)
    },
    release() {
      if (file !== null) closeSync(file)
      file = null
      chunks = []
    },
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done)
}
