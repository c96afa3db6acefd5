// Reads a zip the way its consumers do and the way others do, and reports where the two see different things. Python's
// zipfile and PyTorch go through the directory at the end and ignore names, flags and checksums beside the members;
// others read the members in the order of the file. Every byte of the file must belong to a member, its header, the
// directory or the end record, once; what belongs to none is a finding and is examined too.
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { pieces, type Source, slice } from '../../source/source.ts'
import { type Archive, type ArchiveEntry, Malformed, type ScanContext } from '../format.ts'
import {
  type CentralEntry,
  type EndRecord,
  findEnd,
  type LocalHeader,
  readDirectory,
  readLocal,
  signatureAt,
  viewOf,
} from './directory.ts'
import { zipRules } from './rules.ts'
import { memberReader, type ZipMember } from './zip-member.ts'

export interface ZipArchive extends Archive {
  /** Bytes of the source that belong to it. */
  readonly end: number
  /** A fault that ended the reading of the directory, to be thrown once the members were examined. */
  readonly fault: Malformed | null
  /** Gives disk back: what was opened must not be read any more. */
  close(): void
}

interface Listed {
  readonly central: CentralEntry
  readonly local: LocalHeader | null
  readonly name: string
  /** Behind its data and descriptor. */
  readonly end: number
}

const descriptorSignature = 0x08074b50
const hasDescriptor = 0x8

/**
 * Lists the members and reports each place where readers of the archive would disagree.
 * @throws Malformed when it is no zip; LimitReached from the budget
 */
