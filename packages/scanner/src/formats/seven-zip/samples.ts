import { crc32 } from 'node:zlib'

/** Seeds for the mutation tests: stored files, and no files. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'two stored files',
      bytes: buildStored([
        ['a.pkl', '\x80\x02N.'],
        ['b.txt', 'hello'],
      ]),
    },
    { name: 'one stored file', bytes: buildStored([['data.pkl', 'payload '.repeat(9)]]) },
    { name: 'nothing', bytes: start(new Uint8Array(0), new Uint8Array(0)) },
  ]
}

/** An archive of one folder that is not compressed. Sizes up to 127. */
export function buildStored(files: readonly (readonly [name: string, text: string])[]): Uint8Array {
  const contents = files.map(([, text]) => Buffer.from(text, 'latin1'))
  const data = Buffer.concat(contents)
  const names = Buffer.from(files.map(([name]) => `${name}\0`).join(''), 'utf16le')
  const header = Buffer.concat([
    // Header, its streams: one packed stream from 0 on.
    Uint8Array.of(1, 4, 6, 0, 1, 9, data.length, 0),
    // One folder of one coder, which copies; what it gives.
    Uint8Array.of(7, 0x0b, 1, 0, 1, 1, 0, 0x0c, data.length, 0),
    // Several files in it, the sizes of all but the last, and their checksums.
    Uint8Array.of(8, 0x0d, files.length, 9, ...contents.slice(0, -1).map(({ length }) => length), 0x0a, 1),
    ...contents.map((bytes) => uint32(crc32(bytes))),
    Uint8Array.of(0, 0),
    Uint8Array.of(5, files.length, 0x11, names.length + 1, 0),
    names,
    Uint8Array.of(0, 0),
  ])
  return start(data, header)
}

function start(data: Uint8Array, header: Uint8Array): Uint8Array {
  const fields = Buffer.alloc(20)
  fields.writeBigUInt64LE(BigInt(data.length), 0)
  fields.writeBigUInt64LE(BigInt(header.length), 8)
  fields.writeUInt32LE(crc32(header), 16)
  return Buffer.concat([
    Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4),
    uint32(crc32(fields)),
    fields,
    data,
    header,
  ])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
