// Says what a file is when it is not a model, so that the error can name the mistake: a download page instead of
// the download, a Git LFS pointer, another framework's format. And tells a cut-off ONNX file from other bytes by
// walking the outermost protobuf fields, which is cheap and never allocates.

interface Signature {
  readonly what: string
  readonly hint?: string
  readonly matches: (bytes: Uint8Array, start: string) => boolean
}

const onnxExport = 'Export the model to ONNX first.'

const signatures: readonly Signature[] = [
  {
    what: 'a Git LFS pointer',
    hint: 'Run `git lfs pull` to fetch the file that it stands for.',
    matches: (_, start) => start.startsWith('version https://git-lfs'),
  },
  {
    what: 'an HTML page',
    hint: 'The download probably gave an error or a login page; fetch the file itself.',
    matches: (_, start) => /^\s*(<!doctype html|<html)/i.test(start),
  },
  { what: 'a PNG image', matches: (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47]) },
  { what: 'a JPEG image', matches: (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]) },
  { what: 'a NumPy array', matches: (bytes) => startsWith(bytes, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]) },
  {
    what: 'a gzip file',
    hint: 'Unpack it first.',
    matches: (bytes) => startsWith(bytes, [0x1f, 0x8b]),
  },
  {
    what: 'a ZIP archive (PyTorch saves .pt files and Keras .keras files so)',
    hint: `Unpack it, or export the model to ONNX from its framework.`,
    matches: (bytes) => startsWith(bytes, [0x50, 0x4b, 3, 4]),
  },
  {
    what: 'an HDF5 file (Keras .h5)',
    hint: onnxExport,
    matches: (bytes) => startsWith(bytes, [0x89, 0x48, 0x44, 0x46]),
  },
  { what: 'a TensorFlow Lite model', hint: onnxExport, matches: (_, start) => start.slice(4, 8) === 'TFL3' },
  { what: 'a GGUF model', hint: onnxExport, matches: (_, start) => start.startsWith('GGUF') },
  {
    what: 'an ONNX Runtime (.ort) model',
    hint: 'Give the .onnx file that it was made from.',
    matches: (_, start) => start.slice(4, 8) === 'ORTM',
  },
  {
    what: 'a Python pickle',
    hint: `${onnxExport} Do not load pickles from sources you do not trust.`,
    matches: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
  },
  {
    what: 'a safetensors file',
    hint: 'It holds weights only. Export the whole model to ONNX.',
    matches: (_, start) => start.slice(8, 10) === '{"',
  },
  { what: 'a text file', matches: (bytes) => looksLikeText(bytes) },
]

/** What the bytes are, when that can be told. */
export function sniff(bytes: Uint8Array): { readonly what: string; readonly hint?: string } | null {
  let start = ''
  for (const byte of bytes.subarray(0, 128)) start += String.fromCharCode(byte)
  const found = signatures.find((signature) => signature.matches(bytes, start))
  return found ? { what: found.what, ...(found.hint ? { hint: found.hint } : {}) } : null
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4096)
  if (head.length === 0) return false
  // A model starts with a small number (its ONNX file version), which as text would be a control character.
  return head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)
}

/** The wire types of a model's outermost fields: 0 varint, 2 length and bytes. */
const outerFields: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  3: 2,
  4: 2,
  5: 0,
  6: 2,
  7: 2,
  8: 2,
  14: 2,
  20: 2,
  25: 2,
  26: 2,
}

/** Whether bytes are a whole ONNX envelope, the beginning of one, or something else. */
export function envelope(bytes: Uint8Array): 'whole' | 'cut' | 'other' {
  let at = 0
  /** The varint at `at`, null when it is cut off, or -1 when it is too long to be one. */
  const varint = (): number | null => {
    let value = 0
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) return null
      const byte = bytes[at++]!
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    return -1
  }
  while (at < bytes.length) {
    const first = at === 0
    const tag = varint()
    if (tag === null) return 'cut'
    const field = Math.floor(tag / 8)
    // Every writer puts the file version (field 1) first; so must what we take for the start of a model.
    if (outerFields[field] !== tag % 8 || (first && field !== 1)) return 'other'
    const value = varint()
    if (value === null) return 'cut'
    if (value < 0 || (first && value > 1000)) return 'other'
    if (tag % 8 === 2) {
      if (at + value > bytes.length) return 'cut'
      at += value
    }
  }
  return 'whole'
}
