// Rows of numbers, and two samples put on top of each other as a two-sample test by permutation wants them.

/** `rows` x `columns`, row by row. */
export interface Points {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** @throws RangeError when rows differ in length */
export function pointsOf(rows: readonly ArrayLike<number>[]): Points {
  const columns = rows[0]?.length ?? 0
  const values = new Float64Array(rows.length * columns)
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns)
      throw new RangeError(`row ${i} has ${row.length} columns, row 0 has ${columns}`)
    values.set(row, i * columns)
  }
  return { rows: rows.length, columns, values }
}

/** First the rows of `reference`, then those of `current`. @throws RangeError when columns differ */
export function stack(reference: Points, current: Points): Points {
  if (reference.columns !== current.columns) {
    throw new RangeError(
      `both samples have the same columns, got ${reference.columns} and ${current.columns}`,
    )
  }
  const values = new Float64Array(reference.values.length + current.values.length)
  values.set(reference.values)
  values.set(current.values, reference.values.length)
  return { rows: reference.rows + current.rows, columns: reference.columns, values }
}

/** The named rows, in that order. */
export function rowsOf({ columns, values }: Points, indices: ArrayLike<number>): Points {
  const out = new Float64Array(indices.length * columns)
  for (let i = 0; i < indices.length; i++) {
    out.set(values.subarray(indices[i]! * columns, (indices[i]! + 1) * columns), i * columns)
  }
  return { rows: indices.length, columns, values: out }
}

export function columnOf({ rows, columns, values }: Points, column: number): Float64Array {
  const out = new Float64Array(rows)
  for (let i = 0; i < rows; i++) out[i] = values[i * columns + column]!
  return out
}

/** Every column with mean 0 and variance 1 over all rows; a constant column becomes 0. */
export function standardise({ rows, columns, values }: Points): Points {
  const out = new Float64Array(values.length)
  for (let c = 0; c < columns; c++) {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += values[i * columns + c]!
    const centre = sum / rows
    let squares = 0
    for (let i = 0; i < rows; i++) squares += (values[i * columns + c]! - centre) ** 2
    const spread = Math.sqrt(squares / rows)
    if (!(spread > 1e-12 * Math.max(1, Math.abs(centre)))) continue
    for (let i = 0; i < rows; i++) out[i * columns + c] = (values[i * columns + c]! - centre) / spread
  }
  return { rows, columns, values: out }
}
