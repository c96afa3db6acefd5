// Every object of an HDF5 file is a header: a list of messages, in one or more chunks, in one of two encodings. What the
// object is (a group, a dataset, a named type) follows from the messages that are there.
import { LimitReached } from '../../scan/limits.ts'
import { Malformed } from '../format.ts'
import type { Cursor, Hdf5Bytes } from './bytes.ts'

/** Numbers of the message types that matter here. */
export const messages = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  sharedMessages: 0x0f,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const

export interface Message {
  readonly type: number
  /** The message lies elsewhere, and these bytes say where. */
  readonly shared: boolean
  /** A new cursor at the start of its bytes. */
  readonly body: () => Cursor
}

const mostChunks = 10_000
const mostMessages = 200_000

/** @throws Malformed, LimitReached */
export function readObjectHeader(file: Hdf5Bytes, address: number): readonly Message[] {
  const start = file.read(address, Math.min(16, file.source.size - file.base - address), 'an object header')
  const found: Message[] = []
  const chunks: { readonly address: number; readonly length: number }[] = []
  const seen = new Set<number>()
  const second = start.bytes[0] === 0x4f
  let order = false
  if (second) {
    start.expect('OHDR')
    if (start.u8() !== 2) throw start.broken('its version is not known')
    const flags = start.u8()
    order = (flags & 4) !== 0
    const before = 6 + ((flags & 32) === 0 ? 0 : 16) + ((flags & 16) === 0 ? 0 : 4)
    const width = 1 << (flags & 3)
    const length = file.read(address + before, width, 'the size of an object header').uint(width)
    chunks.push({ address: address + before + width, length })
  } else {
    if (start.u8() !== 1) throw start.broken('its version is not known')
    start.skip(7)
    chunks.push({ address: address + 16, length: start.u32() })
  }
  for (let next = chunks.shift(); next !== undefined; next = chunks.shift()) {
    if (seen.has(next.address)) {
      throw new Malformed('an object header continues in itself', file.base + next.address)
    }
    seen.add(next.address)
    if (seen.size > mostChunks || found.length > mostMessages) {
      throw new LimitReached('headerBytes', 'an HDF5 object header of too many parts')
    }
    const chunk = file.read(next.address, next.length, 'an object header')
    // The checksum is part of every chunk's length but the first one's.
    const continued = second && seen.size > 1
    const body = continued ? chunk.expect('OCHK').part(Math.max(0, chunk.left - 4)) : chunk
    for (const message of readMessages(body, { order, second })) {
      if (message.type === messages.continuation) {
        const cursor = message.body()
        chunks.push({ address: cursor.place(), length: cursor.length() })
      } else found.push(message)
    }
  }
  return found
}

function* readMessages(
  chunk: Cursor,
  { order, second }: { readonly order: boolean; readonly second: boolean },
): Generator<Message> {
  const head = second ? (order ? 6 : 4) : 8
  while (chunk.left >= head) {
    const type = second ? chunk.u8() : chunk.u16()
    const length = chunk.u16()
    const flags = chunk.u8()
    if (!second) chunk.skip(3)
    else if (order) chunk.skip(2)
    const { at } = chunk
    chunk.skip(length)
    const body = (): Cursor => {
      const again = chunk.again()
      return again.skip(at).part(length)
    }
    yield { type, shared: (flags & 2) !== 0, body }
  }
}

/** The first message of a type, or null. */
export function messageOf(all: readonly Message[], type: number): Message | null {
  return all.find((message) => message.type === type) ?? null
}
