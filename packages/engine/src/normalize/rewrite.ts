// What a pass needs to replace nodes: fresh names, new constants, and what is known of values. One rewriter serves
// a whole graph with everything nested in it, so names stay unique across all of them.
import { attributes, type PlainAttribute } from '../ir/attributes.ts'
import {
  type Attributes,
  type Graph,
  type Model,
  mapSubgraphs,
  type Node,
  type TensorType,
} from '../ir/graph.ts'
import { int64, type Tensor } from '../ir/tensor.ts'
import { allNames, usedNames } from '../ir/traverse.ts'

export interface Rewriter {
  unique(hint: string): string
  /** Adds a constant to the graph that is being rewritten; gives back its name. */
  constant(tensor: Tensor, hint?: string): string
  /** The tensor behind a name that is a constant, here or in a graph around. */
  constantOf(name: string): Tensor | undefined
  /** What is known of a value's type, here or in a graph around. */
  typeOf(name: string): TensorType | undefined
  /** Whether any node or graph output uses a value of this graph. */
  isUsed(name: string): boolean
}

/** Replaces a node by nodes that make the same outputs; undefined keeps it. */
export type NodeRewrite = (node: Node, rewriter: Rewriter) => readonly Node[] | undefined

/** The model with every node, also in nested graphs, put through `rewrite`. */
export function rewriteNodes(model: Model, rewrite: NodeRewrite): Model {
  const taken = allNames(model.graph)
  const unique = uniqueNames(taken)
  return { ...model, graph: rewriteGraph(model.graph, rewrite, unique, [], []) }
}

/** A maker of names that are not taken. */
export function uniqueNames(taken: Set<string>): (hint: string) => string {
  let counter = 0
  return (hint) => {
    let name = hint
    while (name === '' || taken.has(name)) name = `${hint}_${counter++}`
    taken.add(name)
    return name
  }
}

type Constants = ReadonlyMap<string, Tensor>
type Types = ReadonlyMap<string, TensorType>

function rewriteGraph(
  graph: Graph,
  rewrite: NodeRewrite,
  unique: (hint: string) => string,
  outerConstants: readonly Constants[],
  outerTypes: readonly Types[],
): Graph {
  const initializers = new Map(graph.initializers)
  const constants = [initializers, ...outerConstants]
  const types = [knownTypes(graph), ...outerTypes]
  const used = new Set([...graph.nodes.flatMap(usedNames), ...graph.outputs.map((output) => output.name)])
  const rewriter: Rewriter = {
    unique,
    constant(tensor, hint = 'constant') {
      const name = unique(hint)
      initializers.set(name, tensor)
      return name
    },
    constantOf: (name) => firstKnown(constants, name),
    typeOf(name) {
      const known = firstKnown(types, name)
      if (known) return known
      const constant = firstKnown(constants, name)
      return constant && { kind: 'tensor', dtype: constant.dtype, dims: constant.dims }
    },
    isUsed: (name) => used.has(name),
  }
  const nodes = graph.nodes.flatMap((node) => {
    const inner = mapSubgraphs(node, (nested) => rewriteGraph(nested, rewrite, unique, constants, types))
    return rewrite(inner, rewriter) ?? [inner]
  })
  return { ...graph, nodes, initializers }
}

function firstKnown<T>(scopes: readonly ReadonlyMap<string, T>[], name: string): T | undefined {
  for (const scope of scopes) if (scope.has(name)) return scope.get(name)
  return undefined
}

/** The tensor types that a graph itself states: of its inputs, outputs and inner values. */
export function knownTypes(graph: Graph): ReadonlyMap<string, TensorType> {
  const known = new Map<string, TensorType>()
  for (const [name, type] of graph.types) if (type.kind === 'tensor') known.set(name, type)
  for (const { name, type } of [...graph.outputs, ...graph.inputs]) {
    if (type?.kind === 'tensor') known.set(name, type)
  }
  return known
}

/** A node in short form, in ONNX's own operator set. */
export function makeNode(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  plain: Readonly<Record<string, PlainAttribute | undefined>> = {},
): Node {
  return { opType, domain: '', name: '', inputs, outputs, attributes: attributes(plain) }
}

/** Attributes without some names. */
export function without(source: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !names.includes(name)))
}

/** The nodes that replace one, in the making. */
export interface NodeList {
  readonly nodes: readonly Node[]
  /** Adds a node with one output; gives back its name, which is `output` if given. */
  add(
    opType: string,
    inputs: readonly string[],
    plain?: Readonly<Record<string, PlainAttribute | undefined>>,
    output?: string,
  ): string
  /** Adds a node with several outputs: that many, or of these names. */
  addMany(
    opType: string,
    inputs: readonly string[],
    outputs: number | readonly string[],
    plain?: Readonly<Record<string, PlainAttribute | undefined>>,
  ): readonly string[]
  /** A constant list of whole numbers; the same list gives the same constant. */
  ints(values: readonly number[]): string
}

export function nodeList(rewriter: Rewriter): NodeList {
  const nodes: Node[] = []
  const lists = new Map<string, string>()
  return {
    nodes,
    add(opType, inputs, plain, output = rewriter.unique(opType)) {
      nodes.push(makeNode(opType, inputs, [output], plain))
      return output
    },
    addMany(opType, inputs, outputs, plain) {
      const names =
        typeof outputs === 'number' ? Array.from({ length: outputs }, () => rewriter.unique(opType)) : outputs
      nodes.push(makeNode(opType, inputs, names, plain))
      return names
    },
    ints(values) {
      const key = values.join()
      const known = lists.get(key)
      if (known !== undefined) return known
      const name = rewriter.constant(int64(values), 'ints')
      lists.set(key, name)
      return name
    },
  }
}
