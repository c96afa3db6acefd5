// Whether two samples of categories come from one distribution. The chi-square approximation needs a few expected in
// every cell, so categories too rare for it are put together first; where even two columns are too thin for it,
// Fisher's exact test takes its place. Cramer's V and the total variation say how large the difference is.
import { logGamma, regularisedGammaQ } from '../statistics/special.ts'

export interface ChiSquareTest {
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
  /** sqrt(statistic / total), in [0,1]; over the categories as they were put together. */
  readonly cramersV: number
  /** `none`: fewer than two categories occur, so there is nothing to compare. */
  readonly method: 'chi-square' | 'fisher' | 'none'
  /** Categories after the rare ones were put together. */
  readonly categories: number
}

/**
 * Test of homogeneity on two rows of counts. Categories in which either sample would expect fewer than 5 are put
 * together, rarest first, until none is left (Cochran, Biometrics 10, 1954). Two columns of which one stays
 * below 5 get Fisher's exact two-sided p-value, the sum over tables no likelier than this one.
 * @throws RangeError when rows differ in length, a count is not an integer of at least 0 or a sample is empty
 */
export function chiSquareTest(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareTest {
  const [m, n] = checkCounts(reference, current)
  const fewest = (5 * (m + n)) / Math.min(m, n)
  const cells = Array.from(reference, (count, k): [number, number] => [count, current[k]!])
    .filter(([a, b]) => a + b > 0)
    .sort((x, y) => x[0] + x[1] - (y[0] + y[1]))
  while (cells.length > 2 && cells[0]![0] + cells[0]![1] < fewest) {
    const [first, second] = cells.splice(0, 2) as [[number, number], [number, number]]
    cells.push([first[0] + second[0], first[1] + second[1]])
    cells.sort((x, y) => x[0] + x[1] - (y[0] + y[1]))
  }
  if (cells.length < 2) {
    return { statistic: 0, degrees: 0, pValue: 1, cramersV: 0, method: 'none', categories: cells.length }
  }
  const statistic = chiSquareStatistic(
    cells.map(([a]) => a),
    cells.map(([, b]) => b),
  )
  const degrees = cells.length - 1
  const rare = cells[0]![0] + cells[0]![1] < fewest
  return {
    statistic,
    degrees,
    pValue: rare ? fisher(cells[0]![0], cells[0]![1], m, n) : regularisedGammaQ(degrees / 2, statistic / 2),
    cramersV: Math.sqrt(statistic / (m + n)),
    method: rare ? 'fisher' : 'chi-square',
    categories: cells.length,
  }
}

/** Pearson's statistic of two rows of counts; categories that do not occur count for nothing. */
export function chiSquareStatistic(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [m, n] = checkCounts(reference, current)
  let sum = 0
  for (let k = 0; k < reference.length; k++) {
    const both = reference[k]! + current[k]!
    if (both > 0) sum += (reference[k]! * n - current[k]! * m) ** 2 / both
  }
  return sum / (m * n)
}

/** Half the sum of the differences between two rows of counts as shares: 0 alike, 1 nothing in common. */
export function totalVariation(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [m, n] = [total(reference), total(current)]
  let sum = 0
  for (let k = 0; k < reference.length; k++) sum += Math.abs(reference[k]! / m - current[k]! / n)
  return sum / 2
}

/** Counts of the integers 0 to categories - 1 among `values`. */
export function countCategories(values: ArrayLike<number>, categories: number): Float64Array {
  const counts = new Float64Array(categories)
  for (let i = 0; i < values.length; i++) counts[values[i]!]! += 1
  return counts
}

function fisher(a: number, b: number, m: number, n: number): number {
  const column = a + b
  const choose = (k: number, of: number): number => logGamma(of + 1) - logGamma(k + 1) - logGamma(of - k + 1)
  const logChance = (k: number): number => choose(k, m) + choose(column - k, n) - choose(column, m + n)
  const own = logChance(a)
  let sum = 0
  for (let k = Math.max(0, column - n); k <= Math.min(column, m); k++) {
    const chance = logChance(k)
    if (chance <= own + 1e-7) sum += Math.exp(chance)
  }
  return Math.min(1, sum)
}

function checkCounts(reference: ArrayLike<number>, current: ArrayLike<number>): [number, number] {
  if (reference.length !== current.length) {
    throw new RangeError(
      `both samples have the same categories, got ${reference.length} and ${current.length}`,
    )
  }
  const sums = [total(reference), total(current)] as [number, number]
  if (!(sums[0] > 0 && sums[1] > 0)) throw new RangeError('a sample is empty')
  return sums
}

function total(counts: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < counts.length; k++) {
    if (!(Number.isSafeInteger(counts[k]) && counts[k]! >= 0))
      throw new RangeError(`counts are integers of at least 0, got ${counts[k]}`)
    sum += counts[k]!
  }
  return sum
}
