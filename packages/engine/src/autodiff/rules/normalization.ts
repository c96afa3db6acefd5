// Normalisations. With r = 1 / sqrt(var + eps), z = (x - mean) r and s the gradient that arrives at z:
//   dx = r (s - mean(s) - z mean(s z))
// over the elements that are normalised together (Ba et al. 2016, arXiv:1607.06450); the root-mean-square form lacks
// the term of the mean. Instance, group and layer normalisation differ only in which elements those are, so all are
// led back to the last axis, where onnxruntime's LayerNormalization gives z and r again in one pass.
import { float } from '../../ir/attributes.ts'
import { floatAttribute, intAttribute, intsAttribute } from '../../ir/graph.ts'
import { fromNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { type Formula, formula, formulaOf } from '../formula.ts'
import { sign, zero } from '../masks.ts'
import {
  axisOf,
  dimsOf,
  ints,
  product,
  range,
  reshape,
  rule,
  sum,
  unary,
  unbroadcast,
} from '../rule-tools.ts'
import type { Rules } from './rules.ts'

interface Standardized {
  /** The normalised values, z. */
  readonly z: string
  /** One over the deviation, r, with the normalised axes as size 1. */
  readonly r: string
}

/** x, of these dimensions, normalised over all axes from `axis` on. */
function standardize(
  o: Formula,
  x: string,
  dims: readonly number[],
  { axis, epsilon }: { readonly axis: number; readonly epsilon: number },
): Standardized {
  // The scale could be a single 1, but onnxruntime is half as fast when it has to broadcast it.
  const ones = o.builder.node('ConstantOfShape', [ints(o.builder, dims.slice(axis))], {
    value: fromNumbers(o.dtype, [1], [1]),
  })
  const [z, , deviation] = o.builder.nodes('LayerNormalization', [x, ones], 3, {
    axis,
    epsilon: float(epsilon),
  }) as [string, string, string]
  // The statistics are float32 whatever the type of x.
  return { z, r: o.dtype === 'float32' ? deviation : o.cast(deviation) }
}

/** The gradient through z of x, for s at z. */
function throughZ(o: Formula, s: string, { z, r }: Standardized, axes: readonly number[]): string {
  const slope = o.reduce('ReduceMean', o.mul(s, z), axes)
  const centred = o.sub(s, o.reduce('ReduceMean', s, axes))
  return o.mul(r, o.sub(centred, o.mul(z, slope)))
}

function layerNormalization(c: VjpContext): readonly (string | undefined)[] {
  const { node, builder } = c
  const dims = dimsOf(c, 0)
  const axis = axisOf(intAttribute(node, 'axis', -1), dims.length)
  const axes = range(dims.length - axis, axis)
  const count = product(dims.slice(axis))
  const o = formulaOf(c)
  const [x, scale] = node.inputs as [string, string]
  const g = c.gradientOf(0)
  const statistics = [c.gradientOf(1), c.gradientOf(2)] as const
  if (g === undefined && statistics.every((gradient) => gradient === undefined)) return []
  const known = standardize(o, x, dims, { axis, epsilon: floatAttribute(node, 'epsilon', 1e-5) })
  const { z, r } = known

  const gradientX = (): string | undefined => {
    const parts: string[] = []
    if (g !== undefined) parts.push(throughZ(o, o.mul(g, scale), known, axes))
    const [mean, deviation] = statistics.map((gradient) =>
      gradient === undefined || o.dtype === 'float32' ? gradient : o.cast(gradient),
    )
    // The mean's slope is 1 / count, that of r is -r^2 z / count.
    if (deviation !== undefined) parts.push(o.mul(z, o.mul(o.mul(o.mul(r, r), deviation), -1 / count)))
    if (mean !== undefined) {
      const share = o.mul(mean, 1 / count)
      if (parts.length === 0) return o.of('Expand', [share, ints(builder, dims)])
      parts.push(share)
    }
    return parts.reduce((a, b) => o.add(a, b))
  }
  return [
    c.wants(0) ? gradientX() : undefined,
    g !== undefined && c.wants(1) ? unbroadcast(builder, o.mul(g, z), dims, dimsOf(c, 1)) : undefined,
    g !== undefined && node.inputs[2] && c.wants(2) ? unbroadcast(builder, g, dims, dimsOf(c, 2)) : undefined,
  ]
}

/** Instance normalisation is group normalisation with one channel a group. */
function groups(c: VjpContext, count: number): readonly (string | undefined)[] {
  const g = c.gradientOf(0)
  if (g === undefined) return []
  const { builder, node } = c
  const dims = dimsOf(c, 0)
  const [batch, channels] = dims as [number, number]
  const inner = product(dims.slice(2))
  const o = formulaOf(c)
  const [x, scale] = node.inputs as [string, string]
  // Scale and bias are per channel, or per group in the first version of GroupNormalization.
  const parts = product(dimsOf(c, 1))
  const rows = [batch, count, (channels / count) * inner]
  const cells = [batch, parts, (channels / parts) * inner]
  const as = (value: string, to: readonly number[]): string => reshape(builder, value, to)
  const known = standardize(o, as(x, rows), rows, { axis: 2, epsilon: floatAttribute(node, 'epsilon', 1e-5) })
  const scaled = o.mul(as(g, cells), as(scale, [1, parts, 1]))
  const perPart = (value: string): string => sum(builder, as(value, cells), [0, 2], { keep: false })
  return [
    c.wants(0) ? as(throughZ(o, as(scaled, rows), known, [2]), dims) : undefined,
    c.wants(1) ? perPart(o.mul(as(g, rows), known.z)) : undefined,
    c.wants(2) ? perPart(g) : undefined,
  ]
}

/** scale (x - mean) / sqrt(var + eps) + bias with given statistics: linear in x. */
const batchNormalization: readonly VjpVariant[] = [
  {
    name: 'inference',
    applies: ({ node }) => intAttribute(node, 'training_mode', 0) === 0,
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined) return []
      const { builder, node } = c
      const o = formulaOf(c)
      const dims = dimsOf(c, 0)
      const [x, scale, , mean, variance] = node.inputs as [string, string, string, string, string]
      const channels = product(dimsOf(c, 1))
      const perChannel = [channels, ...dims.slice(2).map(() => 1)]
      const deviation = o.of('Sqrt', o.add(variance, floatAttribute(node, 'epsilon', 1e-5)))
      const factor = o.div(scale, deviation)
      const shaped = (value: string): string =>
        dims.length <= 2 ? value : reshape(builder, value, perChannel)
      const axes = range(dims.length).filter((axis) => axis !== 1)
      const total = (value: string): string => sum(builder, value, axes, { keep: false })
      const isAffineWanted = c.wants(1) || c.wants(4)
      // The gradient of scale is that of z, summed; var's follows from it.
      const ofScale = isAffineWanted ? o.div(total(o.mul(g, o.sub(x, shaped(mean)))), deviation) : ''
      const ofBias = c.wants(2) || c.wants(3) ? total(g) : ''
      return [
        c.wants(0) ? o.mul(g, shaped(factor)) : undefined,
        c.wants(1) ? ofScale : undefined,
        c.wants(2) ? ofBias : undefined,
        c.wants(3) ? o.of('Neg', o.mul(ofBias, factor)) : undefined,
        c.wants(4) ? o.mul(o.div(o.mul(ofScale, factor), deviation), -0.5) : undefined,
      ]
    },
  },
  /**
   * In training the statistics are the batch's own and move with x (Ioffe and Szegedy 2015, arXiv:1502.03167, section
   * 3). With momentum 0 the operator gives them out. The running ones it is fed have no part in y.
   */
  {
    name: 'training',
    applies: ({ node }) =>
      floatAttribute(node, 'momentum', 0.9) === 0 &&
      node.outputs.length > 2 &&
      node.outputs.every((name) => name),
    emit: (c) => {
      const g = c.gradientOf(0)
      if (g === undefined) return []
      const { builder, node } = c
      const o = formulaOf(c)
      const dims = dimsOf(c, 0)
      const channels = product(dimsOf(c, 1))
      const [x, scale] = node.inputs as [string, string]
      const [, mean, variance] = node.outputs as [string, string, string]
      const shaped = (value: string): string =>
        dims.length <= 2 ? value : reshape(builder, value, [channels, ...dims.slice(2).map(() => 1)])
      // Two sums: onnxruntime is fast at summing the last axes and at summing the first, not at both in one.
      const total = (value: string): string => {
        const rows =
          dims.length <= 2 ? value : sum(builder, value, range(dims.length - 2, 2), { keep: false })
        return sum(builder, rows, [0], { keep: false })
      }
      const count = product(dims) / channels
      const inverse = o.of('Reciprocal', o.of('Sqrt', o.add(variance, floatAttribute(node, 'epsilon', 1e-5))))
      const centred = o.sub(x, shaped(mean))
      const ofBias = total(g)
      const ofScale = o.mul(total(o.mul(g, centred)), inverse)
      // dx = scale r (g - mean(g) - z mean(g z)) with z = r (x - mean): per channel a g + b (x - mean) + rest.
      const gradientX = (): string => {
        const a = o.mul(scale, inverse)
        const b = o.mul(o.mul(o.mul(a, inverse), ofScale), -1 / count)
        const rest = o.mul(o.mul(a, ofBias), -1 / count)
        return o.add(o.add(o.mul(g, shaped(a)), o.mul(centred, shaped(b))), shaped(rest))
      }
      return [
        c.wants(0) ? gradientX() : undefined,
        c.wants(1) ? ofScale : undefined,
        c.wants(2) ? ofBias : undefined,
      ]
    },
  },
]

