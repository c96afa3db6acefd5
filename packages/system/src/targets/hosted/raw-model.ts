// A model as its owner hands it over, before anything is known of it: it takes samples the way the configuration's
// input block says, and answers with numbers. What comes back is checked here, where it can still be said who sent it.
import { FailmodeError, type LossClasses, type LossName, type Tensor } from '@failmode/core'

export interface RawModel {
  /** The most samples of one call. */
  readonly maxBatch: number
  /** @returns row-major, as many numbers for each row of `batch`: scores, or one class */
  predict(batch: Tensor): Promise<Float32Array>
  /** Absent where the model gives none. */
  gradient?(batch: Tensor, loss: LossName, classes: LossClasses): Promise<RawGradient>
  close(): Promise<void>
}

export interface RawGradient {
  /** One number a row. */
  readonly loss: Float32Array
  /** By the model's input, of the batch's shape. */
  readonly gradient: Float32Array
  /** As `predict` gives them for the same batch. */
  readonly scores: Float32Array
}

/**
 * Numbers of a stranger, as one array.
 *
 * @param what that the numbers are, for messages: `scores`
 * @throws FailmodeError model-failed when there is not as much for each of `count` samples
 */
export function flatRows(value: unknown, count: number, what: string): Float32Array {
  if (!isList(value)) throw failed(`gave ${kindOf(value)} as ${what}, expected a list of numbers`)
  const nested = value.length > 0 && isList(value[0])
  if (nested && value.length !== count) {
    throw failed(`gave ${what} for ${value.length} samples, expected ${count}`)
  }
  if (value.length === 0 || value.length % count !== 0) {
    throw failed(`gave ${value.length} ${what} for ${count} samples, expected as many for each`)
  }
  if (!nested) return numbers(value, what)
  const rows = Array.from(value as ArrayLike<unknown>)
  const width = (rows[0] as ArrayLike<unknown>).length
  const flat = new Float32Array(count * width)
  for (const [i, row] of rows.entries()) {
    if (!isList(row) || row.length !== width || width === 0) {
      const given = isList(row) ? String(row.length) : kindOf(row)
      throw failed(`gave ${given} ${what} for sample ${i} of a batch, expected ${width || 'at least 1'}`)
    }
    flat.set(numbers(row, what), i * width)
  }
  return flat
}

function numbers(list: ArrayLike<unknown>, what: string): Float32Array {
  // A copy, since a model may write its next answer into the same array.
  if (list instanceof Float32Array) return list.slice()
  // A BigInt64Array of classes is what some runtimes give.
  const wrong = Array.prototype.find.call(
    list,
    (item) => typeof item !== 'number' && typeof item !== 'bigint',
  )
  if (wrong !== undefined || Array.prototype.includes.call(list, undefined)) {
    throw failed(`gave ${kindOf(wrong)} among its ${what}, expected numbers`)
  }
  return Float32Array.from(list as ArrayLike<number>, Number)
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 60)
}

function failed(problem: string): FailmodeError {
  return new FailmodeError('model-failed', { message: `the model ${problem}.` })
}
