import { FailmodeError, type ModelByAccess } from '@failmode/core'
import type { TransportTally } from './http/transport.ts'
import type { ModelDescriptor } from './model-descriptor.ts'

/** For models that are asked over a network. */
export interface CallOptions {
  /** Ends the requests that are under way. */
  readonly signal?: AbortSignal
  /** Counts what is really sent. */
  readonly transport?: TransportTally
}

/** A model ready to answer in this thread. */
export interface OpenModel {
  /** The interface of one kind of access, and nothing more than that. */
  access<A extends keyof ModelByAccess>(access: A, options?: CallOptions): ModelByAccess[A]
  close(): Promise<void>
}

export function noAccess(descriptor: ModelDescriptor, access: keyof ModelByAccess): FailmodeError {
  const why = descriptor.facts.missingAccess[access] ?? 'the target does not offer it'
  return new FailmodeError('model-failed', { message: `the model gives no ${access} access: ${why}.` })
}
