// What a thief may do with a service: send rows, get answers. Every exact attack of this folder is written against
// these interfaces alone, so that it can be tested on plain functions and knows nothing of engines or networks. A row
// is one query, however many rows travel in one call.

/** One answer a row; the same rows always get the same answers. */
export interface Oracle<Answer> {
  /** Numbers a row has. */
  readonly features: number
  readonly classes: number
  ask(rows: readonly Float32Array[]): Promise<Answer>
}

/** What a thief may ask: rows of numbers in unit space, NaN where a field is left out; one score vector a row. */
export interface ScoreOracle extends Oracle<readonly Float64Array[]> {}

/** As ScoreOracle, where only the class is answered; one class a row. */
export interface LabelOracle extends Oracle<Int32Array> {}

/** What the thief knows of one number of a row: its range, or the values it may have, all in unit space. */
export type Feature =
  | { readonly kind: 'continuous'; readonly low: number; readonly high: number }
  | { readonly kind: 'categorical'; readonly values: readonly number[] }

/** Thrown in place of an answer when it would cost more queries than are left. No row of that call was asked. */
export class OutOfQueries extends Error {
  readonly limit: number
  readonly asked: number
  readonly wanted: number

  constructor({
    limit,
    asked,
    wanted,
  }: {
    readonly limit: number
    readonly asked: number
    readonly wanted: number
  }) {
    super(`${wanted} more queries were wanted, ${asked} of ${limit} are used`)
    this.name = 'OutOfQueries'
    this.limit = limit
    this.asked = asked
    this.wanted = wanted
  }
}

export interface CountingOracle<Answer> extends Oracle<Answer> {
  /** Rows asked so far. */
  readonly asked: number
}

/**
 * The same oracle, its rows counted.
 * @throws OutOfQueries from `ask` when a call would pass the limit
 */
export function countingOracle<Answer>(
  oracle: Oracle<Answer>,
  { limit = Number.POSITIVE_INFINITY }: { readonly limit?: number } = {},
): CountingOracle<Answer> {
  let asked = 0
  return {
    features: oracle.features,
    classes: oracle.classes,
    get asked() {
      return asked
    },
    async ask(rows) {
      if (asked + rows.length > limit) throw new OutOfQueries({ limit, asked, wanted: rows.length })
      // Counted before the answer: a query that fails half-way has been seen by the service.
      asked += rows.length
      return await oracle.ask(rows)
    },
  }
}

/** The class as a score vector: 1 for it and 0 for the others. */
export function oneHotOracle(oracle: LabelOracle): ScoreOracle {
  return {
    features: oracle.features,
    classes: oracle.classes,
    async ask(rows) {
      const labels = await oracle.ask(rows)
      return Array.from(labels, (label) => {
        const scores = new Float64Array(oracle.classes)
        scores[label] = 1
        return scores
      })
    },
  }
}
