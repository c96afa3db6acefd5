// The front door of probes: every probe of this version, in the order of the taxonomy. A mode without a probe is
// not here; the run shows it as skipped.
import type { AnyProbe, AnyStepHandler } from '@failmode/core'
import perturbation from './01-perturbation/index.ts'
import membershipInference from './04-membership-inference/index.ts'
import modelStealing from './05-model-stealing/index.ts'
import reprogramming from './06-reprogramming/index.ts'
import supplyChain from './09-supply-chain/index.ts'
import distributionalShift from './14-distributional-shift/index.ts'
import naturalAdversarialExamples from './15-natural-adversarial-examples/index.ts'
import commonCorruption from './16-common-corruption/index.ts'
import incompleteTesting from './17-incomplete-testing/index.ts'

export { corruptAudio } from './16-common-corruption/audio/corrupt-audio.ts'
export { corruptImage } from './16-common-corruption/corruptions/corrupt-image.ts'
export { corruptTable } from './16-common-corruption/table/corrupt-table.ts'
export { corruptText } from './16-common-corruption/text/corrupt-text.ts'

export const probes: readonly AnyProbe[] = [
  perturbation,
  membershipInference,
  modelStealing,
  reprogramming,
  supplyChain,
  distributionalShift,
  naturalAdversarialExamples,
  commonCorruption,
  incompleteTesting,
]

/** All step handlers by name, as a worker needs them. Handlers that probes share are there once. */
export function stepHandlers(): ReadonlyMap<string, AnyStepHandler> {
  const handlers = new Map<string, AnyStepHandler>()
  for (const step of probes.flatMap((probe) => probe.steps)) {
    const other = handlers.get(step.name)
    if (other !== undefined && other !== step) throw new TypeError(`two steps are called ${step.name}`)
    handlers.set(step.name, step)
  }
  return handlers
}
