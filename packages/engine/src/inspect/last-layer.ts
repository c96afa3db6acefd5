// What a classifier makes of a sample before it decides: the values that go into its last layer with weights. They are found
// by walking back from the output, past everything that only rearranges or rescales, to the nearest layer that multiplies by
// constants. No training data or framework names are needed, only the graph.
import type { Model, Node } from '../ir/graph.ts'

/** Layers with weights, each with the places of the inputs that may be the data. */
const layers: ReadonlyMap<string, readonly number[]> = new Map([
  ['Gemm', [0, 1]],
  ['MatMul', [0, 1]],
  ['FusedMatMul', [0, 1]],
  ['FusedGemm', [0, 1]],
  ['Conv', [0]],
  ['FusedConv', [0]],
  ['MatMulInteger', [0, 1]],
  ['DynamicQuantizeMatMul', [0]],
  ['MatMulNBits', [0]],
  ['ConvInteger', [0]],
  ['QLinearMatMul', [0, 3]],
  ['QLinearConv', [0]],
  ['QGemm', [0, 3]],
])

/** How the values of one sample lie: a row of numbers, or channels with places behind them or in front of them. */
export interface LastLayer {
  /** Name of the value that goes into the layer. */
  readonly input: string
  /** Axis of the channels where the value has more than two. */
  readonly channels: 'second' | 'last'
}

/** The input of the last layer with weights before `output`, or null when the graph has no such layer. */
export function lastLayer({ graph }: Model, output: string): LastLayer | null {
  const makers = new Map<string, Node>()
  const constants = new Set(['', ...graph.initializers.keys()])
  for (const node of graph.nodes) {
    const constant = node.inputs.every((name) => constants.has(name))
    for (const name of node.outputs) {
      if (name === '') continue
      makers.set(name, node)
      if (constant) constants.add(name)
    }
  }
  const isConstant = (name: string): boolean => constants.has(name)
  const seen = new Set<string>([output])
  const queue = [output]
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const node = makers.get(name)
    if (node === undefined) continue
    const places = layers.get(node.opType)
    const data = places?.map((at) => node.inputs[at] ?? '').filter((input) => !isConstant(input)) ?? []
    // Two inputs that are not constant are attention or the like, which is passed.
    if (data.length === 1 && data.length < node.inputs.filter((input) => input !== '').length) {
      return { input: data[0]!, channels: node.opType.includes('Conv') ? 'second' : 'last' }
    }
    for (const input of node.inputs) {
      if (seen.has(input) || isConstant(input)) continue
      seen.add(input)
      queue.push(input)
    }
  }
  return null
}

/** The same model with the value `name` as its only output, called `as`. */
export function withOnlyOutput(model: Model, name: string, as: string): Model {
  const { graph } = model
  const node: Node = {
    opType: 'Identity',
    domain: '',
    name: '',
    inputs: [name],
    outputs: [as],
    attributes: {},
  }
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, node], outputs: [{ name: as }] } }
}
