// Fourier transforms are linear, and their gradient is the transform the other way: a DFT without its 1/n goes back by
// an inverse with a factor n, an inverse by a DFT with a factor 1/n. What a form leaves out is put back as zeros (the
// mirrored half of a one-sided spectrum, the end that was cut off) and what it added is cut off (padding, the
// imaginary part of a real signal). An STFT is a DFT of overlapping frames, whose gradients are added up again where
// they overlap.
import { intAttribute } from '../../ir/graph.ts'
import { fromNumbers, int64 } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formulaOf } from '../formula.ts'
import {
  axisOf,
  constant,
  dimsOf,
  numbersOf,
  outputDims,
  padAxis,
  range,
  reshape,
  slice,
} from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** A DFT node along `axis` of a value whose last axis holds real, or real and imaginary parts. */
function transform(
  { builder }: VjpContext,
  value: string,
  { axis, ...forms }: { readonly axis: number; readonly inverse?: number; readonly onesided?: number },
): string {
  // The axis became an input with operator set 20.
  return builder.opset < 20
    ? builder.node('DFT', [value], { axis, ...forms })
    : builder.node('DFT', [value, '', constant(builder, int64([axis], []))], { ...forms })
}

/** Of a value with `size` elements along an axis: as many as `wanted`, by zeros at the end or by cutting off. */
function fitted(
  { builder }: VjpContext,
  value: string,
  rank: number,
  axis: number,
  size: number,
  wanted: number,
): string {
  return padAxis(builder, value, rank, axis, { begin: 0, end: wanted - size })
}

/** The gradient of a signal of `length`, from that of its full or one-sided spectrum of `bins` out of `size`. */
function ofSpectrum(
  c: VjpContext,
  o: Formula,
  g: string,
  form: {
    readonly rank: number
    readonly axis: number
    readonly bins: number
    readonly size: number
    readonly isReal: boolean
  },
): string {
  const { rank, axis, bins, size, isReal } = form
  const whole = fitted(c, g, rank, axis, bins, size)
  const back = o.mul(transform(c, whole, { axis, inverse: 1 }), size)
  return isReal ? slice(c.builder, back, rank - 1, 0, 1) : back
}

const dft: VjpVariant = {
  name: 'transform the other way',
  applies: (c) => axisOfDft(c) !== undefined && (!c.node.inputs[1] || numbersOf(c, 1) !== undefined),
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined || !c.wants(0)) return []
    const { builder, node } = c
    const o = formulaOf(c)
    const dims = dimsOf(c, 0)
    const rank = dims.length
    const axis = axisOfDft(c)!
    const length = dims[axis]!
    const bins = outputDims(c)[axis]!
    const isReal = dims.at(-1) === 1
    const isInverse = intAttribute(node, 'inverse', 0) === 1
    const isOneSided = intAttribute(node, 'onesided', 0) === 1
    if (!isInverse) {
      const size = isOneSided ? (numbersOf(c, 1)?.[0] ?? length) : bins
      const back = ofSpectrum(c, o, g, { rank, axis, bins, size, isReal })
      return [fitted(c, back, rank, axis, size, length)]
    }
    if (!isOneSided) {
      const back = o.div(transform(c, g, { axis }), bins)
      const part = isReal ? slice(builder, back, rank - 1, 0, 1) : back
      return [fitted(c, part, rank, axis, bins, length)]
    }
    // A real signal from one half of its spectrum: each bin but the first, and the middle one where there is one,
    // stands for its mirror image too.
    const half = Math.floor(bins / 2) + 1
    const spectrum = transform(c, g, { axis, onesided: 1 })
    const counts = range(half).map((k) => (k === 0 || 2 * k === bins ? 1 : 2) / bins)
    const shape = range(rank).map((i) => (i === axis ? half : 1))
    const weighted = o.mul(spectrum, constant(builder, fromNumbers(o.dtype, shape, counts)))
    return [fitted(c, weighted, rank, axis, half, length)]
  },
}

/** The axis that a DFT node goes along, counted from the front; undefined where it is only known when it runs. */
function axisOfDft(c: VjpContext): number | undefined {
  const rank = dimsOf(c, 0).length
  if (c.builder.opset < 20) return axisOf(intAttribute(c.node, 'axis', 1), rank)
  const axis = c.node.inputs[2] ? numbersOf(c, 2)?.[0] : -2
  return axis === undefined ? undefined : axisOf(axis, rank)
}

/** What an STFT node is, where all of it is known and the signal is real. */
interface Frames {
  readonly count: number
  readonly size: number
  readonly step: number
}

function framesOf(c: VjpContext): Frames | undefined {
  const { node } = c
  const dims = dimsOf(c, 0)
  const window = node.inputs[2] ? dimsOf(c, 2)[0] : undefined
  const size = node.inputs[3] ? numbersOf(c, 3)?.[0] : window
  const step = numbersOf(c, 1)?.[0]
  const isReal = dims.length === 2 || dims[2] === 1
  if (!isReal || size === undefined || step === undefined || (window ?? size) !== size) return undefined
  return { count: outputDims(c)[1]!, size, step }
}

const stft: VjpVariant = {
  name: 'inverse, windowed and overlapped',
  applies: (c) => !c.wants(2) && framesOf(c) !== undefined,
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined || !c.wants(0)) return []
    const { builder, node } = c
    const o = formulaOf(c)
    const dims = dimsOf(c, 0)
    const [samples, length] = dims as [number, number]
    const { count, size, step } = framesOf(c)!
    const bins = outputDims(c)[2]!
    const frames = ofSpectrum(c, o, g, { rank: 4, axis: 2, bins, size, isReal: true })
    const flat = reshape(builder, frames, [samples, count, size])
    const windowed = node.inputs[2] ? o.mul(flat, node.inputs[2]) : flat
    // Frames cut into pieces as long as a step: piece p of frame f lies at place f + p of the signal.
    const pieces = Math.ceil(size / step)
    const cut = reshape(builder, fitted(c, windowed, 3, 2, size, pieces * step), [
      samples,
      count,
      pieces,
      step,
    ])
    const parts =
      pieces === 1 ? [cut] : builder.nodes('Split', [cut], pieces, { axis: 2, num_outputs: pieces })
    const placed = parts.map((part, p) =>
      padAxis(builder, reshape(builder, part, [samples, count * step]), 2, 1, {
        begin: p * step,
        end: (pieces - 1 - p) * step,
      }),
    )
    const sum = placed.length === 1 ? placed[0]! : o.of('Sum', placed)
    return [reshape(builder, fitted(c, sum, 2, 1, (count + pieces - 1) * step, length), dims)]
  },
}

export const fourierRules: Rules = { DFT: [dft], STFT: [stft] }
