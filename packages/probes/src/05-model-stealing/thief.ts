// What the thief sends and what copies are compared on: never the same samples, and never a label.
import { type Applicability, type Budget, createRandom, type SystemFacts } from '@failmode/core'
import type { StealingOptions } from './options.ts'

const queriesByBudget = { quick: 500, standard: 2000, thorough: 20_000 } as const
export const fewest = 20

export interface Part {
  readonly split: string
  readonly indices: readonly number[]
}

export interface Thief {
  readonly sent: Part
  readonly compared: Part
}

interface Sizes {
  readonly pool: string
  readonly sent: number
  readonly compared: number
}

function sizesOf(system: SystemFacts, options: StealingOptions, budget: Budget): Sizes {
  const pool = options.pool ?? (system.data.pool === undefined ? options.compared : 'pool')
  const available = system.data[pool]?.count ?? 0
  const others = system.data[options.compared]?.count ?? 0
  const same = pool === options.compared
  const compared = Math.min(options.samples, same ? Math.floor(others / 2) : others)
  const wanted = options.queries ?? queriesByBudget[budget.name]
  return { pool, sent: Math.min(wanted, same ? available - compared : available), compared }
}

/** The samples of a run, cut to what the budget pays for: a third of it for comparing, the rest for the thief. */
export function chooseThief({
  system,
  options,
  budget,
  seed,
}: {
  readonly system: SystemFacts
  readonly options: StealingOptions
  readonly budget: Budget
  readonly seed: number
}): Thief {
  const { pool, sent, compared } = affordable(sizesOf(system, options, budget), budget)
  const random = createRandom(seed, ['model-stealing', 'samples'])
  const order = random.split(options.compared).permutation(system.data[options.compared]!.count)
  const other = pool === options.compared ? order : random.split(pool).permutation(system.data[pool]!.count)
  return {
    sent: { split: pool, indices: Array.from(other.subarray(other.length - sent)) },
    compared: { split: options.compared, indices: Array.from(order.subarray(0, compared)) },
  }
}

function affordable(sizes: Sizes, { maxQueries }: Budget): Sizes {
  if (maxQueries === null) return sizes
  // Compared samples and as many uniform ones are asked about once.
  const compared = Math.min(sizes.compared, Math.floor(maxQueries / 6))
  return { ...sizes, compared, sent: Math.max(0, Math.min(sizes.sent, maxQueries - 3 * compared)) }
}

export function thiefSizes(
  system: SystemFacts,
  options: StealingOptions,
  budget: Budget,
): { readonly sent: number; readonly compared: number } {
  return affordable(sizesOf(system, options, budget), budget)
}

/** What every check needs; the cost is that of comparing alone. */
export function stealingApplies(
  system: SystemFacts,
  options: StealingOptions,
  { budget, access }: { readonly budget: Budget; readonly access: 'label' | 'score' },
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
  const { pool } = sizesOf(system, options, budget)
  for (const split of new Set([options.compared, pool])) {
    const facts = data[split]
    if (facts === undefined || facts.count === 0) {
      return skipped(
        `The configuration has no data set "${split}" of inputs to send or to compare copies on.`,
      )
    }
    if (facts.sampleShape.join() !== model.sampleShape.join()) {
      return not(
        `A sample of "${split}" has the shape [${facts.sampleShape.join(', ')}], the model takes [${model.sampleShape.join(', ')}].`,
      )
    }
  }
  const { compared } = thiefSizes(system, options, budget)
  if (compared < fewest) {
    return skipped(
      `Copies can be compared on ${compared} samples; ${fewest} are needed at the very least${budget.maxQueries === null ? '' : `, and ${budget.maxQueries} queries are allowed`}.`,
    )
  }
  return { applies: true, cost: { queries: 2 * compared, gradients: 0 }, work: '' }
}
