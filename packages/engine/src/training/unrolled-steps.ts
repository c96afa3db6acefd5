// Several steps in one run. Every run hands the new state out as arrays that lie outside V8's heap, and their size makes V8
// collect garbage, on the cores that compute; for a small network that costs as much as the step. So the graph of a step is
// written out several times, each copy starting from the state that the one before ends with, and only the last state
// comes out. The arithmetic is the same, so are the results.
import type { Model, Node, ValueType } from '../ir/graph.ts'
import { renameNodeUses } from '../ir/traverse.ts'

/** The name that a value of the step has in copy `k`. */
export function inCopy(name: string, k: number): string {
  return `${name}/${k}`
}

/**
 * @param state names of inputs that carry the state, with the outputs that hold it a step later; these keep their names,
 *   all other inputs and outputs have those of {@link inCopy}
 */
export function unrolledSteps(model: Model, copies: number, state: ReadonlyMap<string, string>): Model {
  const { graph } = model
  const carried = new Set(state.values())
  const nodes: Node[] = []
  const types = new Map<string, ValueType>()
  for (let k = 0; k < copies; k++) {
    const names = new Map<string, string>()
    for (const { name } of graph.inputs) {
      const before = state.get(name)
      if (before === undefined) names.set(name, inCopy(name, k))
      else if (k > 0) names.set(name, inCopy(before, k - 1))
    }
    for (const { outputs } of graph.nodes) {
      for (const output of outputs) {
        if (output !== '')
          names.set(output, k === copies - 1 && carried.has(output) ? output : inCopy(output, k))
      }
    }
    for (const node of graph.nodes) {
      const used = renameNodeUses(node, names)
      nodes.push({
        ...used,
        outputs: node.outputs.map((output) => names.get(output) ?? output),
      })
    }
    for (const [name, type] of graph.types) if (names.has(name)) types.set(names.get(name)!, type)
  }
  const every = Array.from({ length: copies }, (_, k) => k)
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      types,
      inputs: [
        ...graph.inputs.filter(({ name }) => state.has(name)),
        ...every.flatMap((k) =>
          graph.inputs
            .filter(({ name }) => !state.has(name))
            .map((input) => ({ ...input, name: inCopy(input.name, k) })),
        ),
      ],
      outputs: [
        ...graph.outputs.filter(({ name }) => carried.has(name)),
        ...every.flatMap((k) =>
          graph.outputs
            .filter(({ name }) => !carried.has(name))
            .map((output) => ({ ...output, name: inCopy(output.name, k) })),
        ),
      ],
    },
  }
}
