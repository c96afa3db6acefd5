// Each protocol against a small server that keeps to its documentation, and everything that can be wrong before a
// model is asked about data. A sample is 2 x 3 numbers; its answer follows from its mean.
import type { Tensor } from '@failmode/core'
import { afterEach, describe, expect, it } from 'vitest'
import type { InputBlock } from '../../config/config-schema.ts'
import type { HttpConfig } from '../../config/http-schema.ts'
import { rejectionOf } from '../../testing/arrays.ts'
import {
  type Arrived,
  type LoopbackServer,
  meanScores,
  openInferenceReply,
  type Reply,
  startLoopback,
} from '../../testing/loopback-server.ts'
import { describeHttp, type HttpSpec } from './describe-http.ts'
import { openHttp } from './http-target.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies of many protocols
type Json = any

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
const { signal } = new AbortController()

async function serve(reply: (request: Arrived) => Reply): Promise<LoopbackServer> {
  const server = await startLoopback(reply)
  closing.push(server.close)
  return server
}

const block: InputBlock = { shape: [2, 3] }
type Extra = Partial<Omit<HttpSpec, 'http'>>

/** Describes the model and asks it about ten samples, in requests of four. */
async function tryModel(http: HttpConfig, extra: Extra = {}) {
  const spec = { http: { batch: 4, retries: 0, ...http }, task: 'image-classification', ...extra } as const
  const descriptor = await describeHttp(spec, { signal })
  const model = await openHttp(descriptor)
  closing.push(model.close)
  const x = samples(10)
  const labels = [...(await model.access('label').labels(x))]
  const scores = descriptor.facts.access.includes('score') ? await model.access('score').scores(x) : null
  return { descriptor, facts: descriptor.facts, x, labels, scores }
}

function samples(count: number): Tensor {
  const data = Float32Array.from({ length: count * 6 }, (_, i) => (Math.floor(i / 6) + 0.5) / count)
  return { data, dims: [count, 2, 3] }
}
const means = Array.from({ length: 10 }, (_, i) => (i + 0.5) / 10)
const trueScores = means.flatMap((mean) => meanScores([mean]))
const trueLabels = means.map((mean) => Math.round(4 * mean))

function expectScores(
  scores: { readonly data: Float32Array } | null,
  wanted: readonly number[] = trueScores,
): void {
  for (const [i, value] of wanted.entries()) expect(scores?.data[i]).toBeCloseTo(value, 5)
}

const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map(Math.exp)
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}
const numbersOf = (value: unknown): number[] => [value].flat(Number.POSITIVE_INFINITY) as number[]