export async function readZip(source: Source, context: ScanContext): Promise<ZipArchive> {
  const reader = memberReader(source, context)
  const end = findEnd(source)
  const members: ZipMember[] = []
  let fault: Malformed | null = null
  let last = source.size
  if (end === null) {
    context.report(zipRules['no-directory'], {
      message: 'No end record was found that leads to a directory.',
    })
    const found = await coverGap(source, context, { from: 0, to: source.size, first: true })
    members.push(...found)
    if (members.length === 0) throw new Malformed('no member and no directory was found', 0)
  } else {
    last = end.end
    if (end.disagrees !== null)
      context.report(zipRules['two-directories'], { message: end.disagrees, offset: end.at })
    if (end.another) {
      context.report(zipRules['two-directories'], {
        message: 'Another end record stands behind the directory.',
        offset: end.at,
      })
    }
    const listed: Listed[] = []
    try {
      const seen: CentralEntry[] = []
      try {
        readDirectory(source, end, (entry) => {
          seen.push(entry)
          if (seen.length > context.budget.limits.members) {
            throw new LimitReached('members', `more than ${context.budget.limits.members} members`)
          }
        })
      } finally {
        // Local headers are read in the order of the file, which reads it once.
        listed.push(...locate(source, seen, context))
      }
      if (seen.length !== end.members) {
        context.report(zipRules['two-directories'], {
          message: `The directory has ${seen.length} entries and the end record counts ${end.members}.`,
          offset: end.at,
        })
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      fault = error
    }
    members.push(...(await account(source, end, listed, context)))
  }
  const entries = members.map((member) => reader.entry(member))
  const byPath = new Map<string, ArchiveEntry>()
  for (const entry of entries) if (!leavesFolder(entry.path)) byPath.set(entry.path, entry)
  return { entries, find: (path) => byPath.get(path) ?? null, end: last, fault, close: () => reader.close() }
}

/** Finds the local header of each, compares the two, and gives them in the order of the file. */
function locate(source: Source, entries: readonly CentralEntry[], context: ScanContext): Listed[] {
  const sorted = [...entries].sort((a, b) => a.localAt - b.localAt)
  const listed = new Map<CentralEntry, Listed>()
  for (const [i, central] of sorted.entries()) {
    if (i % 1024 === 0) context.budget.checkTime()
    const local = readLocal(source, central.localAt)
    const name = decodeName(central.name)
    if (local !== null) compare(central, local, name, context)
    const dataEnd = local === null ? central.localAt : local.dataAt + central.compressed
    const next = sorted[i + 1]?.localAt ?? Number.POSITIVE_INFINITY
    listed.set(central, {
      central,
      local,
      name,
      end: dataEnd + descriptorLength(source, central, dataEnd, next),
    })
  }
  return entries.map((entry) => listed.get(entry)!)
}

/** Some writers leave a descriptor behind each member; it may lack its signature, and may hold 64-bit sizes. */
function descriptorLength(
  source: Source,
  { flags, compressed }: CentralEntry,
  at: number,
  next: number,
): number {
  if ((flags & hasDescriptor) === 0) return 0
  const bytes = source.read(at, 24)
  const signed = bytes.length >= 16 && viewOf(bytes).getUint32(0, true) === descriptorSignature
  for (const length of signed ? [16, 24] : [12, 20]) if (at + length === next) return length
  if (!signed) return Math.min(12, Math.max(0, next - at))
  const wide = bytes.length === 24 && viewOf(bytes).getBigUint64(8, true) === BigInt(compressed)
  return wide && viewOf(bytes).getUint32(12, true) === 0 ? 24 : 16
}

function compare(central: CentralEntry, local: LocalHeader, name: string, { report }: ScanContext): void {
  const { at } = local
  if (Buffer.compare(central.name, local.name) !== 0) {
    report(zipRules['name-mismatch'], {
      message: `The directory calls it ${quoted(name)}, the header beside it ${quoted(decodeName(local.name))}.`,
      offset: at,
    })
  }
  for (const { otherName, broken } of [central.extra, local.extra]) {
    if (
      otherName !== null &&
      Buffer.compare(otherName, central.name) !== 0 &&
      decodeName(otherName) !== name
    ) {
      report(zipRules['name-mismatch'], {
        message: `${quoted(name)} has ${quoted(decodeName(otherName))} for another name in its extra field.`,
        offset: at,
      })
    }
    if (broken) {
      report(zipRules['header-mismatch'], {
        message: `The extra field of ${quoted(name)} is broken.`,
        offset: at,
      })
      break
    }
  }
  const later = (local.flags & hasDescriptor) !== 0
  const differences: string[] = []
  const differ = (what: string, there: number, here: number): void => {
    if (there !== here && !(later && here === 0) && !(later && here === 0xffffffff))
      differences.push(`${what} ${there} and ${here}`)
  }
  differ('size', central.size, local.size)
  differ('compressed size', central.compressed, local.compressed)
  differ('checksum', central.crc32, local.crc32)
  differ('method', central.method, local.method)
  const bits = 0x1 | 0x20 | 0x40 | 0x2000
  differ('flags', central.flags & bits, local.flags & bits)
  if (differences.length > 0) {
    report(zipRules['header-mismatch'], {
      message: `The directory and the header beside ${quoted(name)} give ${differences.join(', ')}.`,
      offset: at,
    })
  }
}

/** Members of the directory and beside it; reports overlaps, gaps and names. */
async function account(
  source: Source,
  end: EndRecord,
  listed: readonly Listed[],
  context: ScanContext,
): Promise<ZipMember[]> {
  const { report } = context
  const sorted = listed
    .filter(({ local }) => local !== null)
    .sort((a, b) => a.central.localAt - b.central.localAt)
  const directoryAt = end.shift + end.directoryAt
  const overlapping = new Set<Listed>()
  const gaps: { from: number; to: number; first: boolean }[] = []
  let covered = 0
  let reaching: Listed | null = null
  for (const one of sorted) {
    const { localAt } = one.central
    if (localAt < covered && reaching !== null) {
      overlapping.add(one)
      overlapping.add(reaching)
    } else if (localAt > covered) gaps.push({ from: covered, to: localAt, first: covered === 0 })
    if (one.end > covered) {
      covered = one.end
      reaching = one
    }
  }
  if (covered > directoryAt && reaching !== null) overlapping.add(reaching)
  else if (covered < directoryAt) gaps.push({ from: covered, to: directoryAt, first: covered === 0 })
  const directoryEnd = directoryAt + end.directorySize
  if (directoryEnd < end.tailAt) gaps.push({ from: directoryEnd, to: end.tailAt, first: false })
  if (overlapping.size > 0) {
    const [one] = overlapping
    report(zipRules['overlapping-members'], {
      message: `${overlapping.size} of ${listed.length} members share bytes with another or with the directory, the first is ${quoted(one!.name)}.`,
      offset: one!.central.localAt,
    })
  }

  // Readers that go by name take the last of equal names (Python) or another one (PyTorch).
  const lastOf = new Map<string, Listed>()
  for (const one of listed) lastOf.set(one.name, one)
  const members: ZipMember[] = []
  for (const one of listed) {
    const { central, local, name } = one
    // Jar tools deflate even the nothing of a folder, to two bytes.
    if (central.directory && central.size === 0 && central.compressed <= 2) continue
    checkName(name, central, context)
    const shadowed = lastOf.get(name) !== one
    if (shadowed) {
      report(zipRules['duplicate-name'], {
        message: `${quoted(name)} is there more than once.`,
        offset: central.localAt,
      })
    }
    const path = shadowed ? `${pathOf(name)} (at ${central.localAt})` : pathOf(name)
    const dataAt = local?.dataAt ?? null
    members.push({
      path,
      flags: central.flags | (local?.flags ?? 0),
      method: central.method,
      crc32: central.crc32,
      size: central.size,
      dataAt,
      dataEnd: (dataAt ?? 0) + central.compressed,
      overlaps: overlapping.has(one),
    })
    // What a reader of the local headers gets, where it is something else.
    if (local === null) continue
    const sized = (local.flags & hasDescriptor) === 0
    if (local.method !== central.method || (sized && local.compressed !== central.compressed)) {
      members.push({
        path: `${pathOf(name)} (by its own header)`,
        flags: local.flags,
        method: local.method,
        crc32: sized ? local.crc32 : null,
        size: sized ? local.size : null,
        dataAt: local.dataAt,
        dataEnd: local.dataAt + (sized ? local.compressed : central.compressed),
        overlaps: overlapping.has(one),
      })
    }
  }
  // Nothing loads from comments and unknown extra fields, and so they are a place to hide things in.
  for (const { central, local } of listed) {
    const { from, to } = central.comment
    if (to > from) await context.search(source, { from, to })
    if (local?.extra.unknown) await context.search(source, { from: local.extraAt, to: local.dataAt })
  }
  if (end.end > end.at + 22) await context.search(source, { from: end.at + 22, to: end.end })
  for (const gap of gaps) {
    for (const member of await coverGap(source, context, gap)) {
      report(zipRules['unlisted-member'], {
        message: `${quoted(member.path)} has a header and no entry in the directory.`,
        offset: member.dataAt ?? gap.from,
      })
      members.push(member)
    }
  }
  return members
}

function checkName(name: string, { link, localAt }: CentralEntry, { report }: ScanContext): void {
  if (leavesFolder(pathOf(name))) {
    report(zipRules['unsafe-name'], { message: `A member is called ${quoted(name)}.`, offset: localAt })
  }
  if (/[\\\0]/.test(name) || name === '') {
    report(zipRules['odd-name'], { message: `A member is called ${quoted(name)}.`, offset: localAt })
  }
  if (link) report(zipRules.link, { message: `${quoted(name)} is a symbolic link.`, offset: localAt })
}

/**
 * Looks at bytes that no member of the directory accounts for: members are taken out, what is left is reported and
 * examined. Zeros are nothing.
 */
async function coverGap(
  source: Source,
  context: ScanContext,
  { from, to, first }: { readonly from: number; readonly to: number; readonly first: boolean },
): Promise<ZipMember[]> {
  const members: ZipMember[] = []
  let at = from
  const uncovered = async (until: number): Promise<void> => {
    const start = nonZero(source, at, until, context)
    if (start === null) return
    if (at === 0 && until === 4 && isMarker(source)) return
    if (at === 0 && first) {
      context.report(zipRules['leading-bytes'], {
        message: `The first member begins at byte ${until}.`,
        offset: 0,
      })
      // All of it is not in front of anything: it would be examined as itself for ever.
      if (until < source.size) await context.scan(slice(source, 0, until), 'leading bytes')
      return
    }
    context.report(zipRules['hidden-bytes'], {
      message: `${until - start} bytes from byte ${start} on belong to no member.`,
      offset: start,
    })
    await context.scan(slice(source, start, until - start), `bytes at ${start}`)
  }
  let next = findLocal(source, at, to, context)
  while (next !== null) {
    if (next.at > at) await uncovered(next.at)
    const sized = (next.flags & hasDescriptor) === 0 || next.compressed > 0
    const after = sized ? null : findMark(source, next.dataAt, to, context)
    const dataEnd = Math.min(to, sized ? next.dataAt + next.compressed : (after ?? to))
    members.push({
      path: `${pathOf(decodeName(next.name))} (at ${next.at})`,
      flags: next.flags,
      method: next.method,
      crc32: sized ? next.crc32 : null,
      size: sized ? next.size : null,
      dataAt: next.dataAt,
      dataEnd,
      overlaps: false,
    })
    if (members.length > context.budget.limits.members) {
      throw new LimitReached('members', `more than ${context.budget.limits.members} members`)
    }
    at = dataEnd
    if (signatureAt(source, at) === descriptorSignature) at = Math.min(to, at + 16)
    next = findLocal(source, at, to, context)
  }
  if (at < to) await uncovered(to)
  return members
}

/** What a split archive begins with, or one that was nearly split (APPNOTE 8.5.3 and 8.5.4). */
function isMarker(source: Source): boolean {
  return [0x08074b50, 0x30304b50].includes(signatureAt(source, 0) ?? 0)
}

/** The first plausible local header in a range. */
function findLocal(source: Source, from: number, to: number, context: ScanContext): LocalHeader | null {
  for (let at = from; at < to; ) {
    const found = indexOf(source, 'PK\x03\x04', at, to, context)
    if (found === null) return null
    const header = readLocal(source, found)
    if (header !== null && header.dataAt <= to && header.name.length > 0 && header.name.length <= 4096)
      return header
    at = found + 1
  }
  return null
}

/** Where the next signature of any kind stands. */
function findMark(source: Source, from: number, to: number, context: ScanContext): number | null {
  for (let at = from; at < to; ) {
    const found = indexOf(source, 'PK', at, to, context)
    if (found === null) return null
    if ([0x04034b50, 0x02014b50, 0x06054b50, descriptorSignature].includes(signatureAt(source, found) ?? 0))
      return found
    at = found + 1
  }
  return null
}

function indexOf(
  source: Source,
  text: string,
  from: number,
  to: number,
  { budget }: ScanContext,
): number | null {
  // Small steps first: where hits are dense, each one costs little.
  let step = 1 << 12
  for (let at = from; at < to; at += step, step = Math.min(step * 2, 1 << 17)) {
    budget.checkTime()
    const piece = source.read(at, Math.min(step + text.length - 1, to - at))
    const found = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).indexOf(text, 0, 'latin1')
    if (found !== -1) return at + found
  }
  return null
}

function nonZero(source: Source, from: number, to: number, { budget }: ScanContext): number | null {
  for (const { offset, bytes } of pieces(source, { from, to })) {
    budget.checkTime()
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return offset + i
  }
  return null
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** With forward slashes, and cut at a null character as Python does. */
function pathOf(name: string): string {
  const [cut = ''] = name.split('\0', 1)
  return cut.replaceAll('\\', '/')
}

/** Absolute, with a drive, or upwards. */
export function leavesFolder(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.split('/').includes('..')
}
