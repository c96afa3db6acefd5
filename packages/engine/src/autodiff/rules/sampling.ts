// Operators that read images at positions of their own: GridSample at given ones, RoiAlign on a regular grid in each
// region. How a read between elements is differentiated is in `sampling.ts`; here positions are worked out, as
// onnxruntime does, and their gradient is brought back to the grid or the corners of the regions.
import { floatAttribute, intAttribute, stringAttribute } from '../../ir/graph.ts'
import { type DataType, dataTypeCode, fromNumbers, int64 } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formula } from '../formula.ts'
import { between, positive } from '../masks.ts'
import {
  blocked,
  concat,
  constant,
  dimsOf,
  numbersOf,
  outputDims,
  product,
  range,
  reshape,
} from '../rule-tools.ts'
import {
  type AxisTaps,
  neighbours,
  type Points,
  positionGradients,
  rowsOf,
  type Sampling,
  tapsAlong,
  tensorGradient,
  weightOf,
} from '../sampling.ts'
import type { Rules } from './rules.ts'

/** The type that is calculated in: half floats, which onnxruntime does not add up by index, as float32. */
function formulaFor({ builder }: VjpContext, dtype: DataType): Formula {
  return formula(builder, dtype === 'float64' ? 'float64' : 'float32')
}

/** A value in the formula's type. */
function taken(o: Formula, context: VjpContext, name: string, dtype = context.typeOf(name).dtype): string {
  return dtype === o.dtype ? name : o.cast(name)
}

/** A result in the type of the node's input. */
function given(o: Formula, context: VjpContext, input: number, value: string): string {
  const { dtype } = context.typeOf(context.node.inputs[input]!)
  return dtype === o.dtype ? value : context.builder.node('Cast', [value], { to: dataTypeCode(dtype) })
}

/** Modes by their names before and since operator set 20. */
const modes: Readonly<Record<string, Sampling['mode']>> = {
  bilinear: 'linear',
  linear: 'linear',
  nearest: 'nearest',
  bicubic: 'cubic',
  cubic: 'cubic',
}

function samplingOf({ node }: VjpContext): Sampling {
  return {
    mode: modes[stringAttribute(node, 'mode', 'linear')] ?? 'linear',
    padding: stringAttribute(node, 'padding_mode', 'zeros') as Sampling['padding'],
    alignCorners: intAttribute(node, 'align_corners', 0) === 1,
  }
}

const gridSample: readonly VjpVariant[] = [
  {
    name: 'scatter to the neighbours',
    applies: (c) => c.wants(0) || samplingOf(c).mode !== 'nearest',
    emit: (c) => {
      const arriving = c.gradientOf(0)
      if (arriving === undefined) return []
      const { builder, node } = c
      const [x, grid] = node.inputs as [string, string]
      const { dims, dtype } = c.typeOf(x)
      const o = formulaFor(c, dtype)
      const sampling = samplingOf(c)
      const [samples, , ...sizes] = dims as [number, number, ...number[]]
      const rank = sizes.length
      const count = product(outputDims(c).slice(2))

      // The grid's last axis holds the coordinates from the last axis of the image to the first, in [-1, 1].
      const flat = reshape(builder, taken(o, c, grid), [samples, count, rank])
      const coordinates = builder.nodes('Split', [flat], rank, { axis: 2, num_outputs: rank }).toReversed()
      const axes = sizes.map((size, i) => {
        const from0 = o.add(coordinates[i]!, 1)
        const position = sampling.alignCorners
          ? o.mul(o.div(from0, 2), size - 1)
          : o.div(o.sub(o.mul(from0, size), 1), 2)
        return tapsAlong(o, position, size, sampling)
      })
      const sample = constant(builder, int64(range(samples), [samples, 1, 1]))
      const points: Points = { pointDims: [samples, count, 1], sample, axes, dims }
      const read = neighbours(o, points)
      const g = rowsOf(o, taken(o, c, arriving, dtype), outputDims(c))
      const gradientOf = (): string => g

      const toGrid = (): string => {
        const rows = rowsOf(o, taken(o, c, x), dims)
        const byAxis = positionGradients(o, points, read, { rows, gradientOf })
        const scaled = byAxis.map((part, i) =>
          o.mul(part!, (sampling.alignCorners ? sizes[i]! - 1 : sizes[i]!) / 2),
        )
        return reshape(builder, concat(builder, scaled.toReversed(), 2), dimsOf(c, 1))
      }
      return [
        c.wants(0) ? given(o, c, 0, tensorGradient(o, points, read, gradientOf)) : undefined,
        c.wants(1) && sampling.mode !== 'nearest' ? given(o, c, 1, toGrid()) : undefined,
      ]
    },
  },
  ...blocked('nearest', 'the nearest element stays the nearest when the grid moves a little'),
]