describe('the Open Inference Protocol', () => {
  const http = (server: LoopbackServer, more: Partial<HttpConfig> = {}): HttpConfig => ({
    url: `${server.url}/v2/models/m`,
    protocol: 'open-inference',
    ...more,
  })

  it('needs nothing but the address, since the server describes its model', async () => {
    const server = await serve(openInferenceReply)
    const { facts, labels, scores } = await tryModel(http(server))
    expect(facts).toMatchObject({ sampleShape: [2, 3], classes: 5, output: 'logits', maxBatch: 4 })
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
    expect(server.arrived.some(({ path }) => path === '/v2/health/ready')).toBe(true)
  })

  it.each([
    ['/', { model: 'm' }],
    ['/v2', { model: 'm' }],
    ['/v2/models/m/', {}],
    ['/v2/models/m/infer', {}],
  ])('finds the model from %s', async (path, more) => {
    const server = await serve(openInferenceReply)
    await tryModel(http(server, { ...more, url: `${server.url}${path}` }))
    expect(server.arrived.at(-1)?.path).toBe('/v2/models/m/infer')
  })

  it('keeps what stands before, a version, and the query of the address', async () => {
    const server = await serve((request) =>
      openInferenceReply({
        ...request,
        path: request.path.replace('/gate', '').replace('/versions/3', '').replace('?tenant=blue', ''),
      }),
    )
    await tryModel(http(server, { url: `${server.url}/gate?tenant=blue`, model: 'm', version: '3' }))
    expect(server.arrived.at(-1)?.path).toBe('/gate/v2/models/m/versions/3/infer?tenant=blue')
  })

  it('waits for a server that is not ready yet', async () => {
    let asked = 0
    const server = await serve((request) =>
      request.path === '/v2/health/ready' && ++asked < 2 ? { status: 503 } : openInferenceReply(request),
    )
    const { descriptor } = await tryModel(http(server, { retries: 2 }))
    expect(descriptor.opening.retries).toBe(1)
  })

  it('names its tensors itself where the server says nothing, as MLServer does not', async () => {
    const server = await serve((request) => {
      if (request.method === 'GET') return { status: 404 }
      const [{ name, shape, datatype, data }] = request.json.inputs
      expect([name, datatype, shape.slice(1)]).toEqual(['input-0', 'FP64', [2, 3]])
      const size = data.length / shape[0]
      const rows = Array.from({ length: shape[0] }, (_, i) => data[i * size] as number)
      const outputs = [
        {
          name: 'predict',
          datatype: 'INT64',
          shape: [shape[0], 1],
          data: rows.map((m) => Math.round(4 * m)),
        },
      ]
      return { json: { outputs } }
    })
    const extra = { input: { ...block, dtype: 'float64' }, labels: ['a', 'b', 'c', 'd', 'e'] } as const
    const { facts, labels } = await tryModel(http(server), extra)
    expect(facts).toMatchObject({ access: ['label'], classes: 5, output: 'labels' })
    expect(facts.missingAccess.score).toContain('classes only')
    expect(labels).toEqual(trueLabels)
  })

  it('sends tensors as bytes to a server that takes them', async () => {
    const server = await serve((request) => {
      if (request.path === '/v2') return { json: { extensions: ['binary_tensor_data'] } }
      if (request.path === '/v2/models/m') {
        return {
          json: {
            inputs: [{ name: 'x', datatype: 'FP16', shape: [-1, 2, 3] }],
            outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 5] }],
          },
        }
      }
      if (request.method === 'GET') return { status: 404 }
      const head = Number(request.headers['inference-header-content-length'])
      const { inputs } = JSON.parse(request.body.subarray(0, head).toString('utf8'))
      const bytes = request.body.subarray(head)
      expect(inputs[0].parameters.binary_data_size).toBe(bytes.length)
      expect(bytes.length).toBe(inputs[0].shape[0] * 6 * 2)
      const data = Array.from({ length: inputs[0].shape[0] }, (_, i) =>
        meanScores([half(bytes.readUInt16LE(i * 12))]),
      )
      return {
        json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [data.length, 5], data: data.flat() }] },
      }
    })
    const { scores, labels } = await tryModel(http(server))
    expect(labels).toEqual(trueLabels)
    for (const [i, value] of trueScores.entries()) expect(scores?.data[i]).toBeCloseTo(value, 1)
  })

  it('reads nested data, chooses the output with numbers, and takes names for classes', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four']
    const reply = (request: Arrived): Reply => {
      if (request.path === '/v2/models/m') {
        const outputs = [
          { name: 'class', datatype: 'BYTES', shape: [-1] },
          { name: 'probs', datatype: 'FP32', shape: [-1, 5] },
        ]
        return { json: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2, 3] }], outputs } }
      }
      if (request.method === 'GET') return { status: 404 }
      const [wanted] = request.json.outputs
      const [{ shape, data }] = request.json.inputs
      const rows = Array.from({ length: shape[0] }, (_, i) => softmax(meanScores([data[i * 6]])))
      const best = rows.map((row) => names[row.indexOf(Math.max(...row))])
      return {
        json: {
          outputs: [
            wanted.name === 'class'
              ? { name: 'class', datatype: 'BYTES', shape: [shape[0]], data: best }
              : { name: 'probs', datatype: 'FP32', shape: [shape[0], 5], data: rows },
          ],
        },
      }
    }
    const server = await serve(reply)
    const scored = await tryModel(http(server))
    expect(scored.facts.output).toBe('probabilities')
    expectScores(
      scored.scores,
      means.flatMap((mean) => softmax(meanScores([mean]))),
    )
    const named = await tryModel(http(server), { outputName: 'class', labels: names })
    expect(named.facts.access).toEqual(['label'])
    expect(named.labels).toEqual(trueLabels)
  })

  it('pads the last request where the batch is fixed', async () => {
    const server = await serve((request) => {
      if (request.path === '/v2/models/m') {
        return { json: { inputs: [{ name: 'x', datatype: 'FP32', shape: [4, 2, 3] }], outputs: [] } }
      }
      if (request.method === 'POST') expect(request.json.inputs[0].shape).toEqual([4, 2, 3])
      return openInferenceReply(request)
    })
    const { facts, labels, scores, descriptor } = await tryModel(http(server))
    expect(descriptor.batch).toEqual({ size: 4, fixed: true, alone: false })
    expect(facts.maxBatch).toBe(4)
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
  })

  it('sends one sample a request where the model has no dimension for a batch', async () => {
    const server = await serve((request) => {
      if (request.path === '/v2/models/m') {
        return { json: { inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 3] }], outputs: [] } }
      }
      if (request.method === 'GET') return { status: 404 }
      const [{ shape, data }] = request.json.inputs
      expect(shape).toEqual([2, 3])
      return { json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [5], data: meanScores(data) }] } }
    })
    const { labels, scores, descriptor } = await tryModel(http(server), { input: block })
    expect(descriptor.batch).toEqual({ size: 1, fixed: false, alone: true })
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
  })

  it('learns the largest batch of Triton, which tells it', async () => {
    const server = await serve((request) => {
      if (request.path === '/v2') return { json: { extensions: ['model_configuration'] } }
      if (request.path === '/v2/models/m/config') return { json: { max_batch_size: 3 } }
      return openInferenceReply(request)
    })
    const { facts } = await tryModel(http(server, { batch: 100 }))
    expect(facts.maxBatch).toBe(3)
  })

  it.each([
    ['names no model', { url: '/v2' }, {}, 'config-invalid', /names no model/],
    [
      'has no such model',
      { url: '/v2/models/other' },
      { input: block },
      'target-refused',
      /answered 404: no such page/,
    ],
    ['has no such input', {}, { inputName: 'z' }, 'model-mismatch', /no input "z"; it has x/],
    ['has no such output', {}, { outputName: 'z' }, 'model-mismatch', /no output "z"; it has y/],
    [
      'takes another shape',
      {},
      { input: { shape: [3, 3] } },
      'model-mismatch',
      /"model.input.shape" is \[3, 3\], the model takes \[2, 3\]/,
    ],
    [
      'takes another type',
      {},
      { input: { dtype: 'uint8' } },
      'model-mismatch',
      /"model.input.dtype" is uint8, the model takes float32/,
    ],
    [
      'knows other classes',
      {},
      { labels: ['a', 'b'] },
      'model-mismatch',
      /"labels" names 2 classes, the model answers with 5/,
    ],
    [
      'gives no probabilities',
      {},
      { output: 'probabilities' },
      'model-mismatch',
      /where probabilities sum to 1/,
    ],
    [
      'gives scores',
      {},
      { output: 'labels' },
      'model-mismatch',
      /"model.output" is "labels", the server answers with 5 numbers/,
    ],
  ] as const)('says when the server %s', async (_, more, extra, code, words) => {
    const server = await serve(openInferenceReply)
    const url = `${server.url}${(more as { url?: string }).url ?? '/v2/models/m'}`
    const error = await rejectionOf(tryModel(http(server, { url }), extra as Extra))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
  })

  it('says when a model takes what no sample is made of', async () => {
    const inputs = [{ name: 'x', datatype: 'BYTES', shape: [-1] }]
    const server = await serve((request) =>
      request.path === '/v2/models/m' ? { json: { inputs } } : openInferenceReply(request),
    )
    expect((await rejectionOf(tryModel(http(server)))).message).toContain('takes BYTES, expected one of')
    const two = await serve((request) =>
      request.path === '/v2/models/m'
        ? { json: { inputs: [inputs[0], { ...inputs[0], name: 'z' }] } }
        : openInferenceReply(request),
    )
    expect((await rejectionOf(tryModel(http(two)))).message).toContain('has 2 inputs (x, z)')
  })

  it('says when nobody listens, without asking for long', async () => {
    const server = await serve(openInferenceReply)
    await server.close()
    const error = await rejectionOf(tryModel(http(server, { retries: 5 })))
    expect(error.code).toBe('target-unreachable')
    expect(error.exitStatus).toBe(4)
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('sends nothing where it has no leave', async () => {
    const error = await rejectionOf(
      tryModel({ url: 'http://10.255.255.1/v2/models/m', protocol: 'open-inference' }),
    )
    expect(error.code).toBe('target-unauthorized')
  })

  it('stops when it is told to', async () => {
    const stopping = new AbortController()
    const server = await serve(() => ({ act: () => stopping.abort(new Error('stopped')) }))
    const spec = { http: http(server), task: 'image-classification' } as const
    await expect(describeHttp(spec, { signal: stopping.signal })).rejects.toThrow('stopped')
  })
})

