/**
 * Columns for the rows of a cost matrix, each column at most once, with the least sum: the Hungarian method by shortest augmenting
 * paths (Jonker and Volgenant 1987).
 * @param cost [rows][columns], no more rows than columns
 */
export function assign(cost: readonly ArrayLike<number>[]): readonly number[] {
  const rows = cost.length
  const columns = cost[0]?.length ?? 0
  if (rows > columns) throw new RangeError(`${rows} rows do not fit ${columns} columns`)
  // Row and column 0 stand for nothing; potentials keep reduced costs from falling below 0.
  const ofRow = new Float64Array(rows + 1)
  const ofColumn = new Float64Array(columns + 1)
  const rowAt = new Int32Array(columns + 1)
  for (let row = 1; row <= rows; row++) {
    const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY)
    const from = new Int32Array(columns + 1)
    const done = new Uint8Array(columns + 1)
    rowAt[0] = row
    let at = 0
    do {
      done[at] = 1
      const own = rowAt[at]!
      let step = Number.POSITIVE_INFINITY
      let next = 0
      for (let column = 1; column <= columns; column++) {
        if (done[column] === 1) continue
        const reduced = cost[own - 1]![column - 1]! - ofRow[own]! - ofColumn[column]!
        if (reduced < least[column]!) {
          least[column] = reduced
          from[column] = at
        }
        if (least[column]! < step) {
          step = least[column]!
          next = column
        }
      }
      for (let column = 0; column <= columns; column++) {
        if (done[column] === 1) {
          ofRow[rowAt[column]!]! += step
          ofColumn[column]! -= step
        } else least[column]! -= step
      }
      at = next
    } while (rowAt[at] !== 0)
    while (at !== 0) {
      const before = from[at]!
      rowAt[at] = rowAt[before]!
      at = before
    }
  }
  const out = new Array<number>(rows).fill(-1)
  for (let column = 1; column <= columns; column++)
    if (rowAt[column] !== 0) out[rowAt[column]! - 1] = column - 1
  return out
}
