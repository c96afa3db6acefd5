// Summaries of numbers: centre, spread, quantiles, with and without weights. All of them take any array of
// numbers, leave it as it is, and give NaN where a summary of so few numbers does not exist.

/** Arithmetic mean. NaN when empty. */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN
  let result = 0
  for (let i = 0; i < values.length; i++) result += (values[i]! - result) / (i + 1)
  return result
}

/**
 * Sample variance, divisor n - 1, by Welford's updates ("Note on a method for calculating corrected sums of squares
 * and products", Technometrics 4, 1962), which do not cancel when the mean is large. NaN below two values.
 */
export function variance(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN
  let centre = 0
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - centre
    centre += distance / (i + 1)
    squares += distance * (values[i]! - centre)
  }
  return squares / (values.length - 1)
}

/** Square root of the sample variance. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values))
}

/** The values in ascending order, as a new array. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/**
 * The p-quantile of type 7 (Hyndman and Fan, "Sample Quantiles in Statistical Packages", Am. Stat. 50, 1996; the
 * default of R and NumPy): linear between the order statistics, which lie at (k-1)/(n-1). NaN when empty.
 * @param p in [0,1]
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantileOfSorted(sorted(values), p)
}

/** `quantile` of values that are already in ascending order. @throws RangeError when p is not in [0,1] */
export function quantileOfSorted(ascending: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile is asked for at 0 to 1, got ${p}`)
  if (ascending.length === 0) return Number.NaN
  const at = p * (ascending.length - 1)
  const below = ascending[Math.floor(at)]!
  const above = ascending[Math.ceil(at)]!
  return below === above ? below : below + (at - Math.floor(at)) * (above - below)
}

/** The middle value, or the mean of the two middle ones. NaN when empty. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5)
}

/**
 * sum(w x) / sum(w). NaN when the weights sum to 0.
 * @throws RangeError when lengths differ or a weight is negative
 */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  return weightedMoments(values, weights).centre
}

/**
 * Unbiased sample variance under weights that say how much each value counts, not how often it occurred:
 * sum(w (x - m)^2) / (W - sum(w^2) / W), W = sum(w). Scaling all weights changes nothing, and equal weights give
 * `variance`. NaN when fewer than two weights are positive. Updates as in West, Comm. ACM 22(9), 1979.
 * @throws RangeError when lengths differ or a weight is negative
 */
export function weightedVariance(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const { total, squaredWeights, squares, positive } = weightedMoments(values, weights)
  return positive < 2 ? Number.NaN : squares / (total - squaredWeights / total)
}

function weightedMoments(values: ArrayLike<number>, weights: ArrayLike<number>) {
  if (values.length !== weights.length) {
    throw new RangeError(
      `each value has one weight, got ${values.length} values and ${weights.length} weights`,
    )
  }
  let centre = Number.NaN
  let total = 0
  let squaredWeights = 0
  let squares = 0
  let positive = 0
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i]!
    if (!(weight >= 0)) throw new RangeError(`weights are not negative, got ${weight} at ${i}`)
    if (weight === 0) continue
    positive++
    total += weight
    squaredWeights += weight * weight
    const distance = positive === 1 ? 0 : values[i]! - centre
    centre = positive === 1 ? values[i]! : centre + (weight / total) * distance
    squares += weight * distance * (values[i]! - centre)
  }
  return { centre, total, squaredWeights, squares, positive }
}
