// The gradients of a convolution, as convolutions. A convolution takes a large side (N, channels, ...) to a small
// side (N, filters, ...) with weights (filters, channels / group, kernel...). The gradient of the large side slides
// the turned kernel over the small side's gradient; the gradient of the weights slides the small side's gradient
// over the large side. Each has several forms with the same result, because onnxruntime's kernels differ: its fast
// blocked layout exists for Conv and not for ConvTranspose. ConvTranspose as an operator is the same thing with
// large and small exchanged, and average pooling is a convolution with equal weights, so both use this file too.
import type { GraphBuilder } from '../ir/graph-builder.ts'
import { type DataType, float32, fromNumbers, type NumericData, type Tensor, zeros } from '../ir/tensor.ts'
import { ints, padAxis, product, reshape, sum, transpose } from './rule-tools.ts'
import { extent, type SlidingAxis } from './window.ts'

export interface Convolution {
  readonly axes: readonly SlidingAxis[]
  readonly batch: number
  /** Channels of the large side. */
  readonly channels: number
  /** Channels of the small side. */
  readonly filters: number
  readonly group: number
  readonly dtype: DataType
}

/** Ways to compute the gradient of the large side; {@link largeGradientForm} chooses. */
export type LargeGradientForm = 'turned' | 'spread' | 'transposed'

export function isDepthwise({ group, channels, filters }: Convolution): boolean {
  return group > 1 && group === channels && group === filters
}

/**
 * The fastest form that holds, measured on onnxruntime's CPU kernels:
 * - `turned`: Conv with the turned kernel; stride 1, at least 8 channels (blocked layout), or depthwise;
 * - `spread`: for depthwise kernels with a stride, the gradient spread out with zeros between, then `turned`;
 * - `transposed`: ConvTranspose with the weights as they are; always holds.
 */
export function largeGradientForm(conv: Convolution): LargeGradientForm {
  const { axes, channels } = conv
  if (turnedPads(axes.map(spreadOut)).some((pad) => pad < 0)) return 'transposed'
  const strided = axes.some(({ stride }) => stride > 1)
  if (isDepthwise(conv)) return strided ? 'spread' : 'turned'
  return !strided && channels >= 8 ? 'turned' : 'transposed'
}

/** The gradient of the large side, from the small side's `gradient` and the `weights`, in the given form. */
export function largeGradient(
  builder: GraphBuilder,
  conv: Convolution,
  gradient: string,
  weights: string,
  form: LargeGradientForm = largeGradientForm(conv),
): string {
  const { axes, group } = conv
  if (form === 'transposed') {
    return builder.node('ConvTranspose', [gradient, weights], {
      group,
      kernel_shape: axes.map(({ kernel }) => kernel),
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      ...transposedPads(axes),
    })
  }
  const spread = form === 'spread' ? spreadGradient(builder, conv, gradient) : gradient
  return builder.node('Conv', [spread, turnedWeights(builder, conv, weights)], {
    group,
    kernel_shape: axes.map(({ kernel }) => kernel),
    dilations: axes.map(({ dilation }) => dilation),
    pads: turnedPads(axes.map(spreadOut)),
  })
}

/** The gradient of the small side: the convolution itself. Needed where ConvTranspose is the forward operator. */
export function smallGradient(
  builder: GraphBuilder,
  conv: Convolution,
  gradient: string,
  weights: string,
): string {
  const { axes, group } = conv
  // The large side may reach beyond the last place of the window; the end of the padding says where to stop.
  const ends = axes.map((axis) => extent(axis) - axis.begin - axis.large)
  const result = builder.node('Conv', [gradient, weights], {
    group,
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ begin }) => begin), ...ends.map((end) => Math.max(0, end))],
  })
  const isLonger = axes.some(({ stride }, i) => -ends[i]! >= stride)
  return isLonger
    ? firstOf(
        builder,
        result,
        axes.map(({ small }) => small),
      )
    : result
}

/** The gradient of the weights, (filters, channels / group, kernel...), from the large side's value and the small
 * side's gradient; for ConvTranspose, from the large side's gradient and the small side's value. */
