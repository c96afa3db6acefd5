import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as send } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { float32, graphBuilder, int64, writeModel } from '@failmode/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { type Faults, parseFault, readFaults, strikes } from './faults.ts'
import { type Server, type ServerOptions, startServer } from './start-server.ts'

/** Scores s(x) = (x0, x1, x0 + x1) times `factor`, and the class as a second output; any batch. */
function model(factor = 1): Uint8Array {
  const builder = graphBuilder()
  const x = builder.input('x', 'float32', ['n', 2])
  const weights = float32([factor, 0, factor, 0, factor, factor], [2, 3])
  const scores = builder.node('MatMul', [x, builder.constant(weights)])
  builder.output(scores, 'scores')
  const best = builder.node('ArgMax', [scores], { axis: 1, keepdims: 0 })
  builder.output(builder.node('Add', [best, builder.constant(int64([0], [1]))]), 'class')
  return writeModel(builder.finish())
}

let open: Server[] = []
afterEach(async () => {
  for (const server of open) await server.close()
  open = []
})

async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = await startServer({ model: model(), ...options })
  open.push(server)
  return server
}

async function call(server: Server, path: string, body?: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

const tensor = (rows: readonly (readonly number[])[]) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [rows.length, 2],
  data: rows.flat(),
})
const ask = (server: Server, rows: readonly (readonly number[])[]) =>
  call(server, '/v2/models/model/infer', { inputs: [tensor(rows)], outputs: [{ name: 'scores' }] })
const scores = async (server: Server, rows: readonly (readonly number[])[]) =>
  (await ask(server, rows)).json().outputs[0].data

describe('the server', () => {
  it('tells its health, itself and its model as the protocol says', async () => {
    const server = await start({ name: 'sum' })
    expect((await call(server, '/v2/health/live')).json()).toEqual({ live: true })
    expect((await call(server, '/v2/health/ready')).json()).toEqual({ ready: true })
    expect((await call(server, '/v2')).json()).toMatchObject({ name: expect.any(String), extensions: [] })
    expect((await call(server, '/v2/')).status).toBe(200)
    expect((await call(server, '/v2/models/sum/ready')).json()).toEqual({ name: 'sum', ready: true })
    const metadata = {
      name: 'sum',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [-1, 3] },
        { name: 'class', datatype: 'INT64', shape: [-1] },
      ],
    }
    expect((await call(server, '/v2/models/sum')).json()).toEqual(metadata)
    expect((await call(server, '/v2/models/sum/versions/1')).json()).toEqual(metadata)
  })

  it('answers with what the model computes, and with the id of the request', async () => {
    const server = await start()
    const { status, headers, json } = await call(server, '/v2/models/model/infer', {
      id: '42',
      inputs: [
        {
          ...tensor([]),
          shape: [2, 2],
          data: [
            [0.5, 0.25],
            [1, 2],
          ],
        },
      ],
    })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(json()).toEqual({
      model_name: 'model',
      model_version: '1',
      id: '42',
      outputs: [
        { name: 'scores', datatype: 'FP32', shape: [2, 3], data: [0.5, 0.25, 0.75, 1, 2, 3] },
        { name: 'class', datatype: 'INT64', shape: [2], data: [2, 2] },
      ],
    })
    expect(server.counts()).toMatchObject({ requests: 1, answered: 1, samples: 2, refused: 0 })
  })

  it.each([
    ['text that is no JSON', '{"inputs": [', 'no JSON'],
    ['no inputs', {}, '"inputs" has to be an array'],
    ['an input of another name', { inputs: [{ ...tensor([[1, 2]]), name: 'y' }] }, 'the model takes "x"'],
    ['an input twice', { inputs: [tensor([[1, 2]]), tensor([[1, 2]])] }, 'given twice'],
    ['none of the inputs', { inputs: [] }, '"x" is missing'],
    ['another datatype', { inputs: [{ ...tensor([[1, 2]]), datatype: 'FP64' }] }, 'expected FP32'],
    ['another shape', { inputs: [{ ...tensor([[1, 2]]), shape: [2, 1] }] }, 'expected [-1, 2]'],
    ['no samples', { inputs: [tensor([])] }, 'expected [-1, 2]'],
    ['a shape of fractions', { inputs: [{ ...tensor([[1, 2]]), shape: [0.5, 4] }] }, 'whole numbers'],
    ['too few numbers', { inputs: [{ ...tensor([[1, 2]]), shape: [2, 2] }] }, '2 elements'],
    ['words for numbers', { inputs: [{ ...tensor([[1, 2]]), data: [1, 'a'] }] }, '"a"'],
    ['a number as id', { id: 1, inputs: [tensor([[1, 2]])] }, '"id" has to be a string'],
    [
      'an output that is not there',
      { inputs: [tensor([[1, 2]])], outputs: [{ name: 'z' }] },
      '"scores", "class"',
    ],
    [
      'a larger batch than it takes',
      {
        inputs: [
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        ],
      },
      'at most 2',
    ],
  ])('refuses %s with 400 and says why', async (_, body, words) => {
    const server = await start({ maxBatch: 2 })
    const { status, json } = await call(server, '/v2/models/model/infer', body)
    expect(status).toBe(400)
    expect(json().error).toContain(words)
    expect(server.counts()).toMatchObject({ requests: 1, answered: 0, samples: 0, refused: 1 })
  })

  it('knows one model and few places', async () => {
    const server = await start()
    for (const path of ['/v2/models/other', '/v2/models/model/versions/2', '/v1/models/model', '/']) {
      const { status, json } = await call(server, path)
      expect(status, path).toBe(404)
      expect(json().error).toBeTruthy()
    }
    expect((await call(server, '/v2/models/model/infer')).status).toBe(405)
  })

  it('listens on the loopback address only', async () => {
    const server = await start()
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const other = server.url.replace('127.0.0.1', '127.0.0.2')
    await expect(fetch(`${other}/v2`)).rejects.toThrow()
  })
})

