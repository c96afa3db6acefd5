// The header of a 7z archive as data (7zFormat.txt of the LZMA SDK, which is in the public domain): packed streams,
// folders (chains of coders), the streams that come out of each, and the files they are. Counts are checked against the
// bytes that are left, since each thing counted takes at least one bit of them.
import { Malformed } from '../format.ts'

export interface Coder {
  /** Hexadecimal, as the format names methods: `21`, `030101`. */
  readonly method: string
  readonly properties: Uint8Array
  readonly inputs: number
  readonly outputs: number
}

export interface Folder {
  readonly coders: readonly Coder[]
  /** [input stream, output stream that feeds it]. */
  readonly pairs: readonly (readonly [number, number])[]
  /** Input streams that are fed by packed ones. */
  readonly packed: readonly number[]
  /** Of each output stream. */
  sizes: number[]
  crc32: number | null
}

export interface Streams {
  readonly packAt: number
  readonly packSizes: readonly number[]
  readonly folders: readonly Folder[]
  /** For each folder the streams it gives, one after the other. */
  readonly parts: readonly (readonly { readonly size: number; readonly crc32: number | null }[])[]
}

export interface SevenZipFile {
  readonly name: string
  readonly hasStream: boolean
  readonly link: boolean
}

export interface SevenZipHeader {
  readonly streams: Streams | null
  readonly files: readonly SevenZipFile[]
}

/** @throws Malformed where it breaks the format */
export function readHeader(bytes: Uint8Array): SevenZipHeader | { readonly encoded: Streams } {
  const reader = new Reader(bytes)
  const kind = reader.byte()
  if (kind === 0x17) return { encoded: readStreams(reader) }
  if (kind !== 0x01) throw new Malformed('the 7z header is of no known kind', null)
  let streams: Streams | null = null
  let files: readonly SevenZipFile[] = []
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 0x02) {
      for (let property = reader.byte(); property !== 0; property = reader.byte())
        reader.bytes(reader.number())
    } else if (id === 0x03) readStreams(reader)
    else if (id === 0x04) streams = readStreams(reader)
    else if (id === 0x05) files = readFiles(reader)
    else throw new Malformed(`the 7z header holds an unknown part ${id}`, null)
  }
  return { streams, files }
}

function readStreams(reader: Reader): Streams {
  let packAt = 0
  let packSizes: number[] = []
  let folders: Folder[] = []
  let parts: { size: number; crc32: number | null }[][] | null = null
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 0x06) {
      packAt = reader.number()
      const count = reader.count()
      for (let inner = reader.byte(); inner !== 0; inner = reader.byte()) {
        if (inner === 0x09) packSizes = Array.from({ length: count }, () => reader.number())
        else if (inner === 0x0a) reader.digests(count)
        else throw new Malformed('the packed streams of a 7z archive hold an unknown part', null)
      }
    } else if (id === 0x07) folders = readFolders(reader)
    else if (id === 0x08) parts = readParts(reader, folders)
    else throw new Malformed('the streams of a 7z archive hold an unknown part', null)
  }
  return {
    packAt,
    packSizes,
    folders,
    parts: parts ?? folders.map((folder) => [{ size: unpackedSize(folder), crc32: folder.crc32 }]),
  }
}

function readFolders(reader: Reader): Folder[] {
  if (reader.byte() !== 0x0b) throw new Malformed('a 7z archive does not list its folders', null)
  const count = reader.count()
  if (reader.byte() !== 0) throw new Malformed('the folders of a 7z archive lie elsewhere', null)
  const folders = Array.from({ length: count }, () => readFolder(reader))
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 0x0c) {
      for (const folder of folders) {
        const outputs = folder.coders.reduce((sum, coder) => sum + coder.outputs, 0)
        folder.sizes = Array.from({ length: outputs }, () => reader.number())
      }
    } else if (id === 0x0a) for (const [i, crc] of reader.digests(count).entries()) folders[i]!.crc32 = crc
    else throw new Malformed('the folders of a 7z archive hold an unknown part', null)
  }
  return folders
}

function readFolder(reader: Reader): Folder {
  const coders: Coder[] = []
  const count = reader.number()
  if (count < 1 || count > 32)
    throw new Malformed('a folder of a 7z archive has a wrong number of coders', null)
  let inputs = 0
  let outputs = 0
  for (let i = 0; i < count; i++) {
    const flags = reader.byte()
    if (flags & 0x80) throw new Malformed('a coder of a 7z archive has unknown flags', null)
    const method = Buffer.from(reader.bytes(flags & 15)).toString('hex')
    const complex = (flags & 0x10) !== 0
    const coder = { method, inputs: complex ? reader.number() : 1, outputs: complex ? reader.number() : 1 }
    if (coder.inputs > 32 || coder.outputs > 32)
      throw new Malformed('a coder of a 7z archive has too many streams', null)
    coders.push({ ...coder, properties: flags & 0x20 ? reader.bytes(reader.number()) : new Uint8Array(0) })
    inputs += coder.inputs
    outputs += coder.outputs
  }
  if (outputs < 1) throw new Malformed('a folder of a 7z archive gives nothing', null)
  const pairs = Array.from({ length: outputs - 1 }, () => [reader.number(), reader.number()] as const)
  const open = inputs - pairs.length
  if (open < 1) throw new Malformed('a folder of a 7z archive reads nothing', null)
  const packed =
    open === 1
      ? [[...Array(inputs).keys()].find((i) => !pairs.some(([input]) => input === i)) ?? -1]
      : Array.from({ length: open }, () => reader.number())
  return { coders, pairs, packed: packed.flat(), sizes: [], crc32: null }
}

