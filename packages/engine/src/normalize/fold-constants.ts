// What does not depend on the inputs is worked out once. Constant nodes become constants of the graph; Identity
// and Dropout out of training vanish; and all nodes that hang on constants alone are run by onnxruntime itself, in
// one go, so that folding computes exactly what running would. Where the exact shapes are known, Shape and Size
// are constants too, and with them the index arithmetic that exporters wrap around Reshape and Slice.
import { EngineError } from '../errors.ts'
import {
  type Attribute,
  type Graph,
  intAttribute,
  type Model,
  mapSubgraphs,
  type Node,
  subgraphs,
} from '../ir/graph.ts'
import { byteCount, float32, int64, scalar, type Tensor, tensor } from '../ir/tensor.ts'
import { producers, removeDead, renameNodeUses, usedNames } from '../ir/traverse.ts'
import { openSession } from '../runtime/session.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'

/** A folded result larger than this, and than what it was made from, stays computed: a file must not explode. */
const maxFoldedBytes = 2 ** 24

/** Operators whose result is not the same each time, or is no tensor. */
const neverFolded = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Optional',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceInsert',
  'SequenceErase',
  'SequenceMap',
  'SplitToSequence',
])

/** Constant nodes, in nested graphs too, as constants of the graph they are in. */
export function liftConstants(model: Model): Model {
  const lift = (graph: Graph): Graph => {
    const initializers = new Map(graph.initializers)
    const nodes = graph.nodes.flatMap((node) => {
      const inner = mapSubgraphs(node, lift)
      const value = inner.opType === 'Constant' && inner.domain === '' ? constantValue(inner) : undefined
      if (!value) return [inner]
      initializers.set(inner.outputs[0]!, value)
      return []
    })
    return { ...graph, nodes, initializers }
  }
  return { ...model, graph: lift(model.graph) }
}

function constantValue(node: Node): Tensor | undefined {
  const [name, attribute] = (Object.entries(node.attributes) as [string, Attribute][])[0] ?? ['', undefined]
  if (!name.includes('value') || !attribute) return undefined
  switch (attribute.kind) {
    case 'tensor':
      return attribute.value
    case 'float':
      return scalar('float32', attribute.value)
    case 'floats':
      return float32(attribute.value)
    case 'int':
      return int64([attribute.value], [])
    case 'ints':
      return int64(attribute.value)
    case 'string':
      return tensor('string', [], [attribute.value])
    case 'strings':
      return tensor('string', [attribute.value.length], attribute.value)
    default:
      return undefined
  }
}

/** The model without Identity nodes and Dropout nodes that let everything through. */
export function removePassThrough(model: Model, options: { readonly keepDropout?: boolean } = {}): Model {
  const isOutput = new Set(model.graph.outputs.map((output) => output.name))
  const maker = producers(model.graph)
  /** Uses of the key become uses of the value. Chains are resolved because nodes come in order. */
  const uses = new Map<string, string>()
  /** The key's maker makes the value instead: for outputs, which must keep their names. */
  const makes = new Map<string, string>()
  const kept: Node[] = []
  for (const node of model.graph.nodes) {
    const current = renameNodeUses(node, uses)
    const stays = options.keepDropout === true && current.opType === 'Dropout'
    if (stays || !isPassThrough(current, model.graph)) {
      kept.push(current)
      continue
    }
    const from = current.inputs[0]!
    const to = current.outputs[0]!
    if (!isOutput.has(to)) uses.set(to, from)
    else if (maker.has(from) && !isOutput.has(from) && !makes.has(from)) {
      makes.set(from, to)
      // Later uses go to the new name; earlier ones are renamed with their maker below.
      uses.set(from, to)
    } else kept.push(current)
  }
  const nodes = kept.map((node) => {
    const outputs = node.outputs.map((name) => makes.get(name) ?? name)
    return { ...renameNodeUses(node, makes), outputs }
  })
  return { ...model, graph: removeDead({ ...model.graph, nodes }) }
}

