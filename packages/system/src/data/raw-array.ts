// What every reader of a data file returns: the numbers of the file as they are, their shape, and the type the
// file gave them. 64-bit integers become doubles only where that is exact and half floats become floats, so that
// everything behind the readers deals with plain numbers.
import { FailmodeError } from '@failmode/core'

export const dtypes = [
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
] as const
export type DType = (typeof dtypes)[number]

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array

/** Row-major. `data.length` is the product of `shape`; a shape of [] is one number. */
export interface RawArray {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** bool as 0 and 1 in bytes, int64 and uint64 as doubles, float16 as float32, the rest as named. */
  readonly data: NumberArray
}

export const bytesPerItem: Readonly<Record<DType, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
}

/** The most bytes that one data file may unfold to. */
export const maxDataBytes = 2 ** 31

/** A data file that cannot be used, in words: `<name> <what>`. */
export function dataInvalid(
  name: string,
  what: string,
  options: { hint?: string; cause?: unknown } = {},
): FailmodeError {
  return new FailmodeError('data-invalid', {
    message: `${name} ${what}.`,
    hint: options.hint ?? 'Write the file again, or check that it was copied whole.',
    cause: options.cause,
  })
}

const littleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/**
 * Numbers from their bytes.
 * @param bytes exactly `count` items of `dtype`
 * @throws FailmodeError `data-invalid` when a 64-bit integer is too large to be exact
 */
export function decodeItems(
  bytes: Uint8Array,
  {
    dtype,
    littleEndian,
    name,
  }: { readonly dtype: DType; readonly littleEndian: boolean; readonly name: string },
): NumberArray {
  const size = bytesPerItem[dtype]
  // A copy is aligned and belongs to nobody else, whatever `bytes` is a view of. Not `slice`: a Buffer's is a view.
  const own = new Uint8Array(bytes)
  if (size > 1 && littleEndian !== littleEndianHost) swapBytes(own, size)
  const buffer = own.buffer
  switch (dtype) {
    case 'bool':
      for (let i = 0; i < own.length; i++) if (own[i]! > 1) own[i] = 1
      return own
    case 'uint8':
      return own
    case 'int8':
      return new Int8Array(buffer)
    case 'int16':
      return new Int16Array(buffer)
    case 'uint16':
      return new Uint16Array(buffer)
    case 'int32':
      return new Int32Array(buffer)
    case 'uint32':
      return new Uint32Array(buffer)
    case 'float32':
      return new Float32Array(buffer)
    case 'float64':
      return new Float64Array(buffer)
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), halfToNumber)
    case 'int64':
    case 'uint64': {
      const wide = dtype === 'int64' ? new BigInt64Array(buffer) : new BigUint64Array(buffer)
      const out = new Float64Array(wide.length)
      for (let i = 0; i < wide.length; i++) {
        out[i] = Number(wide[i])
        if (!Number.isSafeInteger(out[i])) {
          throw dataInvalid(name, `holds the integer ${wide[i]} at position ${i}, expected less than 2^53`, {
            hint: 'Store the numbers as float64, or as smaller integers.',
          })
        }
      }
      return out
    }
  }
}

/** Reverses the bytes of each item in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let from = 0; from + size <= bytes.length; from += size) bytes.subarray(from, from + size).reverse()
}

/** The value of an IEEE 754 binary16 number from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The bytes of the items, little-endian. float16 is not written: nothing here makes halves. */
export function encodeItems({ dtype, data }: RawArray): Uint8Array {
  if (dtype === 'float16') throw new RangeError('float16 arrays are read but not written')
  let own: Uint8Array
  if (dtype === 'int64' || dtype === 'uint64') {
    const wide = new BigInt64Array(data.length)
    for (let i = 0; i < data.length; i++) wide[i] = BigInt(data[i]!)
    own = new Uint8Array(wide.buffer)
  } else {
    own = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  }
  const size = bytesPerItem[dtype]
  if (own.length !== data.length * size) throw new RangeError(`the array does not hold ${dtype} numbers`)
  if (size > 1 && !littleEndianHost) swapBytes(own, size)
  return own
}
