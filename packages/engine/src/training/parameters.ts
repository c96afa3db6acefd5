// What can be trained in a model, from its graph alone. Weights are float32 constants in the places where operators have
// weights; the numbers of formulas stand in others, have one element, or are masks that block with a huge number. Running
// statistics of a normalisation look like weights and are none: they follow the data and have no gradient to follow.
import { EngineError } from '../errors.ts'
import type { Model } from '../ir/graph.ts'
import { elementCount, type Tensor } from '../ir/tensor.ts'

export interface Parameters {
  /** Weights, in the order of their first use. */
  readonly weights: readonly string[]
  /** Running means and variances, in the order of their first use. */
  readonly statistics: readonly string[]
}

/** Inputs of operators that are weights when they are constant, by place. */
const weightPlaces: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  Einsum: [0, 1],
  // Biases, scales of layers, positions.
  Add: [0, 1],
  Sub: [0, 1],
  Mul: [0, 1],
  Div: [0, 1],
  PRelu: [1],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  GroupNormalization: [1, 2],
  // Rows of an embedding.
  Gather: [0],
  RNN: [1, 2, 3],
  GRU: [1, 2, 3],
  LSTM: [1, 2, 3, 7],
  // A weight on its way to one of these.
  Transpose: [0],
  Reshape: [0],
  Unsqueeze: [0],
  Squeeze: [0],
  Slice: [0],
  Split: [0],
  Expand: [0],
  Concat: [0, 1, 2, 3],
}
const statisticsPlaces: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] }
/** No weight is as large; masks of attention are. */
const masking = 1e9

/**
 * The parameters of a normalised model. A weight that several nodes share is one weight; its gradient is the sum over its
 * uses. Weights of other types than float32 are left out: they are not trained here.
 */
export function parametersOf({ graph }: Model): Parameters {
  const weights = new Set<string>()
  const statistics = new Set<string>()
  for (const { opType, domain, inputs } of graph.nodes) {
    if (domain !== '') continue
    for (const [place, input] of inputs.entries()) {
      const tensor = graph.initializers.get(input)
      if (tensor === undefined) continue
      if (statisticsPlaces[opType]?.includes(place)) statistics.add(input)
      else if (weightPlaces[opType]?.includes(place) && isWeight(tensor)) weights.add(input)
    }
  }
  // What is a statistic anywhere must not be trained elsewhere.
  for (const name of statistics) weights.delete(name)
  return { weights: [...weights], statistics: [...statistics] }
}

function isWeight({ dtype, dims, data }: Tensor): boolean {
  return (
    dtype === 'float32' &&
    elementCount(dims) > 1 &&
    (data as Float32Array).every((value) => Math.abs(value) < masking)
  )
}

/**
 * The same model with these constants as inputs, after its own, so that they can be fed anew at every step and
 * differentiated with respect to.
 *
 * @throws EngineError feed-unknown when a name is no constant of the model
 */
export function withParameterInputs(model: Model, names: readonly string[]): Model {
  const { graph } = model
  const initializers = new Map(graph.initializers)
  const inputs = names.map((name) => {
    const tensor = initializers.get(name)
    if (tensor === undefined) throw new EngineError('feed-unknown', `the model has no constant "${name}"`)
    initializers.delete(name)
    return { name, type: { kind: 'tensor' as const, dtype: tensor.dtype, dims: tensor.dims } }
  })
  return { ...model, graph: { ...graph, initializers, inputs: [...graph.inputs, ...inputs] } }
}
