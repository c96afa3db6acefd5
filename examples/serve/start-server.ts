// An ONNX model behind an endpoint of this machine, in the Open Inference Protocol, with faults that can be switched on
// and off while it runs. It listens on the loopback address only. What it counts is the truth that a client's own
// count is held against: each sample that was answered well, once.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { loadModel, openSession, type Session, type Tensor } from '@failmode/engine'
import { type FaultKind, type Faults, faultKinds, readFaults, strikes } from './faults.ts'
import {
  BadRequest,
  type InferRequest,
  metadataOf,
  type ResponseTensor,
  readInferRequest,
  responseTensor,
} from './inference-protocol.ts'

export interface ServerOptions {
  /** An .onnx file, or its bytes. */
  readonly model: string | Uint8Array
  /** Of the model in addresses; `model` unless said. */
  readonly name?: string
  readonly faults?: Faults
  /** Any free one when 0 or absent. */
  readonly port?: number
  /** Requests of more samples are refused with status 400, as servers with a limit do. */
  readonly maxBatch?: number
  /** Threads that the model computes with; 1 unless said. */
  readonly threads?: number
}

export interface Counts {
  /** Requests for inference, of any outcome. */
  readonly requests: number
  /** Requests and samples that were answered whole; a drifted answer is one. */
  readonly answered: number
  readonly samples: number
  /** Requests that did not fit. */
  readonly refused: number
  /** How often each fault struck; for drift, samples. */
  readonly faults: Readonly<Record<FaultKind, number>>
}

export interface Server {
  /** Such as `http://127.0.0.1:8080`; the protocol starts below it with `/v2`. */
  readonly url: string
  readonly name: string
  /** As they are now. */
  counts(): Counts
  /** Takes the place of all faults that were set before; requests and samples are numbered anew for them. */
  setFaults(faults: Faults): Promise<void>
  /** Cuts what is under way. */
  close(): Promise<void>
}

const version = '1'
const maxBody = 64 * 2 ** 20

