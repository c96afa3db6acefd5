/** Where the numbers of one tensor lie in a file, for digests and comparison. */
export interface TensorRange {
  readonly name: string
  /** As the format names it: `F32`, `<f4`, `Q4_K`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly bytes: number
  /** Path of the file beside this one that holds them; null when they lie in the file itself. */
  readonly file: string | null
}
