// Conversions between float32 and the two 16-bit float formats that ONNX tensors hold as raw bits: IEEE 754
// binary16 (`float16`) and bfloat16 (the upper half of a float32). Narrowing rounds to nearest, ties to even.

const scratch = new ArrayBuffer(4)
const asFloat = new Float32Array(scratch)
const asBits = new Uint32Array(scratch)

/** The float16 bits nearest to `value`. Overflow gives infinity, NaN stays NaN. */
export function float16Bits(value: number): number {
  asFloat[0] = value
  const bits = asBits[0]!
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const mantissa = bits & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  const shifted = exponent - 112
  if (shifted >= 31) return sign | 0x7c00
  if (shifted > 0) {
    // A carry out of the mantissa raises the exponent, which is what rounding up should do.
    return sign | (((shifted << 10) | (mantissa >>> 13)) + roundUp(mantissa, 13))
  }
  if (shifted < -10) return sign
  const full = mantissa | 0x800000
  const drop = 14 - shifted
  return sign | ((full >>> drop) + roundUp(full, drop))
}

/** The value of float16 bits. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

/** The bfloat16 bits nearest to `value`. */
export function bfloat16Bits(value: number): number {
  asFloat[0] = value
  const bits = asBits[0]!
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40
  return ((bits >>> 16) + roundUp(bits, 16)) & 0xffff
}

/** The value of bfloat16 bits. */
export function bfloat16Value(bits: number): number {
  asBits[0] = bits << 16
  return asFloat[0]!
}

/** 1 when dropping the low `drop` bits must round up: above half, or exactly half with an odd result. */
function roundUp(bits: number, drop: number): number {
  const rest = bits & ((1 << drop) - 1)
  const half = 1 << (drop - 1)
  return rest > half || (rest === half && ((bits >>> drop) & 1) === 1) ? 1 : 0
}
