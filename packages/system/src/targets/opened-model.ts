import { FailmodeError, type ModelByAccess } from '@failmode/core'
import type { ModelDescriptor } from './model-descriptor.ts'

/** A model ready to answer in this thread. */
export interface OpenModel {
  /** The interface of one kind of access, and nothing more than that. */
  access<A extends keyof ModelByAccess>(access: A): ModelByAccess[A]
  close(): Promise<void>
}

export function noAccess(descriptor: ModelDescriptor, access: keyof ModelByAccess): FailmodeError {
  const why = descriptor.facts.missingAccess[access] ?? 'the target does not offer it'
  return new FailmodeError('model-failed', { message: `the model gives no ${access} access: ${why}.` })
}
