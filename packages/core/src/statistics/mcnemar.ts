// McNemar's test: did two runs on the same samples differ? Only the samples on which they disagree tell, and if
// neither is better each of those falls either way with chance 1/2. The exact test keeps its level always; the
// mid-p version is less conservative and keeps it nearly always (Fagerland, Lydersen and Laake, "The McNemar test
// for binary matched-pairs data", BMC Med. Res. Methodol. 13:91, 2013, equations in "Methods").
import { binomialCdf, binomialProbability } from './special.ts'

export interface McNemar {
  /** Samples on which only the first run succeeded, often called b. */
  readonly onlyFirst: number
  /** Samples on which only the second run succeeded, often called c. */
  readonly onlySecond: number
  /** Exact two-sided p-value: twice the smaller binomial tail, at most 1. */
  readonly exact: number
  /** Two-sided mid-p value: outcomes as likely as the one seen count half. */
  readonly midP: number
}

/**
 * The test from the two counts of disagreement. With none there is nothing to tell: both p-values are 1.
 * @throws RangeError unless the counts are integers of at least 0
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  for (const count of [onlyFirst, onlySecond]) {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`counts are integers of at least 0, got ${count}`)
    }
  }
  const n = onlyFirst + onlySecond
  if (n === 0) return { onlyFirst, onlySecond, exact: 1, midP: 1 }
  const fewer = Math.min(onlyFirst, onlySecond)
  const point = binomialProbability(fewer, n, 0.5)
  if (onlyFirst === onlySecond) return { onlyFirst, onlySecond, exact: 1, midP: 1 - point / 2 }
  const exact = Math.min(1, 2 * binomialCdf(fewer, n, 0.5))
  // Near the smallest numbers there are, the tail may be lost where one of its terms is not.
  return { onlyFirst, onlySecond, exact, midP: Math.max(0, exact - point) }
}

/**
 * The test from the outcomes of two runs, one entry a sample, in the same order.
 * @throws RangeError when the runs differ in length
 */
export function mcnemarOfPairs(first: readonly boolean[], second: readonly boolean[]): McNemar {
  if (first.length !== second.length) {
    throw new RangeError(`runs are compared on the same samples, got ${first.length} and ${second.length}`)
  }
  let onlyFirst = 0
  let onlySecond = 0
  for (let i = 0; i < first.length; i++) {
    if (first[i] && !second[i]) onlyFirst++
    else if (!first[i] && second[i]) onlySecond++
  }
  return mcnemar(onlyFirst, onlySecond)
}
