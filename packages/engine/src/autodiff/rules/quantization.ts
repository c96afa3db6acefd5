// Quantised values, by straight-through estimation (Bengio et al. 2013, arXiv:1308.3432): rounding is taken to have
// derivative 1 where the value is not clipped and 0 where it is, as PyTorch's fake quantisation does. The gradient
// of a quantised, whole-number value travels as floats, in units of one quantisation step. Scales get theirs too:
// QuantizeLinear and DequantizeLinear together give that of learned step sizes (Esser et al. 2020, arXiv:1902.08153,
// equation 3).
import { intAttribute } from '../../ir/graph.ts'
import { type DataType, isFloat, toNumbers } from '../../ir/tensor.ts'
import type { VjpContext, VjpVariant } from '../../registry/operator.ts'
import { straightThrough } from '../../registry/operators.ts'
import { type Formula, formula } from '../formula.ts'
import { positive, within } from '../masks.ts'
import { axisOf, product, reshape, sum } from '../rule-tools.ts'
import type { Rules } from './rules.ts'

/** Smallest and largest value of each quantised type. */
const limits: Partial<Record<DataType, readonly [number, number]>> = {
  uint2: [0, 3],
  int2: [-2, 1],
  uint4: [0, 15],
  int4: [-8, 7],
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  float4e2m1: [-6, 6],
  float8e4m3fn: [-448, 448],
  float8e4m3fnuz: [-240, 240],
  float8e5m2: [-57344, 57344],
  float8e5m2fnuz: [-57344, 57344],
}

/**
 * How scale and zero point lie along the tensor: as one number, along one axis, or one for each block of an axis.
 * Opening splits the blocked axis, so that all three broadcast.
 */
interface Grid {
  readonly o: Formula
  readonly scale: string
  /** The zero point in floats; undefined where it is zero. */
  readonly zero: string | undefined
  open(value: string): string
  close(value: string): string
  /** The sum over all that shares one scale, in the scale's own dimensions. */
  perScale(value: string): string
}

/** `real` is the float side of the node, whose type is calculated in. */
function gridOf(context: VjpContext, real: string): Grid {
  const { builder, node, typeOf } = context
  const { dtype, dims } = typeOf(real)
  const o = formula(builder, dtype)
  const [, scaleName, zeroName] = node.inputs as [string, string, string | undefined]
  const scaleDims = typeOf(scaleName).dims
  const axis = axisOf(intAttribute(node, 'axis', 1), dims.length)
  const block = intAttribute(node, 'block_size', 0)
  const opened = block === 0 ? dims : dims.toSpliced(axis, 1, dims[axis]! / block, block)
  const spread =
    block > 0
      ? scaleDims.toSpliced(axis + 1, 0, 1)
      : product(scaleDims) === 1
        ? []
        : dims.map((size, i) => (i === axis ? size : 1))
  const shared = opened.flatMap((size, i) => (size !== 1 && (spread[i] ?? 1) === 1 ? [i] : []))
  const shaped = (value: string): string => reshape(builder, value, spread)
  const scale = typeOf(scaleName).dtype === dtype ? scaleName : o.cast(scaleName)
  const zeros = zeroName ? context.constantOf(zeroName) : undefined
  return {
    o,
    scale: shaped(scale),
    zero: zeroName && !isZero(zeros) ? shaped(o.cast(zeroName)) : undefined,
    open: (value) => (block === 0 ? value : reshape(builder, value, opened)),
    close: (value) => (block === 0 ? value : reshape(builder, value, dims)),
    perScale: (value) => reshape(builder, sum(builder, value, shared), scaleDims),
  }
}

function isZero(tensor: ReturnType<VjpContext['constantOf']>): boolean {
  return tensor?.data.every((value: unknown) => Number(value) === 0) ?? false
}

const dequantize: VjpVariant = {
  name: 'scale',
  applies: hasWholeBlocks,
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined) return []
    const [q] = c.node.inputs as [string]
    const { o, scale, zero, open, close, perScale } = gridOf(c, c.node.outputs[0]!)
    const toScale = (): string => {
      const raw = open(o.cast(q))
      return perScale(o.mul(open(g), zero === undefined ? raw : o.sub(raw, zero)))
    }
    return [c.constantOf(q) ? undefined : close(o.mul(open(g), scale)), c.wants(1) ? toScale() : undefined]
  },
}

const quantize: VjpVariant = {
  name: 'straight through where not clipped',
  estimate: straightThrough,
  applies: (c) => hasWholeBlocks(c) && limits[c.typeOf(c.node.outputs[0]!).dtype] !== undefined,
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined || !isFloat(c.typeOf(c.node.inputs[0]!).dtype)) return []
    const x = c.node.inputs[0]!
    const grid = gridOf(c, x)
    const { o, scale, open, close, perScale } = grid
    const steps = o.mul(o.div(open(g), scale), notClipped(c, grid, open(x)))
    const toScale = (): string => perScale(o.of('Neg', o.mul(steps, o.div(open(x), scale))))
    return [c.wants(0) ? close(steps) : undefined, c.wants(1) ? toScale() : undefined]
  },
}

/**
 * 1 where x / scale + zero, rounded, is one of the quantised type's values, else 0. Whole numbers take in half a step
 * beyond their first and last.
 */
function notClipped(context: VjpContext, { o, scale, zero }: Grid, x: string): string {
  const { dtype } = context.typeOf(context.node.outputs[0]!)
  const [low, high] = limits[dtype]!
  const half = (high - low) / 2 + (dtype.startsWith('float') ? 0 : 0.5)
  const middle = (low + high) / 2
  const [, scaleName, zeroName] = context.node.inputs as [string, string, string | undefined]
  const one = context.constantOf(scaleName)
  const offset = zeroName ? context.constantOf(zeroName) : undefined
  if (one && product(one.dims) === 1 && (!zeroName || offset)) {
    const step = toNumbers(one)[0]!
    // Types that are kept as bits only have no zero point but zero.
    const from = offset && !isZero(offset) ? toNumbers(offset)[0]! : 0
    const centre = (middle - from) * step
    return within(o, centre === 0 ? x : o.sub(x, centre), half * step)
  }
  const centre = zero === undefined ? o.mul(scale, middle) : o.mul(scale, o.sub(middle, zero))
  return positive(o, o.sub(o.mul(scale, half), o.of('Abs', o.sub(x, centre))))
}

function hasWholeBlocks({ node, typeOf }: VjpContext): boolean {
  const block = intAttribute(node, 'block_size', 0)
  const { dims } = typeOf(node.inputs[0]!)
  return block === 0 || dims[axisOf(intAttribute(node, 'axis', 1), dims.length)]! % block === 0
}

/** Its scale is made from the values themselves, so that nothing is clipped; that the scale moves is left out. */
const dynamicQuantize: VjpVariant = {
  name: 'straight through',
  estimate: straightThrough,
  emit: (c) => {
    const g = c.gradientOf(0)
    if (g === undefined || !c.wants(0)) return []
    return [c.builder.node('Div', [g, c.node.outputs[1]!])]
  },
}

export const quantizationRules: Rules = {
  DequantizeLinear: [dequantize],
  DynamicQuantizeLinear: [dynamicQuantize],
  QuantizeLinear: [quantize],
}
