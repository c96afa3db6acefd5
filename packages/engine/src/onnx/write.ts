// From the engine's own form to the bytes of an .onnx file. The same model always gives the same bytes: order is
// the model's own, and every tensor but strings is written as raw bytes. Weights from files beside a model are
// written into the file, so what comes out stands alone.
import { create, toBinary } from '@bufbuild/protobuf'
import { EngineError } from '../errors.ts'
import type {
  Attribute,
  Attributes,
  Dimension,
  Graph,
  Model,
  ModelFunction,
  Node,
  ValueInfo,
  ValueType,
} from '../ir/graph.ts'
import { byteCount, dataTypeCode, type Tensor, tensorBytes, toInt64 } from '../ir/tensor.ts'
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type TypeProto,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-pb.generated.ts'

/** Since ONNX file version 4, constants need not be listed among the inputs; the engine never lists them. */
const minIrVersion = 4

/** What a protobuf message can hold. A little less than 2 GiB, to leave room for everything but weights. */
const maxBytes = 2 ** 31 - 2 ** 24

/**
 * Writes a model.
 * @throws EngineError model-too-large when the weights pass the 2 GiB that one file can hold.
 */
export function writeModel(model: Model): Uint8Array {
  let total = 0
  for (const item of model.graph.initializers.values()) total += byteCount(item.dtype, item.dims)
  if (total > maxBytes) {
    throw new EngineError('model-too-large', `the weights take ${total} bytes, one ONNX file holds 2 GiB`, {
      hint: 'Use a smaller model, or one with float16 weights.',
    })
  }
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(Math.max(model.irVersion, minIrVersion)),
      producerName: model.producer.name,
      producerVersion: model.producer.version,
      graph: graph(model.graph),
      opsetImport: operatorSets(model.opsets),
      metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
      functions: model.functions.map(modelFunction),
    }),
  )
}

function operatorSets(opsets: ReadonlyMap<string, number>): { domain: string; version: bigint }[] {
  return [...opsets].map(([domain, version]) => ({ domain, version: BigInt(version) }))
}

function graph(source: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: source.name,
    node: source.nodes.map(node),
    initializer: [...source.initializers].map(([name, item]) => tensor(item, name)),
    input: source.inputs.map(valueInfo),
    output: source.outputs.map(valueInfo),
    valueInfo: [...source.types].map(([name, type]) => valueInfo({ name, type })),
  })
}

function modelFunction(source: ModelFunction): FunctionProto {
  return create(FunctionProtoSchema, {
    name: source.name,
    domain: source.domain,
    overload: source.overload,
    input: [...source.inputs],
    output: [...source.outputs],
    attribute: [...source.attributes],
    attributeProto: attributeList(source.defaults),
    node: source.nodes.map(node),
    opsetImport: operatorSets(source.opsets),
  })
}

function node(source: Node): NodeProto {
  return create(NodeProtoSchema, {
    opType: source.opType,
    domain: source.domain,
    name: source.name,
    input: [...source.inputs],
    output: [...source.outputs],
    attribute: attributeList(source.attributes),
    overload: source.overload ?? '',
  })
}

function attributeList(attributes: Attributes): AttributeProto[] {
  return Object.entries(attributes).map(([name, value]) => attribute(name, value))
}

const text = new TextEncoder()

function attribute(name: string, source: Attribute): AttributeProto {
  switch (source.kind) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: 1, f: source.value })
    case 'int':
      return create(AttributeProtoSchema, { name, type: 2, i: toInt64(source.value) })
    case 'string':
      return create(AttributeProtoSchema, { name, type: 3, s: text.encode(source.value) })
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: 4, t: tensor(source.value, '') })
    case 'graph':
      return create(AttributeProtoSchema, { name, type: 5, g: graph(source.value) })
    case 'floats':
      return create(AttributeProtoSchema, { name, type: 6, floats: [...source.value] })
    case 'ints':
      return create(AttributeProtoSchema, { name, type: 7, ints: source.value.map(toInt64) })
    case 'strings':
      return create(AttributeProtoSchema, {
        name,
        type: 8,
        strings: source.value.map((item) => text.encode(item)),
      })
    case 'tensors':
      return create(AttributeProtoSchema, {
        name,
        type: 9,
        tensors: source.value.map((item) => tensor(item, '')),
      })
    case 'graphs':
      return create(AttributeProtoSchema, { name, type: 10, graphs: source.value.map(graph) })
    case 'type':
      return create(AttributeProtoSchema, { name, type: 13, tp: valueType(source.value) })
    case 'types':
      return create(AttributeProtoSchema, { name, type: 14, typeProtos: source.value.map(valueType) })
    case 'reference':
      return create(AttributeProtoSchema, { name, type: source.of, refAttrName: source.value })
  }
}

function tensor(source: Tensor, name: string): TensorProto {
  const stored =
    source.dtype === 'string'
      ? { stringData: (source.data as readonly string[]).map((item) => text.encode(item)) }
      : { rawData: tensorBytes(source) }
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypeCode(source.dtype),
    dims: source.dims.map(BigInt),
    ...stored,
  })
}

function valueInfo(source: ValueInfo): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name: source.name,
    ...(source.type ? { type: valueType(source.type) } : {}),
  })
}

function valueType(source: ValueType): TypeProto {
  const elemType = source.dtype ? dataTypeCode(source.dtype) : 0
  switch (source.kind) {
    case 'tensor':
      return create(TypeProtoSchema, { value: { case: 'tensorType', value: { elemType, ...shape(source) } } })
    case 'sparse-tensor':
      return create(TypeProtoSchema, {
        value: { case: 'sparseTensorType', value: { elemType, ...shape(source) } },
      })
    case 'sequence':
      return create(TypeProtoSchema, {
        value: { case: 'sequenceType', value: { ...element(source.element) } },
      })
    case 'optional':
      return create(TypeProtoSchema, {
        value: { case: 'optionalType', value: { ...element(source.element) } },
      })
    case 'map':
      return create(TypeProtoSchema, {
        value: {
          case: 'mapType',
          value: {
            keyType: elemType,
            ...(source.element ? { valueType: valueType(source.element) } : {}),
          },
        },
      })
  }
}

function element(type: ValueType | undefined): { elemType?: TypeProto } {
  return type ? { elemType: valueType(type) } : {}
}

type DimensionInit =
  | { value: { case: 'dimValue'; value: bigint } | { case: 'dimParam'; value: string } }
  | object

function shape(source: { readonly dims?: readonly Dimension[] }): { shape?: { dim: DimensionInit[] } } {
  if (!source.dims) return {}
  const dim = source.dims.map((size): DimensionInit => {
    if (size === null) return {}
    return typeof size === 'number'
      ? { value: { case: 'dimValue', value: BigInt(size) } }
      : { value: { case: 'dimParam', value: size } }
  })
  return { shape: { dim } }
}
