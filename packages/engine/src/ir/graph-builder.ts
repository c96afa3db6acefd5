// The one way to write new graph. A builder starts empty or from a model, hands out names that are not taken, and
// keeps nodes in the order they were added, so whoever adds a node after what it uses gets a well-ordered graph.
// Small constants with equal content are stored once, because gradient graphs ask for the same shapes and scalars
// over and over. Values are passed around as their names.
import { EngineError } from '../errors.ts'
import { attributes, type PlainAttribute } from './attributes.ts'
import {
  type Dimension,
  type Graph,
  type Model,
  type Node,
  normalDomain,
  type ValueInfo,
  type ValueType,
} from './graph.ts'
import { type DataType, elementCount, type Tensor, tensorBytes } from './tensor.ts'
import { allNames, topologicalOrder } from './traverse.ts'

/** The operator set that the engine writes, and upgrades older models to. */
export const targetOpset = 18

/** The ONNX file version that goes with {@link targetOpset}. */
const targetIrVersion = 8

export interface NodeOptions {
  readonly domain?: string
  /** Start of the made-up output name; the operator's name unless given. */
  readonly hint?: string
  /** The exact output name, which must be free. */
  readonly as?: string
}

export interface GraphBuilder {
  /** The version of ONNX's own operator set that nodes are in. */
  readonly opset: number
  /** A name that nothing has yet, starting with the hint. */
  unique(hint: string): string
  input(name: string, dtype: DataType, dims?: readonly Dimension[]): string
  constant(tensor: Tensor, hint?: string): string
  /** A node with one output; gives back that output's name. '' as an input means it is left out. */
  node(
    opType: string,
    inputs: readonly string[],
    plain?: Readonly<Record<string, PlainAttribute | undefined>>,
    options?: NodeOptions,
  ): string
  /** A node with several outputs; `outputs` is their number or their exact names ('' to leave one out). */
  nodes(
    opType: string,
    inputs: readonly string[],
    outputs: number | readonly string[],
    plain?: Readonly<Record<string, PlainAttribute | undefined>>,
    options?: Omit<NodeOptions, 'as'>,
  ): readonly string[]
  /** Makes a value an output of the graph; with `as`, under that name. */
  output(name: string, as?: string, type?: ValueType): string
  /** The tensor behind a name when it is a constant. */
  constantOf(name: string): Tensor | undefined
  /** The finished model. The builder may go on being used after. */
  finish(): Model
}

export interface BuilderOptions {
  readonly opset?: number
  readonly name?: string
  /** Drop the model's outputs and start with none. */
  readonly withoutOutputs?: boolean
}

export function graphBuilder(base?: Model, options: BuilderOptions = {}): GraphBuilder {
  const opset = options.opset ?? base?.opsets.get('') ?? targetOpset
  const taken = base ? allNames(base.graph) : new Set<string>()
  const inputs: ValueInfo[] = base ? [...base.graph.inputs] : []
  const outputs: ValueInfo[] = base && !options.withoutOutputs ? [...base.graph.outputs] : []
  const nodeList: Node[] = base ? [...base.graph.nodes] : []
  const initializers = new Map<string, Tensor>(base?.graph.initializers)
  const smallConstants = new Map<string, string>()
  const opsets = new Map(base?.opsets).set('', opset)
  let counter = 0

  function unique(hint: string): string {
    let name = hint
    while (name === '' || taken.has(name)) name = `${hint}_${counter++}`
    taken.add(name)
    return name
  }

  function claim(name: string): string {
    if (taken.has(name)) throw new EngineError('graph-invalid', `the name "${name}" is already taken`)
    taken.add(name)
    return name
  }

  function nodes(
    opType: string,
    nodeInputs: readonly string[],
    wanted: number | readonly string[],
    plain: Readonly<Record<string, PlainAttribute | undefined>> = {},
    nodeOptions: NodeOptions = {},
  ): readonly string[] {
    const hint = nodeOptions.hint ?? opType
    const names =
      typeof wanted === 'number'
        ? Array.from({ length: wanted }, () => unique(hint))
        : wanted.map((name) => (name === '' ? '' : claim(name)))
    const domain = normalDomain(nodeOptions.domain ?? '')
    if (!opsets.has(domain)) opsets.set(domain, 1)
    // Trailing missing inputs are simply not written.
    let used = nodeInputs.length
    while (used > 0 && nodeInputs[used - 1] === '') used--
    nodeList.push({
      opType,
      domain,
      name: '',
      inputs: nodeInputs.slice(0, used),
      outputs: names,
      attributes: attributes(plain),
    })
    return names
  }

  return {
    opset,
    unique,
    input(name, dtype, dims) {
      inputs.push({ name: claim(name), type: { kind: 'tensor', dtype, ...(dims ? { dims } : {}) } })
      return name
    },
    constant(value, hint = 'constant') {
      const key = value.dtype === 'string' || elementCount(value.dims) > 64 ? null : contentKey(value)
      const existing = key === null ? undefined : smallConstants.get(key)
      if (existing !== undefined) return existing
      const name = unique(hint)
      initializers.set(name, value)
      if (key !== null) smallConstants.set(key, name)
      return name
    },
    node(opType, nodeInputs, plain, nodeOptions = {}) {
      const wanted = nodeOptions.as === undefined ? 1 : [nodeOptions.as]
      return nodes(opType, nodeInputs, wanted, plain, nodeOptions)[0]!
    },
    nodes,
    output(name, as = name, type) {
      if (as !== name) nodes('Identity', [name], [as])
      outputs.push({ name: as, ...(type ? { type } : {}) })
      return as
    },
    constantOf: (name) => initializers.get(name),
    finish() {
      const graph: Graph = {
        name: options.name ?? base?.graph.name ?? 'graph',
        inputs: [...inputs],
        outputs: [...outputs],
        nodes: topologicalOrder(nodeList),
        initializers: new Map(initializers),
        types: base?.graph.types ?? new Map(),
      }
      return {
        irVersion: Math.max(base?.irVersion ?? 0, targetIrVersion),
        producer: base?.producer ?? { name: 'failmode', version: '' },
        opsets: new Map(opsets),
        graph,
        functions: base?.functions ?? [],
        metadata: base?.metadata ?? new Map(),
      }
    },
  }
}

function contentKey(value: Tensor): string {
  return `${value.dtype} ${value.dims.join('x')} ${tensorBytes(value).join()}`
}
