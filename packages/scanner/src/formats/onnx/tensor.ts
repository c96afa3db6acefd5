// One tensor: what it claims to be, where its values lie, and whether the two agree.
import { type Budget, LimitReached } from '../../scan/limits.ts'
import { pieces, type Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type Field, type Range, readText, signed, varints } from '../protobuf/fields.ts'
import { entrySchema, intOf, message, rangeOf, type Told, tensorSchema } from './schema.ts'

export interface Tensor {
  readonly at: number
  readonly to: number
  readonly name: string
  readonly dataType: number
  readonly dims: readonly bigint[]
  readonly raw: Range | null
  /** Fields with typed values, by the name of the field. */
  readonly typed: readonly { readonly name: string; readonly field: Field }[]
  /** Keys and values of where it lies, when it lies elsewhere. */
  readonly external: readonly (readonly [string, string])[] | null
  readonly segmented: boolean
}

/** Name and bits of one element by number of the data type; 0 bits: texts. */
const dataTypes: Readonly<Record<number, readonly [string, number]>> = {
  1: ['FLOAT', 32],
  2: ['UINT8', 8],
  3: ['INT8', 8],
  4: ['UINT16', 16],
  5: ['INT16', 16],
  6: ['INT32', 32],
  7: ['INT64', 64],
  8: ['STRING', 0],
  9: ['BOOL', 8],
  10: ['FLOAT16', 16],
  11: ['DOUBLE', 64],
  12: ['UINT32', 32],
  13: ['UINT64', 64],
  14: ['COMPLEX64', 64],
  15: ['COMPLEX128', 128],
  16: ['BFLOAT16', 16],
  17: ['FLOAT8E4M3FN', 8],
  18: ['FLOAT8E4M3FNUZ', 8],
  19: ['FLOAT8E5M2', 8],
  20: ['FLOAT8E5M2FNUZ', 8],
  21: ['UINT4', 4],
  22: ['INT4', 4],
  23: ['FLOAT4E2M1', 4],
  24: ['FLOAT8E8M0', 8],
  25: ['UINT2', 2],
  26: ['INT2', 2],
}
const mostDims = 64
const mostKeys = 64
/** Values written one by one (not packed) or texts, each of which is a field. */
const mostFields = 2_000_000

export function dataTypeName(dataType: number): string {
  return dataTypes[dataType]?.[0] ?? `type ${dataType}`
}

/** @throws Malformed */
export function readTensor(source: Source, range: Range, budget: Budget, told: Told): Tensor {
  let name = ''
  let dataType = 0
  let raw: Range | null = null
  let segmented = false
  let location = 0
  const dims: bigint[] = []
  const typed: { name: string; field: Field }[] = []
  const external: [string, string][] = []
  for (const { name: field, field: value } of message(source, range, tensorSchema, budget, told)) {
    switch (field) {
      case 'name':
        name = readText(source, rangeOf(value))
        break
      case 'data_type':
        dataType = intOf(value)
        break
      case 'dims':
        for (const dim of varints(source, value, budget, { limit: mostDims })) dims.push(signed(dim))
        if (dims.length > mostDims)
          throw new Malformed(`a tensor has over ${mostDims} dimensions`, range.from)
        break
      case 'raw_data':
        raw = rangeOf(value)
        break
      case 'data_location':
        location = intOf(value)
        break
      case 'segment':
        segmented = true
        break
      case 'external_data':
        if (external.length >= mostKeys) throw new Malformed(`a tensor has over ${mostKeys} keys`, value.at)
        external.push(readEntry(source, rangeOf(value), budget, told))
        break
      case 'float_data':
      case 'int32_data':
      case 'string_data':
      case 'int64_data':
      case 'double_data':
      case 'uint64_data':
        typed.push({ name: field, field: value })
        if (typed.length > mostFields) {
          throw new LimitReached('headerBytes', `a tensor of over ${mostFields} values one by one`)
        }
        break
    }
  }
  const elsewhere = location === 1 || external.length > 0
  return {
    at: range.from,
    to: range.to,
    name,
    dataType,
    dims,
    raw,
    typed,
    external: elsewhere ? external : null,
    segmented,
  }
}

/** A key and a value. */
export function readEntry(source: Source, range: Range, budget: Budget, told: Told): [string, string] {
  let key = ''
  let value = ''
  for (const { name, field } of message(source, range, entrySchema, budget, told)) {
    if (name === 'key') key = readText(source, rangeOf(field))
    else value = readText(source, rangeOf(field), { limit: 16 << 20 })
  }
  return [key, value]
}

