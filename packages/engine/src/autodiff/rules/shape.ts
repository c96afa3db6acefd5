// Operators that move values about without changing them. Each is a linear map that copies, so its gradient moves
// the other way, and what was copied several times is summed. Strided slices put zeros back between by padding a
// split axis; the borders of a reflecting, repeating or wrapping Pad go back through small constant matrices, so
// that only the borders are multiplied and the middle is copied.
import { intAttribute, intsAttribute, stringAttribute } from '../../ir/graph.ts'
import { fromNumbers, isFloat } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import {
  applyMatrix,
  axisOf,
  blocked,
  concat,
  constant,
  dimsOf,
  ints,
  isKnown,
  numbersOf,
  outputDims,
  pad,
  padAxis,
  range,
  reshape,
  rule,
  slice,
  sum,
  transpose,
  unary,
  unbroadcast,
  zerosOf,
} from '../rule-tools.ts'
import { wholeNumberCasts } from './rounding.ts'
import type { Rules } from './rules.ts'

type Builder = VjpContext['builder']

const reshapeBack = unary('reshape back', (c, g) => reshape(c.builder, g, dimsOf(c, 0)))

const castBack: readonly VjpVariant[] = [
  {
    name: 'cast back',
    applies: (c) => [c.node.inputs[0]!, c.node.outputs[0]!].every((name) => isFloat(c.typeOf(name).dtype)),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const { dtype } = c.typeOf(c.node.inputs[0]!)
      if (dtype === c.typeOf(c.node.outputs[0]!).dtype) return [g]
      const like = constant(c.builder, fromNumbers(dtype, [], [0]))
      return [c.builder.node('CastLike', [g, like])]
    },
  },
  ...wholeNumberCasts,
  ...blocked('whole numbers', 'it converts from or to whole numbers or truth values'),
]

const dropout: readonly VjpVariant[] = [
  {
    name: 'outside training',
    applies: (c) => numbersOf(c, 2)?.[0] === 0 || !c.node.inputs[2],
    emit: (c) => (c.wants(0) ? [c.gradientOf(0)] : []),
  },
  ...blocked('in training', 'it draws at random, as in training'),
]

// Joining and splitting.

const concatRule = rule('slices', (c) => {
  const g = c.gradientOf(0)
  if (g === undefined) return []
  const axis = axisOf(intAttribute(c.node, 'axis', 0), outputDims(c).length)
  let end = 0
  return c.node.inputs.map((_, i) => {
    const start = end
    end += dimsOf(c, i)[axis]!
    return c.wants(i) ? slice(c.builder, g, axis, start, end) : undefined
  })
})

const splitRule = rule('join', (c) => {
  if (!c.wants(0)) return []
  const { builder, node } = c
  const { dtype, dims } = c.typeOf(node.inputs[0]!)
  const axis = axisOf(intAttribute(node, 'axis', 0), dims.length)
  const count = node.outputs.length
  const equal = Math.ceil(dims[axis]! / intAttribute(node, 'num_outputs', count))
  const sizes =
    numbersOf(c, 1) ?? range(count).map((i) => Math.min(equal, Math.max(0, dims[axis]! - i * equal)))
  const gradients = range(count).map((i) => c.gradientOf(i))
  const arrived = gradients.flatMap((g, i) => (g === undefined ? [] : [i]))
  if (arrived.length === 0) return []
  if (arrived.length === 1) {
    const at = arrived[0]!
    const begin = sizes.slice(0, at).reduce((a, b) => a + b, 0)
    const end = dims[axis]! - begin - sizes[at]!
    return [padAxis(builder, gradients[at]!, dims.length, axis, { begin, end })]
  }
  const parts = gradients.map((g, i) => g ?? zerosOf(builder, dtype, dims.with(axis, sizes[i]!)))
  return [concat(builder, parts, axis)]
})

// Cutting and padding.

interface Cut {
  readonly start: number
  readonly step: number
  readonly count: number
}

