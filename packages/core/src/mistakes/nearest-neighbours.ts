import type { Points } from '../shift/points.ts'

export interface Neighbours {
  /** Neighbours of each row. */
  readonly k: number
  /** [rows * k], nearest first, of equally near ones the first; a row is no neighbour of itself. */
  readonly indices: Int32Array
  /** [rows * k] */
  readonly distances: Float64Array
}

export interface NeighbourOptions {
  /** 10 unless said; at most the other rows there are. */
  readonly k?: number
  /**
   * `cosine` sets every row to length 1 first, so that direction alone counts and distances are sqrt(2 - 2 cos).
   * `euclid` takes rows as they are. `cosine` unless said, as features of networks are compared.
   */
  readonly metric?: 'cosine' | 'euclid'
}

/** Rows whose numbers stay in the cache while others pass by. */
const tile = 32

/**
 * The nearest other rows of every row, by comparing all pairs: 10,000 rows of 512 columns take some fifteen seconds on
 * one core. Distances of the neighbours found are taken anew from the differences, so those of copies are 0.
 * @throws RangeError when there are fewer than two rows or a number is not finite
 */
export function nearestNeighbours(
  points: Points,
  { k: wanted = 10, metric = 'cosine' }: NeighbourOptions = {},
): Neighbours {
  const { rows, columns } = points
  if (rows < 2) throw new RangeError(`neighbours need two rows, got ${rows}`)
  if (!(Number.isInteger(wanted) && wanted >= 1)) throw new RangeError(`k is 1 or more, got ${wanted}`)
  const k = Math.min(wanted, rows - 1)
  const values = metric === 'cosine' ? unitRows(points) : centred(points)
  const squares = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    for (let c = i * columns; c < (i + 1) * columns; c++) squares[i]! += values[c]! * values[c]!
    if (!Number.isFinite(squares[i]!)) throw new RangeError(`row ${i} has a number that is not finite`)
  }
  const indices = new Int32Array(rows * k).fill(-1)
  const distances = new Float64Array(rows * k).fill(Number.POSITIVE_INFINITY)
  const offer = (to: number, row: number, distance: number): void => {
    let at = to * k + k - 1
    // Rows come in no fixed order, so ties are broken by number here.
    if (distance > distances[at]! || (distance === distances[at]! && row > indices[at]!)) return
    for (; at > to * k; at--) {
      const before = distances[at - 1]!
      if (before < distance || (before === distance && indices[at - 1]! < row)) break
      distances[at] = before
      indices[at] = indices[at - 1]!
    }
    distances[at] = distance
    indices[at] = row
  }
  const both = (i: number, j: number, product: number): void => {
    const distance = Math.max(0, squares[i]! + squares[j]! - 2 * product)
    offer(i, j, distance)
    offer(j, i, distance)
  }
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile)
    for (let i = top; i < rows; i++) {
      // Pairs within the tile once, pairs with later rows all.
      const end = Math.min(bottom, i)
      let j = top
      for (; j + 4 <= end; j += 4) {
        const a = i * columns
        const b = j * columns
        let s0 = 0
        let s1 = 0
        let s2 = 0
        let s3 = 0
        for (let c = 0; c < columns; c++) {
          const x = values[a + c]!
          s0 += x * values[b + c]!
          s1 += x * values[b + columns + c]!
          s2 += x * values[b + 2 * columns + c]!
          s3 += x * values[b + 3 * columns + c]!
        }
        both(i, j, s0)
        both(i, j + 1, s1)
        both(i, j + 2, s2)
        both(i, j + 3, s3)
      }
      for (; j < end; j++) {
        let sum = 0
        for (let c = 0; c < columns; c++) sum += values[i * columns + c]! * values[j * columns + c]!
        both(i, j, sum)
      }
    }
  }
  settle(values, columns, k, indices, distances)
  return { k, indices, distances }
}

/** Puts the distances of the neighbours found in place of those from products, and orders them once more. */
function settle(
  values: Float64Array,
  columns: number,
  k: number,
  indices: Int32Array,
  distances: Float64Array,
): void {
  for (let i = 0; i * k < indices.length; i++) {
    const own = Array.from(indices.subarray(i * k, (i + 1) * k), (row) => {
      let sum = 0
      for (let c = 0; c < columns; c++) sum += (values[i * columns + c]! - values[row * columns + c]!) ** 2
      return { row, distance: Math.sqrt(sum) }
    }).sort((a, b) => a.distance - b.distance || a.row - b.row)
    for (const [at, { row, distance }] of own.entries()) {
      indices[i * k + at] = row
      distances[i * k + at] = distance
    }
  }
}

/** Rows of length 1; a row of zeros stays. */
function unitRows({ rows, columns, values }: Points): Float64Array {
  const out = Float64Array.from(values)
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns)
    // Divided by the largest first, so that squares neither vanish nor overflow.
    let largest = 0
    for (const value of row) largest = Math.max(largest, Math.abs(value))
    if (largest === 0) continue
    let squares = 0
    for (const value of row) squares += (value / largest) ** 2
    const length = largest * Math.sqrt(squares)
    for (let c = 0; c < columns; c++) row[c]! /= length
  }
  return out
}

/** The mean row moved to the origin: distances stay, and products lose no digits to it. */
function centred({ rows, columns, values }: Points): Float64Array {
  const centre = new Float64Array(columns)
  for (let i = 0; i < values.length; i++) centre[i % columns]! += values[i]! / rows
  return values.map((value, i) => value - centre[i % columns]!)
}
