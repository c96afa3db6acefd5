import type { Decoder } from '../../source/inflate.ts'
import { zlibDecoder } from '../../source/inflate-deflate.ts'
import { Malformed } from '../format.ts'
import { compressedFormat } from './compressed-format.ts'

/**
 * `ZF`, then the length in hexadecimal, filled up with spaces to 19 characters (one more where Python 2 wrote it), then
 * zlib data. Python reads the number generously.
 */
const header = /^ZF[\s0-9a-fA-FxX_+L-]{19}\s?$/
const headerSizes = [21, 22]

function headerSize(head: Uint8Array): number | null {
  const text = Buffer.from(head.subarray(0, 23)).toString('latin1')
  const size = headerSizes.find(
    (length) => header.test(text.slice(0, length)) && text.charCodeAt(length) === 0x78,
  )
  return size ?? null
}

export const decodeJoblibZf: Decoder = (input, output, options) => {
  const size = headerSize(input.peek(23))
  if (size === null) throw new Malformed('the header of the old joblib form is broken', 0)
  input.skip(size)
  zlibDecoder(input, output, options)
}

/** What joblib wrote before 0.10. */
export const joblibZf = compressedFormat({
  id: 'joblib-zf',
  title: 'old compressed joblib file',
  recognise: (head) => (headerSize(head) === null ? 'no' : 'sure'),
  decode: decodeJoblibZf,
  signatures: [new TextEncoder().encode('ZF0x')],
})
