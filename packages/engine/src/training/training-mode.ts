// BatchNormalization and Dropout as they are in training. Batch normalisation normalises with the statistics of the batch
// and gives them out, so that the running ones can follow; with ONNX's momentum at 0 its second and third output are
// exactly the batch's mean and (biased) variance. Dropout is written out as a product with a mask that is fed at every
// step: onnxruntime's own generator has a state that can neither be set nor saved.
import { float } from '../ir/attributes.ts'
import { floatAttribute, type Model, type Node } from '../ir/graph.ts'
import { toNumbers } from '../ir/tensor.ts'
import { allNames } from '../ir/traverse.ts'
import { uniqueNames } from '../normalize/rewrite.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'

export interface BatchStatistics {
  /** Names of the running statistics, constants of the model. */
  readonly runningMean: string
  readonly runningVariance: string
  /** Names of the values that hold the batch's own. */
  readonly mean: string
  readonly variance: string
  /** The value that is normalised. */
  readonly input: string
  /** How much of the old value stays, ONNX's sense: running = momentum * running + (1 - momentum) * batch. */
  readonly momentum: number
}

/** The model with every BatchNormalization in training mode, and where their statistics are. */
export function trainBatchNorm(model: Model): {
  readonly model: Model
  readonly norms: readonly BatchStatistics[]
} {
  const { graph } = model
  const unique = uniqueNames(allNames(graph))
  const norms: BatchStatistics[] = []
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    if (node.opType !== 'BatchNormalization' || node.domain !== '') return [node]
    const [input, , , runningMean, runningVariance] = node.inputs as [string, string, string, string, string]
    const mean = unique(`${runningMean}_batch`)
    const variance = unique(`${runningVariance}_batch`)
    norms.push({
      runningMean,
      runningVariance,
      mean,
      variance,
      input,
      // As a file holds it, so that a model and its file train alike.
      momentum: Math.fround(floatAttribute(node, 'momentum', 0.9)),
    })
    // onnxruntime writes the batch's statistics into the buffers of the running ones. So it is given values that nobody
    // else reads; what they are does not matter.
    const unread = [runningMean, runningVariance].map(
      (name): Node => ({
        ...node,
        opType: 'Neg',
        inputs: [name],
        outputs: [unique(`${name}_unread`)],
        attributes: {},
      }),
    )
    return [
      ...unread,
      {
        ...node,
        inputs: [...node.inputs.slice(0, 3), ...unread.map(({ outputs }) => outputs[0]!)],
        outputs: [node.outputs[0]!, mean, variance],
        attributes: {
          ...node.attributes,
          momentum: float(0),
          training_mode: { kind: 'int', value: 1 },
        },
      },
    ]
  })
  return { model: { ...model, graph: { ...graph, nodes } }, norms }
}

export interface DropoutMask {
  /** The input to feed: 0 where a number is dropped, 1 / (1 - ratio) elsewhere. */
  readonly input: string
  readonly dims: readonly number[]
  readonly ratio: number
}

/** The model, of one size, with every Dropout as a product with an input. */
export function trainDropout(
  model: Model,
  shapes: ReadonlyMap<string, StaticType>,
): { readonly model: Model; readonly masks: readonly DropoutMask[] } {
  const { graph } = model
  const unique = uniqueNames(allNames(graph))
  const masks: DropoutMask[] = []
  const nodes = graph.nodes.map((node): Node => {
    if (node.opType !== 'Dropout' || node.domain !== '') return node
    const given = node.inputs[1] ? graph.initializers.get(node.inputs[1]) : undefined
    const ratio = given === undefined ? 0.5 : toNumbers(given)[0]!
    const type = shapes.get(node.inputs[0]!)
    if (type?.dtype !== 'float32' || !(ratio > 0 && ratio < 1)) return node
    const input = unique('dropout_mask')
    masks.push({ input, dims: type.dims, ratio })
    return {
      ...node,
      opType: 'Mul',
      inputs: [node.inputs[0]!, input],
      outputs: [node.outputs[0]!],
      attributes: {},
    }
  })
  const inputs = masks.map(({ input, dims }) => ({
    name: input,
    type: { kind: 'tensor' as const, dtype: 'float32' as const, dims },
  }))
  return { model: { ...model, graph: { ...graph, nodes, inputs: [...graph.inputs, ...inputs] } }, masks }
}
