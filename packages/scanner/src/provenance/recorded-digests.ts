// Digests that somebody wrote down beside a model: in a lock, in the card, in a list of checksums, in a file of its own.
import type { Archive } from '../formats/format.ts'
import { type Lock, parseLock } from '../lock.ts'
import { ScannerError } from '../scanner-error.ts'
import type { Card } from './card.ts'

export interface RecordedDigest {
  readonly algorithm: 'sha256' | 'sha1' | 'md5'
  readonly hex: string
  /** The file that says so. */
  readonly file: string
}

/** Path of the file, relative to the folder of models -> what is recorded of it. */
export type RecordedDigests = ReadonlyMap<string, readonly RecordedDigest[]>

const lengths = { 64: 'sha256', 40: 'sha1', 32: 'md5' } as const
const longest = 16 * 2 ** 20
const lists = /(?:^|\/)(?:sha256sums?|sha1sums?|md5sums?|checksums?)(?:\.txt|\.asc)?$/i

export async function recordedDigests(archive: Archive): Promise<RecordedDigests> {
  const found = new Map<string, RecordedDigest[]>()
  const add = (path: string, hex: string, file: string): void => {
    const algorithm = lengths[hex.length as keyof typeof lengths]
    if (algorithm === undefined || !/^[0-9a-f]+$/i.test(hex)) return
    found.set(path, [...(found.get(path) ?? []), { algorithm, hex: hex.toLowerCase(), file }])
  }
  for (const { path, kind, bytes, open } of archive.entries) {
    if (kind !== 'file' || bytes > longest) continue
    const sidecar = /^(.+)\.(?:sha256|sha1|md5)$/i.exec(path)?.[1]
    const isLock = /(?:^|\/)models\.lock\.json$/.test(path)
    if (sidecar === undefined && !lists.test(path) && !isLock) continue
    const source = await open()
    const text = Buffer.from(source.read(0, source.size)).toString('utf8')
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    if (isLock) {
      for (const { path: locked, sha256, weak } of lockOf(text)?.artifacts ?? []) {
        for (const hex of [sha256, weak?.sha1, weak?.md5])
          if (hex !== undefined) add(folder + locked, hex, path)
      }
    } else if (sidecar !== undefined) add(sidecar, /^[0-9a-f]{32,64}/i.exec(text.trim())?.[0] ?? '', path)
    else {
      for (const [, hex = '', name = ''] of text.matchAll(
        /^\\?([0-9a-f]{32,64})[ \t]+\*?(\S[^\r\n]{0,500})$/gim,
      )) {
        add(folder + name.trim().replace(/^\.\//, ''), hex, path)
      }
    }
  }
  return found
}

/** What the card of a model says of its one file of weights. */
export function digestsOfCard({ settings }: Card, path: string): readonly RecordedDigest[] {
  return (['sha256', 'sha1', 'md5'] as const).flatMap((algorithm) => {
    const hex = settings.get(algorithm)
    const wanted = { sha256: 64, sha1: 40, md5: 32 }[algorithm]
    return typeof hex === 'string' && hex.length === wanted && /^[0-9a-f]+$/i.test(hex)
      ? [{ algorithm, hex: hex.toLowerCase(), file: path }]
      : []
  })
}

function lockOf(text: string): Lock | null {
  try {
    return parseLock(text)
  } catch (error) {
    if (error instanceof ScannerError) return null
    throw error
  }
}
