// One member of a zip: where its bytes lie and how they come out. Readers of models ignore flags and checksums, so the
// bytes decide: what inflates is looked at whatever the headers claim, and the claim is reported.
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { type Decoder, inflate } from '../../source/inflate.ts'
import { deflateDecoder } from '../../source/inflate-deflate.ts'
import { pieces, type Source, slice } from '../../source/source.ts'
import { bzip2Decoder } from '../compressed/bzip2.ts'
import { zipLzmaDecoder } from '../compressed/lzma.ts'
import { NotSupported } from '../compressed/not-supported.ts'
import { xzDecoder } from '../compressed/xz.ts'
import { zstdDecoder } from '../compressed/zstd.ts'
import { type ArchiveEntry, Malformed, type ScanContext } from '../format.ts'
import { zipRules } from './rules.ts'

export interface ZipMember {
  readonly path: string
  readonly flags: number
  readonly method: number
  /** Null: not known, nothing to compare with. */
  readonly crc32: number | null
  readonly size: number | null
  /** Null: it has no local header. */
  readonly dataAt: number | null
  readonly dataEnd: number
  /** Shares bytes with another member. */
  readonly overlaps: boolean
}

/** By method (APPNOTE 4.4.5); 20 is an older number of 93. */
const decoders: ReadonlyMap<number, (member: ZipMember) => Decoder> = new Map([
  [8, () => deflateDecoder],
  [12, () => bzip2Decoder],
  [14, ({ size, flags }: ZipMember) => zipLzmaDecoder(size, flags)],
  [20, () => zstdDecoder],
  [93, () => zstdDecoder],
  [95, () => xzDecoder],
])

const mebibyte = 2 ** 20
/** Bytes of stored members beyond a mebibyte that are read only for their checksum, over all of one archive. */
const checksumBytes = 64 * mebibyte
/** Bytes that overlapping members of one archive may give. */
const overlapBytes = 256 * mebibyte
/** What is only weakly held goes when the event loop turns; it is made to after so many bytes. */
const turnBytes = 16 * mebibyte
/** Encrypted, a patch, strongly encrypted, headers masked. */
const notPlain = 0x1 | 0x20 | 0x40 | 0x2000

/** Opens members of one archive; each is looked over once, however often it is opened. */
export interface MemberReader {
  entry(member: ZipMember): ArchiveEntry
  /** Gives disk back: what was opened must not be read any more. */
  close(): void
}

