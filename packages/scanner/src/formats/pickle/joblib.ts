// joblib writes the numbers of arrays raw between the opcodes: where a NumpyArrayWrapper has been built, as many bytes
// follow as its shape and type need, after a padding byte in newer versions. A reader that does not know this takes
// numbers for opcodes from there on. After joblib/numpy_pickle.py.
import type { Source } from '../../source/source.ts'
import { textOf } from './literals.ts'
import { isGlobal, itemsOf, type Value } from './values.ts'

export interface RawArray {
  readonly bytes: number
  /** A byte that counts padding stands in front. */
  readonly padded: boolean
  /** A pickle follows in place of numbers. */
  readonly objects: boolean
}

/** What follows the wrapper with this state; null when it cannot be told. */
export function rawArrayBytes(state: Value, source: Source): RawArray | null {
  const shape = entry(state, 'shape', source)
  const dtype = dtypeOf(entry(state, 'dtype', source), source)
  if (shape === undefined || dtype === null) return null
  let count = 1
  for (const size of itemsOf(shape)) {
    if (typeof size !== 'number' || size < 0) return null
    count *= size
  }
  const alignment = entry(state, 'numpy_array_alignment_bytes', source)
  const bytes = count * dtype.bytes
  if (!Number.isSafeInteger(bytes)) return null
  return {
    bytes,
    objects: dtype.objects,
    padded: !dtype.objects && alignment !== undefined && alignment !== null,
  }
}

/** The value of a key of a dict. */
export function entry(value: Value, key: string, source: Source): Value | undefined {
  if (typeof value !== 'object' || value === null || value.kind !== 'dict') return undefined
  for (let i = 0; i + 1 < value.items.length; i += 2) {
    const name = value.items[i]
    if (
      typeof name === 'object' &&
      name !== null &&
      name.kind === 'text' &&
      name.length < 100 &&
      textOf(source, name) === key
    ) {
      return value.items[i + 1]
    }
  }
  return undefined
}

/** Size of one item of `numpy.dtype('f8')` with its state (version, order, subarray, names, fields, size, ...). */
export function dtypeOf(
  value: Value | undefined,
  source: Source,
): { bytes: number; objects: boolean } | null {
  if (
    typeof value !== 'object' ||
    value === null ||
    value.kind !== 'call' ||
    !isGlobal(value.callee, null, 'dtype')
  )
    return null
  const [name] = itemsOf(value.args)
  const code = typeof name === 'object' && name !== null && name.kind === 'text' ? textOf(source, name) : null
  if (code === null) return null
  const state = itemsOf(value.state)
  const size = state[5]
  const flags = state[7]
  const match = /^[<>|=]?([?a-zA-Z])(\d*)/.exec(code)
  if (match === null) return null
  const objects = match[1] === 'O' || (typeof flags === 'number' && (flags & 1) === 1)
  if (typeof size === 'number' && size > 0) return { bytes: size, objects }
  const width = match[2] === '' ? (code === 'bool' || match[1] === '?' ? 1 : 8) : Number(match[2])
  return { bytes: match[1] === 'U' ? 4 * width : width, objects }
}
