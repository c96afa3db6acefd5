/** A range that a number was found to lie in, how sure that is, and how it was got. Plain data. */
export interface Interval {
  readonly low: number
  readonly high: number
  /** Share of repetitions in which such a range covers the truth, such as 0.95. */
  readonly confidence: number
  /** Kebab-case name of the method, such as `wilson`. */
  readonly method: string
}

export interface IntervalOptions {
  /** In (0,1); 0.95 unless said. */
  readonly confidence?: number
}

/** `confidence` or its default. @throws RangeError when it is not in (0,1) */
export function confidenceOf({ confidence = 0.95 }: IntervalOptions): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence lies between 0 and 1, got ${confidence}`)
  }
  return confidence
}
