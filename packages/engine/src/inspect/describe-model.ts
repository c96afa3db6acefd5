// What can be said of a model without running it: where it comes from, what goes in and out, what it is made of,
// and the guesses that a first configuration needs (is the batch size open? does it end in probabilities?).
import { type Graph, type Model, type Node, subgraphs, type ValueInfo } from '../ir/graph.ts'
import { elementCount, type Tensor } from '../ir/tensor.ts'
import { producers } from '../ir/traverse.ts'
import { isExternal } from '../onnx/external-data.ts'
import { readModel } from '../onnx/read.ts'

export interface ModelDescription {
  readonly producer: { readonly name: string; readonly version: string }
  readonly irVersion: number
  /** Domain to version; ONNX's own operator set is 'ai.onnx'. */
  readonly opsets: Readonly<Record<string, number>>
  readonly metadata: Readonly<Record<string, string>>
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly OutputDescription[]
  /** The size of the inputs' first axis: a number where it is fixed, 'any' where open, null where unknown. */
  readonly batch: number | 'any' | null
  readonly nodeCount: number
  /** Operator to how often it is used, nested graphs and functions included; most used first. */
  readonly operators: Readonly<Record<string, number>>
  /** Elements of all constants. */
  readonly parameterCount: number
  /** Operator set domains besides ONNX's own that nodes really use. */
  readonly customDomains: readonly string[]
  /** Files beside the model that it keeps weights in. */
  readonly externalFiles: readonly string[]
}

export interface OutputDescription extends ValueInfo {
  /** The operator that shaped the values last, or null: Softmax means probabilities, Gemm means raw scores. */
  readonly lastOperator: string | null
  /** What the values are, as far as the last operator tells. */
  readonly scale: 'probabilities' | 'log-probabilities' | 'labels' | 'unknown'
}

/** Operators that move values about without changing them. */
const movers = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Cast',
  'Dropout',
])

const scales: Readonly<Record<string, OutputDescription['scale']>> = {
  Softmax: 'probabilities',
  Sigmoid: 'probabilities',
  LogSoftmax: 'log-probabilities',
  ArgMax: 'labels',
  TopK: 'unknown',
}

/**
 * Describes the model in the bytes of an .onnx file. Nothing is run and no file beside it is opened.
 * @throws EngineError model-empty, model-not-onnx, model-truncated, model-invalid
 */
export function describeModel(source: Uint8Array | Model): ModelDescription {
  const model = source instanceof Uint8Array ? readModel(source) : source
  const { graph } = model
  const nodes = [...graphNodes(graph.nodes), ...model.functions.flatMap((item) => graphNodes(item.nodes))]
  const constants = [...graphConstants(graph), ...nodes.flatMap(constantValues)]
  const histogram = new Map<string, number>()
  for (const { domain, opType } of nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`
    histogram.set(name, (histogram.get(name) ?? 0) + 1)
  }
  const sorted = [...histogram].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const firsts = graph.inputs.map((input) => input.type?.dims?.[0])
  const fixed = firsts.find((size): size is number => typeof size === 'number')
  const isOpen = firsts.some((size) => typeof size === 'string' || size === null)
  return {
    producer: model.producer,
    irVersion: model.irVersion,
    opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    metadata: Object.fromEntries(model.metadata),
    inputs: graph.inputs,
    outputs: graph.outputs.map((output) => describeOutput(output, graph)),
    batch: isOpen ? 'any' : (fixed ?? null),
    nodeCount: nodes.length,
    operators: Object.fromEntries(sorted),
    parameterCount: constants.reduce((sum, item) => sum + elementCount(item.dims), 0),
    customDomains: [...new Set(nodes.map((node) => node.domain))].filter((domain) => domain !== '').sort(),
    externalFiles: [
      ...new Set(constants.flatMap((item) => (isExternal(item) ? [item.external.location] : []))),
    ].sort(),
  }
}

function describeOutput(output: ValueInfo, graph: Graph): OutputDescription {
  const maker = producers(graph)
  let node = maker.get(output.name)
  // Bounded by the number of nodes: a damaged model may hold a cycle.
  for (let steps = 0; node && movers.has(node.opType) && steps < graph.nodes.length; steps++) {
    const next = maker.get(node.inputs[0] ?? '')
    if (!next) break
    node = next
  }
  const lastOperator = node?.opType ?? null
  const known = lastOperator !== null && Object.hasOwn(scales, lastOperator)
  if (!known && isWrittenOutSoftmax(node, maker)) return { ...output, lastOperator, scale: 'probabilities' }
  return { ...output, lastOperator, scale: known ? scales[lastOperator]! : 'unknown' }
}

/** Some exporters write softmax as exp(x) / sum(exp(x)). */
function isWrittenOutSoftmax(node: Node | undefined, maker: ReadonlyMap<string, Node>): boolean {
  if (node?.opType !== 'Div') return false
  const [above, below] = node.inputs.map((name) => maker.get(name))
  return above?.opType === 'Exp' && below?.opType === 'ReduceSum' && below.inputs[0] === node.inputs[0]
}

function graphNodes(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => [node, ...subgraphs(node).flatMap((nested) => graphNodes(nested.nodes))])
}

function graphConstants(graph: Graph): readonly Tensor[] {
  const nested = graph.nodes.flatMap((node) => subgraphs(node).flatMap(graphConstants))
  return [...graph.initializers.values(), ...nested]
}

function constantValues(node: Node): readonly Tensor[] {
  if (node.opType !== 'Constant') return []
  return Object.values(node.attributes).flatMap((attribute) =>
    attribute.kind === 'tensor' ? [attribute.value] : [],
  )
}
