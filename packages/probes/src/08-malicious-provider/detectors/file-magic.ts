// First bytes by which file formats are known. A match counts by how many bits of it were fixed beforehand: 16 random
// bytes look like the start of a PNG once in 2^128, but like a gzip file once in 2^37, which is not much when a hundred
// million places are looked at. So every format is checked as far as its header is fixed, and what is left to the caller
// is to multiply by the number of places.

export interface MagicMatch {
  readonly format: string
  /** Bits that had to be as they are; the chance at a place of uniform bytes is 2^-bits. */
  readonly bits: number
}

interface Format {
  readonly format: string
  /** Bits matched at `at`, 0 if it is no match. */
  match(bytes: Uint8Array, at: number): number
}

function ascii(text: string): readonly number[] {
  return Array.from(text, (c) => c.charCodeAt(0))
}

function starts(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((value, i) => bytes[at + i] === value)
}

function fixed(format: string, ...variants: (readonly number[])[]): Format {
  return {
    format,
    match: (bytes, at) => {
      const found = variants.find((wanted) => starts(bytes, at, wanted))
      return found === undefined ? 0 : 8 * found.length - Math.log2(variants.length)
    },
  }
}

const formats: readonly Format[] = [
  fixed('PNG', [0x89, ...ascii('PNG\r\n\x1a\n'), 0, 0, 0, 13, ...ascii('IHDR')]),
  fixed('JPEG', [0xff, 0xd8, 0xff, 0xe0, 0, 16, ...ascii('JFIF\0')]),
  {
    format: 'JPEG',
    match: (b, at) =>
      starts(b, at, [0xff, 0xd8, 0xff, 0xe1]) && starts(b, at + 6, ascii('Exif\0\0')) ? 80 : 0,
  },
  {
    format: 'JPEG',
    // A quantisation table of 64 entries right behind the start.
    match: (b, at) => (starts(b, at, [0xff, 0xd8, 0xff, 0xdb, 0, 0x43, 0]) ? 56 : 0),
  },
  fixed('GIF', ascii('GIF89a'), ascii('GIF87a')),
  fixed('PDF', ascii('%PDF-1.'), ascii('%PDF-2.')),
  {
    format: 'ZIP',
    match: (b, at) => {
      const method = (b[at + 8] ?? 255) + 256 * (b[at + 9] ?? 255)
      const fits =
        starts(b, at, ascii('PK\x03\x04')) &&
        (b[at + 4] ?? 255) < 64 &&
        b[at + 5] === 0 &&
        (method === 0 || method === 8)
      return fits ? 32 + 2 + 8 + 15 : 0
    },
  },
  {
    format: 'gzip',
    match: (b, at) => {
      const system = b[at + 9] ?? 99
      const fits =
        starts(b, at, [0x1f, 0x8b, 8]) &&
        (b[at + 3] ?? 255) < 32 &&
        [0, 2, 4].includes(b[at + 8] ?? 255) &&
        (system < 14 || system === 255)
      return fits ? 24 + 3 + 6.4 + 4 : 0
    },
  },
  fixed('xz', [0xfd, ...ascii('7zXZ'), 0]),
  fixed('7z', [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c]),
  fixed('SQLite', ascii('SQLite format 3\0')),
  fixed('HDF5', [0x89, ...ascii('HDF\r\n\x1a\n')]),
  fixed('NumPy', [0x93, ...ascii('NUMPY'), 1, 0], [0x93, ...ascii('NUMPY'), 2, 0]),
  {
    format: 'ELF',
    match: (b, at) => {
      const fits =
        starts(b, at, [0x7f, ...ascii('ELF')]) &&
        [1, 2].includes(b[at + 4] ?? 0) &&
        [1, 2].includes(b[at + 5] ?? 0) &&
        b[at + 6] === 1 &&
        starts(b, at + 9, [0, 0, 0, 0, 0, 0, 0])
      return fits ? 32 + 14 + 8 + 56 : 0
    },
  },
  {
    format: 'Windows program',
    match: (b, at) => {
      const next = (b[at + 60] ?? 0) + 256 * (b[at + 61] ?? 0)
      const fits =
        starts(b, at, ascii('MZ')) &&
        b[at + 62] === 0 &&
        b[at + 63] === 0 &&
        next >= 64 &&
        next < 4096 &&
        starts(b, at + next, ascii('PE\0\0'))
      return fits ? 16 + 16 + 4 + 32 : 0
    },
  },
  {
    format: 'pickle',
    match: (b, at) => {
      const protocol = b[at + 1] ?? 0
      if (b[at] !== 0x80 || protocol < 2 || protocol > 5) return 0
      // From protocol 4 on a frame of less than 16 MB follows, below it a container that is put into the memo.
      if (protocol >= 4) return b[at + 2] === 0x95 && starts(b, at + 6, [0, 0, 0, 0, 0]) ? 14 + 48 : 0
      return starts(b, at + 3, ascii('q\0(')) && [0x7d, 0x5d].includes(b[at + 2] ?? 0) ? 14 + 31 : 0
    },
  },
  fixed('WAVE', [...ascii('WAVEfmt '), 16, 0, 0, 0]),
]

const firstBytes = new Uint8Array(256)
for (const first of [0x89, 0xff, 0x47, 0x25, 0x50, 0x1f, 0xfd, 0x37, 0x53, 0x93, 0x7f, 0x4d, 0x80, 0x57])
  firstBytes[first] = 1

/** 1 for bytes that a known format begins with. */
export function magicFirstBytes(): Uint8Array {
  return firstBytes
}

/** The format that the bytes at `at` are the start of. */
export function matchMagic(bytes: Uint8Array, at: number): MagicMatch | null {
  if (firstBytes[bytes[at] as number] === 0) return null
  for (const { format, match } of formats) {
    const bits = match(bytes, at)
    if (bits > 0) return { format, bits }
  }
  return null
}
