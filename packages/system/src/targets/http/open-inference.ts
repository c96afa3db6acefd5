// The Open Inference Protocol, version 2, as KServe, Triton, Seldon and MLServer serve it: tensors with a name, a
// datatype and a shape. The server describes its model, so that little has to be configured. Where it takes tensors as
// bytes (Triton's extension for binary data) they are sent so, which is shorter by half and the only way for FP16.
// Specification: https://github.com/kserve/open-inference-protocol
import { FailmodeError, sizeOf } from '@failmode/core'
import { fromNumbers } from '@failmode/engine'
import type { ElementType } from '../../config/config-schema.ts'
import { badAnswer } from './failure.ts'
import { jsonBody } from './json-body.ts'
import { isObject, listOf, missing } from './json-values.ts'
import type { Batch, Codec, Given, Protocol } from './protocol.ts'

export interface OpenInferenceSpec {
  readonly protocol: 'open-inference'
  readonly path: string
  readonly input: string
  /** Null takes the first output that holds numbers. */
  readonly output: string | null
  readonly binary: boolean
}

const datatypes: Readonly<Record<ElementType, string>> = {
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  uint8: 'UINT8',
  int32: 'INT32',
  int64: 'INT64',
}

export const openInference: Protocol<OpenInferenceSpec> = {
  async find(given, get) {
    const { server, model } = pathsOf(given)
    // A server that is starting says so here, and is waited for.
    await get(`${server}/health/ready`)
    const described = await get(model)
    const extensions = listOf(await get(server), 'extensions')
    const inputs = listOf(described, 'inputs').filter(isObject)
    const outputs = listOf(described, 'outputs').filter(isObject)
    const input = chooseInput(inputs, given)
    const output = chooseOutput(outputs, given)
    const config = extensions.includes('model_configuration') ? await get(`${model}/config`) : null
    const most = isObject(config) ? Number(config.max_batch_size) : Number.NaN
    const shape = input === undefined || !Array.isArray(input.shape) ? null : input.shape.map(dimension)
    return {
      spec: {
        protocol: 'open-inference',
        path: `${model}/infer`,
        input: inputNameOf(input, given),
        output,
        binary: extensions.includes('binary_tensor_data'),
      },
      inputName: inputNameOf(input, given),
      dtype: input === undefined ? null : elementType(String(input.datatype), inputNameOf(input, given)),
      dims: shape,
      // A model without a dimension for the batch has the shape of one sample.
      alone: shape !== null && given.shape !== undefined && shape.length === given.shape.length,
      maxBatch: most > 0 ? most : null,
    }
  },
  codec,
}

function codec({ path, input, output, binary }: OpenInferenceSpec): Codec {
  return {
    encode({ values, count, dims, dtype, alone }) {
      const shape = alone ? dims : [count, ...dims]
      const tensor = { name: input, shape, datatype: datatypes[dtype] }
      const outputs = output === null ? {} : { outputs: [{ name: output }] }
      if (!binary) {
        const [open = '', close = ''] = JSON.stringify({
          inputs: [{ ...tensor, data: [] }],
          ...outputs,
        }).split(/(?<=[^\\]"data":)\[\]/)
        return { path, body: jsonBody([open, { numbers: values, dims: [values.length] }, close]) }
      }
      const { data } = fromNumbers(dtype, shape, values)
      if (!ArrayBuffer.isView(data)) throw new TypeError(`${dtype} is no type of numbers`)
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      const parameters = { binary_data_size: bytes.length }
      const head = Buffer.from(JSON.stringify({ inputs: [{ ...tensor, parameters }], ...outputs }))
      return {
        path,
        body: Buffer.concat([head, bytes]),
        headers: {
          'content-type': 'application/octet-stream',
          'inference-header-content-length': String(head.length),
        },
      }
    },
    decode(answer, batch) {
      const outputs = listOf(answer, 'outputs').filter(isObject)
      const tensor =
        output === null
          ? (outputs.find(({ datatype }) => /^(FP|BF)/.test(String(datatype))) ?? outputs[0])
          : outputs.find(({ name }) => name === output)
      if (tensor === undefined) throw missing(answer, output === null ? 'outputs' : `the output "${output}"`)
      return rowsOf(tensor, batch)
    },
  }
}