export function weightGradient(
  builder: GraphBuilder,
  conv: Convolution,
  large: string,
  small: string,
): string {
  const isPlain = conv.group === 1 && conv.axes.every(({ dilation }) => dilation === 1)
  return isPlain
    ? plainWeightGradient(builder, conv, large, small)
    : groupedWeightGradient(builder, conv, large, small)
}

/** The gradient of a bias that is added per filter. */
export function biasGradient(builder: GraphBuilder, rank: number, gradient: string): string {
  // Two sums, because onnxruntime is fast at summing the last axes and at summing the first, not at both in one.
  const spatial = Array.from({ length: rank }, (_, i) => i + 2)
  return sum(builder, sum(builder, gradient, spatial, { keep: false }), [0], { keep: false })
}

/**
 * All taps and channels in one convolution: samples play the channels, the small side's gradient plays the kernel,
 * and the channels lie along the last axis, which is therefore dilated by their number:
 * dW[m,c,a,b] = sum over n,i,j of dY[n,m,i,j] * x[n,c,i*s+a-p,j*s+b-p] with x stored as [1, N, H, W*C].
 * Nothing is copied per tap. For group 1 without dilation.
 */
function plainWeightGradient(
  builder: GraphBuilder,
  { axes, batch, channels, filters }: Convolution,
  large: string,
  small: string,
): string {
  const rank = axes.length
  const spatial = axes.map((_, i) => i + 2)
  const last = axes[rank - 1]!
  const others = axes.slice(0, -1)
  const width = extent(last)
  const channelsLast = padAxis(builder, transpose(builder, large, [0, ...spatial, 1]), rank + 2, rank, {
    begin: last.begin,
    end: width - last.begin - last.large,
  })
  const rows = reshape(builder, channelsLast, [
    1,
    batch,
    ...others.map((axis) => axis.large),
    width * channels,
  ])
  const all = builder.node('Conv', [rows, transpose(builder, small, [1, 0, ...spatial])], {
    kernel_shape: axes.map((axis) => axis.small),
    dilations: [...others.map(({ stride }) => stride), last.stride * channels],
    pads: [
      ...others.map(({ begin }) => begin),
      0,
      ...others.map((axis) => Math.max(0, extent(axis) - axis.begin - axis.large)),
      0,
    ],
  })
  const kernel = axes.map((axis) => axis.kernel)
  const isLonger = others.some((axis) => extent(axis) < axis.begin + axis.large)
  const taps = isLonger
    ? firstOf(builder, all, [...others.map((axis) => axis.kernel), last.kernel * channels])
    : all
  const byTap = reshape(builder, taps, [filters, product(kernel), channels])
  return reshape(builder, transpose(builder, byTap, [0, 2, 1]), [filters, channels, ...kernel])
}

/** The general form: samples and channels exchange roles inside every group; stride and dilation do too. */
function groupedWeightGradient(
  builder: GraphBuilder,
  { axes, batch, channels, group }: Convolution,
  large: string,
  small: string,
): string {
  const spatial = axes.map((_, i) => i + 2)
  const size = axes.map((axis) => axis.large)
  const inGroup = channels / group
  const split = reshape(builder, large, [batch, group, inGroup, ...size])
  const exchanged = transpose(builder, split, [2, 1, 0, ...spatial.map((axis) => axis + 1)])
  const result = builder.node(
    'Conv',
    [
      reshape(builder, exchanged, [inGroup, group * batch, ...size]),
      transpose(builder, small, [1, 0, ...spatial]),
    ],
    {
      group,
      kernel_shape: axes.map((axis) => axis.small),
      strides: axes.map(({ dilation }) => dilation),
      dilations: axes.map(({ stride }) => stride),
      pads: [
        ...axes.map(({ begin }) => begin),
        ...axes.map((axis) => Math.max(0, extent(axis) - axis.begin - axis.large)),
      ],
    },
  )
  const isLonger = axes.some((axis) => axis.begin + axis.large - extent(axis) >= axis.dilation)
  const kernel = axes.map((axis) => axis.kernel)
  return transpose(builder, isLonger ? firstOf(builder, result, kernel) : result, [1, 0, ...spatial])
}

