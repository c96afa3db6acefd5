// The JSON text of a request, most of which is numbers. JSON.stringify over arrays of arrays takes some 100 ns a number
// and, at 64 pictures a request, more time than the server; here digits are written into bytes by threes from a table,
// which takes a third of that. Single precision is told apart by 9 significant digits, so at least so many are
// written, and what the server reads is the very number that was meant.
import { sizeOf } from '@failmode/core'

export type Numbers = Float32Array | Float64Array

/** Numbers as lists within lists: [1, 2, 3, 4] of dims [2, 2] is `[[1,2],[3,4]]`; without dims it is a number alone. */
export interface NestedNumbers {
  readonly numbers: Numbers
  readonly dims: readonly number[]
}

/** The text of all pieces, one after the other. */
export function jsonBody(pieces: readonly (string | NestedNumbers)[]): Uint8Array {
  const writer = createWriter(
    pieces.reduce(
      (sum, piece) => sum + (typeof piece === 'string' ? 3 * piece.length : usual * piece.numbers.length),
      0,
    ),
  )
  for (const piece of pieces) {
    if (typeof piece === 'string') writer.text(piece)
    else writeNested(writer, piece.numbers, piece.dims)
  }
  return writer.bytes()
}

/** How samples lie in their numbers, and the name of the tensor that takes them; null where it takes none. */
interface Samples {
  readonly count: number
  /** One sample. */
  readonly dims: readonly number[]
  readonly key: string | null
}

/** `{"inputs": [...]}`, or `{"inputs": {"key": [...]}}`: samples by columns, as TensorFlow Serving calls it. */
export function inputsBody(numbers: Numbers, { count, dims, key }: Samples): Uint8Array {
  const [open, close] = key === null ? ['{"inputs":', '}'] : [`{"inputs":{${JSON.stringify(key)}:`, '}}']
  return jsonBody([open, { numbers, dims: [count, ...dims] }, close])
}

/** `{"instances": [...]}`, or `{"instances": [{"key": ...}, ...]}`: samples by rows. */
export function instancesBody(numbers: Numbers, { count, dims, key }: Samples): Uint8Array {
  if (key === null) return jsonBody(['{"instances":', { numbers, dims: [count, ...dims] }, '}'])
  const size = sizeOf(dims)
  const rows = Array.from({ length: count }, (_, i) => [
    `${i === 0 ? '' : ','}{${JSON.stringify(key)}:`,
    { numbers: numbers.subarray(i * size, (i + 1) * size), dims },
    '}',
  ])
  return jsonBody(['{"instances":[', ...rows.flat(), ']}'])
}

function writeNested(writer: Writer, numbers: Numbers, dims: readonly number[]): void {
  if (dims.length <= 1) {
    if (dims.length === 1) writer.text('[')
    writer.numbers(numbers)
    if (dims.length === 1) writer.text(']')
    return
  }
  const inner = dims.slice(1)
  const size = sizeOf(inner)
  for (let i = 0; i < (dims[0] as number); i++) {
    writer.text(i === 0 ? '[' : ',')
    writeNested(writer, numbers.subarray(i * size, (i + 1) * size), inner)
  }
  writer.text(']')
}

interface Writer {
  text(text: string): void
  /** With commas between them. */
  numbers(numbers: Numbers): void
  bytes(): Uint8Array
}

function createWriter(size: number): Writer {
  let buffer = Buffer.allocUnsafe(size)
  let at = 0
  const reserve = (more: number) => {
    if (at + more <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + more))
    buffer.copy(larger, 0, 0, at)
    buffer = larger
  }
  return {
    text(text) {
      reserve(text.length * 3)
      at += buffer.write(text, at, 'utf8')
    },
    numbers(numbers) {
      for (let from = 0; from < numbers.length; from += block) {
        const part = numbers.subarray(from, from + block)
        reserve(part.length * (longest + 1) + 1)
        if (from > 0) buffer[at++] = comma
        at = writeNumbers(part, buffer, at)
      }
    },
    bytes: () => buffer.subarray(0, at),
  }
}

const comma = 0x2c
const minus = 0x2d
const point = 0x2e
const zero = 0x30

/** Numbers that room is made for at once. */
const block = 1024

/** Characters of most numbers, their comma counted; room for more is made when they come. */
const usual = 14

/** Characters of the longest number, such as -1.7976931348623157e+308. */
const longest = 24

/** The three digits of 0 to 999. */
const digits = Uint8Array.from({ length: 3000 }, (_, i) => {
  const group = Math.floor(i / 3)
  return zero + ([Math.floor(group / 100), Math.floor(group / 10) % 10, group % 10][i % 3] as number)
})

/** @returns where the next byte goes */
function writeNumbers(numbers: Numbers, to: Uint8Array, at: number): number {
  const single = numbers instanceof Float32Array
  for (let i = 0; i < numbers.length; i++) {
    if (i > 0) to[at++] = comma
    const value = numbers[i] as number
    const size = value < 0 ? -value : value
    const whole = Math.floor(size)
    const exact = whole === size
    if (!(size < 1000) || !(exact || (single && size >= 1e-3))) {
      const text = exact || !single ? String(value) : value.toPrecision(9)
      for (let k = 0; k < text.length; k++) to[at++] = text.charCodeAt(k)
      continue
    }
    if (value < 0) to[at++] = minus
    if (whole > 99) to[at++] = digits[whole * 3] as number
    if (whole > 9) to[at++] = digits[whole * 3 + 1] as number
    to[at++] = digits[whole * 3 + 2] as number
    if (exact) continue
    to[at++] = point
    // Nine places are nine significant digits from 0.1 on, twelve from 0.001 on. Single precision is never so near to
    // a whole number that its fraction would be rounded up to 1.
    const fine = size < 0.1
    // All of the following but these places fit in 32 bits, where division by | 0 is fastest.
    const places = Math.round((size - whole) * (fine ? 1e12 : 1e9))
    const billionths = (fine ? places / 1000 : places) | 0
    const millionths = (billionths / 1000) | 0
    const thousandths = (millionths / 1000) | 0
    at = writeThree(thousandths, to, at)
    at = writeThree(millionths - thousandths * 1000, to, at)
    at = writeThree(billionths - millionths * 1000, to, at)
    if (fine) at = writeThree(places - billionths * 1000, to, at)
    while (to[at - 1] === zero) at--
  }
  return at
}

function writeThree(group: number, to: Uint8Array, at: number): number {
  const from = group * 3
  to[at] = digits[from] as number
  to[at + 1] = digits[from + 1] as number
  to[at + 2] = digits[from + 2] as number
  return at + 3
}