/** IEEE 754 half precision, of a number between 2^-14 and 2. */
function half(bits: number): number {
  return 2 ** ((bits >> 10) - 15) * (1 + (bits & 1023) / 1024)
}

describe('the input block', () => {
  it('means what it means for a file: order, range, mean, deviation and whole numbers', async () => {
    const seen: number[][] = []
    const server = await serve((request) => {
      const { instances } = request.json
      seen.push(...instances.map(numbersOf))
      return { json: { predictions: instances.map(() => [1, 2, 3]) } }
    })
    const input: InputBlock = {
      layout: 'NHWC',
      shape: [1, 2, 3],
      channels: 'BGR',
      range: [0, 255],
      dtype: 'uint8',
    }
    const descriptor = await describeHttp(
      {
        http: { url: server.url, protocol: 'mlflow', format: 'instances' },
        input,
        task: 'image-classification',
      },
      { signal },
    )
    expect(descriptor.facts.sampleShape).toEqual([3, 1, 2])
    const model = await openHttp(descriptor)
    closing.push(model.close)
    // Red 0 and 1, green 0.5 and 0.501, blue 0.1 and 2 (which no byte can hold).
    const x = { data: Float32Array.of(0, 1, 0.5, 0.501, 0.1, 2), dims: [1, 3, 1, 2] }
    await model.access('score').scores(x)
    expect(seen.at(-1)).toEqual([26, 128, 0, 255, 128, 255])
  })

  it('is refused where it would leave a picture of bytes two values', async () => {
    const server = await serve(() => ({ json: { predictions: [] } }))
    const error = await rejectionOf(
      tryModel({ url: server.url, protocol: 'mlflow' }, { input: { shape: [8, 8, 3], dtype: 'uint8' } }),
    )
    expect(error.code).toBe('model-mismatch')
    expect(error.hint).toContain('[0, 255]')
  })

  it('is needed where the server does not say how large a sample is', async () => {
    const server = await serve(() => ({ json: { predictions: [] } }))
    const error = await rejectionOf(tryModel({ url: server.url, protocol: 'mlflow' }))
    expect(error.hint).toContain('"model.input.shape"')
  })
})