function rmsNormalization(c: VjpContext): readonly (string | undefined)[] {
  const g = c.gradientOf(0)
  if (g === undefined) return []
  const { node } = c
  const dims = dimsOf(c, 0)
  const axis = axisOf(intAttribute(node, 'axis', -1), dims.length)
  const axes = range(dims.length - axis, axis)
  const o = formulaOf(c)
  const [x, scale] = node.inputs as [string, string]
  // Squares do not fit into float16, so the statistics are float32 there, as in the operator itself.
  const wide = formula(o.builder, o.dtype === 'float16' ? 'float32' : o.dtype)
  const values = wide.dtype === o.dtype ? x : wide.cast(x)
  const power = wide.reduce('ReduceMean', wide.mul(values, values), axes)
  const root = wide.of('Sqrt', wide.add(power, floatAttribute(node, 'epsilon', 1e-5)))
  const inverse = wide.of('Reciprocal', root)
  const r = wide.dtype === o.dtype ? inverse : o.cast(inverse)
  const z = o.mul(x, r)
  const gradientX = (): string => {
    const s = o.mul(g, scale)
    return o.mul(r, o.sub(s, o.mul(z, o.reduce('ReduceMean', o.mul(s, z), axes))))
  }
  return [
    c.wants(0) ? gradientX() : undefined,
    c.wants(1) ? unbroadcast(o.builder, o.mul(g, z), dims, dimsOf(c, 1)) : undefined,
  ]
}

