// MLflow's scoring server: POST /invocations with the samples as a tensor (`inputs`), as a list of rows (`instances`)
// or as a table (`dataframe_split`), and `predictions` back. It does not describe its model.
// Documentation: https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/ (section on the JSON input)
import { sizeOf } from '@failmode/core'
import { inputsBody, instancesBody, jsonBody } from './json-body.ts'
import { isObject, perSample } from './json-values.ts'
import type { Codec, Protocol } from './protocol.ts'

export interface MlflowSpec {
  readonly protocol: 'mlflow'
  readonly path: string
  readonly format: 'inputs' | 'instances' | 'dataframe_split'
  readonly input: string | null
  readonly output: string | null
  readonly columns: readonly string[] | null
}

export const mlflow: Protocol<MlflowSpec> = {
  async find({ url, http, inputName, outputName }) {
    const path = url.pathname.replace(/\/+$/, '')
    return {
      spec: {
        protocol: 'mlflow',
        path: path.endsWith('/invocations') ? path : `${path}/invocations`,
        format: http.format ?? 'inputs',
        input: inputName ?? null,
        output: outputName ?? null,
        columns: http.columns ?? null,
      },
      inputName: inputName ?? '',
      dtype: null,
      dims: null,
      alone: false,
      maxBatch: null,
    }
  },
  codec,
}

function codec({ path, format, input, output, columns }: MlflowSpec): Codec {
  return {
    encode({ values, count, dims }) {
      if (format === 'dataframe_split') {
        const width = sizeOf(dims)
        const names = columns ?? Array.from({ length: width }, (_, i) => String(i))
        const head = `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":`
        return { path, body: jsonBody([head, { numbers: values, dims: [count, width] }, '}}']) }
      }
      if (format === 'instances') return { path, body: instancesBody(values, { count, dims, key: input }) }
      return { path, body: inputsBody(values, { count, dims, key: input }) }
    },
    decode(answer, { count }) {
      const predictions = isObject(answer) ? (answer.predictions ?? answer) : answer
      // A model with named outputs gives one list under each name, or one object for each row.
      const named = isObject(predictions)
        ? output === null
          ? Object.values(predictions)[0]
          : predictions[output]
        : predictions
      const rows = perSample(named, count, answer)
      return output === null ? rows : rows.map((row) => (isObject(row) && output in row ? row[output] : row))
    },
  }
}
