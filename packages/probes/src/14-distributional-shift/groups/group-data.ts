// Which data sets can be divided into groups. Unlike the other checks this one needs no second data set: a group that was
// part of the test and did badly there is a place where a shift of the mix would hurt.
import type { Applicability, Budget, SystemFacts } from '@failmode/core'
import { type ShiftOptions, samplesByBudget } from '../options.ts'
import { notApplicable, withoutModel } from '../workload.ts'
import { possibleColumns } from './choose-groups.ts'

export interface GroupData {
  readonly side: 'reference' | 'current'
  readonly split: string
  /** Samples that are asked about. */
  readonly count: number
  readonly columns: readonly string[]
}

const sides = ['reference', 'current'] as const

/** The data sets with labels and with columns that may hold groups. */
export function groupData(system: SystemFacts, options: ShiftOptions, budget: Budget): readonly GroupData[] {
  const found = labelled(system, options).flatMap((side) => {
    const facts = system.data[options[side]]!
    const columns = possibleColumns(facts, options.groups)
    return columns.length === 0 ? [] : [{ side, split: options[side], columns, of: facts.count }]
  })
  const wanted = options.samples ?? samplesByBudget[budget.name]
  const paid = budget.maxQueries === null ? wanted : Math.floor(budget.maxQueries / Math.max(found.length, 1))
  return found.map(({ of, ...data }) => ({ ...data, count: Math.min(of, wanted, paid) }))
}

/** Sides whose data have labels and fit the model; a set that stands on both counts once. */
function labelled(system: SystemFacts, options: ShiftOptions): readonly GroupData['side'][] {
  const fitting = sides.filter((side) => {
    const facts = system.data[options[side]]
    return (
      facts?.labelled === true &&
      facts.count > 0 &&
      facts.sampleShape.join() === system.model?.sampleShape.join()
    )
  })
  return options.reference === options.current ? fitting.slice(0, 1) : fitting
}

/**
 * Whether groups can be compared. A system has groups whether or not somebody wrote them down, so without metadata the
 * check is skipped and reads as not observed.
 */
export function groupsApply(system: SystemFacts, options: ShiftOptions, budget: Budget): Applicability {
  const tested = system.data[options.reference] ?? system.data[options.current]
  if (tested === undefined) {
    return notApplicable(
      `The configuration has neither a data set "${options.reference}" nor "${options.current}".`,
    )
  }
  if (system.model?.access.includes('label') !== true) {
    return notApplicable(withoutModel(system, options, 'label')!)
  }
  const sets = labelled(system, options)
  if (sets.length === 0) {
    return notApplicable(
      `No data set that fits the model has labels: neither "${options.reference}" nor "${options.current}".`,
    )
  }
  const data = groupData(system, options, budget)
  if (data.length === 0) {
    const known = [...new Set(sets.flatMap((side) => system.data[options[side]]!.metadata ?? []))]
    const reason =
      options.groups === undefined
        ? 'Nothing is known of the samples that would divide them into groups, such as the place or the device they come from. Give it as "metadata": { "file": "groups.csv" } of the data set, a table with one row a sample, or as "metadata": { "columns": [...] } of a table.'
        : `No data set has a column ${options.groups.map((name) => `"${name}"`).join(' or ')}${known.length === 0 ? '; "metadata" of the data set gives it' : `; there are ${known.map((name) => `"${name}"`).join(', ')}`}.`
    return { applies: false, outcome: 'skipped', reason }
  }
  if (data.some(({ count }) => count === 0)) {
    return {
      applies: false,
      outcome: 'skipped',
      reason: `${budget.maxQueries} queries do not pay for one sample of each data set.`,
    }
  }
  return {
    applies: true,
    cost: { queries: data.reduce((sum, { count }) => sum + count, 0), gradients: 0 },
    work: data
      .map(({ split, count, columns }) => `${count} samples of "${split}" in groups by ${columns.join(', ')}`)
      .join('; '),
  }
}