function rowsOf(tensor: Readonly<Record<string, unknown>>, { count, alone }: Pick<Batch, 'count' | 'alone'>) {
  const { data, shape } = tensor
  if (!Array.isArray(data) || !Array.isArray(shape)) throw missing(tensor, 'data and shape')
  const flat: readonly unknown[] = data.some(Array.isArray) ? data.flat(Number.POSITIVE_INFINITY) : data
  const dims = shape.map(Number)
  const width = flat.length / count
  if (
    sizeOf(dims) !== flat.length ||
    (!alone && dims[0] !== count) ||
    !Number.isInteger(width) ||
    width === 0
  ) {
    throw badAnswer(
      `answered with ${flat.length} values of the shape [${dims.join(', ')}] for ${count} ${count === 1 ? 'sample' : 'samples'}`,
      { passes: true },
    )
  }
  if (width === 1) return flat
  return Array.from({ length: count }, (_, i) => flat.slice(i * width, (i + 1) * width))
}

/** The path of the server's root in the protocol, and that of the model. */
function pathsOf({ url, http }: Given): { readonly server: string; readonly model: string } {
  const path = url.pathname.replace(/\/+$/, '')
  const [, before = path.replace(/\/v2$/, ''), named, versioned] =
    /^(.*)\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/infer)?$/.exec(path) ?? []
  const name = named ?? (http.model === undefined ? undefined : encodeURIComponent(http.model))
  const version = versioned ?? (http.version === undefined ? undefined : encodeURIComponent(http.version))
  if (name === undefined) {
    throw new FailmodeError('config-invalid', {
      message: `"model.http.url" is ${url.origin}${path}, which names no model.`,
      hint: 'Give "model.http.model", or an address such as http://localhost:8000/v2/models/NAME.',
    })
  }
  const server = `${before}/v2`
  return { server, model: `${server}/models/${name}${version === undefined ? '' : `/versions/${version}`}` }
}

type TensorMetadata = Readonly<Record<string, unknown>>

function chooseInput(inputs: readonly TensorMetadata[], { inputName }: Given): TensorMetadata | undefined {
  const names = inputs.map(({ name }) => String(name))
  if (inputName === undefined) {
    if (inputs.length <= 1) return inputs[0]
    throw new FailmodeError('model-mismatch', {
      message: `the model behind "model.http.url" has ${inputs.length} inputs (${names.join(', ')}), and only models with one can be asked.`,
      hint: 'Serve a model with one input in front of it.',
    })
  }
  const found = inputs.find(({ name }) => name === inputName)
  if (found !== undefined || inputs.length === 0) return found
  throw new FailmodeError('model-mismatch', {
    message: `the model behind "model.http.url" has no input "${inputName}"; it has ${names.join(', ')}.`,
  })
}

function chooseOutput(outputs: readonly TensorMetadata[], { outputName }: Given): string | null {
  const names = outputs.map(({ name }) => String(name))
  if (outputName === undefined) {
    const scores = outputs.findIndex(({ datatype }) => /^(FP|BF)/.test(String(datatype)))
    return names[Math.max(scores, 0)] ?? null
  }
  if (outputs.length === 0 || names.includes(outputName)) return outputName
  throw new FailmodeError('model-mismatch', {
    message: `the model behind "model.http.url" has no output "${outputName}"; it has ${names.join(', ')}.`,
  })
}

/** Servers that do not describe their model take any name. */
function inputNameOf(input: TensorMetadata | undefined, { inputName }: Given): string {
  return input === undefined ? (inputName ?? 'input-0') : String(input.name)
}

function elementType(datatype: string, name: string): ElementType {
  const known = Object.entries(datatypes).find(([, word]) => word === datatype)?.[0]
  if (known !== undefined) return known as ElementType
  throw new FailmodeError('model-mismatch', {
    message: `the input "${name}" of the model behind "model.http.url" takes ${datatype}, expected one of ${Object.values(datatypes).join(', ')}.`,
  })
}

function dimension(size: unknown): number {
  const value = Number(size ?? -1)
  return Number.isInteger(value) && value > 0 ? value : -1
}
