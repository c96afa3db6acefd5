import { zlibDecoder } from '../../source/inflate-deflate.ts'
import { compressedFormat } from './compressed-format.ts'

/** zlib data as joblib writes it by default. Two bytes are all its signature. */
export const zlib = compressedFormat({
  id: 'zlib',
  title: 'zlib data',
  recognise([first = 0, second = 0], source) {
    const fits = (first & 0x8f) === 8 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0
    // Two bytes for the smallest block, four for the checksum.
    return fits && source.size >= 8 ? 'maybe' : 'no'
  },
  decode: zlibDecoder,
})
