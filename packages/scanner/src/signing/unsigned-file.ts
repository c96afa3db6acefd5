// Which files a signature may leave out. The signer writes the list of ignored paths, so a hostile or careless one could
// leave out the weights, and whoever passes the model on could then swap them. Here the verifier decides: whatever a
// framework could load or run, by its name or by its first bytes, is never ignored; the files of git, documentation and
// signatures always may be; of the rest, only what the verifier itself named.

export type UnsignedKind = 'model' | 'harmless' | 'other'

/** How many bytes of a file `unsignedKind` looks at. */
export const headBytes = 512

/** Formats of weights, graphs and tokenizers, code in any language, and texts that choose what code runs. */
const modelExtensions = new Set(
  `pkl pickle p dill joblib pt pth pt2 bin ckpt mar ptl pte safetensors gguf ggml ggjt onnx ort pb pbtxt tflite lite h5
  hdf5 keras npy npz model mlmodel mlpackage mlmodelc params caffemodel prototxt cfg weights engine plan trt ubj bst cbm
  pmml msgpack flax skops nemo llamafile task tok tiktoken spm vocab bpe json jsonl yaml yml toml ini xml proto
  py pyc pyo pyd pyi pyx pth ipynb sh bash zsh fish bat cmd ps1 js mjs cjs ts mts wasm lua rb pl r jl java class jar scala
  kt go rs c h cc cpp cxx hpp cu cuh cl so dll dylib exe a o lib whl egg jinja jinja2 j2 template
  zip tar gz tgz bz2 xz zst lz4 7z rar index data part`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Names without which a model runs otherwise. */
const modelNames =
  /^(dockerfile|makefile|modelfile|requirements.*\.txt|vocab.*\.txt|merges.*\.txt|labels.*\.txt)$/i
const harmlessNames =
  /^(readme|licen[cs]e|notice|copying|authors|contributors|contributing|changelog|citation|use_policy|code_of_conduct|security)([._-].*)?$|^(\.git|\.gitattributes|\.gitignore|\.gitmodules|\.gitkeep|\.ds_store|thumbs\.db|desktop\.ini)$/i
const harmlessExtensions = new Set(
  'md rst adoc pdf png jpg jpeg gif webp svg bmp ico sig sigstore asc'.split(' '),
)

const modelHeads: readonly (readonly [offset: number, bytes: string])[] = [
  ...[2, 3, 4, 5].map((protocol) => [0, `\x80${String.fromCharCode(protocol)}`] as const),
  [0, 'PK\x03\x04'],
  [0, 'PK\x05\x06'],
  [0, '\x89HDF\r\n\x1a\n'],
  [0, 'GGUF'],
  [0, '\x93NUMPY'],
  [0, '\x7fELF'],
  [0, 'MZ'],
  [0, '\xcf\xfa\xed\xfe'],
  [0, '\xca\xfe\xba\xbe'],
  [0, '\0asm'],
  [0, '#!'],
  [0, '7z\xbc\xaf\x27\x1c'],
  [0, '\x1f\x8b'],
  [0, 'BZh'],
  [0, '\xfd7zXZ'],
  [0, '\x28\xb5\x2f\xfd'],
  [4, 'TFL3'],
  [8, '{"'],
  [257, 'ustar'],
]

/**
 * What kind of file this is to a verifier that is asked to ignore it.
 * @param path relative to the model folder, forward slashes
 * @param head the first `headBytes` bytes, or all; null when they cannot or should not be read
 */
export function unsignedKind(path: string, head: Uint8Array | null): UnsignedKind {
  const parts = path.split('/')
  const name = parts.at(-1)!
  const extension =
    /\.([^.]+)$/
      .exec(name)?.[1]
      ?.toLowerCase()
      .replace(/-\d.*$/, '') ?? ''
  // Git keeps objects, hooks and settings of any content in its own folder, and no framework reads there. A file that
  // is called like a model does not belong there.
  if (parts[0] === '.git' && parts.length > 1) return modelExtensions.has(extension) ? 'model' : 'harmless'
  if (head !== null && modelHeads.some(([offset, bytes]) => startsWith(head, offset, bytes))) return 'model'
  if (head !== null && isSignature(name, head)) return 'harmless'
  if (modelNames.test(name) || modelExtensions.has(extension)) return 'model'
  return harmlessNames.test(name) || harmlessExtensions.has(extension) ? 'harmless' : 'other'
}

/** A bundle under a name that nothing else has: a configuration must not pass for one by quoting its media type. */
function isSignature(name: string, head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1')
  return (
    /(^|[._-])(sig|signature|sigstore|bundle)\.json$/i.test(name) &&
    text.trimStart().startsWith('{') &&
    text.includes('application/vnd.dev.sigstore.bundle')
  )
}

function startsWith(head: Uint8Array, offset: number, bytes: string): boolean {
  for (let i = 0; i < bytes.length; i++) if (head[offset + i] !== bytes.charCodeAt(i)) return false
  return true
}
