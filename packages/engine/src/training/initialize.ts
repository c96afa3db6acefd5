// New weights for an architecture that is known from its graph alone. What a weight is for follows from the operator that
// uses it, and how wide its draws must be from the activation that comes after: Kaiming's for those of the Relu family
// (He et al. 2015, arXiv:1502.01852), Glorot's for the others (Glorot and Bengio 2010). Biases start at 0, scales at 1,
// running statistics at 0 and 1. Where residual branches are not normalised, the last layer of each is made smaller by the
// root of their number, so that the sum does not grow with depth.
import { floatAttribute, intAttribute, type Model, type Node } from '../ir/graph.ts'
import { elementCount } from '../ir/tensor.ts'
import { consumers, producers } from '../ir/traverse.ts'
import { drawsOf } from './draws.ts'
import type { Place } from './trainable.ts'

/**
 * - `by-activation`: Kaiming or Glorot, normal draws, from what follows the layer;
 * - `uniform`: between -1 and 1 over the root of the inputs, biases too: what PyTorch's layers start with.
 */
export type Initialization = 'by-activation' | 'uniform'

interface Use {
  readonly node: Node
  readonly place: number
}

/** Fresh numbers for the constants at these places, flat, for weights and statistics alike. */
export function initialize(
  model: Model,
  places: readonly Place[],
  options: { readonly seed: number; readonly scheme?: Initialization },
): Float32Array {
  const { graph } = model
  const { seed, scheme = 'by-activation' } = options
  const uses = new Map<string, Use[]>()
  for (const node of graph.nodes) {
    for (const [place, input] of node.inputs.entries()) {
      if (graph.initializers.has(input)) uses.set(input, [...(uses.get(input) ?? []), { node, place }])
    }
  }
  const outline = outlineOf(model)
  const total = places.reduce((sum, { size }) => sum + size, 0)
  const flat = new Float32Array(total)
  for (const { name, dims, offset, size } of places) {
    const use = uses.get(name)?.[0]
    const part = flat.subarray(offset, offset + size)
    if (use === undefined) {
      part.set(graph.initializers.get(name)!.data as Float32Array)
      continue
    }
    const law = lawOf(use, dims, outline, scheme)
    const draws = drawsOf(seed, 'initial', name)
    switch (law.kind) {
      case 'constant':
        part.fill(law.value)
        break
      case 'normal':
        for (let i = 0; i < size; i++) part[i] = draws.normal() * law.deviation
        break
      case 'uniform':
        for (let i = 0; i < size; i++) part[i] = (2 * draws.uniform() - 1) * law.bound
        break
      case 'keep':
        part.set(graph.initializers.get(name)!.data as Float32Array)
    }
  }
  return flat
}

type Law =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'keep' }

const constant = (value: number): Law => ({ kind: 'constant', value })

function lawOf({ node, place }: Use, dims: readonly number[], outline: Outline, scheme: Initialization): Law {
  switch (node.opType) {
    case 'Conv':
    case 'ConvTranspose': {
      const taps = elementCount(dims.slice(2))
      const group = intAttribute(node, 'group', 1)
      if (place === 2) return bias(outline.fanIn.get(node), scheme)
      const [inputs, outputs] =
        node.opType === 'Conv'
          ? [dims[1]! * taps, (dims[0]! / group) * taps]
          : [(dims[0]! / group) * taps, dims[1]! * taps]
      return layer(node, inputs, outputs, outline, scheme)
    }
    case 'Gemm':
    case 'MatMul': {
      if (node.opType === 'Gemm' && place === 2) return bias(outline.fanIn.get(node), scheme)
      const turned = node.opType === 'Gemm' && intAttribute(node, place === 1 ? 'transB' : 'transA', 0) === 1
      const [rows, columns] = [dims[dims.length - 2] ?? 1, dims[dims.length - 1] ?? 1]
      // A weight on the right maps rows to columns; on the left it is the other way round.
      const forward = (place === 1) !== turned
      return layer(node, forward ? rows : columns, forward ? columns : rows, outline, scheme)
    }
    case 'Einsum': {
      const last = dims[dims.length - 1] ?? 1
      return layer(node, elementCount(dims) / last, last, outline, scheme)
    }
    case 'RNN':
    case 'GRU':
    case 'LSTM': {
      const hidden = intAttribute(node, 'hidden_size', 1)
      return place === 7 ? constant(0) : { kind: 'uniform', bound: 1 / Math.sqrt(hidden) }
    }
    case 'BatchNormalization':
      return constant(place === 1 || place === 4 ? 1 : 0)
    case 'InstanceNormalization':
    case 'LayerNormalization':
    case 'GroupNormalization':
      return constant(place === 1 ? 1 : 0)
    case 'PRelu':
      return constant(0.25)
    case 'Gather':
      return { kind: 'normal', deviation: 1 / Math.sqrt(dims[dims.length - 1] ?? 1) }
    case 'Add': {
      // A bias has one axis that counts; a table of positions has more.
      const axes = dims.filter((size) => size > 1).length
      return axes > 1 ? { kind: 'normal', deviation: 0.02 } : bias(outline.fanInBefore(node), scheme)
    }
    case 'Mul':
      return constant(1)
    default:
      return { kind: 'keep' }
  }
}

