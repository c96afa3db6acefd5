// In which encoding an XML document is, by its first bytes as the specification has it (appendix F), and whether it says
// the same of itself.

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How a document begins, and what speaks against it. */
export interface Beginning {
  /** Null: it cannot be read here. */
  readonly encoding: Encoding | null
  /** Its first characters, as far as they can be read. */
  readonly start: string
  /** Why readers may disagree about it, in words. */
  readonly objection: string | null
}

const plain = /^(?:utf-?8|us-ascii|ascii)$/i
const western = /^(?:iso-?8859-?1|latin-?1|windows-1252|cp1252)$/i
const wide = /^utf-?16(?:[lb]e)?$/i

export function beginningOf(head: Uint8Array): Beginning {
  const [a = 1, b = 1, c = 1, d = 1] = head
  const hex = Buffer.from(head.subarray(0, 4)).toString('hex')
  if (hex === 'fffe0000' || hex === '0000feff' || hex === '0000003c' || hex === '3c000000') {
    return { encoding: null, start: '', objection: 'It is in UTF-32, which few parsers read' }
  }
  if (hex === '4c6fa794')
    return { encoding: null, start: '<?xml', objection: 'It is in EBCDIC, which few parsers read' }
  const marked = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : null
  const unmarked =
    a === 0x3c && b === 0 && d === 0 && c !== 0
      ? 'utf-16le'
      : a === 0 && b === 0x3c && c === 0 && d !== 0
        ? 'utf-16be'
        : null
  const found = marked ?? unmarked
  const isWide = found !== null
  const start = new TextDecoder(found ?? 'utf-8').decode(head.subarray(0, 2048)).replace(/^\ufeff/, '')
  const declared = /^<\?xml[^>]{0,200}\bencoding\s{0,10}=\s{0,10}["']([\w.:-]{1,40})["']/.exec(start)?.[1]
  if (isWide) {
    const objection =
      declared !== undefined && !wide.test(declared)
        ? `It is in UTF-16 and declares ${declared}`
        : marked === null
          ? 'It is in UTF-16 without a mark that says so'
          : null
    return { encoding: found, start, objection }
  }
  if (declared === undefined || plain.test(declared)) return { encoding: 'utf-8', start, objection: null }
  if (western.test(declared)) return { encoding: 'windows-1252', start, objection: null }
  return {
    encoding: 'utf-8',
    start,
    objection: `It declares the encoding ${declared}, and its bytes are of another`,
  }
}
