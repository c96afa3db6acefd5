/** Whether row `row` of `values`, rows of `size` numbers, is zero in every entry. */
export function isZeroRow(values: Float32Array, row: number, size: number): boolean {
  for (let i = row * size; i < (row + 1) * size; i++) if (values[i] !== 0) return false
  return true
}
