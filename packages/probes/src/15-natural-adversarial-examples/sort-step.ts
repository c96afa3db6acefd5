// The step that says what stands behind each mistake, from the model's answers, the labels and the samples around.
import {
  confidentLearning,
  type Mistake,
  type Neighbours,
  neighbourAgreement,
  type StepContext,
  type StepHandler,
  sortMistakes,
} from '@failmode/core'
import { getRows, type RowsFile } from '../steps/rows-file.ts'
import { type BlockNeighbours, mergeNeighbours } from './neighbours-step.ts'

export interface SortInput {
  readonly split: string
  readonly indices: readonly number[]
  /** Probabilities of the model, in the order of `indices`. */
  readonly answers: readonly RowsFile[]
  readonly neighbours: readonly BlockNeighbours[]
  readonly k: number
}

/** `row` and `conflictsWith` are places in `indices`. */
export type SortedMistake = Pick<
  Mistake,
  'row' | 'kind' | 'given' | 'predicted' | 'confidence' | 'labelErrorScore' | 'suggested' | 'conflictsWith'
>

export interface Sorted {
  readonly mistakes: readonly SortedMistake[]
  /** Rows of which at least half of the neighbours carry the same label. */
  readonly agreeing: number
  /** Rows whose label confident learning suspects, which asks the model alone. */
  readonly suspectedByModel: number
}

/** Beyond this score next to all neighbours speak against the label, and company does not excuse it. */
const nearlyAll = 0.75

export const sortStep: StepHandler<SortInput, Sorted> = {
  name: 'natural-adversarial-examples/sort-mistakes',
  version: 1,
  async run({ split, indices, answers, neighbours, k }, context) {
    const { labels } = await context.samples(split)
    if (labels === null) throw new RangeError(`the data set "${split}" has no labels`)
    const given = Int32Array.from(indices, (index) => labels[index]!)
    const { columns: classes, values } = await getRows(answers, context.blobs)
    const near = await readNeighbours({ neighbours, rows: indices.length, k }, context)
    const { withGiven } = neighbourAgreement(near, given, given)
    context.signal.throwIfAborted()
    const mistakes = sortMistakes(values, given, classes, near)
    const wrong = new Set(mistakes.map(({ row }) => row))
    // A wrong label stands alone. Where a neighbour of the same label is a mistake as well, it may be a hard group.
    const inCompany = (row: number): boolean =>
      near.indices
        .subarray(row * near.k, (row + 1) * near.k)
        .some((other) => given[other] === given[row] && wrong.has(other))
    return {
      mistakes: mistakes.map(
        ({ row, kind, predicted, confidence, labelErrorScore, suggested, conflictsWith, given: label }) => ({
          row,
          kind: kind === 'label-error' && labelErrorScore < nearlyAll && inCompany(row) ? 'unclear' : kind,
          given: label,
          predicted,
          confidence: Math.min(1, Number(confidence.toPrecision(6))),
          labelErrorScore,
          suggested,
          conflictsWith,
        }),
      ),
      agreeing: withGiven.reduce((sum, share) => sum + (share >= 0.5 ? 1 : 0), 0),
      suspectedByModel: confidentLearning(values, given, classes).suspects.length,
    }
  },
}

export async function readNeighbours(
  {
    neighbours,
    rows,
    k,
  }: { readonly neighbours: readonly BlockNeighbours[]; readonly rows: number; readonly k: number },
  { blobs }: StepContext,
): Promise<Neighbours> {
  const found = []
  for (const { blocks, file } of neighbours) found.push({ blocks, ...(await getRows([file], blobs)) })
  return mergeNeighbours(found, { rows, k })
}
