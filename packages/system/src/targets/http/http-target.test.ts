// A model behind an address, asked through the door as a check asks it, on a server of this machine that fails in every
// way that servers do.
import { type FailmodeError, type Meter, openDoor, type Tensor } from '@failmode/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { HttpConfig } from '../../config/http-schema.ts'
import { rejectionOf } from '../../testing/arrays.ts'
import {
  type Arrived,
  type LoopbackServer,
  meanScores,
  openInferenceReply,
  type Reply,
  samplesOf,
  startLoopback,
} from '../../testing/loopback-server.ts'
import { describeHttp, type HttpSpec } from './describe-http.ts'
import type { HttpDescriptor } from './http-descriptor.ts'
import { openHttp } from './http-target.ts'
import { noTransport } from './transport.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) await close()
})

const { signal } = new AbortController()

async function serve(reply: (request: Arrived) => Reply | Promise<Reply>): Promise<LoopbackServer> {
  const server = await startLoopback(reply)
  closing.push(server.close)
  return server
}

const specOf = (server: LoopbackServer, http: Partial<HttpConfig> = {}): HttpSpec => ({
  http: { url: `${server.url}/v2/models/m`, protocol: 'open-inference', batch: 4, ...http },
  task: 'image-classification',
})

/** A described model and what is needed to ask it. */
async function open(
  descriptor: HttpDescriptor,
  options: { readonly signal?: AbortSignal; readonly maxQueries?: number } = {},
) {
  const model = await openHttp(descriptor)
  closing.push(model.close)
  const meter: Meter = { queries: 0, gradients: 0 }
  const tally = noTransport()
  const call = { transport: tally, ...(options.signal === undefined ? {} : { signal: options.signal }) }
  const score = openDoor('score', model.access('score', call), { meter, ...options })
  return { score, meter, tally, model }
}

/** Samples of 2 x 3 whose means differ, so that every row has an answer of its own. */
function samples(count: number): Tensor {
  const data = Float32Array.from({ length: count * 6 }, (_, i) => (Math.floor(i / 6) + 0.5) / count)
  return { data, dims: [count, 2, 3] }
}

function expectedScores({ data, dims }: Tensor): number[] {
  return Array.from({ length: dims[0] as number }, (_, i) =>
    meanScores([...data.subarray(i * 6, i * 6 + 6)]),
  ).flat()
}

function expectRight(x: Tensor, scores: { readonly data: Float32Array }): void {
  for (const [i, value] of expectedScores(x).entries()) expect(scores.data[i]).toBeCloseTo(value, 5)
}

/** A server that is well until the model is described, and then answers what `faulty` says, or well when it says nothing. */
async function faulty(
  fault: (request: Arrived, asked: number) => Reply | undefined,
  http: Partial<HttpConfig> = {},
) {
  let asked: number | null = null
  const server = await serve((request) => {
    const answer = openInferenceReply(request)
    return asked === null ? answer : (fault(request, ++asked) ?? answer)
  })
  const descriptor = await describeHttp(specOf(server, http), { signal })
  const before = server.arrived.length
  asked = 0
  return { server, descriptor, sent: () => server.arrived.slice(before) }
}

