// Reading a tensor at positions between its elements, and what a gradient does on the way back. A read is a weighted
// sum of a few neighbours, and the weight of a neighbour is the product of one weight for each axis; so an axis is
// described by its taps, each with the place it reads, its weight, and how the weight changes with the position. The
// gradient of the tensor adds each weight to its place, that of a position takes the slopes instead. The tensor is
// handled with channels last, because onnxruntime gathers and scatters whole rows.
import { dataTypeCode, int64 } from '../ir/tensor.ts'
import type { Formula, Term } from './formula.ts'
import { between, sign } from './masks.ts'
import { constant, product, range, reshape, same, transpose, zerosOf } from './rule-tools.ts'

export interface Tap {
  /** Place along the axis, int64, always inside of it. */
  readonly place: string
  readonly weight: Term
  /** Derivative of the weight by the position; undefined where it is zero. */
  readonly slope?: Term
}

export interface AxisTaps {
  readonly taps: readonly Tap[]
  /** A factor of all slopes: what the position moves where it was brought back from outside. */
  readonly chain?: string
}

export interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic'
  /** What lies outside: zeros, the nearest element, or the tensor mirrored. */
  readonly padding: 'zeros' | 'border' | 'reflection'
  /** Mirrored at the middle of the outermost elements instead of at their outer edge. */
  readonly alignCorners: boolean
}

/** The taps of `position`, counted in elements, along an axis of `size`; as onnxruntime and PyTorch read there. */
export function tapsAlong(o: Formula, position: string, size: number, sampling: Sampling): AxisTaps {
  const { mode } = sampling
  if (mode === 'cubic') {
    const floor = o.of('Floor', position)
    const t = o.sub(position, floor)
    const taps = [-1, 0, 1, 2].map((offset) => {
      const { weight, slope } = cubic(o, offset, t)
      return tapAt(o, o.add(floor, offset), size, sampling, weight, slope)
    })
    return { taps }
  }
  const { at, chain } = broughtBack(o, position, size, sampling)
  if (mode === 'nearest') return { taps: [tapAt(o, o.of('Round', at), size, sampling, 1)] }
  const floor = o.of('Floor', at)
  const t = o.sub(at, floor)
  const taps = [
    tapAt(o, floor, size, sampling, o.sub(1, t), -1),
    tapAt(o, o.add(floor, 1), size, sampling, t, 1),
  ]
  return { taps, ...(chain === undefined ? {} : { chain }) }
}

/** Cubic convolution (Keys 1981, equation 4) with a = -0.75, for the neighbour `offset` of a position `t` past one. */
function cubic(o: Formula, offset: number, t: string): { readonly weight: string; readonly slope: string } {
  const a = -0.75
  const side = offset > 0 ? -1 : 1
  // The distance to the neighbour: t + 1, t, 1 - t, 2 - t.
  const d = offset === 0 ? t : side === 1 ? o.add(t, 1) : o.sub(offset, t)
  const isNear = offset === 0 || offset === 1
  const [c3, c2, c1, c0] = isNear ? [a + 2, -(a + 3), 0, 1] : [a, -5 * a, 8 * a, -4 * a]
  const weight = o.add(o.mul(o.add(o.mul(o.add(o.mul(d, c3), c2), d), c1), d), c0)
  const slope = o.add(o.mul(o.add(o.mul(d, 3 * c3 * side), 2 * c2 * side), d), c1 * side)
  return { weight, slope }
}

function broughtBack(
  o: Formula,
  position: string,
  size: number,
  { padding, alignCorners }: Sampling,
): { readonly at: string; readonly chain?: string } {
  const last = size - 1
  if (padding === 'zeros') return { at: position }
  const clipped = (x: string) => ({ at: o.of('Clip', [x, 0, last]), chain: between(o, x, 0, last) })
  if (padding === 'border') return clipped(position)
  const { at: inside, chain: direction } = mirrored(o, position, size, alignCorners)
  const { at, chain } = clipped(inside)
  return { at, chain: o.mul(chain, direction) }
}

/** The position mirrored at both ends as often as it takes: a triangle wave, and its slope of 1 or -1. */
function mirrored(
  o: Formula,
  position: string,
  size: number,
  alignCorners: boolean,
): { readonly at: string; readonly chain: string } {
  const first = alignCorners ? 0 : -0.5
  const length = alignCorners ? size - 1 : size
  if (length === 0) {
    const at = o.mul(position, 0)
    return { at, chain: at }
  }
  const shifted = o.sub(position, first)
  const far = o.of('Abs', shifted)
  const turns = o.of('Floor', o.div(far, 2 * length))
  const rest = o.sub(o.sub(far, o.mul(turns, 2 * length)), length)
  const at = o.sub(first + length, o.of('Abs', rest))
  return { at, chain: o.of('Neg', o.mul(sign(o, rest), sign(o, shifted))) }
}

function tapAt(
  o: Formula,
  place: string,
  size: number,
  { padding, alignCorners }: Sampling,
  weight: Term,
  slope?: Term,
): Tap {
  const whole = (x: string): string => o.of('Cast', x, { to: dataTypeCode('int64') })
  const wanted = padding === 'reflection' ? mirrored(o, place, size, alignCorners).at : place
  const inside = o.of('Clip', [wanted, 0, size - 1])
  if (padding !== 'zeros') {
    return { place: whole(inside), weight, ...(slope === undefined ? {} : { slope }) }
  }
  const isInside = o.cast(o.of('Equal', [inside, place]))
  const masked = (x: Term): string => (x === 1 ? isInside : o.mul(x, isInside))
  return {
    place: whole(inside),
    weight: masked(weight),
    ...(slope === undefined ? {} : { slope: masked(slope) }),
  }
}