describe('MLflow', () => {
  const predictions = (samples: readonly unknown[]) => samples.map((sample) => meanScores(numbersOf(sample)))

  it.each([
    ['inputs', undefined, (json: Json) => json.inputs],
    ['inputs', 'x', (json: Json) => json.inputs.x],
    ['instances', undefined, (json: Json) => json.instances],
    ['instances', 'x', (json: Json) => json.instances.map((row: Json) => row.x)],
    [
      'dataframe_split',
      undefined,
      (json: Json) => {
        expect(json.dataframe_split.columns).toEqual(['0', '1', '2', '3', '4', '5'])
        return json.dataframe_split.data
      },
    ],
  ] as const)('takes %s, under the name %s', async (format, inputName, find) => {
    const server = await serve(({ path, json }) => {
      expect(path).toBe('/invocations')
      expect(Object.keys(json)).toEqual([format])
      return { json: { predictions: predictions(find(json)) } }
    })
    const http = { url: server.url, protocol: 'mlflow', format } as const
    const { labels, scores } = await tryModel(http, {
      input: block,
      ...(inputName === undefined ? {} : { inputName }),
    })
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
  })

  it.each([
    ['a bare list, as old servers give', (rows: number[][]) => rows],
    ['a named output', (rows: number[][]) => ({ predictions: { scores: rows } })],
    [
      'rows of columns',
      (rows: number[][]) => ({ predictions: rows.map((row) => Object.fromEntries(row.entries())) }),
    ],
  ])('reads %s', async (_, wrap) => {
    const server = await serve(({ json }) => ({ json: wrap(predictions(json.inputs)) }))
    const labels = ['a', 'b', 'c', 'd', 'e']
    const { scores } = await tryModel(
      { url: `${server.url}/invocations`, protocol: 'mlflow' },
      { input: block, labels },
    )
    expectScores(scores)
  })

  it('names columns where the configuration does', async () => {
    const columns = ['age', 'income', 'debt', 'years', 'rooms', 'children']
    const server = await serve(({ json }) => {
      expect(json.dataframe_split.columns).toEqual(columns)
      return { json: { predictions: predictions(json.dataframe_split.data) } }
    })
    const http = { url: server.url, protocol: 'mlflow', format: 'dataframe_split', columns } as const
    await tryModel(http, { input: block })
  })

  it('gives only labels where a pipeline names only its best class', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const server = await serve(({ json }) => ({
      json: {
        predictions: predictions(json.inputs).map((row) => ({
          label: names[row.indexOf(Math.max(...row))],
          score: 0.9,
        })),
      },
    }))
    const { facts, labels } = await tryModel(
      { url: server.url, protocol: 'mlflow' },
      { input: block, labels: names },
    )
    expect(facts.access).toEqual(['label'])
    expect(facts.missingAccess.score).toBe('the server names only the best class of 5')
    expect(labels).toEqual(trueLabels)
    const error = await rejectionOf(tryModel({ url: server.url, protocol: 'mlflow' }, { input: block }))
    expect(error.hint).toContain('Give "labels"')
  })

  it('takes one probability as that of the second class, and asks what else one number is', async () => {
    const mean = (sample: unknown) => numbersOf(sample).reduce((a, b) => a + b, 0) / 6
    const server = await serve(({ json }) => ({
      json: { predictions: json.inputs.map((sample: unknown) => [mean(sample)]) },
    }))
    const { facts, scores, labels } = await tryModel(
      { url: server.url, protocol: 'mlflow' },
      { input: block },
    )
    expect(facts).toMatchObject({ classes: 2, output: 'probabilities' })
    expectScores(
      scores,
      means.flatMap((m) => [1 - m, m]),
    )
    expect(labels).toEqual(means.map((m) => (m > 0.5 ? 1 : 0)))
    const odd = await serve(({ json }) => ({ json: { predictions: json.inputs.map(() => 7.5) } }))
    const error = await rejectionOf(tryModel({ url: odd.url, protocol: 'mlflow' }, { input: block }))
    expect(error.message).toContain('the number 7.5, which is no class')
  })
})