describe('a model behind an address', () => {
  it('is known after a few requests, and none of them is of the data', async () => {
    const server = await serve(openInferenceReply)
    const { facts, batch, opening } = await describeHttp(specOf(server), { signal })
    expect(facts).toMatchObject({
      kind: 'http',
      access: ['label', 'score'],
      sampleShape: [2, 3],
      classes: 5,
      labels: ['0', '1', '2', '3', '4'],
      output: 'logits',
      maxBatch: 4,
    })
    expect(facts.missingAccess.gradient).toContain('behind an address')
    expect(facts.note).toContain(`${server.url}/v2/models/m`)
    expect(facts.note).toContain('can change without notice')
    expect(batch).toEqual({ size: 4, fixed: false, alone: false })
    expect(opening).toEqual({ requests: server.arrived.length, retries: 0, samples: 5 })
  })

  it('gives rows in the order in which they were asked, and each query once', async () => {
    // Later requests are answered first.
    const { descriptor, sent } = await faulty(() => undefined)
    const slow = await serve((request) => ({
      ...openInferenceReply(request),
      delayMs: 30 - (request.number % 8) * 3,
    }))
    const { score, meter, tally } = await open({
      ...descriptor,
      connection: { ...descriptor.connection, origin: slow.url },
    })
    const x = samples(62)
    expectRight(x, await score.scores(x))
    expect(meter.queries).toBe(62)
    expect(tally).toEqual({ requests: 16, retries: 0, samples: 62 })
    expect(sent()).toHaveLength(0)
    const seen = slow.arrived.flatMap((request) =>
      samplesOf(request).map(([first]) => Math.fround(first as number)),
    )
    expect(seen.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 62 }, (_, i) => Math.fround((i + 0.5) / 62)),
    )
  })

  it('shows labels where labels are asked for, and never a score', async () => {
    const { descriptor } = await faulty(() => undefined)
    const { model } = await open(descriptor)
    const label = model.access('label')
    expect(Object.keys(label)).toEqual(['labels'])
    expect([...(await label.labels(samples(5)))]).toEqual([0, 1, 2, 3, 4])
    expect(() => model.access('gradient')).toThrow('behind an address')
  })

  it('keeps connections and uses no more of them than the concurrency', async () => {
    const { server, descriptor, sent } = await faulty(() => undefined, { concurrency: 3, batch: 1 })
    const { score } = await open(descriptor)
    await Promise.all([score.scores(samples(20)), score.scores(samples(20))])
    expect(sent()).toHaveLength(40)
    expect(new Set(sent().map(({ from }) => from)).size).toBeLessThanOrEqual(3)
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3)
  })

  it('has as many requests under way as it may', async () => {
    const server = await serve((request) => ({ ...openInferenceReply(request), delayMs: 15 }))
    const descriptor = await describeHttp(specOf(server, { batch: 1, concurrency: 6 }), { signal })
    const { score } = await open(descriptor)
    await score.scores(samples(60))
    expect(server.mostAtOnce()).toBe(6)
  })

  it('asks no more often than the rate allows', async () => {
    const { descriptor, sent } = await faulty(() => undefined, { batch: 1, requestsPerSecond: 100 })
    const { score } = await open(descriptor)
    const started = performance.now()
    await score.scores(samples(25))
    expect(performance.now() - started).toBeGreaterThan(24 * 10 - 2)
    expect(sent()).toHaveLength(25)
  })
})

