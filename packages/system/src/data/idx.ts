// The IDX format of the MNIST files: two zero bytes, a type, the number of dimensions, the dimensions as big-endian
// 32-bit integers, the items, big-endian (yann.lecun.com/exdb/mnist, "file formats").
import {
  bytesPerItem,
  type DType,
  dataInvalid,
  decodeItems,
  encodeItems,
  type RawArray,
  swapBytes,
} from './raw-array.ts'

const types: Readonly<Record<number, DType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
}

/**
 * The array of an IDX file, not compressed.
 * @throws FailmodeError `data-invalid` when it is truncated, longer than its dimensions, or no IDX file
 */
export function readIdx(bytes: Uint8Array, { name }: { readonly name: string }): RawArray {
  const dtype = types[bytes[2] ?? 0]
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || dtype === undefined) {
    throw dataInvalid(name, 'is not an IDX file: it does not begin as one')
  }
  const rank = bytes[3]!
  const start = 4 + 4 * rank
  if (bytes.length < start) throw dataInvalid(name, 'is truncated in its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const wanted = shape.reduce((product, dim) => product * dim, bytesPerItem[dtype])
  if (bytes.length - start !== wanted) {
    const dims = `dimensions ${shape.join(' x ')} of ${dtype} need ${wanted}`
    throw dataInvalid(name, `holds ${bytes.length - start} bytes of numbers, but its ${dims}`)
  }
  return { dtype, shape, data: decodeItems(bytes.subarray(start), { dtype, littleEndian: false, name }) }
}

/** An IDX file. @throws RangeError when the type is not one of the format, or there are more than 255 dimensions */
export function writeIdx(array: RawArray): Uint8Array {
  const type = Object.keys(types).find((candidate) => types[Number(candidate)] === array.dtype)
  if (type === undefined) throw new RangeError(`IDX has no type ${array.dtype}`)
  if (array.shape.length > 255) throw new RangeError('IDX takes at most 255 dimensions')
  const items = encodeItems(array)
  if (bytesPerItem[array.dtype] > 1) swapBytes(items, bytesPerItem[array.dtype])
  const out = new Uint8Array(4 + 4 * array.shape.length + items.length)
  const view = new DataView(out.buffer)
  out.set([0, 0, Number(type), array.shape.length])
  for (const [axis, dim] of array.shape.entries()) view.setUint32(4 + 4 * axis, dim)
  out.set(items, 4 + 4 * array.shape.length)
  return out
}
