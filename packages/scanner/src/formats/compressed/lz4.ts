// The lz4 frame (and the older form that Linux uses): blocks of literals and copies, each up to 4 MiB, with optional
// checksums. Frames may follow each other, skippable ones between.

import type { Decoder, DecoderOptions } from '../../source/inflate.ts'
import type { InflateInput } from '../../source/inflate-input.ts'
import type { InflateOutput } from '../../source/inflate-output.ts'
import { Malformed } from '../format.ts'
import { compressedFormat } from './compressed-format.ts'
import { NotSupported } from './not-supported.ts'
import { Xxh32 } from './xxh32.ts'

const frameMagic = 0x184d2204
const legacyMagic = 0x184c2102
const legacyBlock = 8 * 2 ** 20

export const lz4Decoder: Decoder = (input, output, options) => {
  do {
    const magic = input.uint(4)
    if (magic === frameMagic) frame(input, output, options)
    else if (magic === legacyMagic) legacyFrame(input, output, options)
    else if (isSkippable(magic)) input.skip(input.uint(4))
    else throw new Malformed('it does not begin as an lz4 frame', input.offset - 4)
  } while (magicOf(input.peek(4)))
}

export const lz4 = compressedFormat({
  id: 'lz4',
  title: 'lz4 data',
  recognise(head, source) {
    if (begins(head)) return 'sure'
    // A skippable frame in front may as well be of zstd; what follows it tells.
    const skipped = head.length >= 8 && isSkippable(u32(head))
    return skipped && begins(source.read(u32(head.subarray(4)) + 8, 7)) ? 'sure' : 'no'
  },
  decode: lz4Decoder,
  signatures: [Uint8Array.of(0x04, 0x22, 0x4d, 0x18)],
})

function begins(head: Uint8Array): boolean {
  const magic = head.length >= 7 ? u32(head) : 0
  return magic === legacyMagic || (magic === frameMagic && head[4]! >> 6 === 1)
}

function magicOf(head: Uint8Array): boolean {
  if (head.length < 4) return false
  const magic = u32(head)
  return magic === frameMagic || magic === legacyMagic || isSkippable(magic)
}

function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f
}

function frame(input: InflateInput, output: InflateOutput, { budget, problem }: DecoderOptions): void {
  const at = input.offset
  const flags = input.byte()
  const descriptor = input.byte()
  if (flags >> 6 !== 1 || flags & 2 || descriptor & 0x8f || descriptor >> 4 < 4) {
    throw new Malformed('the header of an lz4 frame has unknown flags', at)
  }
  const largest = 2 ** (8 + 2 * (descriptor >> 4))
  const size = flags & 8 ? input.uint(4) + input.uint(4) * 2 ** 32 : null
  if (flags & 1) throw new NotSupported('an lz4 frame that needs a dictionary', at)
  const header = new Xxh32()
  const length = input.offset - at
  input.seek(at)
  header.add(input.take(length))
  if (input.byte() !== ((header.value >>> 8) & 255))
    problem('The checksum of the frame header does not fit.', at)
  output.flush()
  output.restart(1 << 16)
  const before = output.total
  const sum = new Xxh32()
  const stop = output.watch((piece) => sum.add(piece))
  try {
    for (;;) {
      budget.checkTime()
      const word = input.uint(4)
      if (word === 0) break
      const blockLength = word % 2 ** 31
      if (blockLength > largest)
        throw new Malformed('an lz4 block is larger than its frame allows', input.offset - 4)
      block(input, output, { length: blockLength, plain: word >= 2 ** 31, most: largest })
      if (flags & 16) input.skip(4)
    }
    output.flush()
  } finally {
    stop()
  }
  if (flags & 4 && input.uint(4) !== sum.value) {
    problem('The checksum of the frame does not fit its contents.', input.offset - 4)
  }
  if (size !== null && size !== output.total - before) {
    problem('The frame does not hold as many bytes as its header says.', at)
  }
}

function legacyFrame(input: InflateInput, output: InflateOutput, { budget }: DecoderOptions): void {
  output.restart(1 << 16)
  while (input.left >= 4 && !magicOf(input.peek(4))) {
    budget.checkTime()
    const length = input.uint(4)
    if (length > legacyBlock + legacyBlock / 255 + 16)
      throw new Malformed('an lz4 block is too large', input.offset - 4)
    block(input, output, { length, plain: false, most: legacyBlock })
  }
}

function block(
  input: InflateInput,
  output: InflateOutput,
  { length, plain, most }: { readonly length: number; readonly plain: boolean; readonly most: number },
): void {
  const end = input.offset + length
  if (plain) {
    literals(input, output, length)
    return
  }
  const before = output.total
  const long = (nibble: number): number => {
    let count = nibble
    if (nibble === 15) {
      let byte: number
      do {
        byte = input.byte()
        count += byte
      } while (byte === 255)
    }
    return count
  }
  for (;;) {
    const token = input.byte()
    const plainCount = long(token >> 4)
    if (input.offset + plainCount > end) throw new Malformed('an lz4 block goes beyond its end', input.offset)
    literals(input, output, plainCount)
    if (input.offset === end) return
    const distance = input.uint(2)
    if (distance === 0) throw new Malformed('an lz4 copy reaches back by nothing', input.offset - 2)
    const count = long(token & 15) + 4
    if (input.offset > end || output.total - before + count > most) {
      throw new Malformed('an lz4 block goes beyond its end', input.offset)
    }
    output.copy(distance, count)
  }
}

function literals(input: InflateInput, output: InflateOutput, length: number): void {
  for (let left = length; left > 0; ) {
    if (input.at === input.bytes.length && !input.fill()) throw input.truncated()
    const count = Math.min(left, input.bytes.length - input.at)
    output.write(input.bytes.subarray(input.at, input.at + count))
    input.at += count
    left -= count
  }
}

function u32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
}
