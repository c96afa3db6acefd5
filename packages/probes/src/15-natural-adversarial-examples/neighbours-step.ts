// Nearest neighbours of many samples take minutes, so they are looked for between two blocks at a time: a sample's nearest
// of all are among its nearest in some pair of blocks. Each pair is a step, and the steps can be stopped and resumed.
import { type Neighbours, nearestNeighbours, type StepHandler } from '@failmode/core'
import { getRows, putRows, type RowsFile } from '../steps/rows-file.ts'

/** Rows of one block. */
export const blockRows = 2500

export interface Block {
  /** Number of its first row. */
  readonly from: number
  readonly files: readonly RowsFile[]
}

export interface NeighboursInput {
  /** One block, or two, the one with the lower rows first. */
  readonly blocks: readonly Block[]
  readonly k: number
  readonly metric: 'cosine' | 'euclid'
}

export interface BlockNeighbours {
  /** First row and rows of each block. */
  readonly blocks: readonly { readonly from: number; readonly rows: number }[]
  /** [rows of all blocks, 2 k]: numbers of the nearest rows, nearest first, then the distances to them. */
  readonly file: RowsFile
}

export const neighboursStep: StepHandler<NeighboursInput, BlockNeighbours> = {
  name: 'natural-adversarial-examples/neighbours',
  version: 1,
  async run({ blocks, k: wanted, metric }, { blobs, signal }) {
    signal.throwIfAborted()
    const points = await getRows(
      blocks.flatMap(({ files }) => files),
      blobs,
    )
    const places = blocks.map(({ from, files }) => ({
      from,
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
    }))
    const { k, indices, distances } = nearestNeighbours(points, { k: wanted, metric })
    const first = places[0]!
    const rowOf = (local: number): number =>
      local < first.rows ? first.from + local : places[1]!.from + local - first.rows
    const values = new Float32Array(points.rows * 2 * k)
    for (let i = 0; i < points.rows; i++) {
      for (let j = 0; j < k; j++) {
        values[i * 2 * k + j] = rowOf(indices[i * k + j]!)
        values[i * 2 * k + k + j] = distances[i * k + j]!
      }
    }
    return { blocks: places, file: await putRows(values, { rows: points.rows, blobs }) }
  },
}

/** Of what was found between blocks, the nearest over all. `rows` is the number of all rows. */
export function mergeNeighbours(
  found: readonly {
    readonly blocks: BlockNeighbours['blocks']
    readonly columns: number
    readonly values: ArrayLike<number>
  }[],
  { rows, k: wanted }: { readonly rows: number; readonly k: number },
): Neighbours {
  const k = Math.min(wanted, rows - 1)
  const near = Array.from({ length: rows }, () => new Map<number, number>())
  for (const { blocks, columns, values } of found) {
    const own = columns / 2
    let local = 0
    for (const block of blocks) {
      for (let row = block.from; row < block.from + block.rows; row++, local++) {
        for (let j = 0; j < own; j++) {
          near[row]!.set(values[local * columns + j]!, values[local * columns + own + j]!)
        }
      }
    }
  }
  const indices = new Int32Array(rows * k)
  const distances = new Float64Array(rows * k)
  for (const [row, all] of near.entries()) {
    const nearest = [...all].sort((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, k)
    for (const [j, [index, distance]] of nearest.entries()) {
      indices[row * k + j] = index
      distances[row * k + j] = distance
    }
  }
  return { k, indices, distances }
}
