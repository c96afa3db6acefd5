// Whether a model draws at random while it runs. One that does gives other scores and other gradients each time, so an
// attack that looks at a single run of it measures luck (Athalye et al. 2018, arXiv:1802.00420, section 3, stochastic
// gradients), and two runs with one seed may differ.
import { type Graph, type Model, type Node, subgraphs } from '../ir/graph.ts'
import type { Tensor } from '../ir/tensor.ts'

const drawing = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
])

/** Constants by name; those of nested graphs hide those around them. */
type Constants = ReadonlyMap<string, Tensor>

/**
 * The operators of a model that draw at random, each once, sorted; those in nested graphs and in the model's own
 * functions included. Dropout is one where it is in training mode, or may be because its mode is only known when it runs.
 */
export function randomOperators(model: Model): string[] {
  const found = new Set<string>()
  const visit = (nodes: readonly Node[], constants: Constants): void => {
    const known = new Map([...constants, ...nodes.flatMap(constantNode)])
    for (const node of nodes) {
      if (node.domain === '' && (drawing.has(node.opType) || drops(node, known))) found.add(node.opType)
      for (const graph of subgraphs(node)) visit(graph.nodes, around(known, graph))
    }
  }
  visit(model.graph.nodes, model.graph.initializers)
  for (const { nodes } of model.functions) visit(nodes, new Map())
  return [...found].sort()
}

function around(constants: Constants, graph: Graph): Constants {
  const inner = new Map([...constants, ...graph.initializers])
  for (const { name } of graph.inputs) if (!graph.initializers.has(name)) inner.delete(name)
  return inner
}

function constantNode({ opType, domain, outputs, attributes }: Node): readonly (readonly [string, Tensor])[] {
  const { value } = attributes
  return opType === 'Constant' && domain === '' && value?.kind === 'tensor'
    ? [[outputs[0]!, value.value]]
    : []
}

/** Whether a Dropout drops, or may: its third input, since operator set 12, switches training on. */
function drops({ opType, inputs: [, ratio, training] }: Node, constants: Constants): boolean {
  if (opType !== 'Dropout' || !training) return false
  const isZero = (name: string | undefined): boolean => {
    const value = constants.get(name ?? '')
    return value !== undefined && Number(value.data[0]) === 0
  }
  return !isZero(training) && !isZero(ratio)
}
