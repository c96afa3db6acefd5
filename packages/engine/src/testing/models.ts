// Small models and numbers for tests: a graph in one call, seeded random tensors, and how far two results are apart.
import type { PlainAttribute } from '../ir/attributes.ts'
import { attributes } from '../ir/attributes.ts'
import type { Dimension, Graph, Model, Node, ValueInfo } from '../ir/graph.ts'
import { type DataType, elementCount, float32, type Tensor, toNumbers } from '../ir/tensor.ts'
import { openSession, type SessionOptions, type Tensors } from '../runtime/session.ts'

export interface ModelParts {
  readonly opset?: number
  readonly irVersion?: number
  readonly inputs?: Readonly<
    Record<string, readonly Dimension[] | { dtype: DataType; dims: readonly Dimension[] }>
  >
  readonly constants?: Readonly<Record<string, Tensor>>
  readonly nodes: readonly Node[]
  readonly outputs: readonly string[]
}

export function modelOf(parts: ModelParts): Model {
  const { opset = 18, irVersion = 8, constants = {}, nodes } = parts
  return {
    irVersion,
    producer: { name: 'test', version: '1' },
    opsets: new Map([['', opset]]),
    functions: [],
    metadata: new Map(),
    graph: graphOf({ ...parts, constants, nodes }),
  }
}

export function graphOf(parts: ModelParts): Graph {
  const { inputs = {}, constants = {}, nodes, outputs } = parts
  return {
    name: 'test',
    inputs: Object.entries(inputs).map(([name, given]): ValueInfo => {
      const type = 'dtype' in given ? given : { dtype: 'float32' as const, dims: given }
      return { name, type: { kind: 'tensor', ...type } }
    }),
    outputs: outputs.map((name) => ({ name })),
    nodes,
    initializers: new Map(Object.entries(constants)),
    types: new Map(),
  }
}

export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  plain: Readonly<Record<string, PlainAttribute>> = {},
): Node {
  return { opType, domain: '', name: '', inputs, outputs, attributes: attributes(plain) }
}

/** Numbers in [-1, 1) from a small generator (mulberry32), the same every time. */
export function randomNumbers(seed: number, count: number): number[] {
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1
  })
}

export function randomTensor(seed: number, dims: readonly number[]): Tensor {
  return float32(randomNumbers(seed, elementCount(dims)), dims)
}

export async function runOnce(
  model: Model | Uint8Array,
  feeds: Tensors,
  options: SessionOptions = { optimization: 'disabled' },
): Promise<Tensors> {
  const session = await openSession(model, options)
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

/** The largest difference, relative to the largest expected value. Infinity when types or shapes differ. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  if (actual.dtype !== expected.dtype || actual.dims.join() !== expected.dims.join()) return Infinity
  const got = toNumbers(actual)
  const want = toNumbers(expected)
  let difference = 0
  let size = 0
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue
    difference = Math.max(difference, Math.abs(got[i]! - want[i]!))
    if (Number.isNaN(difference)) return Infinity
  }
  for (const value of want) size = Math.max(size, Math.abs(value))
  return difference === 0 ? 0 : difference / (size || 1)
}
