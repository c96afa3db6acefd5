// NumPy's .npy format, versions 1 to 3 (numpy.lib.format): a magic number, the length of a header, the header, which is a
// Python dict literal with exactly the keys descr, fortran_order and shape, then the items. The header is read
// by a parser for just that literal. Object arrays are refused: their items are a pickle, which is a program.
import {
  bytesPerItem,
  type DType,
  dataInvalid,
  decodeItems,
  encodeItems,
  type NumberArray,
  type RawArray,
} from './raw-array.ts'

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY

/** NumPy itself refuses longer headers than 10,000 unless told otherwise. */
const maxHeader = 65_536

const kinds: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}

/**
 * The array of a .npy file. Fortran order is turned into row-major.
 * @param options.name the file, for messages
 * @throws FailmodeError `data-invalid` when it is truncated, longer than its shape, or of a type that is not a number
 */
export function readNpy(bytes: Uint8Array, { name }: { readonly name: string }): RawArray {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw dataInvalid(name, 'is not a .npy file: it does not begin as one', {
      hint: 'Write it with numpy.save.',
    })
  }
  const version = bytes[6]!
  if (version < 1 || version > 3) throw dataInvalid(name, `is of .npy version ${version}, expected 1, 2 or 3`)
  const start = version === 1 ? 10 : 12
  if (bytes.length < start) throw dataInvalid(name, 'is truncated in its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > maxHeader)
    throw dataInvalid(name, `says that its header has ${length} bytes, expected at most ${maxHeader}`)
  if (bytes.length < start + length) throw dataInvalid(name, 'is truncated in its header')
  const text = Buffer.from(bytes.subarray(start, start + length)).toString(version === 3 ? 'utf8' : 'latin1')
  const { descr, fortranOrder, shape } = readHeader(text, name)

  const { dtype, littleEndian } = typeOf(descr, name)
  const count = shape.reduce((product, dim) => product * dim, 1)
  const held = bytes.length - start - length
  if (count * bytesPerItem[dtype] !== held) {
    const wanted = `shape (${shape.join(', ')}) of ${dtype} needs ${count * bytesPerItem[dtype]}`
    throw dataInvalid(name, `holds ${held} bytes of numbers, but its ${wanted}`)
  }
  const data = decodeItems(bytes.subarray(start + length), { dtype, littleEndian, name })
  return { dtype, shape, data: fortranOrder && shape.length > 1 ? rowMajor(data, shape) : data }
}

function typeOf(descr: string, name: string): { readonly dtype: DType; readonly littleEndian: boolean } {
  const [, order, kind = ''] = /^([<>|=])(.+)$/.exec(descr) ?? []
  const dtype = kinds[kind]
  // '|' says that order has no meaning, which is only so for single bytes; '=' is never written to a file.
  if (dtype !== undefined && (bytesPerItem[dtype] === 1 || order === '<' || order === '>')) {
    return { dtype, littleEndian: order !== '>' }
  }
  if (kind.startsWith('O')) {
    throw dataInvalid(
      name,
      'holds Python objects, which are stored as a pickle, a program that would have to be run',
      {
        hint: 'Convert the array to numbers in Python (array.astype) and save it again.',
      },
    )
  }
  throw dataInvalid(name, `holds items of type ${JSON.stringify(descr)}, expected integers, floats or bool`, {
    hint: 'Convert the array in Python (array.astype) and save it again.',
  })
}

interface Header {
  readonly descr: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, keys in any order, nothing else. */
function readHeader(text: string, name: string): Header {
  let at = 0
  const refuse = (what: string): never => {
    throw dataInvalid(name, `has a header that ${what}`)
  }
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at += match[0].length
    return match
  }
  const need = (pattern: RegExp): RegExpExecArray =>
    take(pattern) ?? refuse('is not the dict that numpy writes')

  let descr: string | undefined
  let fortranOrder: boolean | undefined
  let shape: readonly number[] | undefined
  need(/\s*\{\s*/y)
  while (take(/\}\s*/y) === null) {
    const key = need(/['"](\w+)['"]\s*:\s*/y)[1]!
    if (key === 'descr' && descr === undefined) {
      if (text[at] === '[') {
        throw dataInvalid(name, 'holds records of several fields, expected one number an item', {
          hint: "Save the field itself: numpy.save(file, array['field']).",
        })
      }
      descr = need(/['"]([^'"\\]*)['"]/y)[1]!
    } else if (key === 'fortran_order' && fortranOrder === undefined) {
      fortranOrder = need(/True|False/y)[0] === 'True'
    } else if (key === 'shape' && shape === undefined) {
      const inner = need(/\(\s*((?:\d+L?\s*(?:,\s*|(?=\))))*)\)/y)[1]!
      shape = [...inner.matchAll(/\d+/g)].map(([digits]) => Number(digits))
    } else {
      refuse(`has the key '${key}' twice, or one that numpy does not write`)
    }
    if (take(/\s*,\s*/y) === null && text[at] !== '}') need(/\s*(?=\})/y)
  }
  if (at !== text.length) refuse('goes on after its end')
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    return refuse('lacks one of descr, fortran_order, shape')
  }
  return { descr, fortranOrder, shape }
}

/** Items stored with the first index fastest, reordered so that the last is. */
function rowMajor(data: NumberArray, shape: readonly number[]): NumberArray {
  const out = data.slice()
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * dim, 1))
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}

/** A .npy file, version 1, little-endian, row-major. @throws RangeError for float16 */
export function writeNpy(array: RawArray): Uint8Array {
  const kind = Object.keys(kinds).find((candidate) => kinds[candidate] === array.dtype)!
  const order = bytesPerItem[array.dtype] === 1 ? '|' : '<'
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`
  const literal = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': ${shape}, }`
  // NumPy pads with spaces so that the items begin at a multiple of 64.
  const header = `${literal.padEnd(Math.ceil((literal.length + 11) / 64) * 64 - 11)}\n`
  const items = encodeItems(array)
  const out = new Uint8Array(10 + header.length + items.length)
  out.set(magic)
  out.set([1, 0, header.length & 255, header.length >> 8], 6)
  out.set(Buffer.from(header, 'latin1'), 10)
  out.set(items, 10 + header.length)
  return out
}
