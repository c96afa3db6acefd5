// 7z archives: published malicious models have used them to pass scanners, which did not look inside. Files of one folder
// are packed as one stream, so a folder is unpacked once and its files are slices of that.
import { crc32 } from 'node:zlib'
import { LimitReached } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import { type Inflated, inflate } from '../../source/inflate.ts'
import { pieces, type Source, slice } from '../../source/source.ts'
import { NotSupported } from '../compressed/not-supported.ts'
import { type ArchiveEntry, type Format, Malformed, type ScanContext } from '../format.ts'
import { folderDecoder, isEncrypted } from './folder-decoder.ts'
import { type Folder, readHeader, type SevenZipHeader, type Streams, unpackedSize } from './header.ts'
import { sevenZipRules } from './rules.ts'

const signature = [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]
const startSize = 32
const namesShown = 100
/** Headers are packed in headers; one level is what archivers write. */
const deepestHeader = 4
const checksumBytes = 64 * 2 ** 20

export const sevenZip: Format = {
  id: 'seven-zip',
  title: '7z archive',
  recognise: (head) => (signature.every((byte, i) => head[i] === byte) ? 'sure' : 'no'),
  async examine(source, context) {
    const { header, end } = await open(source, context)
    if (header === null) return { end }
    const { entries, close } = list(source, header, context)
    try {
      context.fact('members', entries.length)
      context.fact(
        'names',
        entries.slice(0, namesShown).map(({ path }) => path),
      )
      const byPath = new Map(entries.map((entry) => [entry.path, entry]))
      await context.scanMembers({ entries, find: (path) => byPath.get(path) ?? null })
    } finally {
      close()
    }
    return { end }
  },
  signatures: [Uint8Array.from(signature)],
}

/** Finds the header, unpacked; null where it cannot be had, which is reported. */
async function open(
  source: Source,
  context: ScanContext,
): Promise<{ header: SevenZipHeader | null; end: number }> {
  const start = source.read(0, startSize)
  if (start.length < startSize) throw new Malformed('it ends in the middle of the start header', start.length)
  const view = new DataView(start.buffer, start.byteOffset, startSize)
  if (crc32(start.subarray(12)) !== view.getUint32(8, true)) {
    context.report(sevenZipRules['wrong-checksum'], {
      message: 'The checksum of the start header does not fit.',
      offset: 8,
    })
  }
  const offset = view.getBigUint64(12, true)
  const size = view.getBigUint64(20, true)
  if (offset + size > BigInt(source.size - startSize))
    throw new Malformed('the header lies beyond the end', 12)
  const end = startSize + Number(offset + size)
  if (size === 0n) return { header: { streams: null, files: [] }, end }
  if (size > BigInt(context.budget.limits.headerBytes)) {
    throw new LimitReached('headerBytes', 'the 7z header is too large')
  }
  const at = startSize + Number(offset)
  let bytes = source.read(at, Number(size))
  if (crc32(bytes) !== view.getUint32(28, true)) {
    context.report(sevenZipRules['wrong-checksum'], {
      message: 'The checksum of the header does not fit.',
      offset: at,
    })
  }
  for (let depth = 0; depth < deepestHeader; depth++) {
    const header = readHeader(bytes)
    if (!('encoded' in header)) return { header, end }
    const { encoded } = header
    const folder = encoded.folders[0]
    if (folder === undefined) throw new Malformed('the packed 7z header has no folder', at)
    if (unpackedSize(folder) > context.budget.limits.headerBytes) {
      throw new LimitReached('headerBytes', 'the 7z header is too large')
    }
    let inflated: Inflated | null
    try {
      inflated = unpack(source, encoded, 0, context)
    } catch (error) {
      if (!(error instanceof NotSupported)) throw error
      report(folder, error, 'the names of all members', context)
      return { header: null, end }
    }
    try {
      if (inflated.stopped !== null) throw inflated.stopped
      bytes = inflated.source.read(0, Math.min(inflated.source.size, context.budget.limits.headerBytes))
    } finally {
      inflated.release()
    }
  }
  throw new Malformed('the 7z header is packed again and again', at)
}

/** @throws NotSupported, Malformed */
function unpack(source: Source, streams: Streams, index: number, { budget }: ScanContext): Inflated {
  const folder = streams.folders[index]!
  const decode = folderDecoder(folder)
  let stream = 0
  for (let i = 0; i < index; i++) stream += streams.folders[i]!.packed.length
  let from = startSize + streams.packAt
  for (let i = 0; i < stream; i++) from += streams.packSizes[i] ?? 0
  const size = streams.packSizes[stream]
  if (size === undefined || from + size > source.size)
    throw new Malformed('a packed stream lies beyond the end', from)
  return inflate(decode, source, budget, { from, to: from + size })
}