/** Bytes that its values take in memory, or why that cannot be said. Null for texts. */
export function tensorBytes({ dims, dataType }: Tensor): number | null | { readonly wrong: string } {
  const type = dataTypes[dataType]
  if (type === undefined) return { wrong: `data type ${dataType} does not exist` }
  let count = 1n
  for (const dim of dims) {
    if (dim < 0n) return { wrong: `a dimension is ${dim}` }
    count *= dim
    if (count >= 1n << 62n) return { wrong: 'its shape is beyond counting' }
  }
  const bytes = (count * BigInt(type[1]) + 7n) / 8n
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) return { wrong: 'its shape is beyond counting' }
  return type[1] === 0 ? null : Number(bytes)
}

/** The values of a tensor of at most 16 whole numbers of 64 bits, null for any other. */
export function smallInts(source: Source, tensor: Tensor, budget: Budget): readonly bigint[] | null {
  const count = tensor.dims.reduce((product, dim) => product * dim, 1n)
  if (tensor.dataType !== 7 || tensor.external !== null || count < 1n || count > 16n) return null
  if (tensor.raw !== null) {
    const raw = source.read(tensor.raw.from, Math.min(128, tensor.raw.to - tensor.raw.from))
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
    return Array.from({ length: Math.floor(raw.length / 8) }, (_, index) => view.getBigInt64(8 * index, true))
  }
  const values: bigint[] = []
  for (const { name, field } of tensor.typed.slice(0, 16)) {
    if (name !== 'int64_data') return null
    for (const value of varints(source, field, budget)) {
      values.push(signed(value))
      if (values.length >= 16) return values
    }
  }
  return values
}

/** What is wrong with a tensor whose values lie in the file itself; null when nothing is. */
export function sizeFault(source: Source, tensor: Tensor, budget: Budget): string | null {
  const bytes = tensorBytes(tensor)
  if (bytes !== null && typeof bytes === 'object') return bytes.wrong
  const count = tensor.dims.reduce((product, dim) => product * dim, 1n)
  const fieldsUsed = new Set(tensor.typed.map(({ name }) => name))
  const [typeName, bits] = dataTypes[tensor.dataType]!
  if (tensor.raw !== null) {
    if (tensor.typed.some(({ field }) => field.wire !== 'bytes' || field.to > field.from)) {
      return 'its values stand there twice'
    }
    if (bytes === null) return 'texts stand there as raw bytes'
    const got = tensor.raw.to - tensor.raw.from
    return got === bytes ? null : `its shape needs ${bytes} bytes and it has ${got}`
  }
  const field = typedField(tensor.dataType)
  if (fieldsUsed.size > 1 || (fieldsUsed.size === 1 && !fieldsUsed.has(field))) {
    return `values of ${typeName} stand in ${[...fieldsUsed].join(', ')}`
  }
  const got = countTyped(source, tensor, budget)
  const perInt = field === 'int32_data' && bits < 8 ? BigInt(8 / bits) : 1n
  const wanted = typeName.startsWith('COMPLEX') ? 2n * count : (count + perInt - 1n) / perInt
  if (got === wanted || (perInt > 1n && got === count)) return null
  return `its shape needs ${wanted} values and it has ${got}`
}

/** The field in which values of a type stand when they are not raw. */
function typedField(dataType: number): string {
  switch (dataType) {
    case 1:
    case 14:
      return 'float_data'
    case 7:
      return 'int64_data'
    case 8:
      return 'string_data'
    case 11:
    case 15:
      return 'double_data'
    case 12:
    case 13:
      return 'uint64_data'
    default:
      return 'int32_data'
  }
}

function countTyped(source: Source, { typed }: Tensor, budget: Budget): bigint {
  let count = 0
  for (const { name, field } of typed) {
    if (field.wire !== 'bytes' || name === 'string_data') count += 1
    else if (name === 'float_data') count += (field.to - field.from) / 4
    else if (name === 'double_data') count += (field.to - field.from) / 8
    else count += countVarints(source, field, budget)
    if (!Number.isInteger(count)) throw new Malformed(`${name} ends within a number`, field.at)
  }
  return BigInt(count)
}

/** Every varint has one byte below 0x80: its last. */
function countVarints(source: Source, { from, to }: Range, budget: Budget): number {
  let count = 0
  let last = 0
  for (const { bytes } of pieces(source, { from, to })) {
    budget.checkTime()
    for (let i = 0; i < bytes.length; i++) if (bytes[i]! < 0x80) count += 1
    last = bytes.at(-1)!
  }
  if (last >= 0x80) throw new Malformed('packed numbers end within a number', to)
  return count
}
