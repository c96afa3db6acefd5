// Operators that pick values by position or put them there. What was gathered is scattered back with addition, so
// that a value picked twice gets both gradients. Reading a run of neighbouring constant positions is a slice and
// goes back by padding. Any axis is handled as the first one of a flattened tensor: whole rows are then moved at
// once, where ScatterElements would need one index for each number. Few positions along a last axis are a product.
import { intAttribute, stringAttribute } from '../../ir/graph.ts'
import { type DataType, dataTypeCode, fromNumbers, int64, toNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import {
  applyMatrix,
  axisOf,
  constant,
  dimsOf,
  padAxis,
  product,
  range,
  reshape,
  rule,
  transpose,
  unary,
  zerosOf,
} from '../rule-tools.ts'
import type { Rules } from './rules.ts'

function zerosLike({ builder, typeOf }: VjpContext, value: string): string {
  const { dtype, dims } = typeOf(value)
  return zerosOf(builder, dtype, dims)
}

/**
 * Zeros of dimensions `dims`, and of the type of the node's first input, to which `updates` are added at `indices`.
 * onnxruntime adds no half floats this way, so those are summed as float32, which is also more exact.
 */
function scatterAdd(
  { builder, node, typeOf }: VjpContext,
  opType: 'ScatterND' | 'ScatterElements',
  dims: readonly number[],
  indices: string,
  updates: string,
  attributes: { readonly axis?: number } = {},
): string {
  const { dtype } = typeOf(node.inputs[0]!)
  const half = dtype === 'float16' || dtype === 'bfloat16'
  const cast = (value: string, to: DataType): string =>
    half ? builder.node('Cast', [value], { to: dataTypeCode(to) }) : value
  const into = zerosOf(builder, half ? 'float32' : dtype, dims)
  const inputs = [into, indices, cast(updates, 'float32')]
  return cast(builder.node(opType, inputs, { ...attributes, reduction: 'add' }), dtype)
}

/** Constant positions along an axis of `size`, counted from the front; undefined where they are not constant. */
function positions(context: VjpContext, input: number, size: number): readonly number[] | undefined {
  const tensor = context.constantOf(context.node.inputs[input]!)
  return tensor && Array.from(toNumbers(tensor), (at) => axisOf(at, size))
}

/** An int64 value in [0, size) from a value of either whole-number type in [-size, size). */
function nonNegative(context: VjpContext, indices: string, size: number): string {
  const { builder } = context
  const wide =
    context.typeOf(indices).dtype === 'int64'
      ? indices
      : builder.node('Cast', [indices], { to: dataTypeCode('int64') })
  return builder.node('Mod', [wide, constant(builder, int64([size], []))])
}

interface GatherForm {
  readonly axis: number
  readonly size: number
  readonly at: readonly number[] | undefined
}

function gatherForm(context: VjpContext): GatherForm {
  const dims = dimsOf(context, 0)
  const axis = axisOf(intAttribute(context.node, 'axis', 0), dims.length)
  return { axis, size: dims[axis]!, at: positions(context, 1, dims[axis]!) }
}

const gather: readonly VjpVariant[] = [
  {
    name: 'pad of neighbours',
    applies: (c) => {
      const { at } = gatherForm(c)
      return at !== undefined && at.length > 0 && at.every((position, i) => position === at[0]! + i)
    },
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const dims = dimsOf(c, 0)
      const { axis, size, at } = gatherForm(c)
      const flat = reshape(c.builder, g, dims.with(axis, at!.length))
      const begin = at![0]!
      return [padAxis(c.builder, flat, dims.length, axis, { begin, end: size - begin - at!.length })]
    },
  },
  {
    // Along a last axis rows would be single numbers, and their positions larger than the data itself.
    name: 'product with ones',
    applies: (c) => {
      const dims = dimsOf(c, 0)
      const { axis, size, at } = gatherForm(c)
      const after = product(dims.slice(axis + 1))
      return at !== undefined && axis > 0 && after < 16 && at.length > 0 && size * at.length <= 2 ** 16
    },
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const { dtype, dims } = c.typeOf(c.node.inputs[0]!)
      const { axis, size, at } = gatherForm(c)
      const ones = new Float32Array(size * at!.length)
      at!.forEach((position, i) => {
        ones[position * at!.length + i] = 1
      })
      const matrix = constant(c.builder, fromNumbers(dtype, [size, at!.length], ones))
      const flat = dims.with(axis, at!.length)
      return [applyMatrix(c.builder, reshape(c.builder, g, flat), flat, axis, matrix, size)]
    },
  },
  ...unary('scatter rows', (c, g) => {
    const { builder, node } = c
    const dims = dimsOf(c, 0)
    const { axis, size, at } = gatherForm(c)
    const before = product(dims.slice(0, axis))
    const after = product(dims.slice(axis + 1))
    const count = product(dimsOf(c, 1))
    // Row numbers of the data seen as [before * size, after].
    const starts = range(before).map((row) => row * size)
    const rows = at
      ? constant(
          builder,
          int64(
            starts.flatMap((start) => at.map((position) => start + position)),
            [before * count, 1],
          ),
        )
      : reshape(
          builder,
          builder.node('Add', [
            reshape(builder, nonNegative(c, node.inputs[1]!, size), [1, count]),
            constant(builder, int64(starts, [before, 1])),
          ]),
          [before * count, 1],
        )
    const updates = reshape(builder, g, [before * count, after])
    const scattered = scatterAdd(c, 'ScatterND', [before * size, after], rows, updates)
    return reshape(builder, scattered, dims)
  }),
]