describe('TensorFlow Serving', () => {
  const metadata = (inputs: object, outputs: object) => ({
    model_spec: { name: 'm', signature_name: '', version: '1' },
    metadata: {
      signature_def: {
        signature_def: { serving_default: { inputs, outputs, method_name: 'tensorflow/serving/predict' } },
      },
    },
  })
  const tensor = (dtype: string, sizes: readonly number[]) => ({
    dtype,
    tensor_shape: { dim: sizes.map((size) => ({ size: String(size), name: '' })), unknown_rank: false },
    name: 'serving_default_x:0',
  })
  const described = metadata({ x: tensor('DT_FLOAT', [-1, 2, 3]) }, { scores: tensor('DT_FLOAT', [-1, 5]) })

  it.each([
    ['instances', '/', { model: 'm' }],
    ['inputs', '/v1/models/m:predict', {}],
    [undefined, '/v1', { model: 'm', version: '2' }],
  ] as const)('takes %s from %s', async (format, path, more) => {
    const server = await serve((request) => {
      if (request.method === 'GET') return { json: described }
      const { json } = request
      expect(request.path).toMatch(/^\/v1\/models\/m(\/versions\/2)?:predict$/)
      if (format === 'inputs')
        return { json: { outputs: json.inputs.x.map((sample: unknown) => meanScores(numbersOf(sample))) } }
      return {
        json: { predictions: json.instances.map(({ x }: { x: unknown }) => meanScores(numbersOf(x))) },
      }
    })
    const http = {
      url: `${server.url}${path}`,
      protocol: 'tfserving',
      ...(format === undefined ? {} : { format }),
      ...more,
    } as const
    const { facts, labels, scores } = await tryModel(http)
    expect(facts).toMatchObject({ sampleShape: [2, 3], classes: 5 })
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
  })

  it('chooses one of several outputs', async () => {
    const outputs = { class_ids: tensor('DT_INT64', [-1, 1]), scores: tensor('DT_FLOAT', [-1, 5]) }
    const both = (sample: unknown) => {
      const scores = meanScores(numbersOf(sample))
      return { class_ids: [scores.indexOf(Math.max(...scores))], scores }
    }
    const server = await serve((request) => {
      if (request.method === 'GET') return { json: metadata({ x: tensor('DT_FLOAT', [-1, 2, 3]) }, outputs) }
      const { inputs, instances } = request.json
      if (inputs === undefined)
        return { json: { predictions: instances.map(({ x }: { x: unknown }) => both(x)) } }
      const rows = inputs.x.map(both) as ReturnType<typeof both>[]
      return {
        json: {
          outputs: { class_ids: rows.map((row) => row.class_ids), scores: rows.map((row) => row.scores) },
        },
      }
    })
    for (const format of ['instances', 'inputs'] as const) {
      const http = { url: server.url, protocol: 'tfserving', model: 'm', format } as const
      expectScores((await tryModel(http)).scores)
      const named = await tryModel(http, { outputName: 'class_ids', labels: ['a', 'b', 'c', 'd', 'e'] })
      expect(named.labels).toEqual(trueLabels)
      expect(named.facts.access).toEqual(['label'])
    }
  })

  it('sends bare samples where nothing is described, and says what a server refuses', async () => {
    const server = await serve((request) => {
      if (request.method === 'GET') return { status: 404, json: { error: 'not found' } }
      return {
        status: 400,
        json: { error: `input must be a map, given ${JSON.stringify(request.json).slice(0, 15)}` },
      }
    })
    const error = await rejectionOf(
      tryModel({ url: server.url, protocol: 'tfserving', model: 'm' }, { input: block }),
    )
    expect(error.code).toBe('target-refused')
    expect(error.message).toContain('answered 400: input must be a map, given {"instances":[[')
  })

  it('says when the server takes what no sample is made of', async () => {
    const server = await serve(() => ({ json: metadata({ x: tensor('DT_STRING', [-1]) }, {}) }))
    const error = await rejectionOf(tryModel({ url: server.url, protocol: 'tfserving', model: 'm' }))
    expect(error.message).toContain('takes DT_STRING')
  })
})

