// A model may bring operators of its own, each defined as a piece of graph (PyTorch's newer exporter writes them).
// Inlining puts those pieces where they are used, so that the rest of the engine only meets real operators. Inner
// names are made fresh at each use. A bound on the number of nodes keeps a small file, whose functions call each
// other over and over, from growing without end.
import { EngineError } from '../errors.ts'
import {
  type Attribute,
  type Attributes,
  type Graph,
  type Model,
  type ModelFunction,
  mapSubgraphs,
  type Node,
} from '../ir/graph.ts'
import { allNames } from '../ir/traverse.ts'
import { uniqueNames } from './rewrite.ts'

const maxNodes = 1_000_000
const maxDepth = 64

/**
 * The model without functions of its own.
 * @throws EngineError graph-invalid when functions call each other in a circle or grow past a million nodes;
 *   opset-unsupported when a function is written for another operator set than the model.
 */
export function inlineFunctions(model: Model): Model {
  if (model.functions.length === 0) return model
  const functions = new Map(model.functions.map((item) => [key(item.domain, item.name, item.overload), item]))
  const unique = uniqueNames(allNames(model.graph))
  const opsets = new Map(model.opsets)
  let count = 0

  function inlineNodes(nodes: readonly Node[], depth: number): readonly Node[] {
    if (depth > maxDepth) {
      throw new EngineError(
        'graph-invalid',
        `the model's functions call each other more than ${maxDepth} deep`,
      )
    }
    return nodes.flatMap((node) => {
      if (++count > maxNodes) {
        throw new EngineError('graph-invalid', `the model's functions grow to more than ${maxNodes} nodes`)
      }
      const inner = mapSubgraphs(node, (graph) => ({ ...graph, nodes: inlineNodes(graph.nodes, depth) }))
      const called = functions.get(key(node.domain, node.opType, node.overload ?? ''))
      return called ? inlineNodes(expand(inner, called), depth + 1) : [inner]
    })
  }

  function expand(call: Node, called: ModelFunction): readonly Node[] {
    for (const [domain, version] of called.opsets) {
      const present = opsets.get(domain)
      if (present !== undefined && present !== version) {
        throw new EngineError(
          'opset-unsupported',
          `the function ${called.name} is written for operator set ${version}, the model for ${present}`,
        )
      }
      opsets.set(domain, version)
    }
    const names = new Map<string, string>([['', '']])
    called.inputs.forEach((name, i) => {
      names.set(name, call.inputs[i] ?? '')
    })
    called.outputs.forEach((name, i) => {
      // An output may be an input handed through; then only a node can give it its second name.
      if (!names.has(name)) names.set(name, call.outputs[i] || unique(name))
    })
    const nameOf = (name: string): string => {
      const known = names.get(name)
      if (known !== undefined) return known
      const fresh = unique(name)
      names.set(name, fresh)
      return fresh
    }
    const values: Attributes = { ...called.defaults, ...call.attributes }
    const body = called.nodes.map((node) => instantiate(node, nameOf, values))
    const handedThrough = called.outputs.flatMap((name, i): readonly Node[] => {
      const output = call.outputs[i] ?? ''
      if (output === '' || nameOf(name) === output) return []
      return [
        {
          opType: 'Identity',
          domain: '',
          name: '',
          inputs: [nameOf(name)],
          outputs: [output],
          attributes: {},
        },
      ]
    })
    return [...body, ...handedThrough]
  }

  const nodes = inlineNodes(model.graph.nodes, 0)
  const used = new Set(nodes.map((node) => node.domain))
  for (const { domain } of model.functions) if (!used.has(domain) && domain !== '') opsets.delete(domain)
  return { ...model, opsets, functions: [], graph: { ...model.graph, nodes } }
}

function key(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload])
}

/** A node of a function's body with names and attributes filled in, nested graphs included. */
export function instantiate(node: Node, nameOf: (name: string) => string, values: Attributes): Node {
  const attributes: Record<string, Attribute> = {}
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const value = attribute.kind === 'reference' ? values[attribute.value] : attribute
    // A reference to an attribute that the call leaves out leaves this one out too.
    if (value) attributes[name] = value
  }
  const renamed: Node = {
    ...node,
    // A body may be written out more than once, and onnxruntime takes each node's name once.
    name: '',
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
    attributes,
  }
  return mapSubgraphs(
    renamed,
    (graph): Graph => ({
      ...graph,
      inputs: graph.inputs.map((info) => ({ ...info, name: nameOf(info.name) })),
      outputs: graph.outputs.map((info) => ({ ...info, name: nameOf(info.name) })),
      initializers: new Map([...graph.initializers].map(([name, value]) => [nameOf(name), value])),
      types: new Map(),
      nodes: graph.nodes.map((inner) => instantiate(inner, nameOf, values)),
    }),
  )
}
