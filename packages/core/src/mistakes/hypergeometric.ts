import { logGamma } from '../statistics/special.ts'

/**
 * log P(X >= hits), X the marked ones among `drawn` rows out of `total`, of which `marked` are marked: the upper tail of
 * the hypergeometric distribution, which is Fisher's one-sided test. -Infinity when it cannot be.
 */
export function logHypergeometricTail(hits: number, drawn: number, marked: number, total: number): number {
  const least = Math.max(0, drawn + marked - total)
  const most = Math.min(drawn, marked)
  if (hits <= least) return 0
  if (hits > most) return Number.NEGATIVE_INFINITY
  const mode = Math.floor(((drawn + 1) * (marked + 1)) / (total + 2))
  // Below the mode the lower tail is the smaller sum, and 1 less it loses nothing.
  return hits > mode
    ? logUpper(hits, drawn, marked, total)
    : Math.log1p(-Math.exp(logLower(hits - 1, drawn, marked, total)))
}

/** P(X >= hits). */
export function hypergeometricTail(hits: number, drawn: number, marked: number, total: number): number {
  return Math.min(1, Math.exp(logHypergeometricTail(hits, drawn, marked, total)))
}

function logUpper(from: number, drawn: number, marked: number, total: number): number {
  let term = 1
  let sum = 1
  for (let x = from; x < Math.min(drawn, marked) && term > sum * 1e-17; x++) {
    term *= ((drawn - x) * (marked - x)) / ((x + 1) * (total - drawn - marked + x + 1))
    sum += term
  }
  return logProbability(from, drawn, marked, total) + Math.log(sum)
}

/** P(X <= to) is the upper tail of the rows that are not marked. */
const logLower = (to: number, drawn: number, marked: number, total: number): number =>
  logUpper(drawn - to, drawn, total - marked, total)

const logProbability = (x: number, drawn: number, marked: number, total: number): number =>
  logChoose(marked, x) + logChoose(total - marked, drawn - x) - logChoose(total, drawn)

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** Searches ask for the same small whole numbers over and over. */
const known = new Float64Array(20_000).fill(Number.NaN)

function logFactorial(n: number): number {
  if (n >= known.length) return logGamma(n + 1)
  let value = known[n]!
  if (Number.isNaN(value)) {
    value = logGamma(n + 1)
    known[n] = value
  }
  return value
}