/** Points at which a tensor is read. All that is said of each point broadcasts to `pointDims`. */
export interface Points {
  readonly pointDims: readonly number[]
  /** The sample that each point reads, int64. */
  readonly sample: string
  /** One for each spatial axis. */
  readonly axes: readonly AxisTaps[]
  /** Of the tensor: samples, channels, spatial sizes. */
  readonly dims: readonly number[]
}

/** One neighbour that each point reads: which tap it is of each axis, and its row in the tensor, int64 [points, 1]. */
export interface Neighbour {
  readonly taps: readonly Tap[]
  readonly row: string
}

export function neighbours(o: Formula, { pointDims, sample, axes, dims }: Points): readonly Neighbour[] {
  const { builder } = o
  const count = product(pointDims)
  const sizes = dims.slice(2)
  const wide = (value: number): string => constant(builder, int64([value], []))
  let all: readonly { readonly taps: readonly Tap[]; readonly row: string }[] = [{ taps: [], row: sample }]
  axes.forEach((axis, i) => {
    all = all.flatMap(({ taps, row }) => {
      const start = builder.node('Mul', [row, wide(sizes[i]!)])
      return axis.taps.map((tap) => ({
        taps: [...taps, tap],
        row: builder.node('Add', [start, tap.place]),
      }))
    })
  })
  return all.map(({ taps, row }) => ({ taps, row: column(o, row, pointDims, count) }))
}

/** A value that broadcasts to the points as one column, [points, 1]. */
function column(o: Formula, value: string, pointDims: readonly number[], count: number): string {
  return same(pointDims, [count, 1]) ? value : reshape(o.builder, value, [count, 1])
}

/** The weight of a neighbour at each point, [points, 1]; with `slopeOf`, its derivative by the position on that axis. */
export function weightOf(
  o: Formula,
  { pointDims }: Points,
  { taps }: Neighbour,
  slopeOf?: number,
): string | undefined {
  const terms = taps.map(({ weight, slope }, i) => (i === slopeOf ? slope : weight))
  if (terms.includes(undefined)) return undefined
  const factors = terms.filter((term) => term !== 1) as Term[]
  const whole = factors.reduce<Term>((a, b) => (a === 1 ? b : o.mul(a, b)), 1)
  const name = typeof whole === 'number' ? o.number(whole) : whole
  if (typeof whole === 'number') return name
  return column(o, name, pointDims, product(pointDims))
}

/** [samples, channels, ...spatial] as [samples * spatial, channels]. */
export function rowsOf(o: Formula, value: string, [samples, channels, ...sizes]: readonly number[]): string {
  const count = product(sizes)
  const flat = reshape(o.builder, value, [samples!, channels!, count])
  return reshape(o.builder, transpose(o.builder, flat, [0, 2, 1]), [samples! * count, channels!])
}

/**
 * The gradient of the tensor that was read. `gradientOf` gives that of a neighbour's share in the points' values,
 * [points, channels].
 */
export function tensorGradient(
  o: Formula,
  points: Points,
  read: readonly Neighbour[],
  gradientOf: (neighbour: number) => string,
): string {
  const { builder } = o
  const [samples, channels, ...sizes] = points.dims as [number, number, ...number[]]
  const count = product(sizes)
  // One after the other into the same memory, so that no neighbour's share is kept.
  let sum = zerosOf(builder, o.dtype, [samples * count, channels])
  read.forEach((neighbour, i) => {
    const share = o.mul(gradientOf(i), weightOf(o, points, neighbour)!)
    sum = builder.node('ScatterND', [sum, neighbour.row, share], { reduction: 'add' })
  })
  const flat = transpose(builder, reshape(builder, sum, [samples, count, channels]), [0, 2, 1])
  return reshape(builder, flat, points.dims)
}

/** The gradient of the positions, for each axis, [...pointDims]; undefined where none of its taps has a slope. */
export function positionGradients(
  o: Formula,
  points: Points,
  read: readonly Neighbour[],
  { rows, gradientOf }: { readonly rows: string; readonly gradientOf: (neighbour: number) => string },
): readonly (string | undefined)[] {
  const { builder } = o
  const { pointDims, axes } = points
  const shares = read.map(({ row }, i) => {
    const values = builder.node('Gather', [rows, reshape(builder, row, [product(pointDims)])])
    return o.reduce('ReduceSum', o.mul(gradientOf(i), values), [1])
  })
  return range(axes.length).map((axis) => {
    const parts = read.flatMap((neighbour, i) => {
      const slope = weightOf(o, points, neighbour, axis)
      return slope === undefined ? [] : [o.mul(shares[i]!, slope)]
    })
    if (parts.length === 0) return undefined
    const sum = reshape(builder, parts.length === 1 ? parts[0]! : o.of('Sum', parts), pointDims)
    const { chain } = axes[axis]!
    return chain === undefined ? sum : o.mul(sum, chain)
  })
}
