// The messages of an ONNX file, as far as they are walked: number, name and wire of each field. What is not here is a
// field of no released version. After https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 13).
import type { Budget } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { type BytesField, type Field, fields, type Range } from '../protobuf/fields.ts'

/** `ints`, `floats` and `doubles` may be packed or one by one. A `?` marks a field that a message has at most once. */
type Kind = 'int?' | 'float?' | 'bytes' | 'bytes?' | 'ints' | 'floats' | 'doubles'
export type Schema = Readonly<Record<number, readonly [name: string, kind: Kind]>>

export const modelSchema = {
  1: ['ir_version', 'int?'],
  2: ['producer_name', 'bytes?'],
  3: ['producer_version', 'bytes?'],
  4: ['domain', 'bytes?'],
  5: ['model_version', 'int?'],
  6: ['doc_string', 'bytes?'],
  7: ['graph', 'bytes?'],
  8: ['opset_import', 'bytes'],
  14: ['metadata_props', 'bytes'],
  20: ['training_info', 'bytes'],
  25: ['functions', 'bytes'],
  26: ['configuration', 'bytes'],
} as const satisfies Schema

export const trainingSchema = {
  1: ['initialization', 'bytes?'],
  2: ['algorithm', 'bytes?'],
  3: ['initialization_binding', 'bytes'],
  4: ['update_binding', 'bytes'],
} as const satisfies Schema

export const graphSchema = {
  1: ['node', 'bytes'],
  2: ['name', 'bytes?'],
  5: ['initializer', 'bytes'],
  10: ['doc_string', 'bytes?'],
  11: ['input', 'bytes'],
  12: ['output', 'bytes'],
  13: ['value_info', 'bytes'],
  14: ['quantization_annotation', 'bytes'],
  15: ['sparse_initializer', 'bytes'],
  16: ['metadata_props', 'bytes'],
} as const satisfies Schema

export const functionSchema = {
  1: ['name', 'bytes?'],
  2: ['since_version', 'int?'],
  3: ['status', 'int?'],
  4: ['input', 'bytes'],
  5: ['output', 'bytes'],
  6: ['attribute', 'bytes'],
  7: ['node', 'bytes'],
  8: ['doc_string', 'bytes?'],
  9: ['opset_import', 'bytes'],
  10: ['domain', 'bytes?'],
  11: ['attribute_proto', 'bytes'],
  12: ['value_info', 'bytes'],
  13: ['overload', 'bytes?'],
  14: ['metadata_props', 'bytes'],
} as const satisfies Schema

export const nodeSchema = {
  1: ['input', 'bytes'],
  2: ['output', 'bytes'],
  3: ['name', 'bytes?'],
  4: ['op_type', 'bytes?'],
  5: ['attribute', 'bytes'],
  6: ['doc_string', 'bytes?'],
  7: ['domain', 'bytes?'],
  8: ['overload', 'bytes?'],
  9: ['metadata_props', 'bytes'],
  10: ['device_configurations', 'bytes'],
} as const satisfies Schema

export const attributeSchema = {
  1: ['name', 'bytes?'],
  2: ['f', 'float?'],
  3: ['i', 'int?'],
  4: ['s', 'bytes?'],
  5: ['t', 'bytes?'],
  6: ['g', 'bytes?'],
  7: ['floats', 'floats'],
  8: ['ints', 'ints'],
  9: ['strings', 'bytes'],
  10: ['tensors', 'bytes'],
  11: ['graphs', 'bytes'],
  13: ['doc_string', 'bytes?'],
  14: ['tp', 'bytes?'],
  15: ['type_protos', 'bytes'],
  20: ['type', 'int?'],
  21: ['ref_attr_name', 'bytes?'],
  22: ['sparse_tensor', 'bytes?'],
  23: ['sparse_tensors', 'bytes'],
} as const satisfies Schema

export const tensorSchema = {
  1: ['dims', 'ints'],
  2: ['data_type', 'int?'],
  3: ['segment', 'bytes?'],
  4: ['float_data', 'floats'],
  5: ['int32_data', 'ints'],
  6: ['string_data', 'bytes'],
  7: ['int64_data', 'ints'],
  8: ['name', 'bytes?'],
  9: ['raw_data', 'bytes?'],
  10: ['double_data', 'doubles'],
  11: ['uint64_data', 'ints'],
  12: ['doc_string', 'bytes?'],
  13: ['external_data', 'bytes'],
  14: ['data_location', 'int?'],
  16: ['metadata_props', 'bytes'],
} as const satisfies Schema

export const sparseSchema = {
  1: ['values', 'bytes?'],
  2: ['indices', 'bytes?'],
  3: ['dims', 'ints'],
} as const satisfies Schema

export const entrySchema = { 1: ['key', 'bytes?'], 2: ['value', 'bytes?'] } as const satisfies Schema
export const opsetSchema = { 1: ['domain', 'bytes?'], 2: ['version', 'int?'] } as const satisfies Schema

const wires: Readonly<Record<Kind, readonly Field['wire'][]>> = {
  'int?': ['varint'],
  'float?': ['fixed32'],
  bytes: ['bytes'],
  'bytes?': ['bytes'],
  ints: ['varint', 'bytes'],
  floats: ['fixed32', 'bytes'],
  doubles: ['fixed64', 'bytes'],
}

type Name<S extends Schema> = S[keyof S & number][0]

export interface Told {
  /** A field that the schema does not have. */
  unknown(number: number, at: number): void
  /** A field that a message has at most once, met again: readers keep the last, or join the two. */
  again(name: string, at: number): void
}

/**
 * The known fields of one message by name.
 * @throws Malformed where a known field has a wire that is not its own
 */
export function* message<S extends Schema>(
  source: Source,
  range: Range,
  schema: S,
  budget: Budget,
  told: Told,
): Generator<{ readonly name: Name<S>; readonly field: Field }> {
  let seen = 0
  for (const field of fields(source, range, budget)) {
    const known = schema[field.number]
    if (known === undefined) {
      told.unknown(field.number, field.at)
      continue
    }
    const [name, kind] = known
    if (!wires[kind].includes(field.wire)) {
      throw new Malformed(`the field ${name} is written as ${field.wire}`, field.at)
    }
    if (kind.endsWith('?')) {
      if ((seen & (1 << field.number)) !== 0) told.again(name, field.at)
      seen |= 1 << field.number
    }
    yield { name: name as Name<S>, field }
  }
}

/** The range of a field whose kind is `bytes`. */
export function rangeOf(field: Field): BytesField {
  return field as BytesField
}

/** The value of a field whose kind is `int?`, as a signed number; beyond 2^53 it is rounded. */
export function intOf(field: Field): number {
  return Number(BigInt.asIntN(64, (field as { value: bigint }).value))
}
