// The step that clusters samples by what a model makes of them and counts mistakes in each cluster. The mistakes take no
// part in the clustering, so all samples may test it. How many clusters there are is not chosen by a measure such as the
// silhouette, which finds the classes, while a group that the model fails on is a part of one: several numbers are tried,
// and a failure is told at the scale at which chance explains it least.
import { benjaminiHochberg, errorClusters, type Points, type Random, type StepHandler } from '@failmode/core'
import { getRows, type RowsFile } from '../steps/rows-file.ts'

export interface ClusterInput {
  readonly files: readonly RowsFile[]
  /** Rows that take part, with 1 where the model is wrong. */
  readonly rows: readonly number[]
  readonly errors: readonly (0 | 1)[]
  /** How many clusters. */
  readonly count: number
}

export interface FoundCluster {
  /** Rows, those nearest to the centre first. */
  readonly rows: readonly number[]
  readonly errors: number
  readonly lift: number
  readonly pValue: number
}

/** Rows are turned into at most so many random directions first, which keep distances well enough and cost less. */
const mostColumns = 64

export const clusterStep: StepHandler<ClusterInput, { readonly clusters: readonly FoundCluster[] }> = {
  name: 'natural-adversarial-examples/cluster',
  version: 1,
  async run({ files, rows, errors, count }, { blobs, random, signal }) {
    signal.throwIfAborted()
    const all = await getRows(files, blobs)
    const points = projected(unitRows(all, rows), random.split('directions'))
    const found = errorClusters(points, errors, random.split('clusters'), {
      clusters: count,
      restarts: 3,
      rounds: 50,
    })
    return {
      clusters: found.map((cluster) => ({
        rows: Array.from(cluster.rows, (at) => rows[at]!),
        errors: cluster.errors,
        lift: Number.isFinite(cluster.lift) ? cluster.lift : 1,
        pValue: cluster.pValue,
      })),
    }
  },
}

/** The named rows at length 1, as features of networks are compared. */
function unitRows({ columns, values }: Points, rows: readonly number[]): Points {
  const out = new Float64Array(rows.length * columns)
  for (const [i, row] of rows.entries()) {
    const own = values.subarray(row * columns, (row + 1) * columns)
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0))
    for (let c = 0; c < columns; c++) out[i * columns + c] = length === 0 ? 0 : own[c]! / length
  }
  return { rows: rows.length, columns, values: out }
}

/** Johnson and Lindenstrauss, with normal directions. */
function projected(points: Points, random: Random): Points {
  if (points.columns <= mostColumns) return points
  const directions = Float64Array.from({ length: points.columns * mostColumns }, () => random.normal())
  const values = new Float64Array(points.rows * mostColumns)
  for (let i = 0; i < points.rows; i++) {
    for (let c = 0; c < points.columns; c++) {
      const value = points.values[i * points.columns + c]! / Math.sqrt(mostColumns)
      if (value === 0) continue
      for (let j = 0; j < mostColumns; j++)
        values[i * mostColumns + j]! += value * directions[c * mostColumns + j]!
    }
  }
  return { rows: points.rows, columns: mostColumns, values }
}

/** Numbers of clusters to try, around the one that is asked for and never more than leave each `minSlice` rows. */
export function clusterCounts({
  clusters,
  rows,
  minSlice,
}: {
  readonly clusters: number
  readonly rows: number
  readonly minSlice: number
}): readonly number[] {
  const most = Math.max(1, Math.floor(rows / minSlice))
  const wanted = [0.4, 0.6, 0.8, 1.2, 1.8].map((share) => Math.max(2, Math.round(share * clusters)))
  return [...new Set(wanted.map((count) => Math.min(count, most)))]
}

/** Clusters of all scales with corrected p-values, the surest first, without those that mostly repeat a surer one. */
export function distinctClusters(
  found: readonly FoundCluster[],
): readonly (FoundCluster & { readonly adjusted: number })[] {
  const adjusted = benjaminiHochberg(found.map(({ pValue }) => pValue))
  const order = found
    .map((cluster, i) => ({ ...cluster, adjusted: adjusted[i]! }))
    .sort((a, b) => a.pValue - b.pValue || b.lift - a.lift)
  const taken = new Set<number>()
  return order.filter(({ rows }) => {
    if (rows.filter((row) => taken.has(row)).length > rows.length / 2) return false
    for (const row of rows) taken.add(row)
    return true
  })
}
