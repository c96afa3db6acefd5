// Poisson draws, exact for every rate. Below 10, uniforms are multiplied until their product falls below
// exp(-rate) (Knuth, "The Art of Computer Programming" vol. 2, 3.4.1); above, where that takes one uniform per
// event, transformed rejection with squeeze needs about 2.5 uniforms whatever the rate: algorithm PTRS of
// Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
// Economics 12, 1993.
import { logGamma } from '../statistics/special.ts'

// Beyond this rate the logarithm of the probability, a difference of terms near rate * log(rate), has fewer than
// five good decimals left and acceptance would no longer be exact.
const largest = 1e9

/**
 * A Poisson draw.
 * @param rate mean of the distribution, 0 to 1e9
 * @param uniform the next number in [0,1)
 * @throws RangeError when the rate is outside
 */
export function drawPoisson(rate: number, uniform: () => number): number {
  if (!(rate >= 0 && rate <= largest)) {
    throw new RangeError(`poisson needs a rate from 0 to ${largest}, got ${rate}`)
  }
  return rate < 10 ? drawByProducts(rate, uniform) : drawByRejection(rate, uniform)
}

function drawByProducts(rate: number, uniform: () => number): number {
  const limit = Math.exp(-rate)
  let count = 0
  for (let product = uniform(); product >= limit; product *= uniform()) count++
  return count
}

function drawByRejection(rate: number, uniform: () => number): number {
  const logRate = Math.log(rate)
  const b = 0.931 + 2.53 * Math.sqrt(rate)
  const a = -0.059 + 0.02483 * b
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const squeeze = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = uniform() - 0.5
    const v = 1 - uniform()
    const margin = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / margin + b) * u + rate + 0.43)
    if (margin >= 0.07 && v <= squeeze) return k
    if (k < 0 || (margin < 0.013 && v > margin)) continue
    const accept = Math.log((v * inverseAlpha) / (a / (margin * margin) + b))
    if (accept <= k * logRate - rate - logGamma(k + 1)) return k
  }
}
