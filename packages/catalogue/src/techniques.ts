// Attacks, stresses, tests and suites by the names under which people look them up, in the order of their modes. Those
// that a probe of this version runs have its name for them as id; the others are the well-known ones of the field, so
// that a name met in a paper or in somebody else's report is explained here too. Each says when its failure proves
// nothing, which is the sentence that reports of attacks leave out most often.
import type { Technique } from './schema.ts'
import { perturbation } from './techniques/01-perturbation.ts'
import { perturbationElsewhere } from './techniques/01-perturbation-elsewhere.ts'
import { poisoning } from './techniques/02-poisoning.ts'
import { modelInversion } from './techniques/03-model-inversion.ts'
import { membershipInference } from './techniques/04-membership-inference.ts'
import { modelStealing } from './techniques/05-model-stealing.ts'
import { reprogramming } from './techniques/06-reprogramming.ts'
import { physicalAdversarialExample } from './techniques/07-physical-adversarial-example.ts'
import { maliciousProvider } from './techniques/08-malicious-provider.ts'
import { files } from './techniques/09-files.ts'
import { backdoor } from './techniques/10-backdoor.ts'
import { distributionalShift } from './techniques/14-distributional-shift.ts'
import { naturalAdversarialExamples } from './techniques/15-natural-adversarial-examples.ts'
import { audioCorruption } from './techniques/16-audio-corruption.ts'
import { commonCorruption } from './techniques/16-common-corruption.ts'
import { tableCorruption } from './techniques/16-table-corruption.ts'
import { textCorruption } from './techniques/16-text-corruption.ts'
import { incompleteTesting } from './techniques/17-incomplete-testing.ts'

export const techniques: readonly Technique[] = [
  ...perturbation,
  ...perturbationElsewhere,
  ...poisoning,
  ...modelInversion,
  ...membershipInference,
  ...modelStealing,
  ...reprogramming,
  ...physicalAdversarialExample,
  ...maliciousProvider,
  ...files,
  ...backdoor,
  ...distributionalShift,
  ...naturalAdversarialExamples,
  ...commonCorruption,
  ...textCorruption,
  ...audioCorruption,
  ...tableCorruption,
  ...incompleteTesting,
].map((technique) => ({ ...technique, aliases: technique.aliases ?? [] }))