export function memberReader(source: Source, context: ScanContext): MemberReader {
  const { budget } = context
  const releases: (() => void)[] = []
  const reported = new Set<string>()
  let toCheck = checksumBytes
  let overlapLeft = overlapBytes
  let sinceTurn = 0

  const open = (member: ZipMember): { readonly source: Source; readonly onDisk: boolean } => {
    const { path, dataAt, dataEnd, method } = member
    const first = !reported.has(path)
    reported.add(path)
    const report = (rule: keyof typeof zipRules, message: string, offset: number): void => {
      if (first) context.report(zipRules[rule], { message, offset })
    }
    if (dataAt === null) throw new Malformed('the directory points to a place where no member begins')
    const raw = slice(source, dataAt, dataEnd - dataAt)
    const plain = (member.flags & notPlain) === 0
    const name = quoted(path)
    if (dataEnd > source.size) report('wrong-size', `${name} reaches beyond the end of the file.`, dataAt)
    if (method === 0) {
      if (member.size !== null && member.size !== dataEnd - dataAt) {
        report(
          'wrong-size',
          `${name} is stored in ${dataEnd - dataAt} bytes and said to hold ${member.size}.`,
          dataAt,
        )
      }
      let matches: boolean | null = null
      const affordable = raw.size <= mebibyte || raw.size <= (plain ? toCheck : checksumBytes)
      if (first && member.crc32 !== null && affordable) {
        if (raw.size > mebibyte) toCheck -= raw.size
        matches = checksum(raw, context) === member.crc32
      }
      if (!plain && matches === true)
        report('false-flags', `${name} is marked as encrypted or a patch, and its bytes lie open.`, dataAt)
      else if (!plain)
        report('encrypted', `${name} is marked as encrypted, and its bytes do not fit its checksum.`, dataAt)
      else if (matches === false)
        report('wrong-checksum', `The bytes of ${name} do not fit its checksum.`, dataAt)
      return { source: raw, onDisk: false }
    }
    const decoder = decoders.get(method)?.(member)
    if (decoder === undefined) {
      if (method === 99) report('encrypted', `${name} is encrypted with AES.`, dataAt)
      else report('unknown-method', `${name} is compressed by method ${method}.`, dataAt)
      return { source: raw, onDisk: false }
    }
    const inflated = inflate(decoder, source, budget, { from: dataAt, to: Math.min(dataEnd, source.size) })
    const { stopped, end } = inflated
    if (stopped instanceof LimitReached) {
      inflated.release()
      throw stopped
    }
    if (member.overlaps) {
      overlapLeft -= inflated.source.size
      if (overlapLeft < 0) {
        inflated.release()
        throw new LimitReached('ratio', `members that share bytes inflate to more than ${overlapBytes} bytes`)
      }
    }
    const crcFits = member.crc32 === null || inflated.crc32 === member.crc32
    const sizeFits = member.size === null || inflated.source.size === member.size
    if (!plain && (stopped !== null || !crcFits)) {
      inflated.release()
      report('encrypted', `${name} is marked as encrypted, and does not inflate to what it should.`, dataAt)
      return { source: raw, onDisk: false }
    }
    if (!plain)
      report('false-flags', `${name} is marked as encrypted or a patch, and inflates all the same.`, dataAt)
    if (stopped instanceof NotSupported) {
      report('unknown-method', `${name} needs what is not followed here: ${stopped.message}.`, dataAt)
    } else if (stopped !== null) {
      report(
        'damaged',
        `${name} breaks after ${inflated.source.size} bytes: ${stopped.message}.`,
        stopped.offset ?? end,
      )
    } else {
      if (!sizeFits)
        report(
          'wrong-size',
          `${name} inflates to ${inflated.source.size} bytes and is said to hold ${member.size}.`,
          dataAt,
        )
      if (!crcFits) report('wrong-checksum', `The contents of ${name} do not fit its checksum.`, dataAt)
      if (end < dataEnd) {
        report(
          'hidden-bytes',
          `Within ${name} ${dataEnd - end} bytes follow the end of the compressed data.`,
          end,
        )
      }
    }
    for (const { message, offset } of inflated.problems)
      report('wrong-checksum', `In ${name}: ${message}`, offset)
    if (inflated.onDisk) releases.push(inflated.release)
    return inflated
  }

  return {
    entry(member) {
      // What is in memory may go once nobody reads it; what is on disk is kept to be given back.
      let kept: Source | null = null
      let held: WeakRef<Source> | null = null
      return {
        path: member.path,
        bytes: member.size ?? Math.max(0, member.dataEnd - (member.dataAt ?? 0)),
        kind: 'file',
        async open() {
          const before = kept ?? held?.deref()
          if (before !== undefined) return before
          if (sinceTurn > turnBytes) {
            sinceTurn = 0
            await setImmediate()
          }
          const opened = open(member)
          if (member.method !== 0) sinceTurn += opened.source.size
          if (opened.onDisk) kept = opened.source
          else held = new WeakRef(opened.source)
          return opened.source
        },
      }
    },
    close() {
      for (const release of releases.splice(0)) release()
    },
  }
}

function checksum(source: Source, { budget }: ScanContext): number {
  let crc = 0
  for (const { bytes } of pieces(source)) {
    budget.checkTime()
    crc = crc32(bytes, crc)
  }
  return crc
}
