// NumPy's .npz: a zip of .npy files. Only the entries that are asked for are unfolded, each into a buffer of the
// size that the directory declares, so a bomb cannot grow; the checksum in the directory then shows whether what came out is
// what was put in.
import { crc32 } from 'node:zlib'
import { FailmodeError, nearest } from '@failmode/core'
import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate'
import { readNpy, writeNpy } from './npy.ts'
import { dataInvalid, maxDataBytes, type RawArray } from './raw-array.ts'

const maxEntries = 1024

/** Deflate cannot do better than 1032 to 1 (zlib, "Maximum Compression Factor"). */
const maxRatio = 1032

/** Names of the arrays in the file, without `.npy`, in the file's order. */
export function npzNames(bytes: Uint8Array, { name }: { readonly name: string }): readonly string[] {
  return directory(bytes, name).map((entry) => stem(entry.name))
}

/**
 * The arrays called `wanted`, in that order.
 * @throws FailmodeError `data-invalid` when the zip is broken or hostile, `data-mismatch` when a name is not there
 */
export function readNpz(
  bytes: Uint8Array,
  { name, wanted }: { readonly name: string; readonly wanted: readonly string[] },
): readonly RawArray[] {
  const entries = directory(bytes, name)
  const names = entries.map((entry) => stem(entry.name))
  for (const array of wanted) {
    const found = names.filter((candidate) => candidate === stem(array)).length
    if (found > 1) throw dataInvalid(name, `holds "${array}" ${found} times, expected once`)
    if (found === 1) continue
    const near = nearest(array, names)
    throw new FailmodeError('data-mismatch', {
      message: `${name} holds no array "${array}", expected one of ${names.map((known) => `"${known}"`).join(', ')}.`,
      hint: near === undefined ? 'Name one of these arrays.' : `Did you mean "${near}"?`,
    })
  }
  const chosen = entries.filter((entry) => wanted.some((array) => stem(array) === stem(entry.name)))
  const total = chosen.reduce((sum, entry) => sum + entry.declared, 0)
  if (total > maxDataBytes)
    throw dataInvalid(name, `would unfold to ${total} bytes, expected at most ${maxDataBytes}`)
  const files = unzip(bytes, name, (info) => chosen.some((entry) => entry.name === info.name))
  const arrays = new Map(
    chosen.map((entry) => {
      const content = files[entry.name]!
      if (content.length !== entry.declared || crc32(content) !== entry.crc) {
        throw dataInvalid(name, `is damaged: the checksum of "${entry.name}" does not fit`)
      }
      return [stem(entry.name), readNpy(content, { name: `${name}/${entry.name}` })]
    }),
  )
  return wanted.map((array) => arrays.get(stem(array))!)
}

/** A zip of the arrays, the same bytes for the same arrays. */
export function writeNpz(arrays: Readonly<Record<string, RawArray>>): Uint8Array {
  const files = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)]),
  )
  return zipSync(files, { level: 6, mtime: new Date(1980, 0, 1) })
}

interface Entry {
  readonly name: string
  readonly declared: number
  readonly crc: number
}

/** The zip's directory, its limits checked before anything is unfolded. */
function directory(bytes: Uint8Array, name: string): readonly Entry[] {
  const infos: UnzipFileInfo[] = []
  unzip(bytes, name, (info) => {
    infos.push(info)
    if (infos.length > maxEntries) throw dataInvalid(name, `holds more than ${maxEntries} entries`)
    return false
  })
  const crcs = checksums(bytes, infos.length, name)
  return infos.map((info, i) => {
    if (info.originalSize > info.size * maxRatio + 64) {
      throw dataInvalid(
        name,
        `declares ${info.originalSize} bytes for "${info.name}" and holds ${info.size} for it`,
      )
    }
    return { name: info.name, declared: info.originalSize, crc: crcs[i]! }
  })
}

function unzip(
  bytes: Uint8Array,
  name: string,
  filter: (info: UnzipFileInfo) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter })
  } catch (cause) {
    if (cause instanceof FailmodeError) throw cause
    throw dataInvalid(name, 'is not a whole .npz file: its zip is damaged or truncated', { cause })
  }
}

/** The checksums of the central directory (APPNOTE 6.3.10, 4.3.12), which fflate does not hand out. */
function checksums(bytes: Uint8Array, count: number, name: string): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    let end = bytes.length - 22
    while (view.getUint32(end, true) !== 0x06054b50) end--
    let at = view.getUint32(end + 16, true)
    return Array.from({ length: count }, () => {
      if (view.getUint32(at, true) !== 0x02014b50) throw new RangeError('no entry here')
      const crc = view.getUint32(at + 16, true)
      at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
      return crc
    })
  } catch (cause) {
    throw dataInvalid(name, 'is not a whole .npz file: its directory is damaged, or larger than 4 GiB', {
      cause,
    })
  }
}

function stem(name: string): string {
  return name.endsWith('.npy') ? name.slice(0, -4) : name
}
