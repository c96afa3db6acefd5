// Writes small HDF5 files in the newest encoding, for tests: a root with attributes and datasets below it.

export interface WrittenDataset {
  /** 4-byte floats. */
  readonly values: readonly number[]
  /** Number of a filter to claim; the dataset is then chunked and empty. */
  readonly filter?: number
}

export interface WrittenFile {
  /** Texts, stored with variable length in a global heap. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly datasets?: Readonly<Record<string, WrittenDataset>>
  readonly externalLinks?: Readonly<Record<string, { readonly file: string; readonly target: string }>>
}

const superblockSize = 48

export function writeHdf5({ attributes = {}, datasets = {}, externalLinks = {} }: WrittenFile): Uint8Array {
  const pieces: Buffer[] = []
  let end = superblockSize
  const put = (bytes: Buffer): number => {
    const at = end
    pieces.push(bytes)
    end += bytes.length
    return at
  }
  const texts = Object.values(attributes).map((text) => Buffer.from(text))
  const heap = texts.length === 0 ? 0 : put(globalHeap(texts))
  const messages: Buffer[] = Object.keys(attributes).map((name, index) =>
    attribute(name, { length: texts[index]!.length, heap, index: index + 1 }),
  )
  for (const [name, dataset] of Object.entries(datasets)) {
    const data = put(Buffer.from(Float32Array.from(dataset.values).buffer))
    messages.push(link(name, Buffer.concat([u8(0), u64(put(datasetHeader(dataset, data)))])))
  }
  for (const [name, { file, target }] of Object.entries(externalLinks)) {
    const value = Buffer.concat([u8(0), Buffer.from(`${file}\0${target}\0`)])
    messages.push(link(name, Buffer.concat([u8(64), u16(value.length), value])))
  }
  const root = put(objectHeader(messages))
  const superblock = Buffer.concat([
    Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
    Buffer.from([3, 8, 8, 0]),
    u64(0),
    Buffer.alloc(8, 0xff),
    u64(end),
    u64(root),
    u32(0),
  ])
  return Buffer.concat([superblock, ...pieces])
}

function datasetHeader({ values, filter }: WrittenDataset, data: number): Buffer {
  const layout =
    filter === undefined
      ? Buffer.concat([Buffer.from([3, 1]), u64(data), u64(4 * values.length)])
      : Buffer.concat([Buffer.from([3, 2, 2]), Buffer.alloc(8, 0xff), u32(values.length), u32(4)])
  const messages = [
    message(1, Buffer.concat([Buffer.from([2, 1, 0, 1]), u64(values.length)])),
    message(3, Buffer.concat([Buffer.from([0x11, 0x20, 0x1f, 0]), u32(4), Buffer.alloc(12)])),
    message(8, layout),
  ]
  if (filter !== undefined) {
    const name = filter < 256 ? [] : [u16(0)]
    messages.push(message(11, Buffer.concat([Buffer.from([2, 1]), u16(filter), ...name, u16(0), u16(0)])))
  }
  return objectHeader(messages)
}

/** Checksums stay zero: the reader under test does not need them. */
function objectHeader(messages: readonly Buffer[]): Buffer {
  const body = Buffer.concat(messages)
  return Buffer.concat([Buffer.from('OHDR'), Buffer.from([2, 2]), u32(body.length), body, u32(0)])
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([u8(type), u16(body.length), u8(0), body])
}

function link(name: string, kindAndValue: Buffer): Buffer {
  const named = Buffer.concat([u8(Buffer.byteLength(name)), Buffer.from(name)])
  const kind = kindAndValue.subarray(0, 1)
  return message(6, Buffer.concat([Buffer.from([1, 8]), kind, named, kindAndValue.subarray(1)]))
}

function attribute(
  name: string,
  { length, heap, index }: { readonly length: number; readonly heap: number; readonly index: number },
): Buffer {
  const type = Buffer.concat([Buffer.from([0x19, 1, 1, 0]), u32(16), Buffer.from([0x13, 0, 0, 0]), u32(1)])
  const space = Buffer.from([2, 0, 0, 0])
  const value = Buffer.concat([u32(length), u64(heap), u32(index)])
  const head = [u8(3), u8(0), u16(name.length + 1), u16(type.length), u16(space.length), u8(1)]
  return message(12, Buffer.concat([...head, Buffer.from(`${name}\0`), type, space, value]))
}

function globalHeap(texts: readonly Buffer[]): Buffer {
  const objects = texts.map((text, index) =>
    Buffer.concat([
      u16(index + 1),
      u16(1),
      u32(0),
      u64(text.length),
      text,
      Buffer.alloc((8 - (text.length % 8)) % 8),
    ]),
  )
  const body = Buffer.concat(objects)
  return Buffer.concat([Buffer.from('GCOL'), Buffer.from([1, 0, 0, 0]), u64(16 + body.length), body])
}

function u8(value: number): Buffer {
  return Buffer.from([value])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
