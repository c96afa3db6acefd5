// A folder of a 7z archive is a chain of coders. Followed are chains of one decompressor and byte filters behind it, which
// is what archivers write; anything else is not guessed at.

import type { Decoder } from '../../source/inflate.ts'
import { deflateDecoder } from '../../source/inflate-deflate.ts'
import { InflateOutput } from '../../source/inflate-output.ts'
import { type ByteFilter, bcjX86, delta } from '../compressed/byte-filters.ts'
import { bzip2Decoder } from '../compressed/bzip2.ts'
import { decodeLzma2, LzmaDecoder, lzma2Dictionary } from '../compressed/lzma-decoder.ts'
import { NotSupported } from '../compressed/not-supported.ts'
import { zstdDecoder } from '../compressed/zstd.ts'
import { Malformed } from '../format.ts'
import type { Coder, Folder } from './header.ts'

const aes = '06f10701'

export function isEncrypted({ coders }: Folder): boolean {
  return coders.some(({ method }) => method === aes)
}

/** @throws NotSupported for a chain that is not followed, Malformed for one that is broken */
export function folderDecoder(folder: Folder): Decoder {
  const [first, ...rest] = chain(folder)
  const decompress = decompressor(first!.coder, first!.size)
  const filters = rest.map(({ coder }) => filterOf(coder))
  if (filters.length === 0) return decompress
  return (input, output, options) => {
    const running = filters.map((create) => create())
    const pass = (bytes: Uint8Array, from: number): void => {
      const filter = running[from]
      if (filter === undefined) output.write(bytes)
      else filter.push(bytes, (out) => pass(out, from + 1))
    }
    const inner = new InflateOutput(1 << 15, (piece) => pass(piece, 0))
    try {
      decompress(input, inner, options)
    } finally {
      inner.flush()
      for (const [i, filter] of running.entries()) filter.end((out) => pass(out, i + 1))
    }
  }
}

/** The coders from the packed stream to the file. */
function chain({ coders, pairs, packed, sizes }: Folder): { readonly coder: Coder; readonly size: number }[] {
  if (coders.some(({ inputs, outputs }) => inputs !== 1 || outputs !== 1) || packed.length !== 1) {
    throw new NotSupported('coders of several streams', null)
  }
  const ordered: { coder: Coder; size: number }[] = []
  for (let at: number | undefined = packed[0]; at !== undefined && ordered.length <= coders.length; ) {
    const coder: Coder | undefined = coders[at]
    const size = sizes[at]
    if (coder === undefined || size === undefined)
      throw new Malformed('the coders of a 7z folder do not fit together', null)
    ordered.push({ coder, size })
    const from: number = at
    at = pairs.find(([, output]) => output === from)?.[0]
  }
  if (ordered.length !== coders.length)
    throw new Malformed('the coders of a 7z folder do not fit together', null)
  return ordered
}

function decompressor({ method, properties }: Coder, size: number): Decoder {
  if (method === '00') {
    return (input, output, { budget }) => {
      for (let left = size; left > 0; ) {
        budget.checkTime()
        const bytes = input.take(Math.min(left, 1 << 16))
        output.write(bytes)
        left -= bytes.length
      }
    }
  }
  if (method === '030101') {
    if (properties.length < 5) throw new Malformed('the LZMA properties of a 7z folder are cut off', null)
    const dictionary = new DataView(properties.buffer, properties.byteOffset, 5).getUint32(1, true)
    return (input, output, { budget }) => {
      const lzma = new LzmaDecoder(input, output, { budget, dictionary })
      lzma.setProperties(properties[0]!)
      lzma.startRange()
      lzma.decode(size)
    }
  }
  if (method === '21') {
    const dictionary = lzma2Dictionary(properties[0] ?? 255)
    return (input, output, { budget }) => decodeLzma2(input, output, { budget, dictionary })
  }
  if (method === '040108') return deflateDecoder
  if (method === '040202') return bzip2Decoder
  if (method === '04f71101') return zstdDecoder
  throw new NotSupported(`the method ${method}`, null)
}

function filterOf({ method, properties }: Coder): () => ByteFilter {
  if (method === '03' && properties.length === 1) return () => delta(properties[0]! + 1)
  if (method === '03030103' || method === '04') return bcjX86
  if (method === '00') return () => ({ push: (bytes, next) => next(bytes), end: () => {} })
  throw new NotSupported(`the method ${method}`, null)
}
