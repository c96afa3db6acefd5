// Carries messages to a server and answers back: within its limits, with what authorises them, and again when an
// attempt failed in passing. A message gives one answer or one error, however often it was sent; how often that was
// is counted apart from the queries, which the door counts.
import { FailmodeError } from '@failmode/core'
import { loopbackLookup } from './authorization.ts'
import { type Answer, createExchanger, ExchangeError } from './exchange.ts'
import { badAnswer, excerpt, Failure, failureOfExchange, failureOfStatus } from './failure.ts'
import { createGate, wait } from './gate.ts'
import type { Connection } from './http-descriptor.ts'

/** What was really sent. */
export interface TransportCount {
  /** Repeated ones counted. */
  readonly requests: number
  /** Requests that were sent because an earlier one failed. */
  readonly retries: number
  /** Samples in all requests, repeated ones counted. */
  readonly samples: number
}

export type TransportTally = { -readonly [K in keyof TransportCount]: TransportCount[K] }

export function noTransport(): TransportTally {
  return { requests: 0, retries: 0, samples: 0 }
}

export function addTransport(to: TransportTally, count: TransportCount): void {
  to.requests += count.requests
  to.retries += count.retries
  to.samples += count.samples
}

/** What is sent; without a body it is a GET. */
export interface Message {
  /** From the root of the server. */
  readonly path: string
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface Sending<T> {
  /** Samples in the message. */
  readonly samples: number
  readonly signal: AbortSignal
  readonly tally: TransportTally
  /** Makes something of the answer's JSON. @throws Failure */
  readonly read: (answer: unknown) => T
  /** Takes the place of the connection's. */
  readonly retries?: number
}

export interface Transport {
  /** @throws FailmodeError with a {@link Failure} as its cause, or the reason of `signal` */
  send<T>(message: Message, sending: Sending<T>): Promise<T>
  close(): void
}

/** First wait before asking again; each further one is twice as long, up to the longest. */
const firstBackoffMs = 200
const longestBackoffMs = 16_000

export function createTransport(
  connection: Connection,
  {
    answered,
    samplesBefore = 0,
  }: {
    /** Whether the server has answered before; if not, a refused connection is taken to be a wrong address. */
    readonly answered: boolean
    /** Samples that count towards the ceiling already. */
    readonly samplesBefore?: number
  },
): Transport {
  const { origin, query, auth, concurrency, timeoutSeconds, maxSamples } = connection
  const gate = createGate(connection)
  const exchanger = createExchanger({
    connections: concurrency,
    ...(connection.authorized ? {} : { lookup: loopbackLookup }),
  })
  let sentSamples = samplesBefore
  let successes = answered ? 1 : 0
  /** After a failure for good others are not sent again and again until one gets through. */
  let down = false

  const attempt = async (message: Message, body: Uint8Array | null, signal: AbortSignal): Promise<Answer> => {
    const token = tokenOf(connection)
    return exchanger.exchange(
      {
        method: body === null ? 'GET' : 'POST',
        url: new URL(`${origin}${message.path}${query}`),
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'failmode',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...lowerCase(connection.headers),
          ...message.headers,
          ...(auth === null
            ? {}
            : { [(auth.header ?? 'Authorization').toLowerCase()]: `${auth.prefix ?? ''}${token}` }),
        },
        body,
      },
      { timeoutMs: timeoutSeconds * 1000, signal },
    )
  }

  return {
    close: exchanger.close,
    async send(message, { samples, signal, tally, read, retries = connection.retries }) {
      const body = message.body ?? null
      const successesBefore = successes
      for (let tries = 1; ; tries++) {
        await gate.enter(signal)
        let failure: Failure
        try {
          if (maxSamples !== null && sentSamples + samples > maxSamples)
            throw beyondCeiling(sentSamples, maxSamples)
          sentSamples += samples
          tally.requests++
          tally.samples += samples
          if (tries > 1) tally.retries++
          const value = read(parse(await attempt(message, body, signal), { connection, page: body === null }))
          successes++
          down = false
          return value
        } catch (error) {
          failure = withoutToken(failureOf(error, successes > 0), connection)
        } finally {
          gate.leave()
        }
        // Too many requests is no failure of this one, as long as others get through.
        const crowded = failure.status === 429 && successes > successesBefore && tries < 100
        if (!failure.passes || (tries > (down ? 0 : retries) && !crowded)) {
          if (failure.passes) down = true
          throw finalError(failure, { message, body, samples, tries, connection })
        }
        if (failure.retryAfterMs !== null) gate.close(failure.retryAfterMs)
        else {
          const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (tries - 1))
          await wait(backoff * (0.5 + Math.random() / 2), signal)
        }
      }
    },
  }
}

