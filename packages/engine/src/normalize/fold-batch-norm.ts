// Batch normalisation out of training is a fixed scale and shift of each channel, so right after a convolution or
// a matrix product with constant weights it can be worked into those weights: one operator and one pass over the
// data less. With s = scale / sqrt(variance + epsilon):
//   s * (W x + b - mean) + bias  =  (s W) x + (s (b - mean) + bias)
// (Jacob et al. 2018, arXiv:1712.05877, section 3.2.) Weights are computed in float64 and rounded once.
import { floatAttribute, type Graph, intAttribute, type Model, type Node } from '../ir/graph.ts'
import { type DataType, elementCount, fromNumbers, isFloat, type Tensor, toNumbers } from '../ir/tensor.ts'
import { allNames, consumers, producers, removeDead } from '../ir/traverse.ts'
import { uniqueNames } from './rewrite.ts'

/** The model with every BatchNormalization that can be folded into the layer before it folded. */
export function foldBatchNorm(model: Model): Model {
  const { graph } = model
  const maker = producers(graph)
  const users = consumers(graph)
  const isOutput = new Set(graph.outputs.map((output) => output.name))
  const unique = uniqueNames(allNames(graph))
  const initializers = new Map(graph.initializers)
  const replacement = new Map<Node, Node | null>()

  for (const norm of graph.nodes) {
    const affine = batchNormAffine(norm, graph)
    const value = norm.inputs[0]!
    const layer = affine && maker.get(value)
    // Others that use the layer's result need it as it was.
    if (!affine || !layer || isOutput.has(value) || users.get(value)?.length !== 1) continue
    const weights = graph.initializers.get(layer.inputs[1] ?? '')
    const bias = layer.inputs[2] ? graph.initializers.get(layer.inputs[2]) : null
    if (replacement.has(layer) || !weights || bias === undefined || !isFloat(weights.dtype)) continue
    const folded = foldInto(layer, weights, bias, affine)
    if (!folded) continue
    const weightName = unique(`${layer.inputs[1]}_normalized`)
    const biasName = unique(`${layer.inputs[2] || layer.inputs[1]}_shifted`)
    initializers.set(weightName, folded.weights)
    initializers.set(biasName, folded.bias)
    replacement.set(layer, {
      ...layer,
      inputs: [layer.inputs[0]!, weightName, biasName],
      outputs: [norm.outputs[0]!],
      attributes: folded.attributes,
    })
    replacement.set(norm, null)
  }
  if (replacement.size === 0) return model
  const nodes = graph.nodes.flatMap((node) => {
    const other = replacement.get(node)
    return other === undefined ? [node] : (other ?? [])
  })
  return { ...model, graph: removeDead({ ...graph, nodes, initializers }) }
}

/** y = scale * x + shift, per channel. */
interface Affine {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** A BatchNormalization out of training with constant parameters, as scale and shift. */
function batchNormAffine(node: Node, graph: Graph): Affine | undefined {
  if (node.opType !== 'BatchNormalization' || node.domain !== '') return undefined
  if (intAttribute(node, 'training_mode', 0) !== 0 || node.outputs.slice(1).some((name) => name !== '')) {
    return undefined
  }
  const parameters = node.inputs.slice(1, 5).map((name) => graph.initializers.get(name))
  if (parameters.length < 4 || parameters.some((item) => !item || !isFloat(item.dtype))) return undefined
  const [scale, bias, mean, variance] = (parameters as Tensor[]).map(toNumbers) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const epsilon = floatAttribute(node, 'epsilon', 1e-5)
  const factor = scale.map((value, i) => value / Math.sqrt(variance[i]! + epsilon))
  return { scale: factor, shift: bias.map((value, i) => value - factor[i]! * mean[i]!) }
}

interface Folded {
  readonly weights: Tensor
  readonly bias: Tensor
  readonly attributes: Node['attributes']
}

function foldInto(layer: Node, weights: Tensor, bias: Tensor | null, affine: Affine): Folded | undefined {
  if (layer.domain !== '') return undefined
  const channels = affine.scale.length
  switch (layer.opType) {
    case 'Conv': {
      // [M, C/group, ...]: the output channel is the first axis.
      if (weights.dims[0] !== channels) return undefined
      const inner = elementCount(weights.dims) / channels
      return {
        weights: scaled(weights, (i) => affine.scale[Math.floor(i / inner)]!),
        bias: shifted(weights.dtype, bias, affine, 1),
        attributes: layer.attributes,
      }
    }
    case 'ConvTranspose': {
      // [C, M/group, ...]: the output channel is group * M/group + second axis.
      const group = intAttribute(layer, 'group', 1)
      const perGroup = weights.dims[1]
      if (perGroup === undefined || perGroup * group !== channels) return undefined
      const inner = elementCount(weights.dims.slice(2))
      const rowsPerGroup = weights.dims[0]! / group
      return {
        weights: scaled(weights, (i) => {
          const row = Math.floor(i / (inner * perGroup))
          const column = Math.floor(i / inner) % perGroup
          return affine.scale[Math.floor(row / rowsPerGroup) * perGroup + column]!
        }),
        bias: shifted(weights.dtype, bias, affine, 1),
        attributes: layer.attributes,
      }
    }
    case 'Gemm': {
      const transposed = intAttribute(layer, 'transB', 0) === 1
      const rows = weights.dims[0]!
      const columns = weights.dims[1]!
      if ((transposed ? rows : columns) !== channels) return undefined
      // C may be a scalar or one row; a whole matrix would pin the batch and is left alone.
      if (bias?.dims.slice(0, -1).some((dim) => dim !== 1)) return undefined
      return {
        weights: scaled(weights, (i) => affine.scale[transposed ? Math.floor(i / columns) : i % columns]!),
        bias: shifted(weights.dtype, bias, affine, floatAttribute(layer, 'beta', 1)),
        attributes: { ...layer.attributes, beta: { kind: 'float', value: 1 } },
      }
    }
    default:
      return undefined
  }
}

function scaled(weights: Tensor, factorAt: (index: number) => number): Tensor {
  return fromNumbers(
    weights.dtype,
    weights.dims,
    toNumbers(weights).map((value, i) => value * factorAt(i)),
  )
}

function shifted(dtype: DataType, bias: Tensor | null, affine: Affine, beta: number): Tensor {
  const old = bias ? toNumbers(bias) : new Float64Array(1)
  const shift = affine.shift.map(
    (value, i) => value + beta * affine.scale[i]! * (old.length === 1 ? old[0]! : old[i]!),
  )
  return fromNumbers(dtype, [shift.length], shift)
}
