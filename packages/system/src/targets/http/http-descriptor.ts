// A model behind an address as plain data: where it is, how it is asked, what its answers mean, and what was learnt
// by asking it once. Nothing secret is in here, only the name of the environment variable that holds it, so that a
// descriptor may cross threads and be written down.
import type { ModelFacts } from '@failmode/core'
import type { HttpAuth } from '../../config/http-schema.ts'
import type { AnswerForm } from '../answering.ts'
import type { ModelInput } from '../model-descriptor.ts'
import type { ProtocolSpec } from './protocol.ts'
import type { TransportCount } from './transport.ts'

export interface HttpDescriptor {
  readonly kind: 'http'
  readonly facts: ModelFacts
  readonly input: ModelInput
  readonly connection: Connection
  readonly protocol: ProtocolSpec
  readonly output: { readonly form: AnswerForm }
  readonly batch: {
    /** Most samples of one request. */
    readonly size: number
    /** Whether every request has to hold exactly that many; the last is then padded. */
    readonly fixed: boolean
    /** Whether a request holds one sample that stands in no batch. */
    readonly alone: boolean
  }
  /** What was sent to learn all this. */
  readonly opening: TransportCount
}

/** How requests travel, and within which limits; they hold for the whole run. */
export interface Connection {
  /** Scheme, host and port. */
  readonly origin: string
  /** The query of the configured address, with its question mark, or empty. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly auth: HttpAuth | null
  /** Whether addresses of other machines may be connected to. */
  readonly authorized: boolean
  readonly concurrency: number
  readonly requestsPerSecond: number | null
  readonly timeoutSeconds: number
  readonly retries: number
  /** Most samples that may be sent, those of repeated requests counted; null for no limit. */
  readonly maxSamples: number | null
}
