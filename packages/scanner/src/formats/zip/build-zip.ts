// Writes zips byte by byte for tests and samples, honest ones and ones that lie wherever they are told to.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ToZip {
  readonly name: string
  readonly data: Uint8Array | string
  /** 0 stored (default), 8 deflated; others take `packed`. */
  readonly method?: number
  /** The compressed bytes, where not made from `data`. */
  readonly packed?: Uint8Array
  readonly flags?: number
  /** Sizes and checksum behind the data, none in front. */
  readonly descriptor?: boolean
  /** Bytes written between the header's name and the data. */
  readonly extra?: Uint8Array
  readonly attributes?: number
  /** What the header beside the member says, where it differs. */
  readonly local?: Lies
  /** What the directory says, where it differs. */
  readonly central?: Lies & { readonly at?: number }
  /** Written in front of the local header. */
  readonly before?: Uint8Array
  /** False: no entry in the directory. */
  readonly listed?: boolean
}

interface Lies {
  readonly name?: string
  readonly flags?: number
  readonly method?: number
  readonly crc32?: number
  readonly compressed?: number
  readonly size?: number
}

export interface ZipOptions {
  readonly prefix?: Uint8Array
  /** Whether offsets count the prefix. */
  readonly countPrefix?: boolean
  readonly comment?: string
  readonly zip64?: boolean
  readonly count?: number
}

export function buildZip(members: readonly ToZip[], options: ZipOptions = {}): Uint8Array {
  const { prefix = new Uint8Array(0), countPrefix = false, comment = '', zip64 = false, count } = options
  const parts: Uint8Array[] = [prefix]
  const base = countPrefix ? prefix.length : 0
  let at = base
  const push = (bytes: Uint8Array): void => {
    parts.push(bytes)
    at += bytes.length
  }
  const directory: Uint8Array[] = []
  for (const member of members) {
    const data = typeof member.data === 'string' ? Buffer.from(member.data) : member.data
    const method = member.method ?? 0
    const packed = member.packed ?? (method === 8 ? deflateRawSync(data) : data)
    const flags = (member.flags ?? 0) | (member.descriptor ? 8 : 0)
    const truth = {
      name: member.name,
      flags,
      method,
      crc32: crc32(data),
      compressed: packed.length,
      size: data.length,
    }
    const hidden = member.descriptor ? { crc32: 0, compressed: 0, size: 0 } : {}
    push(member.before ?? new Uint8Array(0))
    const headerAt = at
    const extra = member.extra ?? new Uint8Array(0)
    push(localHeader({ ...truth, ...hidden, ...member.local }, extra))
    push(packed)
    if (member.descriptor) {
      const bytes = Buffer.alloc(16)
      bytes.writeUInt32LE(0x08074b50, 0)
      bytes.writeUInt32LE(truth.crc32, 4)
      bytes.writeUInt32LE(truth.compressed, 8)
      bytes.writeUInt32LE(truth.size, 12)
      push(bytes)
    }
    if (member.listed === false) continue
    directory.push(
      centralEntry(
        { ...truth, ...member.central },
        member.central?.at ?? headerAt,
        member.attributes ?? 0o100644 << 16,
      ),
    )
  }
  const directoryAt = at
  for (const entry of directory) push(entry)
  const size = at - directoryAt
  const total = count ?? directory.length
  if (zip64) {
    const recordAt = at
    const record = Buffer.alloc(56 + 20)
    record.writeUInt32LE(0x06064b50, 0)
    record.writeBigUInt64LE(44n, 4)
    record.writeUInt16LE(45, 12)
    record.writeUInt16LE(45, 14)
    record.writeBigUInt64LE(BigInt(total), 24)
    record.writeBigUInt64LE(BigInt(total), 32)
    record.writeBigUInt64LE(BigInt(size), 40)
    record.writeBigUInt64LE(BigInt(directoryAt), 48)
    record.writeUInt32LE(0x07064b50, 56)
    record.writeBigUInt64LE(BigInt(recordAt), 64)
    record.writeUInt32LE(1, 72)
    push(record)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64 ? 0xffff : total, 8)
  end.writeUInt16LE(zip64 ? 0xffff : total, 10)
  end.writeUInt32LE(zip64 ? 0xffffffff : size, 12)
  end.writeUInt32LE(zip64 ? 0xffffffff : directoryAt, 16)
  end.writeUInt16LE(comment.length, 20)
  push(end)
  push(Buffer.from(comment, 'latin1'))
  return Buffer.concat(parts)
}

interface Fields {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc32: number
  readonly compressed: number
  readonly size: number
}

function localHeader(fields: Fields, extra: Uint8Array): Uint8Array {
  const name = Buffer.from(fields.name)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(fields.flags, 6)
  header.writeUInt16LE(fields.method, 8)
  header.writeUInt32LE(fields.crc32, 14)
  header.writeUInt32LE(fields.compressed, 18)
  header.writeUInt32LE(fields.size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

function centralEntry(fields: Fields, at: number, attributes: number): Uint8Array {
  const name = Buffer.from(fields.name)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE((3 << 8) | 20, 4)
  entry.writeUInt16LE(20, 6)
  entry.writeUInt16LE(fields.flags, 8)
  entry.writeUInt16LE(fields.method, 10)
  entry.writeUInt32LE(fields.crc32, 16)
  entry.writeUInt32LE(fields.compressed, 20)
  entry.writeUInt32LE(fields.size, 24)
  entry.writeUInt16LE(name.length, 28)
  entry.writeUInt32LE(attributes >>> 0, 38)
  entry.writeUInt32LE(at, 42)
  return Buffer.concat([entry, name])
}