const gatherElements = unary('scatter', (c, g) => {
  const axis = intAttribute(c.node, 'axis', 0)
  return scatterAdd(c, 'ScatterElements', dimsOf(c, 0), c.node.inputs[1]!, g, { axis })
})

const gatherND = unary('scatter', (c, g) =>
  scatterAdd(c, 'ScatterND', dimsOf(c, 0), withBatchPositions(c, c.node.inputs[1]!), g),
)

/** The indices of a GatherND with the positions along its batch axes written before them. */
function withBatchPositions({ builder, node, typeOf }: VjpContext, indices: string): string {
  const batch = intAttribute(node, 'batch_dims', 0)
  if (batch === 0) return indices
  const lead = typeOf(indices).dims.slice(0, -1)
  const coordinates: number[] = []
  for (let at = 0; at < product(lead); at++) {
    let rest = at
    const full = lead.map(() => 0)
    for (let axis = lead.length - 1; axis >= 0; axis--) {
      full[axis] = rest % lead[axis]!
      rest = Math.floor(rest / lead[axis]!)
    }
    coordinates.push(...full.slice(0, batch))
  }
  const before = constant(builder, int64(coordinates, [...lead, batch]))
  return builder.node('Concat', [before, indices], { axis: -1 })
}

/** What ScatterElements and ScatterND share: how to read at the written positions and how to write there. */
interface Access {
  read(value: string): string
  write(into: string, values: string, reduction: string): string
}

function scatterRule(accessOf: (context: VjpContext) => Access): readonly VjpVariant[] {
  return rule('read and blank', (c) => {
    const g = c.gradientOf(0)
    if (g === undefined) return []
    const { builder, node } = c
    const [data, , updates] = node.inputs as [string, string, string]
    const { read, write } = accessOf(c)
    const { dtype } = c.typeOf(data)
    const where = (a: string, b: string, value: string): string =>
      builder.node('Mul', [value, builder.node('CastLike', [builder.node('Equal', [a, b]), value])])
    const y = node.outputs[0]!
    const reduction = stringAttribute(node, 'reduction', 'none')
    const toData = (): string => {
      switch (reduction) {
        case 'add':
          return g
        case 'mul':
          return write(g, updates, 'mul')
        case 'none':
          return write(g, zerosOf(builder, dtype, c.typeOf(updates).dims), 'none')
        default:
          // max and min: whose value was taken; ties, where there is no derivative, give it to all of them.
          return where(y, data, g)
      }
    }
    const toUpdates = (): string => {
      switch (reduction) {
        case 'mul':
          return builder.node('Div', [read(builder.node('Mul', [g, y])), updates])
        case 'add':
        case 'none':
          return read(g)
        default:
          return where(read(y), updates, read(g))
      }
    }
    return [c.wants(0) ? toData() : undefined, undefined, c.wants(2) ? toUpdates() : undefined]
  })
}

const scatterElements = scatterRule(({ builder, node }) => {
  const axis = intAttribute(node, 'axis', 0)
  const indices = node.inputs[1]!
  return {
    read: (value) => builder.node('GatherElements', [value, indices], { axis }),
    write: (into, values, reduction) =>
      builder.node('ScatterElements', [into, indices, values], { axis, reduction }),
  }
})

const scatterND = scatterRule(({ builder, node }) => {
  const indices = node.inputs[1]!
  return {
    read: (value) => builder.node('GatherND', [value, indices]),
    write: (into, values, reduction) => builder.node('ScatterND', [into, indices, values], { reduction }),
  }
})

/** How many values are kept is only known when it runs, so nothing here depends on it. */
const compress = unary('scatter rows', (c, g) => {
  const { builder, node } = c
  const dims = dimsOf(c, 0)
  const kept = transpose(builder, builder.node('NonZero', [node.inputs[1]!]), [1, 0])
  const given = intAttribute(node, 'axis')
  if (given === undefined) {
    const flat = scatterAdd(c, 'ScatterND', [product(dims)], kept, g)
    return reshape(builder, flat, dims)
  }
  const axis = axisOf(given, dims.length)
  // Moving an axis to the front, and back.
  const front = [axis, ...range(dims.length).filter((i) => i !== axis)]
  const back = range(dims.length).map((i) => front.indexOf(i))
  const moved = scatterAdd(
    c,
    'ScatterND',
    front.map((i) => dims[i]!),
    kept,
    transpose(builder, g, front),
  )
  return transpose(builder, moved, back)
})

const topK = unary('scatter', (c, g) => {
  const [values] = c.node.inputs as [string]
  return c.builder.node('ScatterElements', [zerosLike(c, values), c.node.outputs[1]!, g], {
    axis: intAttribute(c.node, 'axis', -1),
  })
})

export const indexingRules: Rules = {
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: topK,
}
