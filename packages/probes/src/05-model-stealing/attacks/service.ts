// What a thief may ask: rows of features, with NaN for a field that is left out where the service allows that, and one answer a
// row. The ledger answers a question that was asked before from memory, as any thief would, and counts the others.

/** One column of a row. */
export type Feature =
  | {
      readonly kind: 'number'
      readonly low: number
      readonly high: number
      /** Distance of neighbouring values, such as 1 for years; borders are found to this. */
      readonly step: number
    }
  | { readonly kind: 'category'; readonly values: readonly number[] }

/** Asks many rows at once; each row is one query. */
export type Service<Answer> = (rows: readonly Float64Array[]) => Promise<readonly Answer[]>

/** What the attack may not go beyond. */
export class OutOfQueries extends Error {
  constructor(limit: number) {
    super(`the attack needs more than the ${limit} queries that it may make`)
    this.name = 'OutOfQueries'
  }
}

export interface Ledger<Answer> {
  readonly queries: () => number
  readonly ask: (rows: readonly Float64Array[]) => Promise<readonly Answer[]>
  /** Everything asked so far. */
  readonly known: () => Iterable<{ readonly row: Float64Array; readonly answer: Answer }>
}

/** @throws OutOfQueries before the question that would go beyond `limit` */
export function openLedger<Answer>(
  service: Service<Answer>,
  {
    limit = Number.POSITIVE_INFINITY,
    signal,
  }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
): Ledger<Answer> {
  const memory = new Map<string, { readonly row: Float64Array; readonly answer: Answer }>()
  let queries = 0
  return {
    queries: () => queries,
    known: () => memory.values(),
    async ask(rows) {
      signal?.throwIfAborted()
      const keys = rows.map((row) => row.join())
      const fresh = new Map<string, Float64Array>()
      for (const [i, key] of keys.entries()) if (!memory.has(key)) fresh.set(key, rows[i]!.slice())
      if (queries + fresh.size > limit) throw new OutOfQueries(limit)
      if (fresh.size > 0) {
        queries += fresh.size
        const answers = await service([...fresh.values()])
        let at = 0
        for (const [key, row] of fresh) memory.set(key, { row, answer: answers[at++]! })
      }
      return keys.map((key) => memory.get(key)!.answer)
    },
  }
}
