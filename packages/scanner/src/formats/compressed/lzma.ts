import type { Decoder } from '../../source/inflate.ts'
import { Malformed } from '../format.ts'
import { compressedFormat } from './compressed-format.ts'
import { LzmaDecoder } from './lzma-decoder.ts'

/** The old container: properties, size of the dictionary, size of the contents or all ones, data. */
export const lzmaDecoder: Decoder = (input, output, { budget }) => {
  const properties = input.byte()
  const dictionary = input.uint(4)
  const low = input.uint(4)
  const high = input.uint(4)
  const unknown = low === 0xffffffff && high === 0xffffffff
  if (!unknown && high > 0x1fffff) throw new Malformed('the LZMA header gives an impossible size', 5)
  const lzma = new LzmaDecoder(input, output, { budget, dictionary })
  lzma.setProperties(properties)
  lzma.startRange()
  lzma.decode(unknown ? null : high * 2 ** 32 + low)
  if (!unknown && !lzma.ended) lzma.takeMarker()
}

/** Method 14 of zip: a version, the size of the properties, five bytes of them, data. */
export function zipLzmaDecoder(size: number | null, flags: number): Decoder {
  return (input, output, { budget }) => {
    input.skip(2)
    const length = input.uint(2)
    if (length < 5) throw new Malformed('the LZMA properties of a member are cut off', input.offset)
    const properties = input.byte()
    const dictionary = input.uint(4)
    input.skip(length - 5)
    const lzma = new LzmaDecoder(input, output, { budget, dictionary })
    lzma.setProperties(properties)
    lzma.startRange()
    lzma.decode((flags & 2) !== 0 ? null : size)
    if ((flags & 2) === 0 && !lzma.ended) lzma.takeMarker()
  }
}

export const lzma = compressedFormat({
  id: 'lzma',
  title: 'LZMA data',
  recognise(head, source) {
    if (source.size < 18 || head[0]! >= 225 || head[13] !== 0) return 'no'
    const view = new DataView(head.buffer, head.byteOffset, 13)
    const dictionary = view.getUint32(1, true)
    const unknown = view.getBigUint64(5, true) === 0xffff_ffff_ffff_ffffn
    // As Python and the LZMA tools write it: the usual properties, and a size that is not told.
    if (head[0] === 0x5d && unknown && (dictionary & 0xfff) === 0) return 'sure'
    const round = dictionary !== 0 && (dictionary & 0xfff) === 0
    return round && (unknown || view.getUint32(9, true) < 64) ? 'maybe' : 'no'
  },
  decode: lzmaDecoder,
})