/** What a Slice takes along each axis of its input. */
function cutsOf(context: VjpContext): readonly Cut[] {
  const dims = dimsOf(context, 0)
  const taken = outputDims(context)
  const starts = numbersOf(context, 1)!
  const axes = numbersOf(context, 3) ?? range(starts.length)
  const steps = numbersOf(context, 4)
  const cuts = dims.map((size): Cut => ({ start: 0, step: 1, count: size }))
  axes.forEach((given, i) => {
    const axis = axisOf(given, dims.length)
    const size = dims[axis]!
    const step = steps?.[i] ?? 1
    const from = starts[i]! < 0 ? starts[i]! + size : starts[i]!
    const start = Math.max(0, Math.min(from, step < 0 ? size - 1 : size))
    cuts[axis] = { start, step, count: taken[axis]! }
  })
  return cuts
}

const sliceRule: readonly VjpVariant[] = [
  {
    name: 'pad',
    applies: (c) => [1, 3, 4].every((input) => isKnown(c, input)),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const { builder } = c
      const { dtype, dims } = c.typeOf(c.node.inputs[0]!)
      const cuts = cutsOf(c)
      if (cuts.some(({ count }) => count === 0)) return [zerosOf(builder, dtype, dims)]
      let value = g
      const backwards = cuts.flatMap(({ step, count }, axis) => (step < 0 && count > 1 ? [axis] : []))
      if (backwards.length > 0) value = reversed(builder, value, backwards)
      // [.., n, ..] -> [.., n, 1, ..] -> [.., n, step, ..] -> [.., n * step, ..] puts step - 1 zeros after each.
      const stretch = cuts.map(({ step, count }) => (count > 1 ? Math.abs(step) : 1))
      if (stretch.some((step) => step > 1)) {
        const open = cuts.flatMap(({ count }, i) => (stretch[i]! > 1 ? [count, 1] : [count]))
        const after = stretch.flatMap((step) => (step > 1 ? [0, step - 1] : [0]))
        value = reshape(builder, value, open)
        value = pad(
          builder,
          value,
          after.map(() => 0),
          after,
        )
        value = reshape(
          builder,
          value,
          cuts.map(({ count }, i) => count * stretch[i]!),
        )
      }
      const before = cuts.map(({ start, step, count }) => (step < 0 ? start + (count - 1) * step : start))
      const rest = cuts.map(({ count }, i) => dims[i]! - before[i]! - count * stretch[i]!)
      return [pad(builder, value, before, rest)]
    },
  },
]

function reversed(builder: Builder, value: string, axes: readonly number[]): string {
  return builder.node('Slice', [
    value,
    ints(
      builder,
      axes.map(() => -1),
    ),
    ints(
      builder,
      axes.map(() => Number.MIN_SAFE_INTEGER),
    ),
    ints(builder, axes),
    ints(
      builder,
      axes.map(() => -1),
    ),
  ])
}

/** The amounts of a Pad for each axis of its input. */
function padsOf(context: VjpContext): { readonly before: number[]; readonly after: number[] } {
  const rank = dimsOf(context, 0).length
  const amounts = numbersOf(context, 1)!
  const axes = (numbersOf(context, 3) ?? range(rank)).map((axis) => axisOf(axis, rank))
  const before = new Array<number>(rank).fill(0)
  const after = new Array<number>(rank).fill(0)
  axes.forEach((axis, i) => {
    before[axis] = amounts[i]!
    after[axis] = amounts[axes.length + i]!
  })
  return { before, after }
}