describe('faults that pass', () => {
  const faults: readonly (readonly [string, Reply])[] = [
    ['429', { status: 429, json: { error: 'slow down' } }],
    ['429 with a time to wait', { status: 429, headers: { 'retry-after': '0.05' } }],
    ['500', { status: 500, json: { error: 'boom' } }],
    ['503', { status: 503, text: '<html>busy</html>' }],
    ['truncated JSON', { text: '{"outputs": [{"name": "y", "data": [0.1, 0.' }],
    [
      'an answer that breaks off',
      {
        act: (response) => {
          response.writeHead(200, { 'content-length': '1000' })
          response.write('{"outputs"')
          setTimeout(() => response.destroy(), 5)
        },
      },
    ],
    ['a connection that breaks', { act: (response) => response.destroy() }],
    [
      'an answer that lacks a row',
      { json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [3, 5], data: new Array(15).fill(0) }] } },
    ],
    [
      'an answer that has a class too few',
      { json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [4, 4], data: new Array(16).fill(0) }] } },
    ],
    ['an empty answer', { text: '' }],
  ]

  it.each(faults)('change nothing: %s', async (_, fault) => {
    // Every third request fails, also of those that are sent again.
    const { descriptor, sent } = await faulty((_request, asked) => (asked % 3 === 0 ? fault : undefined))
    const { score, meter, tally } = await open(descriptor)
    const x = samples(24)
    expectRight(x, await score.scores(x))
    const failed = Math.floor(sent().length / 3)
    expect(meter.queries).toBe(24)
    expect(tally).toEqual({ requests: 6 + failed, retries: failed, samples: 4 * (6 + failed) })
  })

  it('change nothing when the answer takes too long', async () => {
    const { descriptor, sent } = await faulty(
      (request, asked) => (asked === 2 ? { ...openInferenceReply(request), delayMs: 2000 } : undefined),
      { timeoutSeconds: 0.25 },
    )
    const { score, meter, tally } = await open(descriptor)
    const x = samples(12)
    expectRight(x, await score.scores(x))
    expect(meter.queries).toBe(12)
    expect(tally.retries).toBeGreaterThanOrEqual(1)
    expect(sent()).toHaveLength(tally.requests)
  })

  it('keep everybody away for as long as the server asks', async () => {
    const { descriptor, sent } = await faulty(
      (_, asked) => (asked === 1 ? { status: 429, headers: { 'retry-after': '0.3' } } : undefined),
      { concurrency: 2, batch: 1 },
    )
    const { score } = await open(descriptor)
    await score.scores(samples(8))
    const times = sent().map(({ at }) => at)
    const [refused = 0] = times
    // What was under way goes on; then there is a pause.
    const pause = times.findIndex((at) => at - refused > 290)
    expect(pause).toBeGreaterThan(0)
    expect(pause).toBeLessThanOrEqual(3)
    expect(sent()).toHaveLength(9)
  })

  it('of being crowded out are waited for as long as others get through', async () => {
    // Nine of ten are refused: five attempts would be too few for one of them, but all get their turn.
    const { descriptor } = await faulty(
      (_, asked) => (asked % 10 === 0 ? undefined : { status: 429, headers: { 'retry-after': '0' } }),
      { retries: 5, batch: 1, concurrency: 8 },
    )
    const { score, meter } = await open(descriptor)
    const x = samples(30)
    expectRight(x, await score.scores(x))
    expect(meter.queries).toBe(30)
  })
})

