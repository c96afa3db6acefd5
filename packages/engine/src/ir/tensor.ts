// A tensor is plain data: an element type, dimensions, and the elements in row-major order. Every ONNX element
// type has one storage form. Types that JavaScript has no array for are kept as their bits: float16 and bfloat16
// as 16-bit words, float8 as bytes, the 4- and 2-bit types packed as ONNX packs them (lowest bits first), complex
// numbers as pairs. `data` may be a getter that reads a file on first use, so ask for it only when needed.
import { EngineError } from '../errors.ts'
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value } from './half.ts'

export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float4e2m1'
  | 'uint4'
  | 'int4'
  | 'uint2'
  | 'int2'

export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array

export type TensorData = NumericData | readonly string[]

export interface Tensor {
  readonly dtype: DataType
  readonly dims: readonly number[]
  readonly data: TensorData
}

interface Storage {
  /** The number that ONNX gives the type (TensorProto.DataType). */
  readonly code: number
  /** Bits of one element; 0 for strings. */
  readonly bits: number
  readonly array: NumericArray | null
}

interface NumericArray {
  readonly BYTES_PER_ELEMENT: number
  new (length: number): NumericData
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericData
}

const storages: Readonly<Record<DataType, Storage>> = {
  float32: { code: 1, bits: 32, array: Float32Array },
  uint8: { code: 2, bits: 8, array: Uint8Array },
  int8: { code: 3, bits: 8, array: Int8Array },
  uint16: { code: 4, bits: 16, array: Uint16Array },
  int16: { code: 5, bits: 16, array: Int16Array },
  int32: { code: 6, bits: 32, array: Int32Array },
  int64: { code: 7, bits: 64, array: BigInt64Array },
  string: { code: 8, bits: 0, array: null },
  bool: { code: 9, bits: 8, array: Uint8Array },
  float16: { code: 10, bits: 16, array: Uint16Array },
  float64: { code: 11, bits: 64, array: Float64Array },
  uint32: { code: 12, bits: 32, array: Uint32Array },
  uint64: { code: 13, bits: 64, array: BigUint64Array },
  complex64: { code: 14, bits: 64, array: Float32Array },
  complex128: { code: 15, bits: 128, array: Float64Array },
  bfloat16: { code: 16, bits: 16, array: Uint16Array },
  float8e4m3fn: { code: 17, bits: 8, array: Uint8Array },
  float8e4m3fnuz: { code: 18, bits: 8, array: Uint8Array },
  float8e5m2: { code: 19, bits: 8, array: Uint8Array },
  float8e5m2fnuz: { code: 20, bits: 8, array: Uint8Array },
  uint4: { code: 21, bits: 4, array: Uint8Array },
  int4: { code: 22, bits: 4, array: Uint8Array },
  float4e2m1: { code: 23, bits: 4, array: Uint8Array },
  float8e8m0: { code: 24, bits: 8, array: Uint8Array },
  uint2: { code: 25, bits: 2, array: Uint8Array },
  int2: { code: 26, bits: 2, array: Uint8Array },
}

export const dataTypes = Object.keys(storages) as readonly DataType[]

const dtypeByCode = new Map(dataTypes.map((dtype) => [storages[dtype].code, dtype]))

/** ONNX's number for an element type. */
export function dataTypeCode(dtype: DataType): number {
  return storages[dtype].code
}

/** The element type that has this ONNX number, or undefined. */
export function dataTypeOfCode(code: number): DataType | undefined {
  return dtypeByCode.get(code)
}

/**
 * How many elements dimensions hold: their product, 1 for a scalar.
 * @throws EngineError tensor-invalid for a negative, fractional or absurdly large (over 2^53) size.
 */
export function elementCount(dims: readonly number[]): number {
  let count = 1
  let empty = false
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) throw badDims(dims)
    if (dim === 0) empty = true
    else count *= dim
    // Checked at each factor, zero or not: a product past 2^53 would no longer be exact.
    if (!Number.isSafeInteger(count)) throw badDims(dims)
  }
  return empty ? 0 : count
}

function badDims(dims: readonly number[]): EngineError {
  return new EngineError('tensor-invalid', `a tensor cannot have the dimensions [${dims.join(', ')}]`)
}

/** Bytes that a tensor of this type and these dimensions takes in raw form (strings: 0). */
export function byteCount(dtype: DataType, dims: readonly number[]): number {
  return Math.ceil((elementCount(dims) * storages[dtype].bits) / 8)
}

/** How long the storage array of such a tensor is. */
export function storageLength(dtype: DataType, dims: readonly number[]): number {
  const { array } = storages[dtype]
  return array === null ? elementCount(dims) : byteCount(dtype, dims) / array.BYTES_PER_ELEMENT
}

/**
 * A tensor over the given storage, checked.
 * @throws EngineError tensor-invalid when the array's kind or length does not fit type and dimensions.
 */
export function tensor(dtype: DataType, dims: readonly number[], data: TensorData): Tensor {
  const { array } = storages[dtype]
  const fits = array === null ? Array.isArray(data) : data instanceof array
  const expected = storageLength(dtype, dims)
  if (!fits || data.length !== expected) {
    const wanted = array === null ? 'strings' : `a ${(array as { name?: string }).name ?? 'typed array'}`
    throw new EngineError(
      'tensor-invalid',
      `a ${dtype} tensor of dimensions [${dims.join(', ')}] needs ${wanted} of length ${expected}, ` +
        `got ${data.constructor.name} of length ${data.length}`,
    )
  }
  return { dtype, dims, data }
}