/** How the regions are laid out: [first, last] of each axis, and how many points a bin has along it. */
interface RegionAxis {
  readonly size: number
  readonly bins: number
  /** Points of a bin; the most of any region where they differ. */
  readonly most: number
  /** Position of each point and its share of the region, 0 at the start and 1 at the end. */
  readonly position: string
  readonly share: string
  /** Whether the point is one of its region's, 0 or 1; undefined where all are. */
  readonly exists?: string
  /** How many points each bin of a region has, [regions, 1, 1, 1, 1]. */
  readonly count: string | number
  /** 1 where the region is as large as it says; undefined where it always is. */
  readonly isFree?: string
}

const roiAlign: readonly VjpVariant[] = [
  {
    name: 'average of points',
    applies: (c) => isAverage(c) && (fixedPoints(c) > 0 || numbersOf(c, 1) !== undefined),
    emit: (c) => roiGradients(c),
  },
  {
    name: 'largest weighted element',
    applies: (c) => !isAverage(c) && fixedPoints(c) > 0,
    emit: (c) => roiGradients(c),
  },
]

function isAverage({ node }: VjpContext): boolean {
  return stringAttribute(node, 'mode', 'avg') === 'avg'
}

/** Points of a bin along an axis; 0 where it follows from the region's size. */
function fixedPoints({ node }: VjpContext): number {
  return Math.max(0, intAttribute(node, 'sampling_ratio', 0))
}

function roiGradients(c: VjpContext): readonly (string | undefined)[] {
  const arriving = c.gradientOf(0)
  if (arriving === undefined) return []
  const { builder, node } = c
  const [x, rois, sampleOf] = node.inputs as [string, string, string]
  const { dims, dtype } = c.typeOf(x)
  const [regions, channels, ...bins] = outputDims(c) as [number, number, number, number]
  const o = formulaFor(c, dtype)
  const scale = floatAttribute(node, 'spatial_scale', 1)
  const corners = builder.nodes('Split', [reshape(builder, taken(o, c, rois), [regions, 4, 1, 1, 1])], 4, {
    axis: 1,
    num_outputs: 4,
  }) as [string, string, string, string]
  const [left, top, right, bottom] = corners.map((corner) =>
    o.sub(o.mul(corner, scale), isHalfPixel(c) ? 0.5 : 0),
  ) as [string, string, string, string]
  const regionAxes = [
    regionAxis(c, o, 0, { first: top, last: bottom, size: dims[2]!, bins: bins[0] }),
    regionAxis(c, o, 1, { first: left, last: right, size: dims[3]!, bins: bins[1] }),
  ] as const
  const pointDims = [regions, ...bins, regionAxes[0].most, regionAxes[1].most]
  const perBin = regionAxes[0].most * regionAxes[1].most
  const binCount = regions * product(bins)
  const sample = reshape(builder, builder.node('Cast', [sampleOf], { to: dataTypeCode('int64') }), [
    regions,
    1,
    1,
    1,
    1,
  ])
  const points: Points = { pointDims, sample, axes: regionAxes.map((axis) => tapsOf(o, axis)), dims }
  const read = neighbours(o, points)
  // [regions * bins, 1, channels]
  const byBin = reshape(
    builder,
    builder.node('Transpose', [taken(o, c, arriving, dtype)], { perm: [0, 2, 3, 1] }),
    [binCount, 1, channels],
  )
  const spread = (value: string): string =>
    reshape(
      builder,
      builder.node('Expand', [value, constant(builder, int64([binCount, perBin, channels]))]),
      [binCount * perBin, channels],
    )
  const rows = isAverage(c) && !c.wants(1) ? '' : rowsOf(o, taken(o, c, x), dims)

  let gradientOf: (neighbour: number) => string
  if (isAverage(c)) {
    const [a, b] = [regionAxes[0].count, regionAxes[1].count]
    const both =
      typeof a === 'number' && typeof b === 'number'
        ? a * b
        : reshape(
            builder,
            builder.node('Expand', [o.mul(a, b), constant(builder, int64([regions, ...bins, 1, 1]))]),
            [binCount, 1, 1],
          )
    const share = spread(o.div(byBin, both))
    gradientOf = () => share
  } else {
    // Of all weighted neighbours of all points of a bin, the first that is largest takes the gradient.
    const weighted = read.map((neighbour) => {
      const values = builder.node('Gather', [rows, reshape(builder, neighbour.row, [binCount * perBin])])
      return reshape(builder, o.mul(values, weightOf(o, points, neighbour)!), [binCount, perBin, channels])
    })
    const winner = builder.node('ArgMax', [concat(builder, weighted, 1)], { axis: 1 })
    const shares = read.map((_, i) => {
      const own = constant(builder, int64(range(perBin, i * perBin), [1, perBin, 1]))
      return reshape(builder, o.mul(o.cast(builder.node('Equal', [winner, own])), byBin), [
        binCount * perBin,
        channels,
      ])
    })
    gradientOf = (neighbour) => shares[neighbour]!
  }

  const toRegions = (): string => {
    const byPosition = positionGradients(o, points, read, { rows, gradientOf })
    const ends = regionAxes.map((axis, i) => {
      // A point lies at (1 - share) of the region's first and share of its last position.
      const share = axis.isFree === undefined ? axis.share : o.mul(axis.share, axis.isFree)
      const total = (factor: string): string =>
        reshape(builder, o.reduce('ReduceSum', o.mul(byPosition[i]!, factor), [1, 2, 3, 4]), [regions, 1])
      return { first: total(o.sub(1, share)), last: total(share) }
    })
    const [vertical, horizontal] = ends as [(typeof ends)[number], (typeof ends)[number]]
    const inOrder = [horizontal.first, vertical.first, horizontal.last, vertical.last]
    return o.mul(concat(builder, inOrder, 1), scale)
  }
  return [
    c.wants(0) ? given(o, c, 0, tensorGradient(o, points, read, gradientOf)) : undefined,
    c.wants(1) ? given(o, c, 1, toRegions()) : undefined,
  ]
}

