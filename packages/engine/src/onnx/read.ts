// From the bytes of an .onnx file to the engine's own form. The bytes are untrusted: whatever is wrong with them
// ends in an EngineError that says what the file seems to be. Tensor data stays a view on the bytes where it is
// aligned. Constants that old ONNX versions also list as inputs are taken out of the inputs.
import { fromBinary } from '@bufbuild/protobuf'
import { EngineError, messageOf } from '../errors.ts'
import {
  type Attribute,
  type Attributes,
  type Dimension,
  type Graph,
  type Model,
  type ModelFunction,
  type Node,
  normalDomain,
  type ValueInfo,
  type ValueType,
} from '../ir/graph.ts'
import {
  byteCount,
  type DataType,
  dataTypeOfCode,
  elementCount,
  type NumericData,
  storageLength,
  type Tensor,
  tensorFromBytes,
  zeros,
} from '../ir/tensor.ts'
import { type ExternalRange, externalTensor } from './external-data.ts'
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type OperatorSetIdProto,
  type SparseTensorProto,
  type TensorProto,
  type TensorShapeProto,
  type TypeProto,
  type ValueInfoProto,
} from './onnx-pb.generated.ts'
import { envelope, sniff } from './sniff.ts'

export interface ReadOptions {
  /** The folder the model lies in, for weights in files beside it. */
  readonly folder?: string
}

/** Sparse constants are spread out when read; this bounds how large a few bytes can make them. */
const maxDenseBytes = 2 ** 30

/**
 * Reads a model.
 * @throws EngineError model-empty, model-not-onnx, model-truncated, model-invalid, external-data-outside,
 *   external-data-broken
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): Model {
  const proto = decode(bytes)
  try {
    return model(proto, options)
  } catch (error) {
    if (error instanceof EngineError && error.code !== 'tensor-invalid') throw error
    throw invalid(messageOf(error), error)
  }
}

function decode(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) {
    throw new EngineError('model-empty', 'the file is empty (0 bytes), expected an ONNX model', {
      hint: 'Check that the export or the download ended well.',
    })
  }
  let proto: ModelProto
  try {
    proto = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
  } catch (cause) {
    throw notReadable(bytes, cause)
  }
  if (!proto.graph) throw notReadable(bytes, undefined)
  return proto
}

function notReadable(bytes: Uint8Array, cause: unknown): EngineError {
  const details = cause === undefined ? {} : { cause }
  const form = envelope(bytes)
  if (form === 'cut') {
    return new EngineError(
      'model-truncated',
      `the file starts as an ONNX model but ends early, after ${bytes.length} bytes`,
      { hint: 'Copy or download it again and compare the size.', ...details },
    )
  }
  if (form === 'whole') {
    return cause === undefined
      ? new EngineError(
          'model-truncated',
          `the file has an ONNX header but no graph (${bytes.length} bytes)`,
          {
            hint: 'Copy or download it again and compare the size.',
          },
        )
      : invalid(messageOf(cause), cause)
  }
  const guess = sniff(bytes)
  return new EngineError(
    'model-not-onnx',
    guess ? `the file is not an ONNX model, it looks like ${guess.what}` : 'the file is not an ONNX model',
    { ...(guess?.hint ? { hint: guess.hint } : {}), ...details },
  )
}

function invalid(why: string, cause?: unknown): EngineError {
  return new EngineError('model-invalid', `the ONNX model is damaged: ${why}`, {
    hint: 'Export it again, and check it with `onnx.checker` where that is at hand.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function model(proto: ModelProto, options: ReadOptions): Model {
  const opsets = operatorSets(proto.opsetImport)
  if (!opsets.has('') && proto.opsetImport.length === 0) {
    throw invalid('it does not say which operator set it uses (opset_import)')
  }
  return {
    irVersion: Number(proto.irVersion),
    producer: { name: proto.producerName, version: proto.producerVersion },
    opsets,
    graph: graph(proto.graph!, options),
    functions: proto.functions.map((item) => modelFunction(item, options)),
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key, value])),
  }
}

function operatorSets(imports: readonly OperatorSetIdProto[]): ReadonlyMap<string, number> {
  return new Map(imports.map(({ domain, version }) => [normalDomain(domain), Number(version)]))
}

function graph(proto: GraphProto, options: ReadOptions): Graph {
  const initializers = new Map<string, Tensor>()
  for (const item of proto.initializer) initializers.set(item.name, tensorOf(item, options))
  for (const item of proto.sparseInitializer) {
    initializers.set(item.values?.name ?? '', denseTensor(item, options))
  }
  const types = new Map<string, ValueType>()
  for (const info of proto.valueInfo) {
    const type = valueType(info.type)
    if (type) types.set(info.name, type)
  }
  return {
    name: proto.name,
    inputs: proto.input.filter((info) => !initializers.has(info.name)).map(valueInfo),
    outputs: proto.output.map(valueInfo),
    nodes: proto.node.map((item) => node(item, options)),
    initializers,
    types,
  }
}

function modelFunction(proto: FunctionProto, options: ReadOptions): ModelFunction {
  return {
    name: proto.name,
    domain: normalDomain(proto.domain),
    overload: proto.overload,
    inputs: proto.input,
    outputs: proto.output,
    attributes: proto.attribute,
    defaults: attributeMap(proto.attributeProto, options),
    nodes: proto.node.map((item) => node(item, options)),
    opsets: operatorSets(proto.opsetImport),
  }
}

function node(proto: NodeProto, options: ReadOptions): Node {
  return {
    opType: proto.opType,
    domain: normalDomain(proto.domain),
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: attributeMap(proto.attribute, options),
    ...(proto.overload ? { overload: proto.overload } : {}),
  }
}

function attributeMap(protos: readonly AttributeProto[], options: ReadOptions): Attributes {
  // Names are the model's: an object without a prototype cannot be confused by one called "__proto__".
  const map: Record<string, Attribute> = Object.create(null)
  for (const proto of protos) map[proto.name] = attribute(proto, options)
  return map
}

const text = new TextDecoder()

function attribute(proto: AttributeProto, options: ReadOptions): Attribute {
  if (proto.refAttrName !== '') return { kind: 'reference', value: proto.refAttrName, of: proto.type }
  switch (proto.type || guessType(proto)) {
    case 1:
      return { kind: 'float', value: proto.f ?? 0 }
    case 2:
      return { kind: 'int', value: Number(proto.i ?? 0n) }
    case 3:
      return { kind: 'string', value: text.decode(proto.s) }
    case 4:
      if (!proto.t) break
      return { kind: 'tensor', value: tensorOf(proto.t, options) }
    case 5:
      if (!proto.g) break
      return { kind: 'graph', value: graph(proto.g, options) }
    case 6:
      return { kind: 'floats', value: proto.floats }
    case 7:
      return { kind: 'ints', value: proto.ints.map(Number) }
    case 8:
      return { kind: 'strings', value: proto.strings.map((bytes) => text.decode(bytes)) }
    case 9:
      return { kind: 'tensors', value: proto.tensors.map((item) => tensorOf(item, options)) }
    case 10:
      return { kind: 'graphs', value: proto.graphs.map((item) => graph(item, options)) }
    case 11:
      if (!proto.sparseTensor) break
      return { kind: 'tensor', value: denseTensor(proto.sparseTensor, options) }
    case 12:
      return { kind: 'tensors', value: proto.sparseTensors.map((item) => denseTensor(item, options)) }
    case 13: {
      const type = valueType(proto.tp)
      if (!type) break
      return { kind: 'type', value: type }
    }
    case 14:
      return { kind: 'types', value: proto.typeProtos.flatMap((item) => valueType(item) ?? []) }
  }
  throw invalid(`the attribute "${proto.name}" has no value of its type (${proto.type})`)
}

/** The first ONNX files did not write the type of an attribute down. */
function guessType(proto: AttributeProto): number {
  if (proto.f !== undefined) return 1
  if (proto.i !== undefined) return 2
  if (proto.s !== undefined) return 3
  if (proto.t) return 4
  if (proto.g) return 5
  if (proto.floats.length > 0) return 6
  if (proto.strings.length > 0) return 8
  return 7
}