function isPassThrough(node: Node, graph: Graph): boolean {
  if (node.domain !== '') return false
  if (node.opType === 'Identity') return true
  if (node.opType !== 'Dropout' || node.outputs.slice(1).some((name) => name !== '')) return false
  const training = node.inputs[2]
  if (!training) return true
  const flag = graph.initializers.get(training)
  return flag !== undefined && flag.data[0] === 0
}

export interface FoldOptions {
  /** Exact types of values; makes Shape and Size constant. The result holds for these shapes only. */
  readonly shapes?: ReadonlyMap<string, StaticType>
}

/** The model with everything that hangs on constants alone worked out. */
export async function foldConstants(model: Model, options: FoldOptions = {}): Promise<Model> {
  const graph = options.shapes ? foldShapes(model.graph, options.shapes) : model.graph
  const constant = new Set(graph.initializers.keys())
  const folded: Node[] = []
  const left: Node[] = []
  for (const node of graph.nodes) {
    if (isFoldable(node) && usedNames(node).every((name) => constant.has(name))) {
      folded.push(node)
      for (const output of node.outputs) constant.add(output)
    } else left.push(node)
  }
  if (folded.length === 0) return { ...model, graph: removeDead(graph) }

  const wanted = new Set([...left.flatMap(usedNames), ...graph.outputs.map((output) => output.name)])
  const made = folded.flatMap((node) => node.outputs).filter((name) => name !== '' && wanted.has(name))
  const results = await evaluate(model, graph, folded, made)
  if (!results) return { ...model, graph: removeDead(graph) }
  const limit = Math.max(maxFoldedBytes, largest(graph.initializers.values()))
  const initializers = new Map(graph.initializers)
  const done = new Set<Node>()
  for (const node of folded) {
    const outputs = node.outputs.filter((name) => name in results)
    if (outputs.length === 0 || outputs.some((name) => tensorSize(results[name]!) > limit)) continue
    done.add(node)
    for (const name of outputs) initializers.set(name, results[name]!)
  }
  // Nodes between, whose results nothing asks for any more, go with the dead.
  const nodes = graph.nodes.filter((node) => !done.has(node))
  return { ...model, graph: removeDead({ ...graph, nodes, initializers }) }
}

function isFoldable(node: Node): boolean {
  if (node.domain !== '' || neverFolded.has(node.opType) || subgraphs(node).length > 0) return false
  return node.opType !== 'Dropout'
}

async function evaluate(
  model: Model,
  graph: Graph,
  nodes: readonly Node[],
  wanted: readonly string[],
): Promise<Readonly<Record<string, Tensor>> | null> {
  if (wanted.length === 0) return {}
  const part = removeDead({
    ...graph,
    inputs: [],
    outputs: wanted.map((name) => ({ name })),
    nodes,
    types: new Map(),
  })
  try {
    const session = await openSession({ ...model, graph: part }, { optimization: 'disabled' })
    try {
      return await session.run({})
    } finally {
      await session.close()
    }
  } catch (error) {
    // Folding is an optimisation. What onnxruntime cannot hand over (bfloat16, for one) simply stays in the graph.
    if (error instanceof EngineError && error.code === 'session-failed') return null
    throw error
  }
}

function tensorSize(item: Tensor): number {
  return byteCount(item.dtype, item.dims)
}

function largest(tensors: Iterable<Tensor>): number {
  let bytes = 0
  for (const item of tensors) bytes = Math.max(bytes, tensorSize(item))
  return bytes
}

function foldShapes(graph: Graph, shapes: ReadonlyMap<string, StaticType>): Graph {
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.filter((node) => {
    const dims = shapes.get(node.inputs[0] ?? '')?.dims
    if (node.domain !== '' || !dims) return true
    const output = node.outputs[0]!
    if (node.opType === 'Shape') {
      initializers.set(output, int64(dims.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end'))))
    } else if (node.opType === 'Size') {
      initializers.set(output, int64([dims.reduce((product, dim) => product * dim, 1)], []))
    } else return true
    return false
  })
  return { ...graph, nodes, initializers }
}