/** A tensor of zeros (or empty strings). */
export function zeros(dtype: DataType, dims: readonly number[]): Tensor {
  const { array } = storages[dtype]
  const length = storageLength(dtype, dims)
  return { dtype, dims, data: array === null ? new Array<string>(length).fill('') : new array(length) }
}

/** A float32 tensor from numbers; dimensions default to one axis. */
export function float32(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Tensor {
  return tensor('float32', dims, values instanceof Float32Array ? values : Float32Array.from(values))
}

/** An int64 tensor from whole numbers; dimensions default to one axis. */
export function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return tensor('int64', dims, BigInt64Array.from(values, toInt64))
}

const int64Max = 2n ** 63n - 1n

/**
 * A whole number as an int64, saturated. ONNX models say "to the end" with 2^63 - 1, which as a JavaScript number
 * is 2^63: without saturation it would wrap round to the most negative value.
 */
export function toInt64(value: number): bigint {
  const whole = BigInt(Math.trunc(value))
  if (whole > int64Max) return int64Max
  return whole < -int64Max - 1n ? -int64Max - 1n : whole
}

/** A scalar of any numeric type except the packed and float8 ones. */
export function scalar(dtype: DataType, value: number): Tensor {
  return fromNumbers(dtype, [], [value])
}

/**
 * A tensor of real, whole or boolean type from numbers, rounded as the type needs.
 * @throws EngineError tensor-invalid for types that are kept as bits only (strings, complex, float8, packed).
 */
export function fromNumbers(dtype: DataType, dims: readonly number[], values: ArrayLike<number>): Tensor {
  if (!isNumberType(dtype)) throw notNumbers(dtype)
  const made = zeros(dtype, dims)
  const data = made.data as NumericData
  if (values.length !== data.length) {
    throw new EngineError(
      'tensor-invalid',
      `dimensions [${dims.join(', ')}] hold ${data.length} elements, got ${values.length}`,
    )
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (data instanceof BigInt64Array) data[i] = toInt64(value)
    else if (data instanceof BigUint64Array) data[i] = BigInt(Math.trunc(value))
    else if (dtype === 'float16') data[i] = float16Bits(value)
    else if (dtype === 'bfloat16') data[i] = bfloat16Bits(value)
    else if (dtype === 'bool') data[i] = value ? 1 : 0
    else data[i] = value
  }
  return made
}

/**
 * The elements as float64 numbers (64-bit integers beyond 2^53 lose their last digits).
 * @throws EngineError tensor-invalid for types that are kept as bits only (strings, complex, float8, packed).
 */
export function toNumbers(source: Tensor): Float64Array {
  if (!isNumberType(source.dtype)) throw notNumbers(source.dtype)
  const data = source.data as NumericData
  const numbers = new Float64Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (source.dtype === 'float16') numbers[i] = float16Value(value as number)
    else if (source.dtype === 'bfloat16') numbers[i] = bfloat16Value(value as number)
    else numbers[i] = Number(value)
  }
  return numbers
}

function isNumberType(dtype: DataType): boolean {
  const { bits } = storages[dtype]
  return bits >= 8 && !dtype.startsWith('complex') && !dtype.startsWith('float8')
}

function notNumbers(dtype: DataType): EngineError {
  return new EngineError('tensor-invalid', `the elements of a ${dtype} tensor are not plain numbers`)
}

/** Float types that gradients can be taken in. */
export function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16'
}

/**
 * Little-endian bytes as the storage of a tensor: a view where the bytes are aligned, a copy where they are not.
 * @throws EngineError tensor-invalid when the byte count does not fit.
 */
export function tensorFromBytes(dtype: DataType, dims: readonly number[], bytes: Uint8Array): Tensor {
  const { array } = storages[dtype]
  const expected = byteCount(dtype, dims)
  if (array === null || bytes.byteLength !== expected) {
    throw new EngineError(
      'tensor-invalid',
      `a ${dtype} tensor of dimensions [${dims.join(', ')}] takes ${expected} bytes, got ${bytes.byteLength}`,
    )
  }
  const size = array.BYTES_PER_ELEMENT
  // Not `slice`: on a Node Buffer that gives a view again.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
  return { dtype, dims, data: new array(aligned.buffer, aligned.byteOffset, expected / size) }
}

/** The storage as little-endian bytes, without copying. Not for strings. */
export function tensorBytes(source: Tensor): Uint8Array {
  const data = source.data
  if (!ArrayBuffer.isView(data)) throw notNumbers(source.dtype)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Whether two tensors have the same type, dimensions and bits. */
export function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.dims.length !== b.dims.length) return false
  if (a.dims.some((dim, i) => dim !== b.dims[i])) return false
  if (a.dtype === 'string') {
    return (a.data as readonly string[]).every((text, i) => text === b.data[i])
  }
  const left = tensorBytes(a)
  const right = tensorBytes(b)
  return left.length === right.length && left.every((byte, i) => byte === right[i])
}
