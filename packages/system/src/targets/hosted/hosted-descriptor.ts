// A model that lives in the parent thread: a function of the user, or a program that answers line by line. A worker
// cannot open it and asks the parent instead, so its descriptor holds only what is known of it.
import type { ModelFacts } from '@failmode/core'
import type { AnswerForm } from '../answering.ts'
import type { ModelInput } from '../model-descriptor.ts'

export interface HostedDescriptor {
  readonly kind: 'process' | 'function'
  readonly facts: ModelFacts
  readonly input: ModelInput
  readonly output: { readonly form: AnswerForm }
}
