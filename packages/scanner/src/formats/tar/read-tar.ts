// Walks a tar from header to header. The contents are slices of the source and are never read here, so a tar of any size
// takes a moment. Links are never followed; what a member could do to the folder it is unpacked to is a finding.
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { pieces, type Source, slice } from '../../source/source.ts'
import { type Archive, type ArchiveEntry, Malformed, type ScanContext } from '../format.ts'
import { tarRules } from './rules.ts'
import { blockSize, checksumFits, decode, isZero, readTarHeader } from './tar-header.ts'

export interface TarArchive extends Archive {
  readonly end: number
  /** Where and why the walk broke, to be thrown once the members before it were examined. */
  readonly fault: Malformed | null
}

/** What an extended header says of the next member, or of all. */
interface Extended {
  path?: string
  linkPath?: string
  size?: number
  sparse?: boolean
}

/** GNU long names and pax headers are read whole. */
const longestHeader = 2 ** 20
const longestPath = 4096

export function readTar(source: Source, context: ScanContext): TarArchive {
  const entries: ArchiveEntry[] = []
  const files = new Map<string, ArchiveEntry>()
  const links = new Set<string>()
  let all: Extended = {}
  let next: Extended = {}
  let fault: Malformed | null = null
  let at = 0
  let count = 0
  const { report, budget } = context

  try {
    while (at < source.size) {
      if (++count % 256 === 0) budget.checkTime()
      const block = source.read(at, blockSize)
      if (block.length < blockSize) throw new Malformed('it ends in the middle of a header', at)
      if (isZero(block)) {
        at = endOfArchive(source, at)
        return done()
      }
      if (!checksumFits(block)) throw new Malformed('the checksum of a header does not fit', at)
      const header = readTarHeader(block, at)
      const dataAt = at + blockSize
      const extended = 'xgLKX'.includes(header.type)
      const size = extended ? header.size : (next.size ?? all.size ?? header.size)
      if (dataAt + size > source.size) {
        if (!extended && header.type === '0') add(header, { dataAt, size: source.size - dataAt })
        throw new Malformed('a member is larger than what is left', at)
      }
      if (extended) {
        if (size > longestHeader) throw new Malformed('an extended header is too large', at)
        const bytes = source.read(dataAt, size)
        if (header.type === 'L') next.path = decode(bytes).replace(/\0.*$/s, '')
        else if (header.type === 'K') next.linkPath = decode(bytes).replace(/\0.*$/s, '')
        else if (header.type === 'g') all = { ...all, ...readPax(bytes, dataAt) }
        else next = { ...next, ...readPax(bytes, dataAt) }
      } else {
        if (size !== header.size && header.size !== 0 && header.size < 0o77777777777) {
          report(tarRules['two-sizes'], {
            message: `An extended header gives ${size} bytes for ${quoted(header.name)}, its own ${header.size}.`,
            offset: at,
          })
        }
        add(header, { dataAt, size })
        next = {}
      }
      // Links and folders have no contents whatever size they give, as POSIX says; GNU's folders of dumps do.
      const holds = extended || !'123456'.includes(header.type) || (header.type === '1' && size > 0)
      at = dataAt + (holds ? Math.ceil(size / blockSize) * blockSize : 0)
    }
    at = Math.min(at, source.size)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    fault = error
  }
  return done()

  function done(): TarArchive {
    return { entries, find: (path) => files.get(path) ?? null, end: Math.min(at, source.size), fault }
  }

  function add(
    { name, type, linkName }: { readonly name: string; readonly type: string; readonly linkName: string },
    { dataAt, size }: { readonly dataAt: number; readonly size: number },
  ): void {
    const full = next.path ?? all.path ?? name
    const given = full.slice(0, longestPath)
    const target = next.linkPath ?? all.linkPath ?? linkName
    const path = normal(given)
    const offset = dataAt - blockSize
    if (entries.length >= budget.limits.members) {
      throw new LimitReached('members', `more than ${budget.limits.members} members`)
    }
    const unsafe = leavesFolder(given)
    if (unsafe) report(tarRules['unsafe-name'], { message: `A member is called ${quoted(given)}.`, offset })
    if (/[\\\0]/.test(given) || full !== given)
      report(tarRules['odd-name'], { message: `A member is called ${quoted(given)}.`, offset })
    const through = links.size === 0 ? null : linkOnTheWay(path, links)
    if (through !== null && type !== '5') {
      report(tarRules['write-through-link'], {
        message: `${quoted(given)} is written through ${quoted(through)}, which is a link.`,
        offset,
      })
    }
    if (type === '5' || type === 'D' || type === 'V' || type === 'M') {
      // A folder, a list of one, a label, a continuation of another volume.
      if (type === 'M') {
        report(tarRules['unknown-member'], {
          message: `${quoted(given)} continues a file of another volume.`,
          offset,
        })
        entries.push(entryOf(path, { dataAt, size }))
      } else if (size > 0) entries.push(entryOf(path, { dataAt, size }))
      return
    }
    if (type === '1' || type === '2') {
      const out = type === '1' ? leavesFolder(target) : leavesFrom(path, target)
      report(tarRules[out ? 'link-out' : 'link'], {
        message: `${quoted(given)} is a ${type === '1' ? 'hard' : 'symbolic'} link to ${quoted(target)}.`,
        offset,
      })
      links.add(path)
      // POSIX lets a hard link bring contents of its own.
      entries.push({
        ...entryOf(path, { dataAt, size: type === '1' ? size : 0 }),
        kind: type === '1' && size > 0 ? 'file' : 'link',
      })
      return
    }
    if ('346'.includes(type)) {
      const what = type === '6' ? 'a pipe' : 'a device'
      report(tarRules['special-file'], { message: `${quoted(given)} is ${what}.`, offset })
      entries.push({ ...entryOf(path, { dataAt, size: 0 }), kind: 'special' })
      return
    }
    const sparse = type === 'S' || (next.sparse ?? false)
    if (type !== '0' || sparse) {
      report(tarRules['unknown-member'], {
        message: sparse
          ? `${quoted(given)} is stored as a sparse file.`
          : `${quoted(given)} is of type ${quoted(type)}.`,
        offset,
      })
    }
    const before = files.get(path)
    if (before !== undefined && !unsafe) {
      report(tarRules['duplicate-name'], { message: `${quoted(given)} is there more than once.`, offset })
    }
    // The last of equal names is what is left after unpacking; the others are examined under a name of their own.
    const entry = entryOf(path, { dataAt, size })
    if (before !== undefined) {
      const i = entries.indexOf(before)
      if (i !== -1) entries[i] = { ...before, path: `${path} (before ${offset})` }
    }
    entries.push(entry)
    if (!unsafe) files.set(path, entry)
  }

  function entryOf(
    path: string,
    { dataAt, size }: { readonly dataAt: number; readonly size: number },
  ): ArchiveEntry {
    return { path, bytes: size, kind: 'file', open: async () => slice(source, dataAt, size) }
  }

  /** Behind the two blocks of zeros and the zeros that fill the last record. */
  function endOfArchive(from: Source, zerosAt: number): number {
    for (const { offset, bytes } of pieces(from, { from: zerosAt })) {
      budget.checkTime()
      for (let i = 0; i < bytes.length; i++) {
        if (bytes[i] === 0) continue
        // What follows is examined anew, as something behind the end.
        return Math.min(offset + i, zerosAt + 2 * blockSize)
      }
    }
    return from.size
  }
}