/** Of the output stream that feeds no other coder. */
export function unpackedSize({ sizes, pairs }: Folder): number {
  const last = sizes.findIndex((_, i) => !pairs.some(([, output]) => output === i))
  return sizes[last] ?? 0
}

function readParts(reader: Reader, folders: readonly Folder[]) {
  let counts = folders.map(() => 1)
  let id = reader.byte()
  if (id === 0x0d) {
    counts = folders.map(() => reader.count())
    id = reader.byte()
  }
  const sized = id === 0x09
  const parts = folders.map((folder, i) => {
    const count = counts[i]!
    const sizes: number[] = []
    let left = unpackedSize(folder)
    for (let part = 0; part < count - 1; part++) {
      if (!sized) throw new Malformed('the parts of a folder of a 7z archive have no sizes', null)
      const size = reader.number()
      sizes.push(size)
      left -= size
    }
    if (left < 0) throw new Malformed('the parts of a folder of a 7z archive are larger than it', null)
    if (count > 0) sizes.push(left)
    const crc32 = count === 1 ? folder.crc32 : null
    return sizes.map((size) => ({ size, crc32 }))
  })
  if (sized) id = reader.byte()
  for (; id !== 0; id = reader.byte()) {
    if (id !== 0x0a) throw new Malformed('the parts of a 7z archive hold an unknown part', null)
    const unknown = parts.flatMap((of, i) => (of.length === 1 && folders[i]!.crc32 !== null ? [] : of))
    for (const [i, crc] of reader.digests(unknown.length).entries()) unknown[i]!.crc32 = crc
  }
  return parts
}

function readFiles(reader: Reader): SevenZipFile[] {
  const count = reader.count()
  let empty: readonly boolean[] = []
  let names: readonly string[] = []
  const links = new Set<number>()
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    const property = new Reader(reader.bytes(reader.number()))
    if (id === 0x0e) empty = property.bits(count)
    else if (id === 0x11) {
      if (property.byte() !== 0) throw new Malformed('the names of a 7z archive lie elsewhere', null)
      const text = Buffer.from(property.rest()).toString('utf16le')
      names = text.split('\0')
      if (names.length !== count + 1)
        throw new Malformed('a 7z archive has more or fewer names than files', null)
    } else if (id === 0x15) {
      const defined = property.optionalBits(count)
      if (property.byte() !== 0) throw new Malformed('the attributes of a 7z archive lie elsewhere', null)
      for (const [i, is] of defined.entries()) {
        if (!is) continue
        const attributes = property.uint32()
        if ((attributes & 0x8000) !== 0 && attributes >>> 28 === 10) links.add(i)
        if ((attributes & 0x400) !== 0) links.add(i)
      }
    }
  }
  return Array.from({ length: count }, (_, i) => ({
    name: names[i] ?? `unnamed ${i}`,
    hasStream: !(empty[i] ?? false),
    link: links.has(i),
  }))
}

/** Far more than any archive of a model has. */
const mostCounted = 1_000_000

class Reader {
  private readonly data: Uint8Array
  private at = 0

  constructor(data: Uint8Array) {
    this.data = data
  }

  byte(): number {
    const byte = this.data[this.at]
    if (byte === undefined) throw new Malformed('the 7z header ends in the middle', null)
    this.at += 1
    return byte
  }

  bytes(length: number): Uint8Array {
    if (length > this.data.length - this.at) throw new Malformed('the 7z header ends in the middle', null)
    this.at += length
    return this.data.subarray(this.at - length, this.at)
  }

  rest(): Uint8Array {
    return this.bytes(this.data.length - this.at)
  }

  uint32(): number {
    const bytes = this.bytes(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  }

  /** The leading ones of the first byte say how many more follow, from the lowest on. */
  number(): number {
    const first = this.byte()
    let value = 0
    for (let i = 0, mask = 0x80; i < 8; i++, mask >>= 1) {
      if ((first & mask) === 0) {
        value += (first & (mask - 1)) * 2 ** (8 * i)
        break
      }
      value += this.byte() * 2 ** (8 * i)
    }
    if (!Number.isSafeInteger(value)) throw new Malformed('a number in the 7z header is too large', null)
    return value
  }

  /** Of things that take at least a bit each of what is left. */
  count(): number {
    const count = this.number()
    if (count > mostCounted || count > (this.data.length - this.at) * 8)
      throw new Malformed('the 7z header counts more than it holds', null)
    return count
  }

  bits(count: number): boolean[] {
    const bytes = this.bytes(Math.ceil(count / 8))
    return Array.from({ length: count }, (_, i) => ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) === 1)
  }

  optionalBits(count: number): boolean[] {
    return this.byte() !== 0 ? Array<boolean>(count).fill(true) : this.bits(count)
  }

  digests(count: number): (number | null)[] {
    return this.optionalBits(count).map((defined) => (defined ? this.uint32() : null))
  }
}