/** x / n with n = |x|_p along an axis: (g - n' sum(g y)) / n, where n' is y for p = 2 and sign(x) for p = 1. */
function lpNormalization(c: VjpContext, g: string): string {
  const { node } = c
  const o = formulaOf(c)
  const x = node.inputs[0]!
  const y = node.outputs[0]!
  const axes = [axisOf(intAttribute(node, 'axis', -1), dimsOf(c, 0).length)]
  const p = intAttribute(node, 'p', 2)
  const norm = o.reduce(p === 2 ? 'ReduceL2' : 'ReduceL1', x, axes)
  // The zero vector stays zero and has no direction to move in: it gets no gradient.
  const isZero = zero(o, norm)
  const inverse = o.div(o.sub(1, isZero), o.add(norm, isZero))
  const along = o.reduce('ReduceSum', o.mul(g, y), axes)
  return o.mul(o.sub(g, o.mul(p === 2 ? y : sign(o, x), along)), inverse)
}

/**
 * x s^(-beta) with s = bias + alpha * mean of x^2 over neighbouring channels (Krizhevsky et al. 2012, section 3.3):
 * g s^(-beta) - 2 alpha beta x mean'(g y / s), where mean' looks the other way. The mean over channels is an average
 * pooling that counts its padding.
 */
function lrn(c: VjpContext, g: string): string {
  const { node, builder } = c
  const o = formulaOf(c)
  const dims = dimsOf(c, 0)
  const [batch, channels] = dims as [number, number]
  const size = intAttribute(node, 'size', 1)
  const alpha = floatAttribute(node, 'alpha', 1e-4)
  const beta = floatAttribute(node, 'beta', 0.75)
  const before = Math.floor((size - 1) / 2)
  const after = Math.ceil((size - 1) / 2)
  const image = [batch, 1, channels, product(dims.slice(2))]
  const mean = (value: string, from: number, to: number): string =>
    builder.node('AveragePool', [value], {
      kernel_shape: [size, 1],
      pads: [from, 0, to, 0],
      count_include_pad: 1,
    })
  const [x, y, gradient] = [node.inputs[0]!, node.outputs[0]!, g].map((value) =>
    reshape(builder, value, image),
  ) as [string, string, string]
  const s = o.add(o.mul(mean(o.mul(x, x), before, after), alpha), floatAttribute(node, 'bias', 1))
  const direct = o.mul(gradient, o.of('Pow', [s, -beta]))
  const spread = o.mul(o.mul(x, mean(o.div(o.mul(gradient, y), s), after, before)), 2 * alpha * beta)
  return reshape(builder, o.sub(direct, spread), dims)
}

/** Like the others, but what is normalised together need not be the last axes. */
function meanVarianceNormalization(c: VjpContext, g: string): string {
  const { node } = c
  const o = formulaOf(c)
  const dims = dimsOf(c, 0)
  const axes = (intsAttribute(node, 'axes') ?? [0, 2, 3]).map((axis) => axisOf(axis, dims.length))
  const x = node.inputs[0]!
  const centred = o.sub(x, o.reduce('ReduceMean', x, axes))
  const deviation = o.of('Sqrt', o.reduce('ReduceMean', o.mul(centred, centred), axes))
  const r = o.of('Reciprocal', o.add(deviation, 1e-9))
  return throughZ(o, g, { z: node.outputs[0]!, r }, axes)
}

export const normalizationRules: Rules = {
  LayerNormalization: rule('statistics again', layerNormalization),
  InstanceNormalization: rule('rows', (c) => groups(c, dimsOf(c, 0)[1]!)),
  GroupNormalization: rule('rows', (c) => groups(c, intAttribute(c.node, 'num_groups', 1))),
  BatchNormalization: batchNormalization,
  RMSNormalization: rule('statistics again', rmsNormalization),
  LpNormalization: unary('from the output', lpNormalization),
  LRN: unary('channel pooling', lrn),
  MeanVarianceNormalization: unary('from the output', meanVarianceNormalization),
}