/** The keys of a pax header that move or rename members (POSIX pax, "pax Header Block"). */
function readPax(bytes: Uint8Array, offset: number): Extended {
  const extended: Extended = {}
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const space = bytes.indexOf(0x20, at)
    const length =
      space === -1
        ? Number.NaN
        : Number(Buffer.from(bytes.subarray(at, Math.min(space, at + 10))).toString('latin1'))
    if (!Number.isInteger(length) || length < space - at + 3 || at + length > bytes.length) {
      throw new Malformed('a record of a pax header has a wrong length', offset + at)
    }
    const record = bytes.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    const key = decode(record.subarray(0, Math.max(0, equals)))
    const value = decode(record.subarray(equals + 1))
    if (key === 'path') extended.path = value
    else if (key === 'linkpath') extended.linkPath = value
    else if (key === 'size') {
      if (!/^\d{1,15}$/.test(value))
        throw new Malformed('a pax header gives a size that is no number', offset + at)
      extended.size = Number(value)
    } else if (key.startsWith('GNU.sparse.')) extended.sparse = true
    at += length
  }
  return extended
}

/** The member on whose place a link stands, as a whole or as a folder on the way. */
function linkOnTheWay(path: string, links: ReadonlySet<string>): string | null {
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    const folder = path.slice(0, end)
    if (links.has(folder)) return folder
  }
  return links.has(path) ? path : null
}

function normal(name: string): string {
  const [cut = ''] = name.split('\0', 1)
  return cut
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function leavesFolder(path: string): boolean {
  return /^[/\\]|^[A-Za-z]:/.test(path) || path.split(/[/\\]/).includes('..')
}

/** Whether a link at a path leads out of the top folder. */
function leavesFrom(path: string, target: string): boolean {
  if (/^[/\\]|^[A-Za-z]:/.test(target)) return true
  let depth = path.split('/').length - 1
  for (const part of target.split(/[/\\]/)) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}