describe('a fault', () => {
  it('strikes every nth request, and a request that is sent again has another number', async () => {
    const server = await start({ faults: { '429': { every: 3, retryAfter: 2 } } })
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await ask(server, [[1, 2]])).status)
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429])
    const { headers, json } = await (async () => {
      await server.setFaults({ '429': { retryAfter: 2 } })
      return ask(server, [[1, 2]])
    })()
    expect(headers.get('retry-after')).toBe('2')
    expect(json()).toEqual({ error: 'too many requests' })
    expect(server.counts()).toMatchObject({ requests: 7, answered: 4, samples: 4, faults: { '429': 3 } })
  })

  it('strikes a share of the requests, the same ones for the same seed', async () => {
    const struck = (seed: number) =>
      Array.from({ length: 2000 }, (_, i) => strikes('500', { share: 0.1 }, i + 1, seed))
    const count = struck(1).filter(Boolean).length
    // Five standard deviations of a binomial count: sqrt(2000 * 0.1 * 0.9) = 13.4.
    expect(Math.abs(count - 200)).toBeLessThan(67)
    expect(struck(1)).toEqual(struck(1))
    expect(struck(1)).not.toEqual(struck(2))
    const server = await start({ faults: { seed: 1, '500': { share: 0.5 } } })
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) statuses.push((await ask(server, [[1, 2]])).status)
    const expected = Array.from({ length: 12 }, (_, i) =>
      strikes('500', { share: 0.5 }, i + 1, 1) ? 500 : 200,
    )
    expect(statuses).toEqual(expected)
    expect(new Set(statuses).size).toBe(2)
  })

  it('makes an answer late', async () => {
    const server = await start({ faults: { slow: { ms: 150, every: 2 } } })
    const began = performance.now()
    await ask(server, [[1, 2]])
    const quick = performance.now() - began
    await ask(server, [[1, 2]])
    expect(performance.now() - began - quick).toBeGreaterThanOrEqual(149)
    expect(server.counts().faults.slow).toBe(1)
  })

  it('breaks the JSON off, or leaves a row out, and such an answer is not counted', async () => {
    const server = await start({ faults: { truncated: { every: 2 }, 'wrong-shape': { every: 3 } } })
    expect(await scores(server, [[1, 2]])).toEqual([1, 2, 3])
    const cut = await ask(server, [[1, 2]])
    expect(cut.status).toBe(200)
    expect(cut.json).toThrow(SyntaxError)
    const short = await ask(server, [
      [1, 2],
      [3, 4],
    ])
    expect(short.json().outputs).toEqual([
      { name: 'scores', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] },
    ])
    expect(server.counts()).toMatchObject({ requests: 3, answered: 1, samples: 1 })
  })

  it('changes the answers after so many samples, in the middle of a batch too', async () => {
    const server = await start({ faults: { drift: { after: 3 } } })
    expect(
      await scores(server, [
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([1, 2, 3, 1, 2, 3])
    expect(
      await scores(server, [
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([1, 2, 3, 3, 1, 2])
    expect(await scores(server, [[1, 2]])).toEqual([3, 1, 2])
    expect(server.counts()).toMatchObject({ samples: 5, faults: { drift: 2 } })
    await server.setFaults({ drift: { after: 1 } })
    expect(
      await scores(server, [
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([1, 2, 3, 3, 1, 2])
  })

  it('can be another model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'failmode-serve-'))
    try {
      const to = join(folder, 'other.onnx')
      await writeFile(to, model(-2))
      const server = await start({ faults: { drift: { after: 1, to } } })
      expect(
        await scores(server, [
          [1, 2],
          [1, 2],
        ]),
      ).toEqual([1, 2, 3, -2, -4, -6])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is switched while the server runs, over HTTP', async () => {
    const server = await start()
    expect((await ask(server, [[1, 2]])).status).toBe(200)
    const set = await call(server, '/faults', { '500': {} } satisfies Faults)
    expect(set.json()).toMatchObject({ faults: { '500': {} }, counts: { requests: 1 } })
    expect((await ask(server, [[1, 2]])).status).toBe(500)
    for (const wrong of ['{', '[]', '{"500": {"every": 0}}', '{"drift": {"after": 1, "to": "none.onnx"}}']) {
      const refused = await call(server, '/faults', wrong)
      expect(refused.status, wrong).toBe(400)
      expect(refused.json().error).toBeTruthy()
    }
    expect((await ask(server, [[1, 2]])).status).toBe(500)
    await call(server, '/faults', {})
    expect((await ask(server, [[1, 2]])).status).toBe(200)
    expect((await call(server, '/faults')).json().counts).toMatchObject({ requests: 4, answered: 2 })
  })

  it('is not switched by a page in a browser', async () => {
    const server = await start()
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { method: 'POST', headers: { origin: 'https://example.org' } }
      send(`${server.url}/faults`, options, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end('{"500": {}}')
    })
    expect(status).toBe(400)
    expect((await ask(server, [[1, 2]])).status).toBe(200)
  })

  it('does not hold up closing', async () => {
    const server = await start({ faults: { slow: { ms: 60_000 } } })
    const asked = ask(server, [[1, 2]]).catch(() => 'cut')
    while (server.counts().answered === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await server.close()
    expect(await asked).toBe('cut')
  })

  it.each([
    [{ slow: {} }, '"slow" needs "ms"'],
    [{ slower: { ms: 1 } }, 'no fault is called "slower"'],
    [{ '500': { every: 2, share: 0.1 } }, 'expected one of them'],
    [{ '500': { share: 2 } }, 'from 0 to 1'],
    [{ '500': { after: 2 } }, '"500" has no "after"'],
    [{ drift: { after: -1 } }, 'expected a whole number'],
    [{ drift: { after: 1, to: '' } }, 'has to name a model file'],
    [{ seed: 'a' }, '"seed" is "a"'],
    [[], 'expected an object'],
  ])('that makes no sense is refused: %j', (faults, words) => {
    expect(() => readFaults(faults)).toThrow(words)
  })
})

describe('the command line of a fault', () => {
  it('says what the object says', () => {
    expect(parseFault('500')).toEqual({ '500': {} })
    expect(parseFault('429:every=5,retryAfter=0')).toEqual({ '429': { every: 5, retryAfter: 0 } })
    expect(parseFault('drift:after=10,to=a=b.onnx')).toEqual({ drift: { after: 10, to: 'a=b.onnx' } })
    expect(() => parseFault('slow:ms=fast')).toThrow('"slow.ms"')
    expect(() => parseFault('slow:ms')).toThrow('"slow.ms"')
  })

  it('is shown in the README as it works', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
    const shown = [...readme.matchAll(/--fault (\S+)/g)].map(([, fault]) => fault as string)
    expect(shown.length).toBeGreaterThan(3)
    for (const fault of shown) expect(() => parseFault(fault)).not.toThrow()
    for (const [, body] of readme.matchAll(/-d '(\{.*"\d+".*\})'/g)) {
      expect(() => readFaults(JSON.parse(body as string))).not.toThrow()
    }
  })
})