function valueInfo(proto: ValueInfoProto): ValueInfo {
  const type = valueType(proto.type)
  return { name: proto.name, ...(type ? { type } : {}) }
}

function valueType(proto: TypeProto | undefined): ValueType | undefined {
  const value = proto?.value
  switch (value?.case) {
    case 'tensorType': {
      const dtype = dataTypeOfCode(value.value.elemType)
      // Element type 0 means "not said": the shape alone is of no use.
      return dtype ? { kind: 'tensor', dtype, ...shape(value.value.shape) } : undefined
    }
    case 'sparseTensorType': {
      const dtype = dataTypeOfCode(value.value.elemType)
      return { kind: 'sparse-tensor', ...(dtype ? { dtype } : {}), ...shape(value.value.shape) }
    }
    case 'sequenceType':
    case 'optionalType': {
      const element = valueType(value.value.elemType)
      const kind = value.case === 'sequenceType' ? 'sequence' : 'optional'
      return { kind, ...(element ? { element } : {}) }
    }
    case 'mapType': {
      const element = valueType(value.value.valueType)
      const dtype = dataTypeOfCode(value.value.keyType)
      return { kind: 'map', ...(dtype ? { dtype } : {}), ...(element ? { element } : {}) }
    }
    default:
      return undefined
  }
}

function shape(proto: TensorShapeProto | undefined): { dims?: readonly Dimension[] } {
  if (!proto) return {}
  const dims = proto.dim.map(({ value }): Dimension => {
    if (value.case === 'dimValue') return value.value >= 0n ? safe(value.value, 'a size') : null
    return value.case === 'dimParam' && value.value !== '' ? value.value : null
  })
  return { dims }
}

function safe(value: bigint, what: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw invalid(`${what} of ${value} is out of range`)
  return number
}