const padRule: readonly VjpVariant[] = [
  {
    name: 'crop',
    applies: (c) =>
      stringAttribute(c.node, 'mode', 'constant') === 'constant' && isKnown(c, 1) && isKnown(c, 3),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined) return []
      const { builder } = c
      const { before, after } = padsOf(c)
      const back = (amounts: readonly number[]): number[] => amounts.map((amount) => -amount)
      const added = (amounts: readonly number[]): number[] => amounts.map((amount) => Math.max(0, amount))
      const filling = (): string => {
        const inner = pad(builder, g, back(added(before)), back(added(after)))
        const border = builder.node('Sub', [g, pad(builder, inner, added(before), added(after))])
        return reshape(builder, sum(builder, border, range(before.length)), dimsOf(c, 2))
      }
      return [
        c.wants(0) ? pad(builder, g, back(before), back(after)) : undefined,
        undefined,
        c.wants(2) ? filling() : undefined,
      ]
    },
  },
  {
    name: 'fold borders',
    applies: (c) => isKnown(c, 1) && isKnown(c, 3),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const mode = stringAttribute(c.node, 'mode', 'constant')
      const { before, after } = padsOf(c)
      let value = g
      let dims = outputDims(c)
      dimsOf(c, 0).forEach((size, axis) => {
        const origins = padOrigins(mode, size, before[axis]!, after[axis]!)
        value = foldBorders(c, value, dims, axis, size, origins)
        dims = dims.with(axis, size)
      })
      return [value]
    },
  },
]

/** For each entry along a padded axis, the entry that it is a copy of. Negative amounts cut first. */
function padOrigins(mode: string, size: number, before: number, after: number): readonly number[] {
  const cut = Math.max(0, -before)
  const length = size - cut - Math.max(0, -after)
  const added = Math.max(0, before)
  return range(added + length + Math.max(0, after), -added).map((at) => {
    if (mode === 'edge') return cut + Math.max(0, Math.min(at, length - 1))
    const period = mode === 'wrap' ? length : Math.max(1, 2 * (length - 1))
    const within = ((at % period) + period) % period
    return cut + (within < length ? within : period - within)
  })
}

/**
 * Sums entries along one axis of `value` onto the entries that they are copies of. The longest stretch that is
 * copied in order, and that nothing else is a copy of, is moved as it is.
 */
function foldBorders(
  context: VjpContext,
  value: string,
  dims: readonly number[],
  axis: number,
  size: number,
  origins: readonly number[],
): string {
  if (origins.length === size && origins.every((origin, at) => origin === at)) return value
  const { builder } = context
  const uses = new Array<number>(size).fill(0)
  for (const origin of origins) uses[origin]!++
  const { start, count } = longestRun(origins, (at) => uses[origins[at]!] === 1)
  const fold = (from: number, to: number, first: number, length: number): string => {
    const { dtype } = context.typeOf(context.node.inputs[0]!)
    // Where a negative amount cut the end off, nothing is a copy of it.
    if (from === to) return zerosOf(builder, dtype, dims.with(axis, length))
    const matrix = new Float32Array(length * (to - from))
    for (let at = from; at < to; at++) matrix[(origins[at]! - first) * (to - from) + at - from] = 1
    const weights = constant(builder, fromNumbers(dtype, [length, to - from], matrix))
    const piece = to - from === dims[axis] ? value : slice(builder, value, axis, from, to)
    return applyMatrix(builder, piece, dims.with(axis, to - from), axis, weights, length)
  }
  const first = count === 0 ? 0 : origins[start]!
  // Only where each border's copies stay on its side do the pieces fall apart.
  const apart =
    origins.slice(0, start).every((origin) => origin < first) &&
    origins.slice(start + count).every((origin) => origin >= first + count)
  if (count === 0 || !apart) return fold(0, origins.length, 0, size)
  const middle = slice(builder, value, axis, start, start + count)
  const pieces = [
    ...(first > 0 ? [fold(0, start, 0, first)] : []),
    middle,
    ...(first + count < size
      ? [fold(start + count, origins.length, first + count, size - first - count)]
      : []),
  ]
  return concat(builder, pieces, axis)
}

