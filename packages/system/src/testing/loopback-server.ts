// A server on this machine for the tests of models behind an address: what it answers is a function of the test, and
// what came in is kept, so that a test can count what was really sent.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Arrived {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many protocols
  readonly json: any
  /** Number of the request, from 1. */
  readonly number: number
  /** Milliseconds since the server started. */
  readonly at: number
  /** Port that the client sent from: the same for requests of one connection. */
  readonly from: number
}

/** JSON unless `text` is given; `act` takes the response over. */
export interface Reply {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly delayMs?: number
  readonly act?: (response: ServerResponse) => void
}

export interface LoopbackServer {
  readonly url: string
  readonly arrived: readonly Arrived[]
  /** Most requests that were under way at once. */
  readonly mostAtOnce: () => number
  close(): Promise<void>
}

export async function startLoopback(
  reply: (request: Arrived) => Reply | Promise<Reply>,
  { port: wanted = 0 }: { readonly port?: number } = {},
): Promise<LoopbackServer> {
  const arrived: Arrived[] = []
  const started = performance.now()
  let now = 0
  let most = 0
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++now)
    response.on('close', () => now--)
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const entry: Arrived = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      json: parse(body),
      number: arrived.length + 1,
      at: performance.now() - started,
      from: request.socket.remotePort ?? 0,
    }
    arrived.push(entry)
    const {
      status = 200,
      json,
      text = JSON.stringify(json ?? null),
      headers,
      delayMs = 0,
      act,
    } = await reply(entry)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    if (act !== undefined) {
      act(response)
      return
    }
    const type = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
    response.writeHead(status, { ...type, ...headers })
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/**
 * Scores of a model whose answers are known without it: class k of a sample with the mean m has the score -(k - 4m)^2, so
 * a sample of mean 0.25 is of class 1.
 */
export function meanScores(sample: readonly number[], classes = 5): number[] {
  const mean = sample.reduce((a, b) => a + b, 0) / sample.length
  return Array.from({ length: classes }, (_, k) => -((k - 4 * mean) ** 2))
}

/** The samples of a request in the Open Inference Protocol, as JSON. */
export function samplesOf(request: Arrived): number[][] {
  const [{ shape, data }] = request.json.inputs as [{ shape: number[]; data: number[] }]
  const count = shape[0] as number
  const size = data.length / count
  return Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size))
}

/** Answers of a server in the Open Inference Protocol with one model, `m`, of 2 x 3 numbers and 5 classes. */
export function openInferenceReply(request: Arrived): Reply {
  const { method } = request
  const path = request.path.replace(/\?.*$/, '')
  if (path === '/v2') return { json: { name: 'test', version: '1', extensions: [] } }
  // Triton answers this with nothing.
  if (path === '/v2/health/ready') return { text: '' }
  if (path === '/v2/models/m') {
    return {
      json: {
        name: 'm',
        platform: 'test',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2, 3] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 5] }],
      },
    }
  }
  if (method !== 'POST' || path !== '/v2/models/m/infer')
    return { status: 404, json: { error: 'no such page' } }
  const scores = samplesOf(request).map((sample) => meanScores(sample))
  return {
    json: {
      model_name: 'm',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [scores.length, 5], data: scores.flat() }],
    },
  }
}
