// The element type and exact size of every value in a graph, for given input sizes. No shape inference is written
// here: onnxruntime tells the types when it loads the model, and one run of the model, in which every inner value
// is followed by a Shape node, tells the sizes. Only those few numbers are kept, so the probe needs no more memory
// than running the model does. Values inside nested graphs are not seen.
import type { Model, Node, TensorType, ValueType } from '../ir/graph.ts'
import type { DataType } from '../ir/tensor.ts'
import { allNames } from '../ir/traverse.ts'
import { openSession, type Tensors } from '../runtime/session.ts'
import { type BindOptions, bindInputs, fixInputs, zeroFeeds } from './bind-inputs.ts'

export interface StaticType {
  readonly dtype: DataType
  readonly dims: readonly number[]
}

const packed: ReadonlySet<DataType> = new Set(['int4', 'uint4', 'int2', 'uint2', 'float4e2m1'])

export interface ProbeOptions extends BindOptions {
  /** What to run on; zeros unless given. */
  readonly feeds?: Tensors
}

/**
 * The types of all values that onnxruntime can tell without running: always the element type, sizes as far as
 * known. Values that are no tensors are not in it.
 * @throws EngineError session-failed when onnxruntime refuses the model.
 */
export async function inferTypes(model: Model): Promise<ReadonlyMap<string, TensorType>> {
  const { graph } = model
  const known = new Map<string, TensorType>()
  const note = (name: string, type: ValueType | undefined): void => {
    if (type?.kind === 'tensor') known.set(name, type)
  }
  for (const input of graph.inputs) note(input.name, input.type)
  for (const [name, { dtype, dims }] of graph.initializers) known.set(name, { kind: 'tensor', dtype, dims })
  const inner = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== ''))
  const declared = new Set(graph.outputs.map((output) => output.name))
  const outputs = [
    ...graph.outputs.filter((output) => !known.has(output.name)),
    ...inner.filter((name) => !declared.has(name)).map((name) => ({ name })),
  ]
  if (outputs.length === 0) return known
  const session = await openSession({ ...model, graph: { ...graph, outputs } }, { optimization: 'disabled' })
  await session.close()
  for (const { name, type } of session.outputs) {
    // onnxruntime reports an unknown rank as no axes; only the probe can tell a scalar from it.
    if (type?.kind === 'tensor') note(name, type.dims?.length ? type : { kind: 'tensor', dtype: type.dtype })
  }
  return known
}

/**
 * The exact type of every tensor value, inputs and constants included, for one size of the inputs.
 * @throws EngineError input-shape-unknown, session-failed
 */
export async function probeShapes(
  model: Model,
  options: ProbeOptions = {},
): Promise<ReadonlyMap<string, StaticType>> {
  const feeds = options.feeds ?? zeroFeeds(model, options)
  const dims = options.feeds
    ? new Map(Object.entries(feeds).map(([name, feed]) => [name, feed.dims]))
    : bindInputs(model, options)
  const fixed = fixInputs(model, dims)
  const types = await inferTypes(fixed)

  const taken = allNames(fixed.graph)
  const prefix = freePrefix(taken)
  const shapeNodes: Node[] = []
  const open: string[] = []
  const shapes = new Map<string, StaticType>()
  for (const [name, feed] of Object.entries(feeds)) shapes.set(name, { dtype: feed.dtype, dims: feed.dims })
  for (const [name, { dtype, dims: size }] of fixed.graph.initializers)
    shapes.set(name, { dtype, dims: size })
  for (const name of types.keys()) {
    if (shapes.has(name)) continue
    const { dtype, dims: size } = types.get(name)!
    // onnxruntime has no Shape for the packed types, but mostly knows their sizes beforehand.
    if (packed.has(dtype) && size?.every((item) => typeof item === 'number')) {
      shapes.set(name, { dtype, dims: size })
      continue
    }
    open.push(name)
    shapeNodes.push({
      opType: 'Shape',
      domain: '',
      name: '',
      inputs: [name],
      outputs: [prefix + shapeNodes.length],
      attributes: {},
    })
  }
  if (open.length === 0) return shapes

  // Each Shape node right after what it measures: then a value can be freed as early as in an ordinary run.
  const after = new Map(open.map((name, i) => [name, shapeNodes[i]!]))
  const nodes = fixed.graph.nodes.flatMap((node) => [
    node,
    ...node.outputs.flatMap((output) => after.get(output) ?? []),
  ])
  const outputs = shapeNodes.map((node) => ({ name: node.outputs[0]! }))
  const session = await openSession(
    { ...fixed, graph: { ...fixed.graph, nodes, outputs } },
    { optimization: 'disabled', keepMemory: false },
  )
  try {
    const results = await session.run(feeds)
    open.forEach((name, i) => {
      const measured = results[prefix + i]!.data as BigInt64Array
      shapes.set(name, { dtype: types.get(name)!.dtype, dims: Array.from(measured, Number) })
    })
  } finally {
    await session.close()
  }
  return shapes
}

function freePrefix(taken: ReadonlySet<string>): string {
  let prefix = 'shape_of_'
  while ([...taken].some((name) => name.startsWith(prefix))) prefix = `_${prefix}`
  return prefix
}
