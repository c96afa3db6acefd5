// What a model answers about records, as the attacks want it: one row a record, the scaled logit of each of its queries, the
// log of the probability of its class, and the probabilities that the shadow classifier learns from.
import type { BlobStore, Scores } from '@failmode/core'
import { probabilities } from '../probabilities.ts'
import { getRows, putRows, type RowsFile } from '../steps/rows-file.ts'
import { membershipSignals } from './attacks/signals.ts'

/** Probabilities kept of a record; of more classes the largest are kept. */
export const mostProbabilities = 64

export interface AnswerRows {
  readonly records: number
  readonly queries: number
  /** [records * queries] */
  readonly scaledLogit: Float64Array
  /** [records], of the record itself. */
  readonly logTrue: Float64Array
  /** [records, width], of the record itself. */
  readonly probabilities: Float32Array
  readonly width: number
}

/** @param scores of all queries of the first record, then of the second, and so on; @param labels of the records */
export function answerRows(scores: Scores, labels: Int32Array, queries: number): Float32Array {
  const { classes } = scores
  const repeated = Int32Array.from(
    { length: labels.length * queries },
    (_, i) => labels[Math.floor(i / queries)]!,
  )
  const { scaledLogit, loss } = membershipSignals(scores, repeated)
  const shares = probabilities(scores)
  const width = Math.min(classes, mostProbabilities)
  const columns = queries + 1 + width
  const out = new Float32Array(labels.length * columns)
  for (let r = 0; r < labels.length; r++) {
    for (let q = 0; q < queries; q++) out[r * columns + q] = scaledLogit[r * queries + q]!
    out[r * columns + queries] = -loss[r * queries]!
    const own = shares.subarray(r * queries * classes, (r * queries + 1) * classes)
    out.set(
      classes <= mostProbabilities ? own : own.slice().sort().reverse().subarray(0, width),
      r * columns + queries + 1,
    )
  }
  return out
}

export function putAnswers(rows: Float32Array, records: number, blobs: BlobStore): Promise<RowsFile> {
  return putRows(rows, { rows: records, blobs })
}

export async function getAnswers(
  files: readonly RowsFile[],
  { queries, blobs }: { readonly queries: number; readonly blobs: BlobStore },
): Promise<AnswerRows> {
  const { rows, columns, values } = await getRows(files, blobs)
  const width = columns - queries - 1
  const out: AnswerRows = {
    records: rows,
    queries,
    scaledLogit: new Float64Array(rows * queries),
    logTrue: new Float64Array(rows),
    probabilities: new Float32Array(rows * width),
    width,
  }
  for (let r = 0; r < rows; r++) {
    out.scaledLogit.set(values.subarray(r * columns, r * columns + queries), r * queries)
    out.logTrue[r] = values[r * columns + queries]!
    out.probabilities.set(values.subarray(r * columns + queries + 1, (r + 1) * columns), r * width)
  }
  return out
}