describe('faults that stay', () => {
  const failure = async (
    fault: (request: Arrived, asked: number) => Reply | undefined,
    http: Partial<HttpConfig> = {},
  ): Promise<{ readonly error: FailmodeError; readonly sent: readonly Arrived[] }> => {
    const { descriptor, sent } = await faulty(fault, http)
    const { score } = await open(descriptor)
    const error = await rejectionOf(score.scores(samples(4)))
    return { error, sent: sent() }
  }

  it('say what was sent where, what came, and what to do', async () => {
    const { error, sent } = await failure(() => ({ status: 500, json: { error: 'out of memory' } }), {
      retries: 2,
    })
    expect(error.code).toBe('target-unreachable')
    expect(error.exitStatus).toBe(4)
    expect(error.message).toMatch(
      /^POST http:\/\/127\.0\.0\.1:\d+\/v2\/models\/m\/infer with 4 samples \(1 kB\): the server answered 500: out of memory, at the last of 3 attempts\.$/,
    )
    expect(error.hint).toContain('log')
    expect(sent).toHaveLength(3)
  })

  it.each([
    [
      '400',
      { status: 400, json: { error: 'unexpected datatype' } },
      'target-refused',
      /answered 400: unexpected datatype/,
    ],
    ['401', { status: 401, text: 'who are you' }, 'target-refused', /answered 401: who are you/],
    ['404', { status: 404 }, 'target-refused', /answered 404/],
    ['413', { status: 413, text: 'x'.repeat(5000) }, 'target-refused', /answered 413: x{197}\.\.\.$/],
    ['501', { status: 501 }, 'target-refused', /answered 501/],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1:1/other?key=1' } },
      'target-refused',
      /a redirect to http:\/\/127\.0\.0\.1:1\/other\.$/,
    ],
    [
      'a wait of hours',
      { status: 429, headers: { 'retry-after': '7200' } },
      'target-unreachable',
      /left alone for 7200 s/,
    ],
    [
      'null for a score',
      { json: { outputs: [{ name: 'y', shape: [4, 5], data: new Array(20).fill(null) }] } },
      'model-failed',
      /null where a number/,
    ],
    [
      'NaN for a score',
      { text: `{"outputs":[{"name":"y","shape":[4,5],"data":[${new Array(20).fill('NaN')}]}]}` },
      'model-failed',
      /not finite/,
    ],
    [
      'no outputs',
      { json: { error: 'no such model' } },
      'model-failed',
      /without the output "y": no such model/,
    ],
    [
      'a compressed answer',
      { text: 'x', headers: { 'content-encoding': 'gzip' } },
      'model-failed',
      /compressed/,
    ],
  ] as const)('are not asked about again: %s', async (_, fault, code, words) => {
    const { error, sent } = await failure(() => fault as Reply)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
    expect(sent).toHaveLength(1)
  })

  it.each([
    [
      'an answer of another shape',
      { json: { outputs: [{ name: 'y', shape: [1, 5], data: [1, 2, 3, 4, 5] }] } },
      'model-failed',
      /5 values of the shape \[1, 5\] for 4 samples/,
    ],
    [
      'a page',
      { text: '<html>\n  <b>Log in</b></html>' },
      'model-failed',
      /no JSON: <html> <b>Log in<\/b><\/html>/,
    ],
    [
      'a broken connection',
      { act: (response: { destroy(): void }) => response.destroy() },
      'target-unreachable',
      /could not be reached/,
    ],
  ] as const)('are asked about again, in vain: %s', async (_, fault, code, words) => {
    const { error, sent } = await failure(() => fault as Reply, { retries: 1 })
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
    expect(sent).toHaveLength(2)
  })

  it('cut off an answer that would fill the memory', async () => {
    let written = 0
    const { error } = await failure(() => ({
      act: (response) => {
        response.writeHead(200)
        const part = Buffer.alloc(2 ** 20, ' ')
        const write = () => {
          while (!response.destroyed && response.write(part)) written += part.length
        }
        response.on('drain', write)
        write()
      },
    }))
    expect(error.code).toBe('model-failed')
    expect(error.message).toContain('more than 67108864 bytes')
    expect(written).toBeLessThan(200 * 2 ** 20)
  })

  it('end the other requests of the call, and are met with one attempt until one gets through', async () => {
    const { descriptor, sent } = await faulty(
      (_, asked) => (asked > 3 && asked < 40 ? { status: 500 } : undefined),
      { retries: 1, batch: 1, concurrency: 1 },
    )
    const { score } = await open(descriptor)
    expect((await rejectionOf(score.scores(samples(10)))).code).toBe('target-unreachable')
    // Three were answered, the fourth failed twice, and the last ones were never sent.
    const before = sent().length
    expect(before).toBeGreaterThanOrEqual(5)
    expect(before).toBeLessThan(10)
    expect((await rejectionOf(score.scores(samples(10)))).code).toBe('target-unreachable')
    expect(sent()).toHaveLength(before + 1)
  })

  it('leave the process no worse off when nobody listens any more', async () => {
    const { server, descriptor } = await faulty(() => undefined, { retries: 1 })
    const { score } = await open(descriptor)
    await score.scores(samples(4))
    await server.close()
    const error = await rejectionOf(score.scores(samples(4)))
    expect(error.code).toBe('target-unreachable')
    expect(error.message).toContain('could not be reached')
  })
})

describe('a call that is stopped', () => {
  it('ends at once and takes its requests back', async () => {
    const stopping = new AbortController()
    let ended = 0
    const { descriptor, sent } = await faulty(
      () => ({ act: (response) => void response.on('close', () => ended++) }),
      { batch: 1, concurrency: 4 },
    )
    const { score } = await open(descriptor, { signal: stopping.signal })
    const asking = score.scores(samples(10))
    await vi.waitFor(() => expect(sent()).toHaveLength(4))
    stopping.abort(new Error('stopped'))
    await expect(asking).rejects.toThrow('stopped')
    await vi.waitFor(() => expect(ended).toBe(4))
    expect(sent()).toHaveLength(4)
  })

  it('does not wait for its turn to be repeated', async () => {
    const stopping = new AbortController()
    const { descriptor, sent } = await faulty(() => ({ status: 503, headers: { 'retry-after': '100' } }), {
      batch: 4,
    })
    const { score } = await open(descriptor, { signal: stopping.signal })
    const asking = score.scores(samples(4))
    await vi.waitFor(() => expect(sent()).toHaveLength(1))
    stopping.abort(new Error('stopped'))
    await expect(asking).rejects.toThrow('stopped')
  })
})

