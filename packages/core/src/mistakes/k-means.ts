// Rows parted into groups around centres, so that the squares of the distances to them sum to little. Starts are drawn
// far apart (Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007) and the best of several
// is kept. How many groups there are is not known; the silhouette says how much nearer rows are to their own group than
// to the next (Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20, 1987), and the number with the highest is taken.
import type { Random } from '../random/random.ts'
import { type Points, rowsOf } from '../shift/points.ts'

export interface Partition {
  /** [rows] 0 to the number of centres - 1. */
  readonly labels: Int32Array
  readonly centres: Points
  /** Sum of the squared distances to the nearest centre. */
  readonly inertia: number
}

export interface KMeansOptions {
  /** 5 unless said. */
  readonly restarts?: number
  /** Most rounds of a start; 100 unless said. */
  readonly rounds?: number
}

/**
 * Lloyd's algorithm from `restarts` k-means++ starts. Fewer than k centres come back when there are fewer different rows.
 * @throws RangeError when k is not 1 to the number of rows
 */
export function kMeans(
  points: Points,
  k: number,
  random: Random,
  { restarts = 5, rounds = 100 }: KMeansOptions = {},
): Partition {
  if (!(Number.isInteger(k) && k >= 1 && k <= points.rows)) {
    throw new RangeError(`k is 1 to the number of rows, ${points.rows}, got ${k}`)
  }
  let best: Partition | undefined
  for (let r = 0; r < restarts; r++) {
    const found = lloyd(points, seed(points, k, random.split(r)), rounds)
    if (best === undefined || found.inertia < best.inertia) best = found
  }
  return best!
}

/** Rows drawn in turn, each with a chance as its squared distance to the nearest one drawn before. */
function seed(points: Points, k: number, random: Random): Points {
  const chosen = [random.int(points.rows)]
  const nearest = new Float64Array(points.rows).fill(Number.POSITIVE_INFINITY)
  while (chosen.length < k) {
    let sum = 0
    for (let i = 0; i < points.rows; i++) {
      nearest[i] = Math.min(nearest[i]!, squaredDistance(points, i, points, chosen.at(-1)!))
      sum += nearest[i]!
    }
    if (!(sum > 0)) break
    let left = random.uniform() * sum
    let next = -1
    for (let i = 0; i < points.rows && left >= 0; i++) {
      if (nearest[i]! > 0) next = i
      left -= nearest[i]!
    }
    chosen.push(next)
  }
  return rowsOf(points, chosen)
}

function lloyd(points: Points, start: Points, rounds: number): Partition {
  const { columns } = points
  let centres = start
  let labels = assign(points, centres)
  for (let round = 0; round < rounds; round++) {
    const sums = new Float64Array(centres.values.length)
    const counts = new Int32Array(centres.rows)
    for (const [i, label] of labels.entries()) {
      counts[label]!++
      for (let c = 0; c < columns; c++) sums[label * columns + c]! += points.values[i * columns + c]!
    }
    // A centre that lost all of its rows stays where it is.
    const { values } = centres
    centres = {
      ...centres,
      values: sums.map((sum, at) => {
        const count = counts[Math.floor(at / columns)]!
        return count === 0 ? values[at]! : sum / count
      }),
    }
    const next = assign(points, centres)
    const settled = next.every((label, i) => label === labels[i])
    labels = next
    if (settled) break
  }
  let inertia = 0
  for (const [i, label] of labels.entries()) inertia += squaredDistance(points, i, centres, label)
  return { labels, centres, inertia }
}

/** The nearest centre of each row, the first on a tie. @throws RangeError when columns differ */
export function assign(points: Points, centres: Points): Int32Array {
  if (points.columns !== centres.columns) {
    throw new RangeError(
      `rows and centres have the same columns, got ${points.columns} and ${centres.columns}`,
    )
  }
  return Int32Array.from({ length: points.rows }, (_, i) => {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < centres.rows; j++) {
      const distance = squaredDistance(points, i, centres, j)
      if (distance < least) {
        least = distance
        best = j
      }
    }
    return best
  })
}

function squaredDistance(a: Points, i: number, b: Points, j: number): number {
  const { columns } = a
  let sum = 0
  for (let c = 0; c < columns; c++) {
    const gap = a.values[i * columns + c]! - b.values[j * columns + c]!
    sum += gap * gap
  }
  return sum
}

/**
 * Mean over rows of (b - a) / max(a, b), a the mean distance to the other rows of its own group, b the least mean distance
 * to the rows of another; 0 for a row alone in its group. In [-1,1]. Time goes with the square of the rows.
 * @throws RangeError when there is only one group
 */
export function silhouette(points: Points, labels: ArrayLike<number>): number {
  const { rows } = points
  const groups = 1 + Math.max(...Array.from(labels))
  const sizes = new Int32Array(groups)
  for (let i = 0; i < rows; i++) sizes[labels[i]!]!++
  if (sizes.filter((size) => size > 0).length < 2) throw new RangeError('there is only one group')
  let sum = 0
  for (let i = 0; i < rows; i++) {
    if (sizes[labels[i]!] === 1) continue
    const to = new Float64Array(groups)
    for (let j = 0; j < rows; j++) to[labels[j]!]! += Math.sqrt(squaredDistance(points, i, points, j))
    let other = Number.POSITIVE_INFINITY
    for (let g = 0; g < groups; g++) {
      if (g !== labels[i] && sizes[g]! > 0) other = Math.min(other, to[g]! / sizes[g]!)
    }
    const own = to[labels[i]!]! / (sizes[labels[i]!]! - 1)
    if (own !== other) sum += (other - own) / Math.max(own, other)
  }
  return sum / rows
}

export interface ChooseOptions extends KMeansOptions {
  /** Most groups looked at; 20 unless said. */
  readonly most?: number
  /** Rows that the silhouette is taken of; 500 unless said. */
  readonly sample?: number
}

/** `kMeans` for each k from 2 to `most`; the partition with the highest silhouette. One group when rows are all the same. */
export function chooseKMeans(
  points: Points,
  random: Random,
  { most = 20, sample = 500, ...options }: ChooseOptions = {},
): Partition {
  const looked = random.split('sample').sample(points.rows, Math.min(sample, points.rows))
  const seen = rowsOf(points, looked)
  let best: Partition | undefined
  let highest = Number.NEGATIVE_INFINITY
  for (let k = 2; k <= Math.min(most, points.rows - 1); k++) {
    const found = kMeans(points, k, random.split(k), options)
    const labels = Array.from(looked, (row) => found.labels[row]!)
    if (new Set(labels).size < 2) continue
    const height = silhouette(seen, labels)
    if (height > highest) {
      highest = height
      best = found
    }
  }
  return best ?? kMeans(points, 1, random.split(1), options)
}
