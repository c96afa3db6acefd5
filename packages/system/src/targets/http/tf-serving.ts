// TensorFlow Serving's REST interface: POST /v1/models/M:predict with rows (`instances`) or columns (`inputs`), and
// `predictions` or `outputs` back. The server describes the signatures of its model.
// Documentation: https://www.tensorflow.org/tfx/serving/api_rest
import { FailmodeError } from '@failmode/core'
import type { ElementType } from '../../config/config-schema.ts'
import { inputsBody, instancesBody } from './json-body.ts'
import { isObject, listOf, missing, perSample, valueAt } from './json-values.ts'
import type { Codec, Given, Protocol } from './protocol.ts'

export interface TfServingSpec {
  readonly protocol: 'tfserving'
  readonly path: string
  readonly format: 'instances' | 'inputs'
  readonly input: string | null
  readonly output: string | null
}

const dtypes: Readonly<Record<string, ElementType>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float64',
  DT_HALF: 'float16',
  DT_UINT8: 'uint8',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
}

/** What a request is answered by when it names no signature. */
const signatureName = 'serving_default'

export const tfServing: Protocol<TfServingSpec> = {
  async find(given, get) {
    const model = modelPath(given)
    const described = await get(`${model}/metadata`)
    const signature = valueAt(described, 'metadata', 'signature_def', 'signature_def', signatureName)
    const inputs = entriesOf(signature, 'inputs')
    const outputs = entriesOf(signature, 'outputs')
    const name = choose(inputs, given.inputName, 'input')
    const output = choose(outputs, given.outputName, 'output')
    const input = inputs.find(([key]) => key === name)?.[1]
    const known =
      isObject(valueAt(input, 'tensor_shape')) && valueAt(input, 'tensor_shape', 'unknown_rank') !== true
    const dims = known
      ? listOf(valueAt(input, 'tensor_shape'), 'dim').map((dim) => Number(valueAt(dim, 'size') ?? -1))
      : null
    return {
      spec: {
        protocol: 'tfserving',
        path: `${model}:predict`,
        format: given.http.format === 'inputs' ? 'inputs' : 'instances',
        input: name,
        output,
      },
      inputName: name ?? '',
      dtype: input === undefined ? null : elementType(String(valueAt(input, 'dtype'))),
      dims: dims === null || dims.length === 0 ? null : dims,
      alone: false,
      maxBatch: null,
    }
  },
  codec,
}

function codec({ path, format, input, output }: TfServingSpec): Codec {
  const bodyOf = format === 'inputs' ? inputsBody : instancesBody
  return {
    encode: ({ values, count, dims }) => ({ path, body: bodyOf(values, { count, dims, key: input }) }),
    decode(answer, { count }) {
      if (format === 'instances') {
        // With several outputs a row is an object of them, with one it is that output alone.
        return perSample(valueAt(answer, 'predictions'), count, answer).map((row) =>
          isObject(row) && output !== null && output in row ? row[output] : row,
        )
      }
      const outputs = valueAt(answer, 'outputs')
      if (!isObject(outputs)) return perSample(outputs, count, answer)
      const named = output === null ? Object.values(outputs)[0] : outputs[output]
      if (named === undefined) throw missing(answer, `the output "${output}"`)
      return perSample(named, count, answer)
    },
  }
}

/** The path of the model, without the verb. */
function modelPath({ url, http }: Given): string {
  const path = url.pathname.replace(/:predict$/, '').replace(/\/+$/, '')
  if (/\/models\/[^/]+(\/(versions|labels)\/[^/]+)?$/.test(path)) return path
  if (http.model === undefined) {
    throw new FailmodeError('config-invalid', {
      message: `"model.http.url" is ${url.origin}${path}, which names no model.`,
      hint: 'Give "model.http.model", or an address such as http://localhost:8501/v1/models/NAME.',
    })
  }
  const version = http.version === undefined ? '' : `/versions/${encodeURIComponent(http.version)}`
  return `${path.replace(/\/v1$/, '')}/v1/models/${encodeURIComponent(http.model)}${version}`
}

function entriesOf(signature: unknown, key: string): readonly (readonly [string, unknown])[] {
  const found = valueAt(signature, key)
  return isObject(found) ? Object.entries(found) : []
}

/** Name of the tensor to use; null when the server does not tell and the configuration neither. */
function choose(
  tensors: readonly (readonly [string, unknown])[],
  wanted: string | undefined,
  what: 'input' | 'output',
): string | null {
  const names = tensors.map(([name]) => name)
  if (wanted !== undefined) {
    if (names.length === 0 || names.includes(wanted)) return wanted
    throw new FailmodeError('model-mismatch', {
      message: `the signature ${signatureName} of the model has no ${what} "${wanted}"; it has ${names.join(', ')}.`,
    })
  }
  if (names.length > 1 && what === 'input') {
    throw new FailmodeError('model-mismatch', {
      message: `the signature ${signatureName} of the model has ${names.length} inputs (${names.join(', ')}), and only models with one can be asked.`,
      hint: 'Serve a signature with one input.',
    })
  }
  const scores = tensors.find(([, tensor]) => valueAt(tensor, 'dtype') === 'DT_FLOAT')?.[0]
  return scores ?? names[0] ?? null
}

function elementType(dtype: string): ElementType {
  const known = dtypes[dtype]
  if (known !== undefined) return known
  throw new FailmodeError('model-mismatch', {
    message: `the model behind "model.http.url" takes ${dtype}, expected one of ${Object.keys(dtypes).join(', ')}.`,
  })
}