describe('limits', () => {
  it('of queries are kept by the door before anything is sent', async () => {
    const { descriptor, sent } = await faulty(() => undefined)
    const { score } = await open(descriptor, { maxQueries: 10 })
    await score.scores(samples(8))
    expect(() => score.scores(samples(4))).toThrow('8 of 10 are used')
    expect(sent()).toHaveLength(2)
  })

  it('of cost count what was really sent, repeated requests too', async () => {
    const { descriptor, sent } = await faulty((_, asked) => (asked === 1 ? { status: 500 } : undefined))
    const { connection, opening } = descriptor
    const { score } = await open({
      ...descriptor,
      connection: { ...connection, maxSamples: opening.samples + 8 },
    })
    await score.scores(samples(4))
    const error = await rejectionOf(score.scores(samples(4)))
    expect(error.code).toBe('budget-exhausted')
    expect(error.message).toContain(`${opening.samples + 8} of the ${opening.samples + 8} samples`)
    expect(sent()).toHaveLength(2)
  })
})

describe('a token', () => {
  const token = 'correct-horse-battery-1'
  const auth = { env: 'TEST_MODEL_TOKEN', prefix: 'Bearer ' }

  it('goes with every request, and stands nowhere else', async () => {
    vi.stubEnv('TEST_MODEL_TOKEN', token)
    const { descriptor, server } = await faulty(() => undefined, { auth, headers: { 'X-Tenant': 'blue' } })
    const { score } = await open(descriptor)
    await score.scores(samples(4))
    for (const { headers } of server.arrived) {
      expect(headers.authorization).toBe(`Bearer ${token}`)
      expect(headers['x-tenant']).toBe('blue')
    }
    expect(JSON.stringify(descriptor)).not.toContain(token)
  })

  it('is read when a request is sent, so it can be renewed', async () => {
    vi.stubEnv('TEST_MODEL_TOKEN', 'first')
    const { descriptor, sent } = await faulty(() => undefined, {
      auth: { env: 'TEST_MODEL_TOKEN', header: 'X-Key' },
    })
    const { score } = await open(descriptor)
    await score.scores(samples(1))
    vi.stubEnv('TEST_MODEL_TOKEN', ' second\n')
    await score.scores(samples(1))
    expect(sent().map(({ headers }) => headers['x-key'])).toEqual(['first', 'second'])
  })

  it('is hidden where the server repeats it, even where the words are cut', async () => {
    vi.stubEnv('TEST_MODEL_TOKEN', token)
    for (const fault of [
      (request: Arrived): Reply => ({
        status: 400,
        text: `${'x'.repeat(190)} ${request.headers.authorization}`,
      }),
      (request: Arrived): Reply => ({
        status: 302,
        headers: { location: `/login/${request.headers.authorization}` },
      }),
      (request: Arrived): Reply => ({ json: { outputs: request.headers.authorization } }),
      (request: Arrived): Reply => ({
        text: `no JSON ${encodeURIComponent(String(request.headers.authorization))}`,
      }),
    ]) {
      const { descriptor } = await faulty(fault, { auth, retries: 0 })
      const { score } = await open(descriptor)
      const error = await rejectionOf(score.scores(samples(1)))
      const all = [
        error.message,
        error.hint,
        error.stack,
        String(error.cause),
        (error.cause as Error).stack,
      ].join('\n')
      expect(all).not.toContain('correct')
      expect(all).not.toContain('battery')
    }
  })

  it('that is not there is a mistake in the configuration', async () => {
    vi.stubEnv('TEST_MODEL_TOKEN', '')
    const server = await serve(openInferenceReply)
    const error = await rejectionOf(describeHttp(specOf(server, { auth }), { signal }))
    expect(error.code).toBe('config-invalid')
    expect(error.message).toContain('names TEST_MODEL_TOKEN, which is not set')
    expect(server.arrived).toHaveLength(0)
  })
})
