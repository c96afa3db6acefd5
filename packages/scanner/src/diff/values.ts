// The numbers of a tensor as numbers, block by block, for comparison.
import type { ModelTensor } from '../tensors/tensor.ts'

type Decode = (view: DataView, at: number) => number

const decoders: Readonly<Record<string, readonly [bytes: number, decode: Decode]>> = {
  float64: [8, (view, at) => view.getFloat64(at, true)],
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float16: [2, (view, at) => half(view.getUint16(at, true))],
  bfloat16: [2, (view, at) => brain(view.getUint16(at, true))],
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  int32: [4, (view, at) => view.getInt32(at, true)],
  int16: [2, (view, at) => view.getInt16(at, true)],
  int8: [1, (view, at) => view.getInt8(at)],
  uint64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  uint32: [4, (view, at) => view.getUint32(at, true)],
  uint16: [2, (view, at) => view.getUint16(at, true)],
  uint8: [1, (view, at) => view.getUint8(at)],
  bool: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
}

export function hasValues(dtype: string): boolean {
  return Object.hasOwn(decoders, dtype)
}

/** Blocks of values in order. Only for types that `hasValues` holds of. */
export function* valuesOf({ dtype, read }: ModelTensor): Generator<Float64Array> {
  const [bytes, decode] = decoders[dtype]!
  for (const piece of read()) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
    const values = new Float64Array(Math.floor(piece.length / bytes))
    for (let i = 0; i < values.length; i++) values[i] = decode(view, i * bytes)
    yield values
  }
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const scratch = new DataView(new ArrayBuffer(4))
function brain(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}
