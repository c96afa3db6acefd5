// The form that everything after works on. `normalize` does what holds for every input: one operator set version,
// no functions, no training leftovers, constants worked out, batch normalisation folded. `specialize` does what
// holds for one size of the inputs: exact shapes of all values, and the index arithmetic that hangs on them worked
// out. Neither changes what the model computes, beyond float rounding where weights were folded.
import { EngineError } from '../errors.ts'
import type { Model, ValueType } from '../ir/graph.ts'
import { targetOpset } from '../ir/graph-builder.ts'
import { removeDead } from '../ir/traverse.ts'
import { bindInputs, fixInputs } from '../shapes/bind-inputs.ts'
import { inferTypes, type ProbeOptions, probeShapes, type StaticType } from '../shapes/probe-shapes.ts'
import { foldBatchNorm } from './fold-batch-norm.ts'
import { foldConstants, liftConstants, removePassThrough } from './fold-constants.ts'
import { inlineFunctions } from './inline-functions.ts'
import { writeOutMlOperators } from './ml-operators.ts'
import { checkOpset, upgradeOpset } from './upgrade-opset.ts'

export interface NormalizeOptions {
  /**
   * Keeps Dropout and BatchNormalization as they are, because in training they do something. False unless given: they
   * vanish where they change nothing or can be folded into the layer before.
   */
  readonly forTraining?: boolean
}

/**
 * The model in the engine's normal form; inputs and outputs keep their names.
 * @throws EngineError opset-unsupported, operator-unsupported, graph-invalid; session-failed when onnxruntime
 *   refuses the model.
 */
export async function normalize(
  model: Model,
  { forTraining = false }: NormalizeOptions = {},
): Promise<Model> {
  const opset = model.opsets.get('') ?? targetOpset
  checkOpset(opset)
  const lifted = liftConstants(model)
  // Types make upgrades shorter: a Softmax over the last axis needs no reshaping around it.
  const typed = opset < targetOpset ? await withTypes(lifted) : lifted
  const flat = liftConstants(writeOutMlOperators(inlineFunctions(upgradeOpset(typed))))
  const plain = removePassThrough({ ...flat, graph: removeDead(flat.graph) }, { keepDropout: forTraining })
  const folded = await foldConstants(plain)
  return forTraining ? folded : foldBatchNorm(folded)
}

/** Operators whose upgrade is shorter where the number of axes is known. */
const needRank = new Set(['Softmax', 'LogSoftmax', 'Hardmax'])

async function withTypes(model: Model): Promise<Model> {
  const { graph } = model
  const types = new Map<string, ValueType>([...graph.types, ...(await inferTypes(model))])
  const isOpen = graph.nodes.some((node) => needRank.has(node.opType) && !types.get(node.inputs[0]!)?.dims)
  if (isOpen)
    for (const [name, type] of await probedRanks(model)) if (!types.get(name)?.dims) types.set(name, type)
  return { ...model, graph: { ...graph, types } }
}

/** Types with sizes left open: a run at one size tells how many axes each value has at any. */
async function probedRanks(model: Model): Promise<ReadonlyMap<string, ValueType>> {
  try {
    const shapes = await probeShapes(model)
    return new Map(
      [...shapes].map(([name, { dtype, dims }]) => [
        name,
        { kind: 'tensor', dtype, dims: dims.map(() => null) },
      ]),
    )
  } catch (error) {
    // Without ranks the upgrade still holds, it only comes out longer.
    if (error instanceof EngineError) return new Map()
    throw error
  }
}

export interface SpecializedModel {
  readonly model: Model
  /** The exact type of every tensor value of `model`, inputs and constants included. */
  readonly shapes: ReadonlyMap<string, StaticType>
}

/**
 * A normalised model for one size of its inputs, with the exact shapes of its values.
 * @throws EngineError input-shape-unknown, session-failed
 */
export async function specialize(model: Model, options: ProbeOptions = {}): Promise<SpecializedModel> {
  const probed = await probeShapes(model, options)
  const dims = options.feeds
    ? new Map(Object.entries(options.feeds).map(([name, feed]) => [name, feed.dims]))
    : bindInputs(model, options)
  const folded = await foldConstants(fixInputs(model, dims), { shapes: probed })
  const shapes = new Map(probed)
  for (const [name, { dtype, dims: size }] of folded.graph.initializers)
    shapes.set(name, { dtype, dims: size })
  const types = new Map<string, ValueType>()
  const constants = folded.graph.initializers
  const known = new Set(folded.graph.nodes.flatMap((node) => node.outputs))
  for (const name of shapes.keys()) {
    if (known.has(name)) types.set(name, { kind: 'tensor', ...shapes.get(name)! })
    else if (!constants.has(name) && !dims.has(name)) shapes.delete(name)
  }
  const outputs = folded.graph.outputs.map((output) => {
    const type = shapes.get(output.name)
    return type ? { name: output.name, type: { kind: 'tensor' as const, ...type } } : output
  })
  for (const output of outputs) types.delete(output.name)
  return { model: { ...folded, graph: { ...folded.graph, outputs, types } }, shapes }
}
