import { gzipDecoder, isGzip, readGzipHeader } from '../../source/inflate-deflate.ts'
import { InflateInput } from '../../source/inflate-input.ts'
import { compressedFormat } from './compressed-format.ts'

export const gzip = compressedFormat({
  id: 'gzip',
  title: 'gzip data',
  recognise: (head) => (isGzip(head) ? 'sure' : 'no'),
  decode: gzipDecoder,
  // The part of the path behind the last slash, as unpacking would call it.
  nameOf: (source) => {
    const name = readGzipHeader(new InflateInput(source, 0, source.size))
      ?.split('/')
      .at(-1)
      ?.replace(/[^\x20-\x7e]/g, '_')
    return name ? name.slice(0, 200) : null
  },
  signatures: [Uint8Array.of(0x1f, 0x8b, 8)],
})