/** @throws EngineError when the model cannot be opened, TypeError for faults that make no sense */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { name = 'model', maxBatch = Number.POSITIVE_INFINITY } = options
  const open = async (model: string | Uint8Array): Promise<Session> =>
    openSession(typeof model === 'string' ? await loadModel(model) : model, {
      intraOpThreads: options.threads ?? 1,
    })
  const session = await open(options.model)
  const metadata = {
    name,
    versions: [version],
    platform: 'onnx_onnxv1',
    inputs: session.inputs.map(metadataOf),
    outputs: session.outputs.map(metadataOf),
  }
  const closing = new AbortController()
  const counts = {
    requests: 0,
    answered: 0,
    samples: 0,
    refused: 0,
    faults: Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>,
  }
  let faults: Faults = {}
  /** Requests and samples that were counted when the faults were set. */
  let start = { requests: 0, samples: 0 }
  /** What is answered with once the model has drifted. */
  let other: Session | null = null

  const setFaults = async (next: Faults): Promise<void> => {
    readFaults(next)
    const to = next.drift?.to
    if (
      next.drift !== undefined &&
      to === undefined &&
      !metadata.outputs.some(({ shape }) => hasClasses(shape))
    ) {
      throw new TypeError('the model has no output of several classes to move; name another model: "to"')
    }
    const opened = to === undefined ? null : await open(to)
    await other?.close()
    other = opened
    faults = next
    start = { requests: counts.requests, samples: counts.samples }
  }

  /** The answers to a request, as the model gives them or, past the point of drift, as another would. */
  const answer = async (
    { feeds, outputs, samples }: InferRequest,
    { whole }: { readonly whole: boolean },
  ): Promise<readonly ResponseTensor[]> => {
    const { drift } = faults
    const own = await session.run(feeds, { outputs })
    const tensors = outputs.map((output) => responseTensor(output, own[output] as Tensor))
    const first = counts.samples - start.samples
    if (whole) {
      counts.answered++
      counts.samples += samples
    }
    const stays = drift === undefined ? samples : Math.min(Math.max(drift.after - first, 0), samples)
    if (stays === samples) return tensors
    counts.faults.drift += samples - stays
    const others = await other?.run(feeds, { outputs })
    return tensors.map((tensor) => {
      const moved = others ? responseTensor(tensor.name, others[tensor.name] as Tensor) : movedClasses(tensor)
      if (moved.shape.join() !== tensor.shape.join()) {
        throw new RangeError(`the other model answers with the shape [${moved.shape.join(', ')}]`)
      }
      const kept = (tensor.data.length / samples) * stays
      return { ...tensor, data: [...tensor.data.slice(0, kept), ...moved.data.slice(kept)] as number[] }
    })
  }

  const infer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const number = ++counts.requests - start.requests
    const body = await read(request)
    const { seed = 0 } = faults
    const strike = (kind: Exclude<FaultKind, 'drift'>): boolean => {
      const struck = strikes(kind, faults[kind], number, seed)
      if (struck) counts.faults[kind]++
      return struck
    }
    const late = faults.slow !== undefined && strike('slow') ? wait(faults.slow.ms, null, closing) : null
    if (strike('429')) {
      const seconds = faults['429']?.retryAfter ?? 1
      await late
      send(response, 429, { error: 'too many requests' }, { 'retry-after': String(seconds) })
      return
    }
    if (strike('500')) {
      await late
      send(response, 500, { error: 'the server failed' })
      return
    }
    let asked: InferRequest
    try {
      asked = readInferRequest(body, session)
      if (asked.samples > maxBatch) {
        throw new BadRequest(`the batch has ${asked.samples} samples, the model takes at most ${maxBatch}`)
      }
    } catch (error) {
      counts.refused++
      throw error
    }
    const cut = strike('truncated')
    const wrong = !cut && strike('wrong-shape')
    const outputs = await answer(asked, { whole: !cut && !wrong })
    const answered = {
      model_name: name,
      model_version: version,
      ...(asked.id === undefined ? {} : { id: asked.id }),
      outputs: wrong ? outputs.map(withoutLastRow) : outputs,
    }
    await late
    const text = JSON.stringify(answered)
    sendText(response, 200, cut ? text.slice(0, text.length / 2) : text)
  }

  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    'GET /v2': (_, response) => send(response, 200, { name: 'failmode-serve', version, extensions: [] }),
    'GET /v2/health/live': (_, response) => send(response, 200, { live: true }),
    'GET /v2/health/ready': (_, response) => send(response, 200, { ready: true }),
    'GET /v2/models/M': (_, response) => send(response, 200, metadata),
    'GET /v2/models/M/ready': (_, response) => send(response, 200, { name, ready: true }),
    'POST /v2/models/M/infer': infer,
    'GET /faults': (_, response) => send(response, 200, { faults, counts }),
    'POST /faults': async (request, response) => {
      // A page in a browser can send to this machine, and says so with this header.
      if (request.headers.origin !== undefined) throw new BadRequest('not from a page')
      let next: Faults
      try {
        next = readFaults(JSON.parse(await read(request)))
        await setFaults(next)
      } catch (cause) {
        throw new BadRequest(cause instanceof Error ? cause.message : String(cause))
      }
      send(response, 200, { faults, counts })
    },
  }

  const server = createServer(async (request, response) => {
    try {
      const path = (request.url ?? '/').replace(/[?#].*$/, '').replace(/(?<=.)\/$/, '')
      const [, model, rest = ''] = /^\/v2\/models\/([^/]+)(?:\/versions\/1)?(\/.*)?$/.exec(path) ?? []
      if (model !== undefined && decodeURIComponent(model) !== name) {
        send(response, 404, { error: `there is no model "${model}", only "${name}"` })
        return
      }
      const place = model === undefined ? path : `/v2/models/M${rest}`
      const route = routes[`${request.method} ${place}`]
      if (route !== undefined) await route(request, response)
      else {
        const known = Object.keys(routes).some((key) => key.endsWith(` ${place}`))
        send(response, known ? 405 : 404, { error: `${request.method} ${path} is not served here` })
      }
    } catch (error) {
      if (response.headersSent || closing.signal.aborted) response.destroy()
      else {
        const { message } = error as Error
        send(response, error instanceof TooLarge ? 413 : error instanceof BadRequest ? 400 : 500, {
          error: message,
        })
      }
    }
  })
  await setFaults(options.faults ?? {})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    name,
    counts: () => ({ ...counts, faults: { ...counts.faults } }),
    setFaults,
    async close() {
      closing.abort()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await session.close()
      await other?.close()
    },
  }
}

class TooLarge extends Error {}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += (part as Buffer).length
    if (size > maxBody) throw new TooLarge(`the request is larger than ${maxBody} bytes`)
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}

function send(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(response, status, JSON.stringify(value), headers)
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
  response.end(text)
}

function hasClasses(shape: readonly number[]): boolean {
  return shape.length >= 2 && shape.at(-1) !== 1
}

/** Each row's numbers moved up by one class, the last to the first; what has no classes stays. */
function movedClasses(tensor: ResponseTensor): ResponseTensor {
  if (!hasClasses(tensor.shape)) return tensor
  const classes = tensor.shape.at(-1) as number
  const data = tensor.data as readonly number[]
  return { ...tensor, data: data.map((_, i) => data[i % classes === 0 ? i + classes - 1 : i - 1] as number) }
}

function withoutLastRow(tensor: ResponseTensor): ResponseTensor {
  const [count = 1, ...rest] = tensor.shape
  const row = tensor.data.length / count
  return { ...tensor, shape: [count - 1, ...rest], data: tensor.data.slice(0, -row) as number[] }
}