function bias(fanIn: number | undefined, scheme: Initialization): Law {
  return scheme === 'uniform' && fanIn !== undefined
    ? { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }
    : constant(0)
}

function layer(node: Node, fanIn: number, fanOut: number, outline: Outline, scheme: Initialization): Law {
  if (scheme === 'uniform') return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }
  const shrink = outline.endsBranch(node) ? 1 / Math.sqrt(outline.branches) : 1
  const after = outline.activationAfter(node)
  const slope = slopeOf(after)
  const deviation =
    slope === undefined ? Math.sqrt(2 / (fanIn + fanOut)) : Math.sqrt(2 / ((1 + slope ** 2) * fanIn))
  return { kind: 'normal', deviation: deviation * shrink }
}

/** The slope of an activation of the Relu family for negative numbers; undefined for others. */
function slopeOf(node: Node | undefined): number | undefined {
  switch (node?.opType) {
    case 'Relu':
    case 'Clip':
    case 'Elu':
    case 'Selu':
    case 'Celu':
    case 'Gelu':
    case 'Erf':
    case 'HardSwish':
    case 'Mish':
    case 'Softplus':
    case 'ThresholdedRelu':
      return 0
    case 'LeakyRelu':
      return floatAttribute(node, 'alpha', 0.01)
    case 'PRelu':
      return 0.25
    default:
      return undefined
  }
}

interface Outline {
  readonly branches: number
  readonly fanIn: ReadonlyMap<Node, number>
  fanInBefore(node: Node): number | undefined
  activationAfter(node: Node): Node | undefined
  /** Whether this is the last layer of a residual branch in a network without normalisation. */
  endsBranch(node: Node): boolean
}

const activations = new Set([
  'Relu',
  'Clip',
  'Elu',
  'Selu',
  'Celu',
  'Gelu',
  'Erf',
  'HardSwish',
  'Mish',
  'Softplus',
  'ThresholdedRelu',
  'LeakyRelu',
  'PRelu',
  'Sigmoid',
  'HardSigmoid',
  'Tanh',
  'Softmax',
  'LogSoftmax',
])
const transparent = new Set([
  'Add',
  'Identity',
  'Dropout',
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'GroupNormalization',
  'MaxPool',
  'AveragePool',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  // x * Phi(x), written out.
  'Div',
  'Mul',
])
const normalizations = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'GroupNormalization',
])

function outlineOf({ graph }: Model): Outline {
  const users = consumers(graph)
  const makers = producers(graph)
  const fanIn = new Map<Node, number>()
  for (const node of graph.nodes) {
    const dims = graph.initializers.get(node.inputs[1] ?? '')?.dims
    if (dims === undefined) continue
    if (node.opType === 'Conv') fanIn.set(node, elementCount(dims.slice(1)))
    if (node.opType === 'Gemm') fanIn.set(node, dims[intAttribute(node, 'transB', 0) === 1 ? 1 : 0]!)
    if (node.opType === 'MatMul') fanIn.set(node, dims[dims.length - 2] ?? 1)
  }
  const isNormalized = graph.nodes.some(({ opType }) => normalizations.has(opType))
  const sums = graph.nodes.filter(
    ({ opType, inputs }) => opType === 'Add' && inputs.every((name) => makers.has(name)),
  )
  const ends = new Set(
    isNormalized ? [] : sums.flatMap(({ inputs }) => inputs.map((name) => makers.get(name)!)),
  )
  return {
    branches: Math.max(1, sums.length),
    fanIn,
    fanInBefore(node) {
      for (const name of node.inputs) {
        const maker = makers.get(name)
        if (maker !== undefined && fanIn.has(maker)) return fanIn.get(maker)
      }
      return undefined
    },
    endsBranch: (node) => ends.has(node) && sums.length > 1,
    activationAfter(node) {
      let current = node
      for (let steps = 0; steps < 12; steps++) {
        const next = users.get(current.outputs[0]!)
        if (next === undefined || next.length === 0) return undefined
        const found = next.find(({ opType }) => activations.has(opType))
        if (found !== undefined) return found
        const on = next.find(({ opType }) => transparent.has(opType))
        if (on === undefined) return undefined
        current = on
      }
      return undefined
    },
  }
}
