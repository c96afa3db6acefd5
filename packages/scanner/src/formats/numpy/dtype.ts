// The `descr` of an array: a type such as `<f4`, or a list of fields with types of their own, each possibly with a
// shape. What matters here is how many bytes an item takes and whether any part of it is a Python object.
import { Malformed } from '../format.ts'
import type { Literal } from './literal.ts'

export interface DType {
  readonly itemBytes: number
  /** Python objects somewhere in it: the body is a pickle, not numbers. */
  readonly hasObject: boolean
  /** A text of it for people. */
  readonly text: string
}

const sizes: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  B: [1],
  '?': [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 12, 16],
  c: [8, 16, 24, 32],
  m: [8],
  M: [8],
}
const longestText = 400

/** @throws Malformed when it is none that NumPy writes, or its size is beyond 2^53 */
export function readDType(descr: Literal): DType {
  if (typeof descr === 'string') return readType(descr)
  if (!Array.isArray(descr)) throw new Malformed('the type of the array is neither a text nor a list')
  if (isSubarray(descr)) return repeated(readDType(descr[0]!), readShape(descr[1]!))
  const names = new Set<string>()
  const texts: string[] = []
  let itemBytes = 0
  let hasObject = false
  for (const field of descr as readonly Literal[]) {
    if (!Array.isArray(field) || field.length < 2 || field.length > 3) {
      throw new Malformed('a field of the type is not a name and a type')
    }
    const name: Literal = Array.isArray(field[0]) ? field[0][1] : field[0]
    if (typeof name !== 'string') throw new Malformed('a field of the type has no name')
    // Unnamed fields are padding, of which there may be several.
    if (name !== '' && names.has(name)) throw new Malformed(`two fields of the type are called ${name}`)
    names.add(name)
    const type = field.length === 3 ? repeated(readDType(field[1]), readShape(field[2])) : readDType(field[1])
    itemBytes = checked(itemBytes + type.itemBytes)
    hasObject ||= type.hasObject
    if (texts.length < 20) texts.push(`${name}: ${type.text}`)
  }
  return { itemBytes, hasObject, text: `{${texts.join(', ')}}`.slice(0, longestText) }
}

/** A shape: a tuple of whole numbers, or one number. */
export function readShape(value: Literal): readonly number[] {
  const list = typeof value === 'number' ? [value] : value
  if (!Array.isArray(list) || !list.every((n) => typeof n === 'number' && n >= 0)) {
    throw new Malformed('the shape is not a tuple of numbers from 0 on')
  }
  return list
}

/** @returns null when it is beyond 2^53 */
export function product(numbers: readonly number[]): number | null {
  let result = 1
  if (numbers.includes(0)) return 0
  for (const number of numbers) {
    result *= number
    if (!Number.isSafeInteger(result)) return null
  }
  return result
}

function readType(text: string): DType {
  const match = /^[<>|=]?([?bBiufcSaUVOTmM])(\d{0,9})(\[[^\]]{1,40}\])?$/.exec(text)
  if (match === null)
    throw new Malformed(`the type ${JSON.stringify(text.slice(0, 60))} is none that NumPy writes`)
  const [, kind, digits, unit] = match
  const size = digits === '' ? null : Number(digits)
  if (unit !== undefined && kind !== 'm' && kind !== 'M') {
    throw new Malformed(`the type ${JSON.stringify(text.slice(0, 60))} has a unit`)
  }
  switch (kind) {
    case 'O':
    case 'T':
      return { itemBytes: 8, hasObject: true, text }
    case 'S':
    case 'a':
    case 'V':
      return { itemBytes: size ?? 0, hasObject: false, text }
    case 'U':
      return { itemBytes: 4 * (size ?? 0), hasObject: false, text }
    default: {
      const bytes = size ?? (kind === '?' || kind === 'b' || kind === 'B' ? 1 : null)
      if (bytes === null || !sizes[kind!]!.includes(bytes)) {
        throw new Malformed(`the type ${JSON.stringify(text)} has a size that does not exist`)
      }
      return { itemBytes: bytes, hasObject: false, text }
    }
  }
}

/** `(type, shape)`; a list of fields holds lists. */
function isSubarray(descr: readonly Literal[]): boolean {
  return (
    descr.length === 2 &&
    (typeof descr[0] === 'string' || Array.isArray(descr[0])) &&
    (typeof descr[1] === 'number' ||
      (Array.isArray(descr[1]) && descr[1].every((n: Literal) => typeof n === 'number')))
  )
}

function repeated(type: DType, shape: readonly number[]): DType {
  const count = product(shape)
  if (count === null) throw new Malformed('the shape of a field is beyond counting')
  return {
    itemBytes: checked(type.itemBytes * count),
    hasObject: type.hasObject,
    text: `${type.text}[${shape.join(', ')}]`.slice(0, longestText),
  }
}

function checked(bytes: number): number {
  if (!Number.isSafeInteger(bytes)) throw new Malformed('an item of the array is beyond counting')
  return bytes
}