describe('a JSON template', () => {
  const url = (server: LoopbackServer) => `${server.url}/predict`

  it('sends a batch where the body says so, and finds scores by their path', async () => {
    const server = await serve(({ json }) => {
      expect(json).toMatchObject({ options: { top: [5, 'all'] } })
      return {
        json: {
          data: { results: json.images.map((image: unknown) => ({ scores: meanScores(numbersOf(image)) })) },
        },
      }
    })
    const template = {
      body: { options: { top: [5, 'all'] }, images: '{{batch}}' },
      scores: 'data.results[*].scores',
    }
    const { labels, scores, facts } = await tryModel(
      { url: url(server), protocol: 'template', template },
      { input: block },
    )
    expect(facts.maxBatch).toBe(4)
    expect(labels).toEqual(trueLabels)
    expectScores(scores)
  })

  it('sends one sample a request where the body holds one', async () => {
    const server = await serve(({ json }) => ({
      json: [{ label: 'x', p: meanScores(numbersOf(json[0].pixels)) }],
    }))
    const template = { body: [{ pixels: '{{sample}}' }], scores: '[0].p' }
    const { scores, descriptor } = await tryModel(
      { url: url(server), protocol: 'template', template },
      { input: block },
    )
    expect(descriptor.batch).toMatchObject({ size: 1, alone: true })
    expectScores(scores)
  })

  it('puts classes and scores together that are given apart', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const server = await serve(({ json }) => ({
      json: {
        out: json.x.map((sample: unknown) => {
          const ranked = meanScores(numbersOf(sample)).map((score, k) => ({ score, name: names[k] }))
          ranked.sort((a, b) => b.score - a.score)
          const best = json.top === undefined ? ranked : ranked.slice(0, json.top)
          return { names: best.map(({ name }) => name), scores: best.map(({ score }) => score) }
        }),
      },
    }))
    const paths = { labels: 'out[*].names', scores: 'out[*].scores' }
    const all = {
      url: url(server),
      protocol: 'template',
      template: { body: { x: '{{batch}}' }, ...paths },
    } as const
    const whole = await tryModel(all, { input: block, labels: names })
    expectScores(whole.scores)
    const some = { ...all, template: { body: { x: '{{batch}}', top: 2 }, ...paths } }
    const { facts, labels } = await tryModel(some, { input: block, labels: names })
    expect(facts.missingAccess.score).toBe('the server names only the best 2 classes of 5')
    expect(labels).toEqual(trueLabels)
  })

  it.each([
    [{ body: { x: 1 }, scores: 'y' }, /holds no place for the samples/],
    [{ body: ['{{batch}}', '{{batch}}'], scores: 'y' }, /holds 2 places/],
    [{ body: '{{images}}', scores: 'y' }, /holds {{images}}, which is no placeholder/],
    [{ body: { '{{batch}}': '{{batch}}' }, scores: 'y' }, /as a key/],
    [{ body: '{{batch}}', scores: 'a[x]' }, /cannot be read from "\[x\]" on/],
    [{ body: '{{batch}}', labels: '.a' }, /cannot be read/],
  ])('is refused when it cannot be used: %j', async (template, words) => {
    const server = await serve(() => ({}))
    const error = await rejectionOf(
      tryModel({ url: url(server), protocol: 'template', template }, { input: block }),
    )
    expect(error.code).toBe('config-invalid')
    expect(error.message).toMatch(words)
    expect(server.arrived).toHaveLength(0)
  })

  it('says when the path leads nowhere, with what is there', async () => {
    const server = await serve(() => ({ json: { status: 'ok', result: [] } }))
    const template = { body: { x: '{{batch}}' }, scores: 'results[*]["class scores"]' }
    const error = await rejectionOf(
      tryModel({ url: url(server), protocol: 'template', template }, { input: block }),
    )
    expect(error.code).toBe('model-mismatch')
    expect(error.message).toContain('without anything at "template.scores": {"status":"ok","result":[]}')
  })
})

