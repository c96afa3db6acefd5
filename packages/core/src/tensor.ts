/** A dense array of 32-bit floats, row-major. `data.length` is the product of `dims`. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

export function sizeOf(dims: readonly number[]): number {
  let size = 1
  for (const dim of dims) size *= dim
  return size
}

export function tensor(data: Float32Array, dims: readonly number[]): Tensor {
  if (data.length !== sizeOf(dims)) {
    throw new RangeError(
      `a tensor of shape [${dims.join(', ')}] has ${sizeOf(dims)} numbers, given ${data.length}`,
    )
  }
  return { data, dims }
}

/** Rows [from, to) of the first dimension, sharing memory with `x`. */
export function rows(x: Tensor, from: number, to: number): Tensor {
  const size = sizeOf(x.dims.slice(1))
  return { data: x.data.subarray(from * size, to * size), dims: [to - from, ...x.dims.slice(1)] }
}

/** The rows named by `indices`, copied together in that order. */
export function gatherRows(x: Tensor, indices: ArrayLike<number>): Tensor {
  const size = sizeOf(x.dims.slice(1))
  const data = new Float32Array(indices.length * size)
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size
    data.set(x.data.subarray(from, from + size), i * size)
  }
  return { data, dims: [indices.length, ...x.dims.slice(1)] }
}
