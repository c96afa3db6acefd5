// What can go wrong between a request and an answer that can be used, sorted by two questions: whether asking again
// may help, and which kind of error it is when it does not. 429 and 5xx, timeouts, broken connections and answers cut
// short pass; a refusal, a certificate or an answer that means something else do not.
import type { ErrorCode } from '@failmode/core'
import type { Answer, ExchangeError } from './exchange.ts'

/** One attempt that gave nothing. Also the `cause` of the error that is thrown when no attempt gave anything. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ErrorCode
  /** Whether asking again may help. */
  readonly passes: boolean
  /** HTTP status, where there was one. */
  readonly status: number | null
  readonly hint: string
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | null

  /** @param message what came, to be read after "the server": "answered 500" */
  constructor(
    code: ErrorCode,
    message: string,
    parts: {
      readonly passes?: boolean
      readonly status?: number | null
      readonly hint: string
      readonly retryAfterMs?: number | null
      readonly cause?: unknown
    },
  ) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = code
    this.passes = parts.passes ?? false
    this.status = parts.status ?? null
    this.hint = parts.hint
    this.retryAfterMs = parts.retryAfterMs ?? null
  }
}

/** An answer that came whole and cannot be used. @param message to be read after "the server" */
export function badAnswer(message: string, { passes = false, hint = checkModel } = {}): Failure {
  return new Failure('model-failed', message, { passes, hint })
}

const checkModel = 'Check that "model" in the configuration describes what the server serves.'

const breakdowns = {
  timeout: [
    true,
    'Raise "model.http.timeoutSeconds" or lower "model.http.batch" and "model.http.concurrency".',
  ],
  connection: [true, 'Check "model.http.url", and that the server runs and can be reached from here.'],
  'cut-off': [true, 'Look at the log of the server, or of what stands in front of it.'],
  name: [false, 'Check "model.http.url" and the network.'],
  certificate: [false, 'Give Node the certificate of who signed it: NODE_EXTRA_CA_CERTS=file.pem.'],
  'too-large': [false, 'Lower "model.http.batch", or have the server answer with scores only.'],
  compressed: [false, 'Have the server heed "Accept-Encoding: identity".'],
} as const

export function failureOfExchange(error: ExchangeError): Failure {
  const [passes, hint] = breakdowns[error.breakdown]
  const code =
    error.breakdown === 'too-large' || error.breakdown === 'compressed'
      ? 'model-failed'
      : 'target-unreachable'
  const said =
    error.breakdown === 'connection' || error.breakdown === 'name' ? 'could not be reached' : 'gave no answer'
  return new Failure(code, `${said}: ${error.message}`, { passes, hint, cause: error })
}

/** Longest wait that a server is granted. */
const longestWaitMs = 300_000

/** The failure that a status other than 2xx tells. */
export function failureOfStatus({ status, headers, text }: Answer): Failure {
  const said = excerpt(text)
  const message = `answered ${status}${said === '' ? '' : `: ${said}`}`
  if (status >= 300 && status < 400) {
    const to = typeof headers.location === 'string' ? ` to ${withoutQuery(headers.location)}` : ''
    return new Failure('target-refused', `answered ${status}, a redirect${to}`, {
      status,
      hint: 'Redirects are not followed; if that place may be asked, give its address as "model.http.url".',
    })
  }
  if (status === 401 || status === 403) {
    return new Failure('target-refused', message, {
      status,
      hint: 'Check "model.http.auth": the header, the prefix, and the environment variable with the token.',
    })
  }
  if (
    status === 408 ||
    status === 425 ||
    status === 429 ||
    (status >= 500 && status !== 501 && status !== 505)
  ) {
    const retryAfterMs = retryAfter(headers['retry-after'])
    if (retryAfterMs !== null && retryAfterMs > longestWaitMs) {
      const asked = Math.round(retryAfterMs / 1000)
      return new Failure('target-unreachable', `${message}, and asks to be left alone for ${asked} s`, {
        status,
        hint: 'Go on later with --resume, or ask less: "requestsPerSecond", "concurrency".',
      })
    }
    return new Failure('target-unreachable', message, {
      passes: true,
      status,
      retryAfterMs,
      hint:
        status === 429
          ? 'Ask less: lower "model.http.requestsPerSecond" or "model.http.concurrency".'
          : 'Look at the log of the server.',
    })
  }
  return new Failure('target-refused', message, {
    status,
    hint:
      status === 404 || status === 405
        ? 'Check the path of "model.http.url", the name of the model and the protocol.'
        : status === 413
          ? 'Lower "model.http.batch".'
          : checkModel,
  })
}

/** Milliseconds of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | readonly string[] | undefined): number | null {
  if (typeof header !== 'string') return null
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

/** What a server said, on one line. */
export function excerpt(text: string): string {
  const words = errorText(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  return words.length > 200 ? `${words.slice(0, 197)}...` : words
}

/** Servers say what is wrong under one of these keys, or in plain text. */
function errorText(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return text
    for (const key of ['error', 'message', 'detail', 'error_message']) {
      const said = (value as Record<string, unknown>)[key]
      if (typeof said === 'string' && said !== '') return said
    }
  } catch {
    // No JSON: a page or a line of text.
  }
  return text
}

function withoutQuery(location: string): string {
  return excerpt(location.replace(/[?#].*$/s, ''))
}
