// A tensor of a model, whatever the format: a name, a type, a shape, and its numbers in one order and one coding
// (row-major, little-endian), so that the same weights are the same bytes in every format. Numbers are read piece by
// piece, since a tensor can be larger than memory.
import { createHash } from 'node:crypto'
import { pieces, type Source } from '../source/source.ts'

export interface ModelTensor {
  readonly name: string
  /** `float32`, `bfloat16`, `int8`, `bool`, `complex64`; of quantised blocks the format's own name, such as `Q4_K`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: number
  /** Pieces of at most some hundred kilobytes, each a whole number of elements. */
  read(): Iterable<Uint8Array>
}

export interface ModelTensors {
  /** Of the file: `onnx`, `safetensors`. */
  readonly format: string
  readonly tensors: readonly ModelTensor[]
  /** What is there and could not be read, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
  /** SHA-256 of what is computed, where the format says it: nodes, edges, attributes; null otherwise. */
  readonly graph: string | null
}

export interface Place {
  readonly source: Source
  readonly offset: number
  readonly bytes: number
  /** Bytes of one number when the most significant stands first; they are turned round. */
  readonly swap?: number
}

const pieceSize = 1 << 18

/** A tensor whose numbers lie in a row in a source. */
export function tensorAt(
  { name, dtype, shape }: Pick<ModelTensor, 'name' | 'dtype' | 'shape'>,
  { source, offset, bytes, swap = 1 }: Place,
): ModelTensor {
  return {
    name,
    dtype,
    shape,
    bytes,
    *read() {
      for (const piece of pieces(source, { from: offset, to: offset + bytes, pieceSize })) {
        yield swap === 1 ? piece.bytes : turned(piece.bytes, swap)
      }
    },
  }
}

function turned(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i + width <= bytes.length; i += width) {
    for (let k = 0; k < width; k++) out[i + k] = bytes[i + width - 1 - k]!
  }
  return out
}

/** Most bytes of a view that is put in order in memory. */
export const largestView = 512 * 2 ** 20

/** A tensor that is a view with steps (counted in elements) into numbers that lie elsewhere. */
export function stridedTensor(
  { name, dtype, shape }: Pick<ModelTensor, 'name' | 'dtype' | 'shape'>,
  { source, offset, bytes, swap = 1 }: Place,
  { strides, itemBytes }: { readonly strides: readonly number[]; readonly itemBytes: number },
): ModelTensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    name,
    dtype,
    shape,
    bytes: count * itemBytes,
    *read() {
      if (count === 0) return
      const span = new Uint8Array(bytes)
      for (const piece of pieces(source, { from: offset, to: offset + bytes }))
        span.set(piece.bytes, piece.offset - offset)
      const all = swap === 1 ? span : turned(span, swap)
      const index = shape.map(() => 0)
      const perPiece = Math.max(1, Math.floor(pieceSize / itemBytes))
      let at = 0
      for (let done = 0; done < count; ) {
        const length = Math.min(perPiece, count - done)
        const piece = new Uint8Array(length * itemBytes)
        for (let i = 0; i < length; i++) {
          for (let k = 0; k < itemBytes; k++) piece[i * itemBytes + k] = all[at * itemBytes + k]!
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            index[axis]! += 1
            at += strides[axis]!
            if (index[axis]! < shape[axis]!) break
            at -= strides[axis]! * shape[axis]!
            index[axis] = 0
          }
        }
        done += length
        yield piece
      }
    },
  }
}

/** Whether the elements of a shape with these steps lie in a row. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis]!
  }
  return true
}

/** SHA-256 of a tensor: its type, shape and numbers. The name is not part of it. */
export function tensorDigest(tensor: ModelTensor): string {
  const hash = createHash('sha256').update(`failmode tensor 1\n${tensor.dtype} [${tensor.shape.join(',')}]\n`)
  for (const piece of tensor.read()) hash.update(piece)
  return hash.digest('hex')
}

/** SHA-256 over all tensors by name, whatever order and container they came in. */
export function weightsDigest(digests: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update('failmode weights 1\n')
  for (const [name, digest] of [...digests].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${digest} ${JSON.stringify(name)}\n`)
  return hash.digest('hex')
}
