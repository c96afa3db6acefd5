// What Flax puts into its extension types: 1, an array, and 3, a NumPy number, are a list of shape, type and bytes;
// 2, a complex number, is a list of two. After `flax/serialization.py`.
import type { Budget } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import type { Range } from '../protobuf/fields.ts'
import { type Item, type Step, walk } from './walk.ts'

export interface FlaxArray {
  readonly dtype: string
  readonly shape: readonly bigint[]
  readonly bytes: Range
}

/** @returns what is wrong with it, when something is */
export function readArray(
  source: Source,
  range: Range,
  budget: Budget,
): FlaxArray | { readonly wrong: string } {
  const steps = walk(source, range, budget)
  const list = next(steps)
  if (list?.kind !== 'array' || list.count !== 3) return { wrong: 'it is no list of shape, type and bytes' }
  const dims = next(steps)
  if (dims?.kind !== 'array' || dims.count > 64) return { wrong: 'its shape is no list' }
  const shape: bigint[] = []
  for (let i = 0; i < dims.count; i++) {
    const dim = next(steps)
    if (dim?.kind !== 'int' || dim.value < 0n) return { wrong: 'its shape is no list of numbers from 0 on' }
    shape.push(dim.value)
  }
  const name = next(steps)
  if ((name?.kind !== 'text' && name?.kind !== 'bytes') || name.to - name.from > 100) {
    return { wrong: 'its type is no text' }
  }
  const bytes = next(steps)
  if (bytes?.kind !== 'bytes') return { wrong: 'its values are no bytes' }
  if (bytes.to !== range.to) return { wrong: 'something follows its values' }
  const dtype = new TextDecoder().decode(source.read(name.from, name.to - name.from))
  return { dtype, shape, bytes }
}

/** @returns what is wrong with a complex number, or null */
export function complexFault(source: Source, range: Range, budget: Budget): string | null {
  const steps = walk(source, range, budget)
  const list = next(steps)
  if (list?.kind !== 'array' || list.count !== 2) return 'it is no list of two'
  for (let i = 0; i < 2; i++) {
    const part = next(steps)
    if (part?.kind !== 'float' && part?.kind !== 'int') return 'its parts are no numbers'
  }
  const end = steps.next()
  return end.done === true && end.value === range.to ? null : 'something follows it'
}

function next(steps: Generator<Step, number>): Item | null {
  const step = steps.next()
  return step.done === true ? null : step.value.item
}

/** Bits of one element by the name that NumPy gives a type; null when it is unknown. */
export function bitsOf(dtype: string): number | null {
  const plain = /^(?:u?int|float|complex|bfloat|str|bytes|void)(\d{1,9})$/.exec(dtype)
  if (plain !== null) {
    const bits = Number(plain[1])
    // JAX keeps numbers of fewer than eight bits in a byte each.
    return /^(?:str|bytes|void)/.test(dtype) ? bits : Math.max(8, bits)
  }
  if (dtype === 'bool') return 8
  if (/^float[468]_e\dm\d\w{0,12}$/.test(dtype)) return 8
  return /^(?:datetime|timedelta)64/.test(dtype) ? 64 : null
}