describe('the size of a request', () => {
  const http = (server: LoopbackServer, more: Partial<HttpConfig> = {}) =>
    ({ url: `${server.url}/v2/models/m`, protocol: 'open-inference', retries: 0, ...more }) as const
  const sizes = (server: LoopbackServer) =>
    server.arrived
      .filter(({ method }) => method === 'POST')
      .map(({ json }) => json.inputs[0].shape[0] as number)
  const limited = (most: number, refusal: Reply) =>
    serve((request) =>
      request.method === 'POST' && request.json.inputs[0].shape[0] > most
        ? refusal
        : openInferenceReply(request),
    )

  it('starts at 64 and is kept when the server takes it', async () => {
    const server = await serve(openInferenceReply)
    const { facts } = await describeHttp({ http: http(server), task: 'image-classification' }, { signal })
    expect(facts.maxBatch).toBe(64)
    expect(sizes(server)).toEqual([1, 64])
  })

  it.each([
    ['413', { status: 413 }],
    ['400', { status: 400, json: { error: 'the batch has too many samples' } }],
    ['422', { status: 422, json: { detail: [{ msg: 'shape' }] } }],
    ['500', { status: 500, json: { error: 'out of memory' } }],
    ['a connection that is closed', { act: (response: { destroy(): void }) => response.destroy() }],
  ])('is halved as long as the server refuses by %s', async (_, refusal) => {
    const server = await limited(10, refusal)
    const { facts } = await describeHttp({ http: http(server), task: 'image-classification' }, { signal })
    expect(facts.maxBatch).toBe(8)
    expect([...new Set(sizes(server))]).toEqual([1, 64, 32, 16, 8])
  })

  it('is one where the server takes no more', async () => {
    const server = await limited(1, { status: 400 })
    const { facts } = await describeHttp(
      { http: http(server, { batch: 7 }), task: 'image-classification' },
      { signal },
    )
    expect(facts.maxBatch).toBe(1)
    expect([...new Set(sizes(server))]).toEqual([1, 7, 3])
  })

  it('is not guessed from a server that answers a batch with one row', async () => {
    const server = await serve((request) => {
      const reply = openInferenceReply(request)
      if (request.method !== 'POST') return reply
      const [output] = (reply.json as { outputs: { data: number[] }[] }).outputs
      return { json: { outputs: [{ ...output, shape: [1, 5], data: output?.data.slice(0, 5) }] } }
    })
    const error = await rejectionOf(
      describeHttp({ http: http(server), task: 'image-classification' }, { signal }),
    )
    expect(error.code).toBe('model-mismatch')
    expect(error.message).toContain('5 values of the shape [1, 5] for 64 samples')
    expect(error.hint).toContain('"model.http.batch": 1')
  })

  it('does not eat up a small ceiling', async () => {
    const server = await serve(openInferenceReply)
    const { opening } = await describeHttp(
      { http: http(server), task: 'image-classification', maxSamples: 100 },
      { signal },
    )
    expect(opening.samples).toBeLessThanOrEqual(5)
  })
})

