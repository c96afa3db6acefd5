// Least squares by Householder's reflections with columns exchanged, in float64. Columns that add nothing are left out, and
// their unknowns are 0, so that too few or repeated equations give an answer instead of noise.

export interface Solved {
  /** [columns, targets], row by row. */
  readonly x: Float64Array
  /** Columns that the equations determine. */
  readonly rank: number
}

/**
 * Minimises |A x - b| for each column of b.
 * @param a [rows, columns], row by row; @param b [rows, targets]
 */
export function leastSquares(
  a: Float64Array,
  b: Float64Array,
  { rows, columns, targets }: { readonly rows: number; readonly columns: number; readonly targets: number },
): Solved {
  // Column by column, so that a reflection walks through memory.
  const q = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (_, r) => a[r * columns + c]!),
  )
  const y = Array.from({ length: targets }, (_, t) =>
    Float64Array.from({ length: rows }, (_, r) => b[r * targets + t]!),
  )
  const order = Array.from({ length: columns }, (_, c) => c)
  const norm = (v: Float64Array, from: number): number => {
    let sum = 0
    for (let r = from; r < v.length; r++) sum += v[r]! ** 2
    return Math.sqrt(sum)
  }
  const largest = Math.max(...q.map((column) => norm(column, 0)), 0)
  let rank = 0
  const steps = Math.min(rows, columns)
  for (; rank < steps; rank++) {
    let best = rank
    let most = -1
    for (let c = rank; c < columns; c++) {
      const size = norm(q[c]!, rank)
      if (size > most) [best, most] = [c, size]
    }
    if (most <= 1e-11 * largest) break
    ;[q[rank], q[best]] = [q[best]!, q[rank]!]
    ;[order[rank], order[best]] = [order[best]!, order[rank]!]
    const pivot = q[rank]!
    const sign = pivot[rank]! < 0 ? -1 : 1
    const v = new Float64Array(rows)
    for (let r = rank; r < rows; r++) v[r] = pivot[r]!
    v[rank]! += sign * most
    const square = norm(v, rank) ** 2
    for (const column of [...q.slice(rank), ...y]) {
      let dot = 0
      for (let r = rank; r < rows; r++) dot += v[r]! * column[r]!
      const factor = (2 * dot) / square
      for (let r = rank; r < rows; r++) column[r]! -= factor * v[r]!
    }
  }
  const x = new Float64Array(columns * targets)
  for (let t = 0; t < targets; t++) {
    for (let c = rank - 1; c >= 0; c--) {
      let value = y[t]![c]!
      for (let k = c + 1; k < rank; k++) value -= q[k]![c]! * x[order[k]! * targets + t]!
      x[order[c]! * targets + t] = value / q[c]![c]!
    }
  }
  return { x, rank }
}
