// Who is asked about: as many members as strangers, and a population of further strangers that nothing is trained on. The
// choice follows from the seed alone, so every check and every step makes the same.
import {
  type Applicability,
  type Budget,
  createRandom,
  type ModelFacts,
  type SystemFacts,
} from '@failmode/core'
import type { MembershipOptions } from './options.ts'

const recordsByBudget = { quick: 500, standard: 2000, thorough: 10_000 } as const
const fewestRecords = 20

/** Indices of one split. */
export interface Part {
  readonly split: string
  readonly indices: readonly number[]
}

export interface Audited {
  readonly members: Part
  readonly strangers: Part
  /** Strangers that are neither audited nor trained on. */
  readonly population: Part
}

interface Sizes {
  readonly records: number
  readonly population: number
}

function sizesOf(system: SystemFacts, options: MembershipOptions, budget: Budget): Sizes {
  const [members, strangers] = [options.members, options.strangers].map(
    (split) => system.data[split]?.count ?? 0,
  )
  const population = Math.min(options.population, Math.floor(strangers! / 3))
  const wanted = options.records ?? recordsByBudget[budget.name]
  return { records: Math.min(wanted, members!, strangers! - population), population }
}

export function chooseAudited(
  {
    system,
    options,
    budget,
    seed,
  }: {
    readonly system: SystemFacts
    readonly options: MembershipOptions
    readonly budget: Budget
    readonly seed: number
  },
  limit = Number.POSITIVE_INFINITY,
): Audited {
  const { records, population } = sizesOf(system, options, budget)
  const random = createRandom(seed, ['membership-inference', 'audited'])
  const n = Math.min(records, limit)
  const members = random.split('members').permutation(system.data[options.members]!.count)
  const strangers = random.split('strangers').permutation(system.data[options.strangers]!.count)
  return {
    members: { split: options.members, indices: Array.from(members.subarray(0, n)) },
    strangers: { split: options.strangers, indices: Array.from(strangers.subarray(0, n)) },
    population: {
      split: options.strangers,
      indices: Array.from(strangers.subarray(strangers.length - population)),
    },
  }
}

/** What every check of the mode needs; the cost is left to the caller. */
export function membershipApplies(
  system: SystemFacts,
  options: MembershipOptions,
  {
    budget,
    access,
    each,
    what,
    limit = Number.POSITIVE_INFINITY,
  }: {
    readonly budget: Budget
    readonly access: 'label' | 'score'
    /** Queries for one record. */
    readonly each: number
    readonly what: string
    readonly limit?: number
  },
): Applicability {
  const { model, task, data } = system
  const not = (reason: string): Applicability => ({ applies: false, outcome: 'not-applicable', reason })
  const skipped = (reason: string): Applicability => ({ applies: false, outcome: 'skipped', reason })
  if (model === null) return not('The configuration names no model.')
  if (!task.endsWith('-classification')) return not(`The task is ${task}, not classification.`)
  if (!model.access.includes(access)) {
    return not(
      `The model gives no ${access} access: ${model.missingAccess[access] ?? 'it only answers with classes'}.`,
    )
  }
  for (const [split, who] of [
    [options.members, 'that the model was trained on, under the option "members"'],
    [options.strangers, 'that the model was not trained on, under the option "strangers"'],
  ] as const) {
    const facts = data[split]
    if (facts === undefined || facts.count === 0) {
      return skipped(`The configuration has no data set "${split}"; name one ${who}.`)
    }
    if (!facts.labelled)
      return skipped(`The data set "${split}" has no labels, which tell how sure an answer should be.`)
    if (facts.sampleShape.join() !== model.sampleShape.join()) {
      return not(
        `A sample of "${split}" has the shape [${facts.sampleShape.join(', ')}], the model takes [${model.sampleShape.join(', ')}].`,
      )
    }
  }
  if (
    options.members === options.strangers ||
    data[options.members]!.digest === data[options.strangers]!.digest
  ) {
    return skipped(
      `"${options.members}" and "${options.strangers}" are the same data; members have to differ from strangers.`,
    )
  }
  const { records, population } = sizesOf(system, options, budget)
  const n = affordable(Math.min(records, limit), { population, each, budget })
  if (n < fewestRecords) {
    return skipped(
      budget.maxQueries !== null && n < Math.min(records, limit)
        ? `${budget.maxQueries} queries do not pay for ${fewestRecords} members and as many strangers.`
        : `There are ${n} members and strangers each; ${fewestRecords} are needed at the very least.`,
    )
  }
  return {
    applies: true,
    cost: { queries: (2 * n + population) * each, gradients: 0 },
    work: `${n} members of "${options.members}" and ${n} strangers of "${options.strangers}"; ${what}`,
  }
}

/** Records of each side that the budget pays for. */
export function affordable(
  wanted: number,
  {
    population,
    each,
    budget,
  }: { readonly population: number; readonly each: number; readonly budget: Budget },
): number {
  if (budget.maxQueries === null) return wanted
  return Math.max(0, Math.min(wanted, Math.floor((budget.maxQueries / each - population) / 2)))
}

export function auditSize(
  system: SystemFacts,
  options: MembershipOptions,
  {
    budget,
    each,
    limit = Number.POSITIVE_INFINITY,
  }: {
    readonly budget: Budget
    readonly each: number
    readonly limit?: number
  },
): number {
  const { records, population } = sizesOf(system, options, budget)
  return affordable(Math.min(records, limit), { population, each, budget })
}

/** Whether shadow models answer with logits or with probabilities, which a trainer of the same graph does as it does. */
export function kindOfShadow(trainer: string, { output }: ModelFacts): 'logits' | 'probabilities' {
  return trainer !== 'regressor' && output === 'probabilities' ? 'probabilities' : 'logits'
}