describe('the digest', () => {
  it('is of the address and of how it is asked, and not of limits or of what is found', async () => {
    const server = await serve(openInferenceReply)
    const url = `${server.url}/v2/models/m`
    const digest = async (http: Partial<HttpConfig>, extra: Extra = {}) => {
      const spec = {
        http: { url, protocol: 'open-inference', ...http },
        task: 'image-classification',
        ...extra,
      } as const
      return (await describeHttp(spec, { signal })).facts.digest
    }
    const first = await digest({})
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(
      await digest({ batch: 2, concurrency: 1, timeoutSeconds: 3, retries: 1, requestsPerSecond: 1000 }),
    ).toBe(first)
    const others = await Promise.all([
      digest({ url: `${url}?v=2` }),
      digest({ headers: { 'X-Model': 'blue' } }),
      digest({}, { input: { range: [0, 255] } }),
      digest({}, { labels: ['a', 'b', 'c', 'd', 'e'] }),
    ])
    expect(new Set([first, ...others]).size).toBe(5)
  })
})

describe('a server that stumbles', () => {
  it('is described all the same', async () => {
    let asked = 0
    const stumbles: readonly Reply[] = [
      { status: 500 },
      { text: '{"outp' },
      { json: { outputs: [{ name: 'y', shape: [9, 9], data: [] }] } },
      { status: 429, headers: { 'retry-after': '0' } },
    ]
    const server = await serve((request) =>
      ++asked % 2 === 0 ? (stumbles[(asked / 2) % 4] as Reply) : openInferenceReply(request),
    )
    const http = { url: `${server.url}/v2/models/m`, protocol: 'open-inference' } as const
    const { facts, opening } = await describeHttp({ http, task: 'image-classification' }, { signal })
    expect(facts).toMatchObject({ classes: 5, maxBatch: 64, sampleShape: [2, 3] })
    expect(opening.requests).toBe(server.arrived.length)
    expect(opening.retries).toBeGreaterThan(1)
  })
})
