// The frames and blocks of Zstandard (RFC 8878). Frames may follow each other, skippable ones between. Our own decoder,
// because window, checksum and where a frame ends must be in our hands: a frame announces windows of gigabytes in a byte.

import type { Decoder, DecoderOptions } from '../../source/inflate.ts'
import type { InflateInput } from '../../source/inflate-input.ts'
import type { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { compressedFormat } from './compressed-format.ts'
import { NotSupported } from './not-supported.ts'
import { Xxh64 } from './xxh64.ts'
import { ZstdBlocks } from './zstd-block.ts'

const frameMagic = 0xfd2fb528
const largestWindow = 128 * 2 ** 20

export const zstdDecoder: Decoder = (input, output, options) => {
  do {
    const magic = input.uint(4)
    if (magic === frameMagic) frame(input, output, options)
    else if (isSkippable(magic)) input.skip(input.uint(4))
    else throw new Malformed('it does not begin as a Zstandard frame', input.offset - 4)
  } while (isZstd(input.peek(8)))
}

export const zstd = compressedFormat({
  id: 'zstd',
  title: 'Zstandard data',
  recognise(head, source) {
    if (!isZstd(head)) return 'no'
    if (u32(head, 0) === frameMagic) return (head[4]! & 8) === 0 ? 'sure' : 'no'
    // A skippable frame is of Zstandard when one of its own follows; else it may be of lz4.
    const after = u32(head, 4) + 8
    if (after >= source.size) return 'maybe'
    return isZstd(source.read(after, 8)) ? 'sure' : 'no'
  },
  decode: zstdDecoder,
  signatures: [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)],
})

function isZstd(head: Uint8Array): boolean {
  return head.length >= 8 && (u32(head, 0) === frameMagic || isSkippable(u32(head, 0)))
}

function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f
}

function frame(input: InflateInput, output: InflateOutput, { budget, problem }: DecoderOptions): void {
  const at = input.offset
  const flags = input.byte()
  if (flags & 8) throw new Malformed('the header of a Zstandard frame has unknown flags', at)
  const single = (flags & 0x20) !== 0
  let window = 0
  if (!single) {
    const descriptor = input.byte()
    const base = 2 ** (10 + (descriptor >> 3))
    window = base + (base / 8) * (descriptor & 7)
  }
  const dictionary = [0, 1, 2, 4][flags & 3]!
  if (dictionary > 0 && input.uint(dictionary) !== 0)
    throw new NotSupported('a Zstandard frame that needs a dictionary', at)
  const kind = flags >> 6
  let size: number | null = null
  if (kind === 0) size = single ? input.byte() : null
  else if (kind === 1) size = input.uint(2) + 256
  else if (kind === 2) size = input.uint(4)
  else size = input.uint(4) + input.uint(4) * 2 ** 32
  if (single) window = size!

  output.flush()
  output.restart(Math.min(window, largestWindow))
  const before = output.total
  const sum = (flags & 4) !== 0 ? new Xxh64() : null
  const stop = output.watch((piece) => sum?.add(piece))
  const most = Math.min(window, 131_072)
  const blocks = new ZstdBlocks(output, { window, largestWindow, most })
  try {
    for (let last = false; !last; ) {
      budget.checkTime()
      const header = input.uint(3)
      last = (header & 1) === 1
      const length = header >> 3
      const type = (header >> 1) & 3
      if (type === 3 || length > 131_072)
        throw new Malformed('a Zstandard block is of no known kind', input.offset - 3)
      if (type === 1) {
        const byte = input.byte()
        for (let i = 0; i < length; i++) output.put(byte)
      } else if (type === 0) output.write(input.take(length))
      else blocks.read(input.take(length))
    }
    output.flush()
  } finally {
    stop()
  }
  if (sum !== null && input.uint(4) !== sum.low) {
    problem('The checksum of the frame does not fit its contents.', input.offset - 4)
  }
  if (size !== null && size !== output.total - before) {
    problem('The frame does not hold as many bytes as its header says.', at)
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
}
