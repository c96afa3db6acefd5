// Questions about how a graph hangs together, and the two clean-ups that every pass needs. A node that holds
// nested graphs also uses what those take from outside; all functions here count such hidden uses.
import { EngineError } from '../errors.ts'
import { type Graph, mapSubgraphs, type Node, subgraphs } from './graph.ts'

/** The names from outside that a nested graph uses, itself or deeper. */
export function capturedNames(graph: Graph): ReadonlySet<string> {
  const inside = new Set([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()])
  for (const node of graph.nodes) for (const output of node.outputs) inside.add(output)
  const captured = new Set<string>()
  for (const node of graph.nodes) {
    for (const name of usedNames(node)) if (!inside.has(name)) captured.add(name)
  }
  // A nested graph may give back an outer value untouched.
  for (const output of graph.outputs) if (!inside.has(output.name)) captured.add(output.name)
  return captured
}

/** What a node uses: its inputs, and what its nested graphs take from outside. Without missing inputs. */
export function usedNames(node: Node): readonly string[] {
  const named = node.inputs.filter((name) => name !== '')
  const nested = subgraphs(node)
  return nested.length === 0 ? named : [...named, ...nested.flatMap((graph) => [...capturedNames(graph)])]
}

/** Which node makes each value. Graph inputs and initializers are not in it. */
export function producers(graph: Graph): ReadonlyMap<string, Node> {
  const made = new Map<string, Node>()
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') made.set(output, node)
  return made
}

/** Which nodes use each value, each node once. Being a graph output is not a use by a node. */
export function consumers(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const uses = new Map<string, Node[]>()
  for (const node of graph.nodes) {
    for (const name of new Set(usedNames(node))) {
      const list = uses.get(name)
      if (list) list.push(node)
      else uses.set(name, [node])
    }
  }
  return uses
}

/**
 * The nodes in an order in which each comes after the makers of what it uses; as near to the given order as that
 * allows. Names that no node makes are taken as given.
 * @throws EngineError graph-invalid when the nodes form a cycle, or two make the same value.
 */
export function topologicalOrder(nodes: readonly Node[]): readonly Node[] {
  const maker = new Map<string, number>()
  nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      if (output === '') continue
      if (maker.has(output)) throw new EngineError('graph-invalid', `two nodes make the value "${output}"`)
      maker.set(output, index)
    }
  })
  const needs = nodes.map((node) => [
    ...new Set(usedNames(node).flatMap((name) => (maker.has(name) ? [maker.get(name)!] : []))),
  ])
  const order: Node[] = []
  const state = new Uint8Array(nodes.length)
  // Depth first with a stack of our own: a chain may be longer than the call stack is deep.
  for (let start = 0; start < nodes.length; start++) {
    const stack: { index: number; next: number }[] = [{ index: start, next: 0 }]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (state[top.index] === 2) {
        stack.pop()
        continue
      }
      state[top.index] = 1
      const need = needs[top.index]![top.next++]
      if (need === undefined) {
        state[top.index] = 2
        order.push(nodes[top.index]!)
        stack.pop()
      } else if (state[need] === 1) {
        throw new EngineError('graph-invalid', `the nodes form a cycle through "${nodes[need]!.outputs[0]}"`)
      } else if (state[need] === 0) stack.push({ index: need, next: 0 })
    }
  }
  return order
}

/** The graph without nodes and initializers that no output needs. Inputs stay, used or not. */
export function removeDead(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name))
  const kept: Node[] = []
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!
    if (!node.outputs.some((output) => needed.has(output))) continue
    kept.push(node)
    for (const name of usedNames(node)) needed.add(name)
  }
  kept.reverse()
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)))
  const types = new Map([...graph.types].filter(([name]) => needed.has(name)))
  return { ...graph, nodes: kept, initializers, types }
}

/**
 * The graph with uses of names replaced, in nested graphs too. What makes a value, and the names of the graph's
 * own outputs, stay as they are.
 */
export function renameUses(graph: Graph, renamed: ReadonlyMap<string, string>): Graph {
  if (renamed.size === 0) return graph
  return { ...graph, nodes: graph.nodes.map((node) => renameNodeUses(node, renamed)) }
}

export function renameNodeUses(node: Node, renamed: ReadonlyMap<string, string>): Node {
  const inputs = node.inputs.map((name) => renamed.get(name) ?? name)
  return mapSubgraphs({ ...node, inputs }, (nested) => renameCaptures(nested, renamed))
}

function renameCaptures(graph: Graph, renamed: ReadonlyMap<string, string>): Graph {
  const captured = capturedNames(graph)
  const relevant = new Map([...renamed].filter(([name]) => captured.has(name)))
  if (relevant.size === 0) return graph
  const inner = renameUses(graph, relevant)
  return {
    ...inner,
    outputs: inner.outputs.map((output) => ({ ...output, name: relevant.get(output.name) ?? output.name })),
  }
}

/** Every name in use in a graph or in a graph nested in it. */
export function allNames(graph: Graph): Set<string> {
  const names = new Set<string>()
  const visit = (part: Graph): void => {
    for (const info of [...part.inputs, ...part.outputs]) names.add(info.name)
    for (const name of part.initializers.keys()) names.add(name)
    for (const node of part.nodes) {
      for (const name of [...node.inputs, ...node.outputs]) names.add(name)
      for (const nested of subgraphs(node)) visit(nested)
    }
  }
  visit(graph)
  return names
}