/** The longest stretch of entries that hold and whose origins follow one another. */
function longestRun(
  origins: readonly number[],
  holds: (at: number) => boolean,
): { readonly start: number; readonly count: number } {
  let best = { start: 0, count: 0 }
  let start = 0
  for (let at = 0; at < origins.length; at++) {
    if (!holds(at) || (at > start && origins[at] !== origins[at - 1]! + 1)) start = holds(at) ? at : at + 1
    if (at + 1 - start > best.count) best = { start, count: at + 1 - start }
  }
  return best
}

/** Its window lies in the middle, rounded the same way for cutting and padding, so one undoes the other. */
const centerCropPad = unary('crop or pad back', (c, g) => {
  const dims = dimsOf(c, 0)
  const taken = outputDims(c)
  const before = dims.map((size, i) =>
    taken[i]! > size ? -Math.floor((taken[i]! - size) / 2) : Math.floor((size - taken[i]!) / 2),
  )
  return pad(
    c.builder,
    g,
    before,
    dims.map((size, i) => size - taken[i]! - before[i]!),
  )
})

// Copying and moving.

const tile = unary('sum of copies', (c, g) => {
  const dims = dimsOf(c, 0)
  const taken = outputDims(c)
  const open: number[] = []
  const copies: number[] = []
  dims.forEach((size, i) => {
    const count = size === 0 ? 1 : taken[i]! / size
    if (count > 1) copies.push(open.push(count) - 1)
    open.push(size)
  })
  if (copies.length === 0) return g
  return sum(c.builder, reshape(c.builder, g, open), copies, { keep: false })
})

const transposeBack = unary('transpose back', (c, g) => {
  const rank = dimsOf(c, 0).length
  const perm = intsAttribute(c.node, 'perm') ?? range(rank).toReversed()
  const inverse = new Array<number>(rank)
  perm.forEach((from, to) => {
    inverse[from] = to
  })
  return transpose(c.builder, g, inverse)
})

const depthToSpace = unary('blocks to channels', (c, g) => {
  const [n, channels, h, w] = dimsOf(c, 0) as [number, number, number, number]
  const b = intAttribute(c.node, 'blocksize', 1)
  const open = reshape(c.builder, g, [n, channels / (b * b), h, b, w, b])
  const perm = stringAttribute(c.node, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
  return reshape(c.builder, transpose(c.builder, open, perm), [n, channels, h, w])
})

const spaceToDepth = unary('channels to blocks', (c, g) => {
  const [n, channels, h, w] = dimsOf(c, 0) as [number, number, number, number]
  const b = intAttribute(c.node, 'blocksize', 1)
  const open = reshape(c.builder, g, [n, b, b, channels, h / b, w / b])
  return reshape(c.builder, transpose(c.builder, open, [0, 3, 4, 1, 5, 2]), [n, channels, h, w])
})

const trilu = unary('same triangle', (c, g) => {
  const k = c.node.inputs[1]
  return c.builder.node('Trilu', k ? [g, k] : [g], { upper: intAttribute(c.node, 'upper', 1) })
})

const expand = unary('sum of copies', (c, g) => unbroadcast(c.builder, g, outputDims(c), dimsOf(c, 0)))

const reverseSequence = unary('reverse back', (c, g) =>
  c.builder.node('ReverseSequence', [g, c.node.inputs[1]!], {
    batch_axis: intAttribute(c.node, 'batch_axis', 1),
    time_axis: intAttribute(c.node, 'time_axis', 0),
  }),
)

export const shapeRules: Rules = {
  Cast: castBack,
  CastLike: castBack,
  CenterCropPad: centerCropPad,
  Concat: concatRule,
  DepthToSpace: depthToSpace,
  Dropout: dropout,
  Expand: expand,
  Flatten: reshapeBack,
  Identity: unary('unchanged', (_, g) => g),
  Pad: padRule,
  Reshape: reshapeBack,
  ReverseSequence: reverseSequence,
  Slice: sliceRule,
  SpaceToDepth: spaceToDepth,
  Split: splitRule,
  Squeeze: reshapeBack,
  Tile: tile,
  Transpose: transposeBack,
  Trilu: trilu,
  Unsqueeze: reshapeBack,
}
