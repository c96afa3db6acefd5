// One statistic for each column of the pooled rows, fast enough to be computed on hundreds of deals: columns are
// sorted once, and a deal only walks along. Columns with few different values are compared as categories, the
// others by the distance of Kolmogorov and Smirnov; both give -ln p of their own approximation, so that they can be set
// beside each other. Whether that p-value is right does not matter: deals are the yardstick.
import { regularisedGammaQ } from '../statistics/special.ts'
import type { StatisticFamily } from './joint-test.ts'
import { ksTail } from './kolmogorov-smirnov.ts'
import { columnOf, type Points, rowsOf } from './points.ts'

/** Columns with at most this many different values are categories. */
export const mostCategories = 5

export function featureStatistics(pooled: Points): StatisticFamily {
  const columns = Array.from({ length: pooled.columns }, (_, c) => sortedColumn(columnOf(pooled, c)))
  return (isCurrent) => {
    const n = isCurrent.reduce((sum, one) => sum + one, 0)
    const m = isCurrent.length - n
    return columns.map((column) =>
      (column.ends.length <= mostCategories ? category : numeric)(column, isCurrent, m, n),
    )
  }
}

interface SortedColumn {
  readonly order: Int32Array
  /** One past the last place of each group of equal values. */
  readonly ends: Int32Array
}

function sortedColumn(values: Float64Array): SortedColumn {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ends: number[] = []
  for (let i = 0; i < order.length; i++) {
    if (i + 1 === order.length || values[order[i]!] !== values[order[i + 1]!]) ends.push(i + 1)
  }
  return { order, ends: Int32Array.from(ends) }
}

function numeric({ order, ends }: SortedColumn, isCurrent: Uint8Array, m: number, n: number): number {
  let distance = 0
  let seen = 0
  let at = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g]!
    for (; at < end; at++) seen += isCurrent[order[at]!]!
    const apart = Math.abs(seen / n - (end - seen) / m)
    if (apart > distance) distance = apart
  }
  return -Math.log(Math.max(ksTail(distance, m, n), 1e-300))
}

function category({ order, ends }: SortedColumn, isCurrent: Uint8Array, m: number, n: number): number {
  if (ends.length < 2) return 0
  let statistic = 0
  let at = 0
  for (let g = 0; g < ends.length; g++) {
    const start = at
    let seen = 0
    for (; at < ends[g]!; at++) seen += isCurrent[order[at]!]!
    const both = at - start
    statistic += ((both - seen) * n - seen * m) ** 2 / both
  }
  return -Math.log(Math.max(regularisedGammaQ((ends.length - 1) / 2, statistic / (m * n) / 2), 1e-300))
}

/**
 * The same statistics within strata, summed over them for each column (Fisher's combination of p-values), so that columns
 * that moved up in one class and down in another do not look as if they had stayed. Strata that only one sample has
 * add nothing.
 * @param strata stratum of each pooled row
 */
export function stratifiedFeatureStatistics(pooled: Points, strata: ArrayLike<number>): StatisticFamily {
  const members = new Map<number, number[]>()
  for (let i = 0; i < pooled.rows; i++) {
    const own = members.get(strata[i]!)
    if (own === undefined) members.set(strata[i]!, [i])
    else own.push(i)
  }
  const parts = [...members.values()].map((rows) => ({
    rows,
    family: featureStatistics(rowsOf(pooled, rows)),
  }))
  return (isCurrent) => {
    const sums = new Float64Array(pooled.columns)
    for (const { rows, family } of parts) {
      const own = Uint8Array.from(rows, (row) => isCurrent[row]!)
      if (own.every((one) => one === own[0])) continue
      const found = family(own)
      for (let c = 0; c < sums.length; c++) sums[c]! += found[c]!
    }
    return sums
  }
}
