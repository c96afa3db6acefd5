// The JSON of the Open Inference Protocol, version 2 (KServe, Triton, Seldon, MLServer), for one ONNX model: what it
// says of itself, a request turned into tensors and refused when it does not fit, tensors turned into an answer.
// Specification: https://github.com/kserve/open-inference-protocol
import {
  type DataType,
  elementCount,
  fromNumbers,
  type Session,
  type Tensor,
  type Tensors,
  toNumbers,
  type ValueInfo,
} from '@failmode/engine'

/** A request that does not fit; the server answers it with status 400. */
export class BadRequest extends Error {}

const names: Readonly<Partial<Record<DataType, string>>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
}

export interface TensorMetadata {
  readonly name: string
  readonly datatype: string
  /** -1 where any size is taken. */
  readonly shape: readonly number[]
}

export interface ResponseTensor extends TensorMetadata {
  /** Row-major. */
  readonly data: readonly number[] | readonly boolean[]
}

export interface InferRequest {
  readonly id: string | undefined
  readonly feeds: Tensors
  /** Names of the outputs that are asked for. */
  readonly outputs: readonly string[]
  /** Rows of the first axis of the first input. */
  readonly samples: number
}

export function metadataOf(value: ValueInfo): TensorMetadata {
  const { type } = value
  const datatype = type?.kind === 'tensor' ? names[type.dtype] : undefined
  if (type?.kind !== 'tensor' || datatype === undefined) {
    throw new TypeError(`"${value.name}" is no tensor of numbers, and only those can be served`)
  }
  const shape = (type.dims ?? []).map((size) => (typeof size === 'number' ? size : -1))
  return { name: value.name, datatype, shape }
}

/**
 * @param body text of the request
 * @throws BadRequest
 */
export function readInferRequest(body: string, session: Session): InferRequest {
  const request = objectOf(parse(body), 'the request')
  const { id, inputs, outputs } = request
  if (id !== undefined && typeof id !== 'string') throw new BadRequest('"id" has to be a string')
  if (!Array.isArray(inputs)) throw new BadRequest('"inputs" has to be an array of tensors')
  const feeds: Record<string, Tensor> = {}
  for (const [i, entry] of inputs.entries()) {
    const input = objectOf(entry, `inputs[${i}]`)
    const known = session.inputs.find(({ name }) => name === input.name)
    if (known === undefined) {
      throw new BadRequest(
        `unexpected inference input ${JSON.stringify(input.name)}; the model takes ${list(session.inputs)}`,
      )
    }
    if (known.name in feeds) throw new BadRequest(`the input "${known.name}" is given twice`)
    feeds[known.name] = readTensor(input, known)
  }
  const missing = session.inputs.find(({ name }) => !(name in feeds))
  if (missing !== undefined) throw new BadRequest(`the input "${missing.name}" is missing`)
  return {
    id,
    feeds,
    outputs: readOutputs(outputs, session),
    samples: feeds[session.inputs[0]?.name ?? '']?.dims[0] ?? 1,
  }
}

function readTensor(input: Readonly<Record<string, unknown>>, known: ValueInfo): Tensor {
  const { name, datatype, shape: wanted } = metadataOf(known)
  const { shape, data } = input
  if (input.datatype !== datatype) {
    throw new BadRequest(
      `the input "${name}" is of datatype ${JSON.stringify(input.datatype)}, expected ${datatype}`,
    )
  }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new BadRequest(`"shape" of the input "${name}" has to be an array of whole numbers`)
  }
  const fits =
    shape.length === wanted.length && wanted.every((size, axis) => size === -1 || size === shape[axis])
  if (!fits || shape[0] === 0) {
    throw new BadRequest(
      `the input "${name}" has the shape [${shape.join(', ')}], expected [${wanted.join(', ')}]`,
    )
  }
  if (!Array.isArray(data)) throw new BadRequest(`"data" of the input "${name}" has to be an array`)
  const numbers = flatten(data, name)
  const count = elementCount(shape)
  if (numbers.length !== count) {
    throw new BadRequest(
      `the input "${name}" has ${numbers.length} elements, its shape [${shape.join(', ')}] takes ${count}`,
    )
  }
  return fromNumbers((known.type as { readonly dtype: DataType }).dtype, shape, numbers)
}

/** The protocol takes rows within rows and all numbers in a row alike. */
function flatten(data: readonly unknown[], name: string): number[] {
  const flat = data.some(Array.isArray) ? data.flat(Number.POSITIVE_INFINITY) : data
  for (const value of flat) {
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new BadRequest(`"data" of the input "${name}" holds ${JSON.stringify(value)}, expected numbers`)
    }
  }
  return flat.map(Number)
}

function readOutputs(outputs: unknown, session: Session): readonly string[] {
  if (outputs === undefined) return session.outputs.map(({ name }) => name)
  if (!Array.isArray(outputs)) throw new BadRequest('"outputs" has to be an array')
  return outputs.map((entry, i) => {
    const { name } = objectOf(entry, `outputs[${i}]`)
    const known = session.outputs.find((output) => output.name === name)
    if (known !== undefined) return known.name
    throw new BadRequest(
      `unexpected inference output ${JSON.stringify(name)}; the model gives ${list(session.outputs)}`,
    )
  })
}

/** @throws RangeError for numbers that JSON cannot carry */
export function responseTensor(name: string, tensor: Tensor): ResponseTensor {
  const datatype = names[tensor.dtype]
  if (datatype === undefined) throw new RangeError(`the output "${name}" is no tensor of numbers`)
  const values = Array.from(toNumbers(tensor))
  if (!values.every(Number.isFinite)) throw new RangeError(`the output "${name}" is not finite`)
  return { name, datatype, shape: tensor.dims, data: tensor.dtype === 'bool' ? values.map(Boolean) : values }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new BadRequest(`the request is no JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new BadRequest(`${what} has to be an object`)
}

function list(values: readonly ValueInfo[]): string {
  return values.map(({ name }) => `"${name}"`).join(', ')
}