function isHalfPixel({ node }: VjpContext): boolean {
  return stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel'
}

/** Bins of a region lie along axis 1 or 2 of the points, points of a bin along axis 3 or 4. */
function regionAxis(
  c: VjpContext,
  o: Formula,
  axis: 0 | 1,
  { first, last, size, bins }: { first: string; last: string; size: number; bins: number },
): RegionAxis {
  const along = (at: number, values: readonly number[]): string =>
    constant(
      o.builder,
      fromNumbers(
        o.dtype,
        range(5).map((i) => (i === at ? values.length : 1)),
        values,
      ),
    )
  const declared = o.sub(last, first)
  // Older forms count a region as at least one element wide.
  const [length, isFree] = isHalfPixel(c)
    ? [declared, undefined]
    : [o.of('Max', [declared, 1]), positive(o, o.sub(declared, 1))]
  const bin = along(axis + 1, range(bins))
  const fixed = fixedPoints(c)
  const most = fixed > 0 ? fixed : mostPoints(c, axis, bins)
  const point = along(axis + 3, range(most))
  const count = fixed > 0 ? fixed : o.of('Max', [o.of('Ceil', o.div(length, bins)), 0])
  const within = o.div(o.add(point, 0.5), fixed > 0 ? fixed : o.of('Max', [count, 1]))
  const share = o.div(o.add(bin, within), bins)
  const position = o.add(first, o.mul(share, length))
  return {
    size,
    bins,
    most,
    position,
    share,
    count: typeof count === 'number' ? count : o.of('Max', [count, 1]),
    ...(fixed > 0 ? {} : { exists: o.cast(o.of('Less', [point, count])) }),
    ...(isFree === undefined ? {} : { isFree }),
  }
}

/** The most points that a bin of any of the constant regions has. One more than exact does no harm: it is masked. */
function mostPoints(c: VjpContext, axis: 0 | 1, bins: number): number {
  const rois = numbersOf(c, 1)!
  const scale = floatAttribute(c.node, 'spatial_scale', 1)
  let longest = 1
  for (let at = 0; at < rois.length; at += 4) {
    const [first, last] = axis === 0 ? [rois[at + 1]!, rois[at + 3]!] : [rois[at]!, rois[at + 2]!]
    longest = Math.max(longest, (last - first) * scale)
  }
  return Math.max(1, Math.ceil((longest / bins) * (1 + 1e-6)))
}

/** Points up to one element outside read the border, those beyond read nothing. */
function tapsOf(o: Formula, { position, size, exists }: RegionAxis): AxisTaps {
  const counts = between(o, position, -1, size)
  const mask = exists === undefined ? counts : o.mul(counts, exists)
  const { taps, chain } = tapsAlong(o, position, size, {
    mode: 'linear',
    padding: 'border',
    alignCorners: false,
  })
  return {
    taps: taps.map(({ place, weight, slope }) => ({
      place,
      weight: o.mul(weight, mask),
      slope: o.mul(slope!, mask),
    })),
    ...(chain === undefined ? {} : { chain }),
  }
}

export const samplingRules: Rules = { GridSample: gridSample, RoiAlign: roiAlign }