function tensorOf(proto: TensorProto, options: ReadOptions): Tensor {
  const dtype = dataTypeOfCode(proto.dataType)
  if (!dtype) throw invalid(`the tensor "${proto.name}" has the unknown element type ${proto.dataType}`)
  const dims = proto.dims.map((dim) => safe(dim, `a dimension of "${proto.name}"`))
  try {
    elementCount(dims)
    if (proto.dataLocation === 1) return externalTensor(proto.name, dtype, dims, range(proto), options.folder)
    if (dtype === 'string') return stringTensor(proto, dims)
    if (proto.rawData !== undefined && (proto.rawData.length > 0 || byteCount(dtype, dims) === 0)) {
      return tensorFromBytes(dtype, dims, proto.rawData)
    }
    return typedTensor(proto, dtype, dims)
  } catch (error) {
    if (error instanceof EngineError && error.code === 'tensor-invalid') {
      throw invalid(`in the tensor "${proto.name}", ${error.message}`, error)
    }
    throw error
  }
}

function range(proto: TensorProto): ExternalRange {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]))
  const number = (key: string): number | undefined => {
    const value = entries.get(key)
    if (value === undefined || value === '') return undefined
    const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (!Number.isSafeInteger(parsed)) {
      throw new EngineError(
        'external-data-broken',
        `the ${key} of the weights of "${proto.name}" is "${value}"`,
      )
    }
    return parsed
  }
  const length = number('length')
  return {
    location: entries.get('location') ?? '',
    offset: number('offset') ?? 0,
    ...(length === undefined ? {} : { length }),
  }
}

function stringTensor(proto: TensorProto, dims: readonly number[]): Tensor {
  const count = elementCount(dims)
  if (proto.stringData.length !== count) {
    throw new EngineError(
      'tensor-invalid',
      `${count} strings are announced and ${proto.stringData.length} given`,
    )
  }
  return { dtype: 'string', dims, data: proto.stringData.map((bytes) => text.decode(bytes)) }
}

/** Elements from the typed lists that small tensors are often written in. */
function typedTensor(proto: TensorProto, dtype: DataType, dims: readonly number[]): Tensor {
  const list = typedList(proto, dtype)
  const length = storageLength(dtype, dims)
  // Checked before anything is allocated: the announced size is the file's word, the list is real.
  if (list.length !== length) {
    throw new EngineError(
      'tensor-invalid',
      `dimensions [${dims.join(', ')}] need ${length} stored numbers, the file has ${list.length}`,
    )
  }
  const made = zeros(dtype, dims)
  const data = made.data as NumericData
  for (let i = 0; i < length; i++) {
    const value = list[i]!
    // The cast holds because ONNX keeps exactly the 64-bit types in the 64-bit lists.
    data[i] = (
      data instanceof BigInt64Array || data instanceof BigUint64Array ? value : Number(value)
    ) as never
  }
  return made
}

function typedList(proto: TensorProto, dtype: DataType): ArrayLike<number | bigint> {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return proto.floatData
    case 'float64':
    case 'complex128':
      return proto.doubleData
    case 'int64':
      return proto.int64Data
    case 'uint64':
    case 'uint32':
      return proto.uint64Data
    default:
      return proto.int32Data
  }
}

/** A sparse tensor spread out. Its indices are flat positions, or one row of coordinates for each value. */
function denseTensor(proto: SparseTensorProto, options: ReadOptions): Tensor {
  if (!proto.values || !proto.indices) throw invalid('a sparse tensor lacks values or indices')
  const name = proto.values.name
  const values = tensorOf(proto.values, options)
  const indices = tensorOf(proto.indices, options)
  const dims = proto.dims.map((dim) => safe(dim, `a dimension of "${name}"`))
  const total = elementCount(dims)
  if (values.dtype === 'string' || values.dtype.startsWith('complex')) {
    throw invalid(`the sparse tensor "${name}" holds ${values.dtype}`)
  }
  if (byteCount(values.dtype, dims) > maxDenseBytes) {
    throw invalid(`the sparse tensor "${name}" would take ${byteCount(values.dtype, dims)} bytes spread out`)
  }
  const count = values.data.length
  const coordinates = indices.dims.length === 2 ? dims.length : 1
  if (!(indices.data instanceof BigInt64Array) || indices.data.length !== count * coordinates) {
    throw invalid(`the indices of the sparse tensor "${name}" do not fit its ${count} values`)
  }
  const dense = zeros(values.dtype, dims)
  const target = dense.data as NumericData
  if (target.length !== total) throw invalid(`the sparse tensor "${name}" holds ${values.dtype}`)
  for (let i = 0; i < count; i++) {
    let position = 0
    for (let axis = 0; axis < coordinates; axis++) {
      const index = Number(indices.data[i * coordinates + axis])
      const size = coordinates === 1 ? total : dims[axis]!
      if (index < 0 || index >= size) throw invalid(`an index of the sparse tensor "${name}" is out of range`)
      position = position * size + index
    }
    target[position] = values.data[i] as never
  }
  return dense
}
