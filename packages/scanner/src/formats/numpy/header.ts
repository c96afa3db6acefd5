// The head of an .npy file: magic, version, length, and a Python dict that says what the numbers behind it are.
import { LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type DType, product, readDType, readShape } from './dtype.ts'
import { type Literal, type LiteralDict, readLiteral } from './literal.ts'

export interface NumpyHeader {
  readonly version: string
  readonly dtype: DType
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Where the body begins. */
  readonly bodyAt: number
  /** Length of a body of numbers; null for one of objects. */
  readonly bodyBytes: number | null
}

export const numpyMagic: Uint8Array = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)
/** A literal becomes some forty times its text in memory; NumPy itself stops at 10,000 characters unless told otherwise. */
const longestHeader = 1 << 20

/** The dict as text, and where it ends. */
export function headerText(source: Source): { text: string; version: string; from: number; to: number } {
  const start = source.read(0, 12)
  if (start.length < 10) throw new Malformed('the file ends within its header', start.length)
  const [major, minor] = [start[6]!, start[7]!]
  if (major < 1 || major > 3 || minor !== 0) {
    throw new Malformed(`version ${major}.${minor} does not exist`, 6)
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const from = major === 1 ? 10 : 12
  if (start.length < from) throw new Malformed('the file ends within its header', start.length)
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > source.size - from) {
    throw new Malformed(`the header claims ${length} bytes and ${source.size - from} are left`, 8)
  }
  if (length > longestHeader) throw new LimitReached('headerBytes', `a header of ${length} bytes`)
  const raw = source.read(from, length)
  let text: string
  try {
    text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1', { fatal: true }).decode(raw)
  } catch {
    throw new Malformed('the header is not UTF-8', from)
  }
  return { text, version: `${major}.${minor}`, from, to: from + length }
}

/** @throws Malformed, LimitReached */
export function readHeader(source: Source): NumpyHeader {
  const { text, version, from, to } = headerText(source)
  const dict = readLiteral(text)
  if (!isDict(dict)) {
    throw new Malformed('the header is not a dict', from)
  }
  const values = new Map(dict.entries)
  if (dict.entries.length !== 3 || !['descr', 'fortran_order', 'shape'].every((key) => values.has(key))) {
    throw new Malformed('the header does not have exactly the keys descr, fortran_order and shape', from)
  }
  const fortranOrder = values.get('fortran_order')
  if (typeof fortranOrder !== 'boolean') throw new Malformed('fortran_order is neither True nor False', from)
  const shapeValue = values.get('shape')!
  if (!Array.isArray(shapeValue)) throw new Malformed('the shape is not a tuple', from)
  const shape = readShape(shapeValue)
  if (shape.length > 64) throw new Malformed(`the array has ${shape.length} dimensions`, from)
  const dtype = readDType(values.get('descr')!)
  const bodyBytes = dtype.hasObject ? null : product([...shape, dtype.itemBytes])
  if (bodyBytes === null && !dtype.hasObject) throw new Malformed('the shape is beyond counting', from)
  return { version, dtype, fortranOrder, shape, bodyAt: to, bodyBytes }
}

function isDict(value: Literal): value is LiteralDict {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
