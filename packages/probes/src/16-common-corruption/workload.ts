// Whether the check applies, how many images it takes and what they cost. Planning and measuring both ask here, so
// the plan cannot promise another thing than is done.
import { type Applicability, type Budget, FailmodeError, type SystemFacts } from '@failmode/core'
import { isPicture } from '../steps/sample-image.ts'
import { imageShape } from './corrupt-step.ts'
import { constantsForSize } from './corruptions/corrupt-image.ts'
import { chooseNormaliser } from './normaliser.ts'
import { type CommonCorruptionOptions, chosenCorruptions } from './options.ts'

export interface Workload {
  readonly samples: number
  /** Each image clean and in every cell, and one image shown once more under every corruption. */
  readonly queries: number
}

const samplesByBudget = { quick: 200, standard: 500, thorough: Number.POSITIVE_INFINITY } as const

export function workload(system: SystemFacts, options: CommonCorruptionOptions, budget: Budget): Workload {
  const shown = chosenCorruptions(options).length
  const each = 1 + shown * options.severities.length
  const available = system.data[options.split]?.count ?? 0
  const limit = budget.maxQueries ?? Number.POSITIVE_INFINITY
  const wanted = Math.min(options.samples ?? samplesByBudget[budget.name], available)
  const samples = Math.max(0, Math.min(wanted, Math.floor((limit - shown) / each)))
  return { samples, queries: samples === 0 ? 0 : samples * each + shown }
}

export function applies(
  system: SystemFacts,
  options: CommonCorruptionOptions,
  budget: Budget,
): Applicability {
  const reason = notApplicable(system, options.split)
  if (reason !== null) return { applies: false, outcome: 'not-applicable', reason }
  const constants =
    options.constants === 'auto'
      ? constantsForSize(imageShape(system.model?.sampleShape ?? []))
      : options.constants
  const normaliser = chooseNormaliser(system, options, constants)
  if (normaliser.kind === 'impossible') {
    throw new FailmodeError('config-invalid', {
      message: `"probes.common-corruption.normaliser" is "${options.normaliser}". ${normaliser.reason}`,
      hint: 'Name a model under "references", or leave the option out.',
    })
  }
  const { samples, queries } = workload(system, options, budget)
  const cells = `${chosenCorruptions(options).length} corruptions at ${options.severities.length} severities`
  if (samples === 0) {
    return {
      applies: false,
      outcome: 'skipped',
      reason: `${budget.maxQueries} queries do not pay for one image under ${cells}.`,
    }
  }
  return { applies: true, cost: { queries, gradients: 0 }, work: `${cells} on ${samples} images` }
}

/** What stands against showing the model damaged pictures of a data set, or null. */
export function notApplicable(
  { model, task, data }: SystemFacts,
  splitName: string,
  access: 'label' | 'score' = 'label',
  { labelled = true }: { readonly labelled?: boolean } = {},
): string | null {
  if (model === null) return 'The configuration names no model.'
  if (task !== 'image-classification') return `The task is ${task}; the corruptions are made for images.`
  if (!model.access.includes(access)) {
    const why = access === 'label' ? 'it does not answer with classes' : 'it answers with classes only'
    return `The model gives no ${access} access: ${model.missingAccess[access] ?? why}.`
  }
  if (!isPicture(model.sampleShape)) {
    return `A sample has the shape [${model.sampleShape.join(', ')}]; the corruptions need channels, height and width with 1 (grey) or 3 (RGB) channels.`
  }
  const split = data[splitName]
  if (split === undefined) return `The configuration has no data set "${splitName}".`
  if (labelled && !split.labelled) {
    return `The data set "${splitName}" has no labels, so a wrong answer cannot be told from a right one.`
  }
  if (split.count === 0) return `The data set "${splitName}" has no images.`
  return null
}
