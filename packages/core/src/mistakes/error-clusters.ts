// Where in the embedding do mistakes gather? All rows are clustered, right ones as well, so that a cluster has a rate of
// error and not only errors. A cluster may not be tested on the errors that shaped it: either errors take no part in the
// clustering, and every row tests it; or they do, as in Domino (Eyuboglu et al., "Domino: Discovering Systematic Errors
// with Cross-Modal Embeddings", ICLR 2022), and clusters found on one half of the rows are tested on the other, whose
// rows join them by embedding alone.
import type { Random } from '../random/random.ts'
import { type Points, rowsOf } from '../shift/points.ts'
import type { Interval, IntervalOptions } from '../statistics/interval.ts'
import { wilson } from '../statistics/intervals.ts'
import { benjaminiHochberg } from '../statistics/multiple-tests.ts'
import { hypergeometricTail } from './hypergeometric.ts'
import { assign, type ChooseOptions, chooseKMeans, kMeans } from './k-means.ts'

export interface ErrorClusterOptions extends IntervalOptions, ChooseOptions {
  /** How many; chosen by silhouette unless given. */
  readonly clusters?: number
  /**
   * How much being wrong counts in the clustering: the spread of the error against that of the whole embedding. 0 unless
   * said, which leaves it out.
   */
  readonly errorWeight?: number
}

export interface ErrorCluster {
  /** Rows that test it, those nearest to its centre first. */
  readonly rows: Int32Array
  /** How many. */
  readonly support: number
  readonly errors: number
  readonly errorRate: number
  /** Wilson's, for the error rate. */
  readonly interval: Interval
  /** Error rate over that of all tested rows; NaN where there is no error. */
  readonly lift: number
  /** Chance of as many errors among as many rows drawn at random. */
  readonly pValue: number
  /** Adjusted over all clusters by Benjamini and Hochberg. */
  readonly adjusted: number
}

/**
 * Clusters of the embedding, highest error rate first, each with what its rows say of it. Clusters that no tested row
 * joined are left out.
 * @param errors 1 where the model is wrong, else 0; one a row
 * @throws RangeError when sizes differ or there are too few rows for the clusters
 */
export function errorClusters(
  embedding: Points,
  errors: ArrayLike<number>,
  random: Random,
  { clusters, errorWeight = 0, confidence = 0.95, ...options }: ErrorClusterOptions = {},
): readonly ErrorCluster[] {
  const { rows } = embedding
  if (errors.length !== rows) {
    throw new RangeError(`each row is right or wrong, got ${errors.length} for ${rows} rows`)
  }
  const order = random.split('halves').permutation(rows)
  const half = rows >> 1
  const all = Int32Array.from({ length: rows }, (_, i) => i)
  const [finding, testing] =
    errorWeight === 0 ? [all, all] : [order.slice(0, half).sort(), order.slice(half).sort()]
  const found = errorWeight === 0 ? embedding : withErrors(embedding, finding, errors, errorWeight)
  const draws = random.split('clusters')
  const { labels, centres } =
    clusters === undefined ? chooseKMeans(found, draws, options) : kMeans(found, clusters, draws, options)
  // Centres anew without the error, so that it plays no part in which cluster a row joins.
  const places = errorWeight === 0 ? centres : means(rowsOf(embedding, finding), labels, centres.rows)
  const tested = rowsOf(embedding, testing)
  const joined = errorWeight === 0 ? labels : assign(tested, places)
  let wrong = 0
  for (const row of testing) wrong += errors[row]!
  const out = Array.from({ length: places.rows }, (_, cluster) => {
    const members: { row: number; distance: number }[] = []
    let own = 0
    for (const [at, row] of testing.entries()) {
      if (joined[at] !== cluster) continue
      let distance = 0
      for (let c = 0; c < tested.columns; c++) {
        distance +=
          (tested.values[at * tested.columns + c]! - places.values[cluster * tested.columns + c]!) ** 2
      }
      members.push({ row, distance })
      own += errors[row]!
    }
    members.sort((a, b) => a.distance - b.distance || a.row - b.row)
    const support = members.length
    return {
      rows: Int32Array.from(members, ({ row }) => row),
      support,
      errors: own,
      errorRate: own / support,
      interval: wilson(own, support, { confidence }),
      lift: own / support / (wrong / testing.length),
      pValue: hypergeometricTail(own, support, wrong, testing.length),
    }
  }).filter(({ support }) => support > 0)
  const adjusted = benjaminiHochberg(out.map(({ pValue }) => pValue))
  return out
    .map((cluster, i) => ({ ...cluster, adjusted: adjusted[i]! }))
    .sort((a, b) => b.errorRate - a.errorRate || b.support - a.support || a.rows[0]! - b.rows[0]!)
}

/** The named rows with one more column: whether the row is an error, of `weight` times the spread of all the others. */
function withErrors(embedding: Points, rows: Int32Array, errors: ArrayLike<number>, weight: number): Points {
  const { columns } = embedding
  const chosen = rowsOf(embedding, rows)
  const { values: centre } = means(chosen, new Int32Array(rows.length), 1)
  let spread = 0
  for (let at = 0; at < chosen.values.length; at++)
    spread += (chosen.values[at]! - centre[at % columns]!) ** 2
  let wrong = 0
  for (const row of rows) wrong += errors[row]! / rows.length
  const unit = Math.sqrt(spread / rows.length / Math.max(wrong * (1 - wrong), 1 / rows.length))
  const values = new Float64Array(rows.length * (columns + 1))
  for (const [i, row] of rows.entries()) {
    values.set(chosen.values.subarray(i * columns, (i + 1) * columns), i * (columns + 1))
    values[i * (columns + 1) + columns] = weight * unit * errors[row]!
  }
  return { rows: rows.length, columns: columns + 1, values }
}

/** Mean row of each group. Groups without rows are left out. */
function means({ rows, columns, values }: Points, labels: Int32Array, groups: number): Points {
  const sums = new Float64Array(groups * columns)
  const counts = new Int32Array(groups)
  for (let i = 0; i < rows; i++) {
    counts[labels[i]!]!++
    for (let c = 0; c < columns; c++) sums[labels[i]! * columns + c]! += values[i * columns + c]!
  }
  const all = {
    rows: groups,
    columns,
    values: sums.map((sum, at) => sum / counts[Math.floor(at / columns)]!),
  }
  return rowsOf(
    all,
    Array.from({ length: groups }, (_, g) => g).filter((g) => counts[g]! > 0),
  )
}
