// Samples as training takes them: one tensor for every input of the model and of the loss, with the samples along the
// first axis. Batches are copied row by row into buffers that stay, so a step allocates nothing.
import { EngineError } from '../errors.ts'
import type { ValueInfo } from '../ir/graph.ts'
import {
  type DataType,
  elementCount,
  fromNumbers,
  type NumericData,
  type Tensor,
  toNumbers,
  zeros,
} from '../ir/tensor.ts'

export interface TrainingData {
  /** By input name; `labels`, `reference`, `wanted`, ... are inputs of the loss. First axis: samples. */
  readonly samples: Readonly<Record<string, Tensor>>
  /** How much each sample counts; 1 unless given. Not negative. */
  readonly weights?: ArrayLike<number>
}

/** Data checked against what a graph takes. */
export interface Samples {
  readonly count: number
  readonly columns: readonly Column[]
  readonly weights: Float32Array | undefined
}

interface Column {
  readonly name: string
  readonly dtype: DataType
  /** Of one sample. */
  readonly dims: readonly number[]
  readonly row: number
  readonly data: NumericData
}

/** Buffers of one batch, by input name. */
export type Batch = Readonly<
  Record<string, { readonly dtype: DataType; readonly dims: readonly number[]; readonly data: NumericData }>
>

/**
 * @param inputs what the graph takes per batch, state and step numbers left out
 * @throws EngineError training-input
 */
export function samplesOf(
  { samples, weights }: TrainingData,
  inputs: readonly ValueInfo[],
  batch: number,
): Samples {
  const names = Object.keys(samples)
  const needed = inputs.map(({ name }) => name)
  const missing = needed.filter((name) => !names.includes(name))
  const extra = names.filter((name) => !needed.includes(name))
  if (missing.length > 0 || extra.length > 0) {
    throw new EngineError(
      'training-input',
      `the data has ${names.join(', ') || 'nothing'}; the model and its loss take ${needed.join(', ')}`,
    )
  }
  const first = samples[names[0] ?? '']
  const count = first?.dims[0] ?? 0
  if (count === 0) throw new EngineError('training-input', 'there are no samples to train on')
  const columns = inputs.map(({ name, type }): Column => {
    const given = samples[name]!
    if (given.dims[0] !== count) {
      throw new EngineError(
        'training-input',
        `"${names[0]}" has ${count} samples, "${name}" has ${given.dims[0] ?? 'none'}; all need the same number`,
      )
    }
    const wanted = type?.kind === 'tensor' ? type : undefined
    const dims = given.dims.slice(1)
    const takes = wanted?.dims?.slice(1)
    if (
      takes?.some((size, i) => typeof size === 'number' && size !== dims[i]) ||
      takes?.length !== dims.length
    ) {
      throw new EngineError(
        'training-input',
        `"${name}" has samples of [${dims.join(', ')}], the model takes [${(takes ?? []).join(', ')}]`,
      )
    }
    if (wanted?.dims?.[0] !== batch) {
      throw new EngineError('training-input', `"${name}" does not have the samples along its first axis`)
    }
    const data = converted(name, given, wanted.dtype)
    return { name, dtype: wanted.dtype, dims, row: elementCount(dims), data }
  })
  return { count, columns, weights: checkedWeights(weights, count) }
}

/** Buffers for batches of this size. */
export function batchBuffers({ columns }: Samples, size: number): Batch {
  return Object.fromEntries(
    columns.map(({ name, dtype, dims }) => {
      const made = zeros(dtype, [size, ...dims])
      return [name, { dtype, dims: made.dims, data: made.data as NumericData }]
    }),
  )
}

/** Copies the samples at `order[from..from + size)` into the batch; places beyond the order's end repeat its first. */
export function fillBatch(
  { columns }: Samples,
  batch: Batch,
  { order, from, size }: { readonly order: ArrayLike<number>; readonly from: number; readonly size: number },
): void {
  for (const { name, row, data } of columns) {
    const to = batch[name]!.data as Float32Array
    const source = data as Float32Array
    for (let k = 0; k < size; k++) {
      const index = order[from + k < order.length ? from + k : 0]!
      if (row === 1) to[k] = source[index]!
      else to.set(source.subarray(index * row, (index + 1) * row), k * row)
    }
  }
}

function converted(name: string, given: Tensor, dtype: DataType): NumericData {
  if (given.dtype === 'string') {
    throw new EngineError('training-input', `"${name}" holds text; the model takes ${dtype}`)
  }
  const data = given.data as NumericData
  if (data.length !== elementCount(given.dims)) {
    throw new EngineError(
      'training-input',
      `"${name}" says [${given.dims.join(', ')}] and holds ${data.length} numbers`,
    )
  }
  if (given.dtype === dtype) {
    if (data instanceof Float32Array && !allFinite(data)) throw notFinite(name)
    return data
  }
  const numbers = toNumbers(given)
  if (!numbers.every(Number.isFinite)) throw notFinite(name)
  if (dtype.includes('int') && !numbers.every(Number.isInteger)) {
    throw new EngineError('training-input', `"${name}" holds fractions; the model takes ${dtype}`)
  }
  return fromNumbers(dtype, given.dims, numbers).data as NumericData
}

/** A loop and no callback: this looks at every number of a data set. */
export function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value - value !== 0) return false
  }
  return true
}

function notFinite(name: string): EngineError {
  return new EngineError('training-input', `"${name}" holds a number that is infinite or not a number`, {
    hint: 'Remove or replace such samples before training.',
  })
}

function checkedWeights(weights: ArrayLike<number> | undefined, count: number): Float32Array | undefined {
  if (weights === undefined) return undefined
  const given = Float32Array.from(weights)
  if (given.length !== count || !given.every((weight) => weight >= 0 && Number.isFinite(weight))) {
    throw new EngineError(
      'training-input',
      `the weights of samples must be ${count} numbers that are not negative; ${given.length} were given`,
    )
  }
  return given
}
