// A model, as far as mode 8 is concerned, is the list of its float32 tensors in file order. Whoever hides bytes in it
// thinks of one long row of weights, and so do the detectors: a position counts from the first weight of the first
// tensor. Which tensor a position lies in matters only for telling a person where to look, and for what honest weights
// may look like, since honest structure follows the dimensions of a tensor and hidden bytes do not.

export interface WeightTensor {
  readonly name: string
  /** As in the file; the last one runs fastest. */
  readonly dims: readonly number[]
  readonly data: Float32Array
}

/** A range of weights, within a tensor or from a tensor on into those that follow. */
export interface WeightRange {
  /** Tensor that the first weight lies in. */
  readonly tensor: string
  /** Position in that tensor. */
  readonly from: number
  /** Weights, those in the tensors that follow included. */
  readonly length: number
}

/** The weights of a model in one row. */
export interface WeightRow {
  readonly tensors: readonly WeightTensor[]
  /** Position of the first weight of each tensor, and behind the last the number of all weights. */
  readonly starts: readonly number[]
  readonly values: Float32Array
  /** The same as IEEE 754 words: sign in bit 31, exponent in bits 23 to 30, mantissa below. */
  readonly words: Uint32Array
}

export function weightRow(tensors: readonly WeightTensor[]): WeightRow {
  const starts = [0]
  for (const { data } of tensors) starts.push((starts.at(-1) as number) + data.length)
  const values = new Float32Array(starts.at(-1) as number)
  for (const [i, { data }] of tensors.entries()) values.set(data, starts[i] as number)
  return { tensors, starts, values, words: new Uint32Array(values.buffer) }
}

export function countWeights(tensors: readonly WeightTensor[]): number {
  return tensors.reduce((sum, { data }) => sum + data.length, 0)
}

/** Copies whose data can be written to. */
export function copyWeights(tensors: readonly WeightTensor[]): WeightTensor[] {
  return tensors.map(({ name, dims, data }) => ({ name, dims, data: data.slice() }))
}

/** Parts of the tensors that `length` weights from position `from` of the row cover, in order. */
export function piecesOf(
  tensors: readonly WeightTensor[],
  { from, length }: { readonly from: number; readonly length: number },
): Float32Array[] {
  const pieces: Float32Array[] = []
  let start = 0
  for (const { data } of tensors) {
    const first = Math.max(0, from - start)
    const end = Math.min(data.length, from + length - start)
    if (first < end) pieces.push(data.subarray(first, end))
    start += data.length
  }
  return pieces
}

/** Index of the tensor that position `at` lies in. */
export function tensorAt({ starts }: Pick<WeightRow, 'starts'>, at: number): number {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= at) low = middle
    else high = middle - 1
  }
  // Empty tensors share their start with the next.
  return low
}

export function rangeAt(row: WeightRow, from: number, length: number): WeightRange {
  const index = tensorAt(row, from)
  return {
    tensor: row.tensors[index]?.name ?? '',
    from: from - (row.starts[index] as number),
    length,
  }
}
