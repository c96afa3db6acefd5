// Short ways to write attributes down: attribute maps from plain values, where the kind follows from the value.
// Whole numbers need care, because ONNX tells floats from ints: say `float(1)` where a float attribute is meant.
import type { Attribute, Attributes, Graph } from './graph.ts'
import type { Tensor } from './tensor.ts'

export type PlainAttribute = number | string | readonly number[] | readonly string[] | Attribute | Tensor

export function float(value: number): Attribute {
  return { kind: 'float', value }
}

export function floats(value: readonly number[]): Attribute {
  return { kind: 'floats', value }
}

export function subgraph(value: Graph): Attribute {
  return { kind: 'graph', value }
}

/** Whole numbers become ints, other numbers floats; lists likewise; tensors and ready attributes stay. */
export function attributes(plain: Readonly<Record<string, PlainAttribute | undefined>>): Attributes {
  const made: Record<string, Attribute> = {}
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) made[name] = attribute(value)
  return made
}

function attribute(value: PlainAttribute): Attribute {
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float', value }
  if (typeof value === 'string') return { kind: 'string', value }
  if ('kind' in value) return value
  if ('dtype' in value) return { kind: 'tensor', value }
  if (value.every((item) => typeof item === 'string')) {
    return value.length === 0 ? { kind: 'ints', value: [] } : { kind: 'strings', value: value as string[] }
  }
  const numbers = value as readonly number[]
  return { kind: numbers.every(Number.isInteger) ? 'ints' : 'floats', value: numbers }
}
