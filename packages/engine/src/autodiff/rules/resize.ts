// Resize changes each axis by itself and is linear, so along one axis it is a matrix, and its gradient is the
// product with the matrix transposed. That matrix is Resize of the identity: the rule emits exactly that node, on a
// constant, which onnxruntime works out once when it loads the graph. So every mode, coordinate rule and rounding
// quirk is right without being written here. Where each value is just repeated, the gradient is a sum over blocks.
import { intsAttribute, type Node, stringAttribute } from '../../ir/graph.ts'
import { float32, fromNumbers, int64 } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import {
  applyMatrix,
  axisOf,
  constant,
  dimsOf,
  isKnown,
  number,
  numbersOf,
  outputDims,
  product,
  range,
} from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** What Resize does along one axis that it may change. */
interface AxisForm {
  readonly axis: number
  readonly from: number
  readonly to: number
  /** The factor as given; undefined where the size is. */
  readonly scale: number | undefined
  /** The part of the axis that is read, for tf_crop_and_resize. */
  readonly crop: readonly [number, number]
}

function axisForms(context: VjpContext): readonly AxisForm[] {
  const dims = dimsOf(context, 0)
  const taken = outputDims(context)
  const axes = (intsAttribute(context.node, 'axes') ?? range(dims.length)).map((axis) =>
    axisOf(axis, dims.length),
  )
  const given = numbersOf(context, 2)
  const scales = given?.length ? given : undefined
  const rois = numbersOf(context, 1)
  const roi = rois?.length ? rois : undefined
  return axes.map((axis, i) => ({
    axis,
    from: dims[axis]!,
    to: taken[axis]!,
    scale: scales?.[i],
    crop: roi ? [roi[i]!, roi[axes.length + i]!] : [0, 1],
  }))
}

function coordinates(node: Node): string {
  return stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel')
}

/** Whether the axis comes out as it went in. */
function isUnchanged(node: Node, { from, to, scale }: AxisForm): boolean {
  return from === to && (scale ?? 1) === 1 && coordinates(node) !== 'tf_crop_and_resize'
}

/** Whether each value is repeated the same number of times: nearest by a whole factor, with a rule that does so. */
function isRepeat(node: Node, { from, to, scale }: AxisForm): boolean {
  if (stringAttribute(node, 'mode', 'nearest') !== 'nearest' || to % from !== 0) return false
  if (scale !== undefined && scale !== to / from) return false
  const nearest = stringAttribute(node, 'nearest_mode', 'round_prefer_floor')
  switch (coordinates(node)) {
    case 'asymmetric':
      return nearest === 'floor'
    case 'half_pixel':
    case 'half_pixel_symmetric':
    case 'pytorch_half_pixel':
      return nearest.startsWith('round')
    default:
      return false
  }
}

/**
 * Resize of the identity along its second axis, [from, to]. Where the factor is just to / from, the size is given
 * instead: rounding may leave different readers of a factor one row apart.
 */
function matrixOf(context: VjpContext, form: AxisForm): string {
  const { builder, node } = context
  const { from, to, scale, crop } = form
  const { dtype } = context.typeOf(node.inputs[0]!)
  const identity = Float32Array.from({ length: from * from }, (_, i) => (i % (from + 1) === 0 ? 1 : 0))
  const roi =
    coordinates(node) === 'tf_crop_and_resize'
      ? constant(builder, fromNumbers(dtype, [4], [0, crop[0], 1, crop[1]]))
      : ''
  const size: [string, string] =
    scale === undefined || scale === Math.fround(to / from)
      ? ['', constant(builder, int64([from, to]))]
      : [constant(builder, float32([1, scale])), '']
  const { axes, keep_aspect_ratio_policy, extrapolation_value, ...attributes } = node.attributes
  // What lies outside the image is a constant there, so it has no part in the derivative.
  return builder.node(
    'Resize',
    [constant(builder, fromNumbers(dtype, [from, from], identity)), roi, ...size],
    attributes,
    { hint: 'resize_matrix' },
  )
}

const resize: readonly VjpVariant[] = [
  {
    // Twice as fast as two sums or two products, because onnxruntime's pooling is.
    name: 'sum of blocks',
    applies: (c) =>
      isSupported(c) &&
      dimsOf(c, 0).length > 2 &&
      axisForms(c).every((form) => isUnchanged(c.node, form) || (form.axis > 1 && isRepeat(c.node, form))),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      const taken = outputDims(c)
      const block = dimsOf(c, 0).map((size, i) => taken[i]! / size)
      const mean = c.builder.node('AveragePool', [g], {
        kernel_shape: block.slice(2),
        strides: block.slice(2),
      })
      return [c.builder.node('Mul', [mean, number(c, product(block))])]
    },
  },
  {
    name: 'matrix for each axis',
    applies: isSupported,
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined || !c.wants(0)) return []
      let value = g
      let dims = outputDims(c)
      // The axis that shrinks most goes first, so that the others have less to do.
      const forms = axisForms(c).filter((form) => !isUnchanged(c.node, form))
      for (const form of forms.sort((a, b) => a.from / a.to - b.from / b.to)) {
        value = applyMatrix(c.builder, value, dims, form.axis, matrixOf(c, form), form.from)
        dims = dims.with(form.axis, form.from)
      }
      return [value]
    },
  },
]

/** With a `keep_aspect_ratio_policy` the factor hangs on all axes together, and is no longer to / from. */
function isSupported(context: VjpContext): boolean {
  const policy = stringAttribute(context.node, 'keep_aspect_ratio_policy', 'stretch')
  const given = context.node.inputs[3] && !numbersOf(context, 2)?.length
  if (given && policy !== 'stretch') return false
  return isKnown(context, 2) && (coordinates(context.node) !== 'tf_crop_and_resize' || isKnown(context, 1))
}

export const resizeRules: Rules = { Resize: resize }