/** @throws what is no failure of the exchange as it is */
function failureOf(error: unknown, answered: boolean): Failure {
  if (error instanceof Failure) return error
  if (!(error instanceof ExchangeError)) throw error
  const failure = failureOfExchange(error)
  const refused = (error.cause as { readonly code?: unknown } | undefined)?.code === 'ECONNREFUSED'
  if (!refused || answered) return failure
  return new Failure(failure.code, failure.message, { hint: failure.hint, cause: error })
}

/** @throws Failure when the status says so or the text is no JSON, which passes when it may have been cut short */
function parse(
  answer: Answer,
  { connection, page }: { readonly connection: Connection; readonly page: boolean },
): unknown {
  // What is quoted is cut to length, so the token is hidden first: half of one is too much.
  const text = () => hideToken(answer.text, connection)
  const { status } = answer
  if (status < 200 || status >= 300) throw failureOfStatus({ ...answer, text: text() })
  // A page that is no JSON, such as the word "ready" or nothing at all, says nothing.
  if (page && !/^\s*[[{]/.test(answer.text)) return null
  try {
    return JSON.parse(answer.text)
  } catch {
    // Python writes numbers that are not finite as words that JSON does not have.
    const named = answer.text.replaceAll(/(?<=[[:,\s])-?(?:NaN|Infinity)(?=[\],}\s])/g, 'null')
    if (named !== answer.text && isJson(named)) {
      throw badAnswer('answered with numbers that are not finite (NaN or Infinity)', {
        hint: 'Check the input block of the configuration: range, mean and std may not be those of the training.',
      })
    }
    const said = excerpt(text())
    throw badAnswer(`answered with what is no JSON: ${said === '' ? 'nothing' : said}`, {
      passes: true,
      hint: 'Check "model.http.url" and the protocol; the answer may also have been cut short on the way.',
    })
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function finalError(
  failure: Failure,
  parts: {
    readonly message: Message
    readonly body: Uint8Array | null
    readonly samples: number
    readonly tries: number
    readonly connection: Connection
  },
): FailmodeError {
  const { message, body, samples, tries, connection } = parts
  const with_ =
    body === null || samples === 0
      ? ''
      : ` with ${samples} ${samples === 1 ? 'sample' : 'samples'} (${bytesText(body.length)})`
  const times = tries === 1 ? '' : `, at the last of ${tries} attempts`
  const said = failure.message.trimEnd().replace(/(?<!\.)\.$/, '')
  const text = `${body === null ? 'GET' : 'POST'} ${connection.origin}${message.path}${with_}: the server ${said}${times}`
  return new FailmodeError(failure.code, {
    message: text.endsWith('...') ? text : `${text}.`,
    hint: failure.hint,
    cause: failure,
  })
}

function beyondCeiling(sent: number, most: number): FailmodeError {
  return new FailmodeError('budget-exhausted', {
    message: `${sent} of the ${most} samples that "maxCost" pays for were sent, repeated requests counted.`,
    hint: 'Raise "maxCost", or lower --max-queries to leave room for requests that have to be repeated.',
  })
}

/** The token, read anew each time. @throws FailmodeError when the environment does not hold it */
function tokenOf({ auth }: Connection): string {
  if (auth === null) return ''
  const token = process.env[auth.env]?.trim() ?? ''
  if (token !== '' && /^[\t\x20-\x7e\x80-\xff]*$/.test(token)) return token
  throw new FailmodeError('config-invalid', {
    message: `"model.http.auth.env" names ${auth.env}, which ${token === '' ? 'is not set' : 'holds characters that no header can carry'}.`,
    hint: `Set it before the run: export ${auth.env}=...`,
  })
}

function withoutToken(failure: Failure, connection: Connection): Failure {
  const message = hideToken(failure.message, connection)
  return message === failure.message ? failure : new Failure(failure.code, message, failure)
}

/** Servers may repeat what they were sent. */
function hideToken(text: string, connection: Connection): string {
  const token = connection.auth === null ? '' : (process.env[connection.auth.env]?.trim() ?? '')
  if (token === '') return text
  return text.replaceAll(token, '[hidden]').replaceAll(encodeURIComponent(token), '[hidden]')
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function bytesText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