/** Pads and output padding of the ConvTranspose that gives exactly the large side. */
function transposedPads(axes: readonly SlidingAxis[]) {
  // What the window does not reach at the end is output padding; what it reaches beyond is cut off.
  const rest = axes.map((axis) => axis.begin + axis.large - extent(axis))
  return {
    pads: [...axes.map(({ begin }) => begin), ...rest.map((size) => Math.max(0, -size))],
    output_padding: rest.map((size) => Math.max(0, size)),
  }
}

/** The axis as it is after the small side was spread out by its stride. */
function spreadOut(axis: SlidingAxis): SlidingAxis {
  return { ...axis, stride: 1, small: axis.small * axis.stride }
}

/** Pads of the stride-1 convolution with the turned kernel; a negative one means that this form does not hold. */
function turnedPads(axes: readonly SlidingAxis[]): readonly number[] {
  const begins = axes.map(({ kernel, dilation, begin }) => (kernel - 1) * dilation - begin)
  const ends = axes.map(({ large, small, begin }) => large - small + begin)
  return [...begins, ...ends]
}

/** Every element followed by stride - 1 zeros along each axis: repeated, then masked, which is the faster way. */
function spreadGradient(builder: GraphBuilder, { axes, dtype }: Convolution, gradient: string): string {
  const strides = axes.map(({ stride }) => stride)
  const scales = builder.constant(float32([1, 1, ...strides]))
  const repeated = builder.node('Resize', [gradient, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
  const size = axes.map(({ small, stride }) => small * stride)
  const first = outer(
    axes.map(({ stride }, i) => Array.from({ length: size[i]! }, (_, at) => (at % stride ? 0 : 1))),
  )
  return builder.node('Mul', [repeated, builder.constant(fromNumbers(dtype, [1, 1, ...size], first))])
}

/** Weights (filters, channels / group, ...) as those of the way back, (channels, filters / group, ...), turned. */
function turnedWeights(builder: GraphBuilder, conv: Convolution, weights: string): string {
  const known = builder.constantOf(weights)
  if (known !== undefined) return builder.constant(turned(known, conv), `${weights}_turned`)
  const { axes, channels, filters, group } = conv
  const kernel = axes.map((axis) => axis.kernel)
  const taps = product(kernel)
  const byGroup = reshape(builder, weights, [group, filters / group, channels / group, taps])
  const backwards = Array.from({ length: taps }, (_, i) => taps - 1 - i)
  const inputs = [transpose(builder, byGroup, [0, 2, 1, 3]), ints(builder, backwards)]
  return reshape(builder, builder.node('Gather', inputs, { axis: 3 }), [channels, filters / group, ...kernel])
}

function turned(weights: Tensor, { axes, channels, filters, group }: Convolution): Tensor {
  const kernel = axes.map((axis) => axis.kernel)
  const taps = product(kernel)
  const outs = filters / group
  const ins = channels / group
  const dims = [channels, outs, ...kernel]
  const made = zeros(weights.dtype, dims)
  const from = weights.data as NumericData
  const to = made.data as NumericData
  let at = 0
  for (let g = 0; g < group; g++) {
    for (let i = 0; i < ins; i++) {
      for (let o = 0; o < outs; o++) {
        const start = ((g * outs + o) * ins + i) * taps
        for (let t = taps - 1; t >= 0; t--) to[at++] = from[start + t]!
      }
    }
  }
  return made
}

/** The elements of the outer product of vectors, in row-major order. */
export function outer(vectors: readonly (readonly number[])[]): readonly number[] {
  return vectors.reduce<readonly number[]>((left, right) => left.flatMap((a) => right.map((b) => a * b)), [1])
}

/** The first `sizes` elements along the spatial axes. */
function firstOf(builder: GraphBuilder, value: string, sizes: readonly number[]): string {
  const axes = sizes.map((_, i) => i + 2)
  const starts = sizes.map(() => 0)
  return builder.node('Slice', [value, ints(builder, starts), ints(builder, sizes), ints(builder, axes)])
}
