// One request and its answer, whole or as a failure that says how far it came. Redirects are answers like any other
// and are never followed: where a request goes is what the configuration says. An answer larger than the limit is
// cut off before it fills the memory.
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

/** Why there is no whole answer. */
export type Breakdown =
  | 'timeout'
  | 'connection'
  | 'name'
  | 'certificate'
  | 'cut-off'
  | 'too-large'
  | 'compressed'

export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly breakdown: Breakdown

  constructor(breakdown: Breakdown, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.breakdown = breakdown
  }
}

export interface Exchanger {
  /**
   * @throws ExchangeError, the reason of `signal`, or what `lookup` refuses with
   */
  exchange(
    request: Request,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Answer>
  close(): void
}

/** Answers hold classes and scores; 64 MiB are some millions of numbers. */
export const maxAnswerBytes = 64 * 2 ** 20

/** Connections are kept and used again. */
export function createExchanger({
  connections,
  lookup,
}: {
  readonly connections: number
  readonly lookup?: LookupFunction
}): Exchanger {
  const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections }
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
  return {
    exchange(request, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted()
        const { url, method, headers, body } = request
        const secure = url.protocol === 'https:'
        const sent = (secure ? requestHttps : requestHttp)(url, {
          method,
          headers: { ...headers, ...(body === null ? {} : { 'content-length': String(body.length) }) },
          agent: agents[secure ? 'https:' : 'http:'],
          ...(lookup === undefined ? {} : { lookup }),
        })
        const onAbort = () => end(() => reject(signal.reason))
        const timer = setTimeout(
          () =>
            end(() => reject(new ExchangeError('timeout', `no whole answer within ${timeoutMs / 1000} s`))),
          timeoutMs,
        )
        let ended = false
        // However it ends, it ends once; what is still under way is torn down.
        const end = (settle: () => void, { keep = false } = {}) => {
          if (ended) return
          ended = true
          clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
          settle()
          if (!keep) sent.destroy()
        }
        signal.addEventListener('abort', onAbort, { once: true })
        sent.on('error', (cause) => end(() => reject(connectionError(cause))))
        sent.on('response', (response) => {
          receive(response).then(
            // An answer that came before the request was all sent leaves a connection that cannot be used again.
            (answer) => end(() => resolve(answer), { keep: sent.writableFinished }),
            (cause) => end(() => reject(cause)),
          )
        })
        sent.end(body ?? undefined)
      })
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

async function receive(response: IncomingMessage): Promise<Answer> {
  const { statusCode = 0, headers } = response
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new ExchangeError('compressed', `the answer is compressed (${encoding}), which was not asked for`)
  }
  const parts: Buffer[] = []
  let size = Number(headers['content-length'] ?? 0)
  let received = 0
  if (size <= maxAnswerBytes) {
    try {
      for await (const part of response) {
        parts.push(part as Buffer)
        received += (part as Buffer).length
        size = Math.max(size, received)
        if (size > maxAnswerBytes) break
      }
    } catch (cause) {
      throw new ExchangeError('cut-off', `the answer broke off after ${received} bytes`, cause)
    }
  }
  if (size > maxAnswerBytes) {
    throw new ExchangeError('too-large', `the answer has more than ${maxAnswerBytes} bytes`)
  }
  return { status: statusCode, headers, text: Buffer.concat(parts).toString('utf8') }
}

function connectionError(cause: Error & { readonly code?: string }): Error {
  // What a lookup refused with is an error of its own.
  if (cause.name === 'FailmodeError') return cause
  const { code = '' } = cause
  const words = cause instanceof AggregateError ? cause.errors.map(String).join(', ') : cause.message
  if (code === 'ENOTFOUND') return new ExchangeError('name', words, cause)
  if (/^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO)/.test(code)) {
    return new ExchangeError('certificate', words, cause)
  }
  return new ExchangeError('connection', words === '' ? code : words, cause)
}