function report(folder: Folder, error: NotSupported, what: string, context: ScanContext): void {
  const rule = isEncrypted(folder) ? 'encrypted' : 'unknown-method'
  const why = isEncrypted(folder) ? 'AES encrypts it' : error.message
  context.report(sevenZipRules[rule], { message: `Not unpacked: ${what} (${why}).` })
}

function list(source: Source, { streams, files }: SevenZipHeader, context: ScanContext) {
  const { limits } = context.budget
  if (files.length > limits.members) throw new LimitReached('members', `more than ${limits.members} members`)
  const close: (() => void)[] = []
  const onDisk = new Map<number, Inflated>()
  let latest: { readonly index: number; readonly inflated: Inflated } | null = null
  const unpacked = (index: number): Inflated => {
    const before = onDisk.get(index) ?? (latest?.index === index ? latest.inflated : undefined)
    if (before !== undefined) return before
    const inflated = unpack(source, streams!, index, context)
    if (inflated.stopped instanceof LimitReached) {
      inflated.release()
      throw inflated.stopped
    }
    if (inflated.onDisk) {
      onDisk.set(index, inflated)
      close.push(inflated.release)
    } else latest = { index, inflated }
    if (inflated.stopped !== null) {
      context.report(sevenZipRules['wrong-checksum'], {
        message: `A folder breaks after ${inflated.source.size} bytes: ${inflated.stopped.message}.`,
      })
    }
    return inflated
  }

  const parts = (streams?.parts ?? []).flatMap((of, index) => {
    let at = 0
    return of.map((part) => {
      const here = { ...part, index, at }
      at += part.size
      return here
    })
  })
  const refused = new Map<number, NotSupported>()
  for (const [index, folder] of (streams?.folders ?? []).entries()) {
    try {
      folderDecoder(folder)
    } catch (error) {
      if (!(error instanceof NotSupported)) throw error
      refused.set(index, error)
    }
  }
  const entries: ArchiveEntry[] = []
  const names = new Set<string>()
  const hidden = new Map<number, string[]>()
  let next = 0
  for (const { name, hasStream, link } of files) {
    if (/^[/\\]|^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..')) {
      context.report(sevenZipRules['unsafe-name'], { message: `A member is called ${quoted(name)}.` })
    }
    if (link) context.report(sevenZipRules.link, { message: `${quoted(name)} is a symbolic link.` })
    if (!hasStream) continue
    const part = parts[next++]
    if (part === undefined) throw new Malformed('a 7z archive has more files than streams', null)
    if (part.size === 0) continue
    if (refused.has(part.index)) {
      const of = hidden.get(part.index)
      if (of === undefined) hidden.set(part.index, [name])
      else of.push(name)
      continue
    }
    const twice = names.has(name)
    if (twice)
      context.report(sevenZipRules['duplicate-name'], { message: `${quoted(name)} is there more than once.` })
    names.add(name)
    let checked = false
    entries.push({
      path: twice ? `${name.replaceAll('\\', '/')} (${next})` : name.replaceAll('\\', '/'),
      bytes: part.size,
      kind: 'file',
      async open() {
        const whole = unpacked(part.index).source
        const contents = slice(whole, part.at, part.size)
        if (contents.size < part.size && contents.size === 0)
          throw new Malformed(`${quoted(name)} did not come out`, null)
        if (
          !checked &&
          part.crc32 !== null &&
          contents.size <= checksumBytes &&
          checksum(contents, context) !== part.crc32
        ) {
          context.report(sevenZipRules['wrong-checksum'], {
            message: `The contents of ${quoted(name)} do not fit their checksum.`,
          })
        }
        checked = true
        return contents
      },
    })
  }
  for (const [index, error] of refused) {
    const of = hidden.get(index) ?? []
    const shown = of.slice(0, 5).map((name) => quoted(name))
    report(
      streams!.folders[index]!,
      error,
      `${shown.join(', ')}${of.length > 5 ? ` and ${of.length - 5} more` : ''}`,
      context,
    )
  }
  // Streams that no file names are looked at too.
  for (const part of parts.slice(next)) {
    if (refused.has(part.index)) continue
    entries.push({
      path: `stream without a name at ${part.at} of folder ${part.index}`,
      bytes: part.size,
      kind: 'file',
      open: async () => slice(unpacked(part.index).source, part.at, part.size),
    })
  }
  return {
    entries,
    close: () => {
      for (const release of close.splice(0)) release()
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
