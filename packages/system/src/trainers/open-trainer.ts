import type { TrainerTarget } from '@failmode/core'
import { openCommandTrainer } from './command-trainer.ts'
import { openEngineTrainer } from './engine-trainer.ts'
import { openRegressorTrainer } from './regressor-trainer.ts'
import type { TrainerDescriptor } from './trainer-descriptor.ts'

/** Opens a described trainer in this thread, to compute with `threads` threads. */
export async function openTrainerTarget(
  descriptor: TrainerDescriptor,
  options: { readonly threads: number },
): Promise<TrainerTarget> {
  switch (descriptor.kind) {
    case 'engine':
      return openEngineTrainer(descriptor, options)
    case 'command':
      return openCommandTrainer(descriptor, options)
    case 'regressor':
      return openRegressorTrainer(descriptor, options)
  }
}
